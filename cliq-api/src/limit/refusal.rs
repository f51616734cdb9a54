//! Why a limiter refused a permit.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::message::LockSource;
use crate::store::StoreError;

/// The likely cause of throttling that the limiter did not expect, and the way out.
pub(super) const UNEXPECTED: &str = "this client kept the limit, so another process probably makes \
     calls for the same user: let them share their limits with `limit_store`";
/// Why fewer calls may be made after a start, and the way out.
const COLD_START: &str = "for one window after a start, half of each limit counts as used, because \
     an earlier process may have used it (`LimitSettings::cold_start`)";

/// Why a limiter refused a permit. Nothing was sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LimitRefusal {
    /// The user is locked out, and the call doesn't wait through lockouts, or not that long.
    #[non_exhaustive]
    Locked {
        /// When the lockout ends.
        until: SystemTime,
        /// The time until then.
        wait: Duration,
        /// How it is known.
        source: LockSource,
        /// Whether it began although the limiter had allowed the call.
        unexpected: bool,
    },
    /// The next slot comes after the call's deadline.
    #[non_exhaustive]
    PastDeadline {
        /// The shortest possible wait.
        wait: Duration,
        /// Whether only the [cold start](super::LimitSettings::cold_start) makes it wait.
        cold_start: bool,
    },
    /// Too many calls wait already.
    #[non_exhaustive]
    QueueFull {
        /// How many.
        waiting: usize,
    },
    /// No slot is free, and the call doesn't wait.
    #[non_exhaustive]
    WouldWait {
        /// The shortest possible wait.
        wait: Duration,
        /// Whether only the [cold start](super::LimitSettings::cold_start) makes it wait.
        cold_start: bool,
    },
    /// The shared store can't be reached or read.
    Store(StoreError),
}

impl LimitRefusal {
    /// Returns how long to wait before another try has a chance, if that is known.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Locked { wait, .. }
            | Self::PastDeadline { wait, .. }
            | Self::WouldWait { wait, .. } => Some(*wait),
            Self::QueueFull { .. } | Self::Store(_) => None,
        }
    }

    /// Returns until when the user is locked out.
    pub fn locked_until(&self) -> Option<SystemTime> {
        match self {
            Self::Locked { until, .. } => Some(*until),
            _ => None,
        }
    }
}

impl fmt::Display for LimitRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked {
                wait,
                source,
                unexpected,
                ..
            } => {
                let source = match source {
                    LockSource::Observed => "the server locked the user out of it",
                    LockSource::Peer => {
                        "the server locked the user out of it, as another process reported"
                    }
                    LockSource::Assumed => {
                        "the user may be locked out of it, as the limits' shared state was lost"
                    }
                };
                write!(f, "{source}; try again in {}", seconds(*wait))?;
                if *unexpected {
                    write!(f, "; {UNEXPECTED}")?;
                }
                Ok(())
            }
            Self::PastDeadline { wait, cold_start } => {
                write!(
                    f,
                    "its limit allows no call for {}, which is past the call's deadline",
                    seconds(*wait)
                )?;
                cause(f, *cold_start)
            }
            Self::QueueFull { waiting } => {
                write!(
                    f,
                    "{waiting} calls wait for its limit already; make fewer, or raise `LimitSettings::queue_capacity`"
                )
            }
            Self::WouldWait { wait, cold_start } => {
                write!(
                    f,
                    "its limit allows no call for {}, and the call doesn't wait",
                    seconds(*wait)
                )?;
                cause(f, *cold_start)
            }
            Self::Store(error) => {
                write!(f, "the limits' shared state is unavailable: {error}")
            }
        }
    }
}

fn cause(f: &mut fmt::Formatter<'_>, cold_start: bool) -> fmt::Result {
    if cold_start {
        write!(f, "; {COLD_START}")
    } else {
        Ok(())
    }
}

impl std::error::Error for LimitRefusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// Whole seconds, rounded up: a call after that time is not too early.
fn seconds(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    if seconds == 1 {
        "1 second".to_owned()
    } else {
        format!("{seconds} seconds")
    }
}

/// A permit can't be used any more. Acquire another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Expired {
    /// It was held for too long.
    #[error("the limiter's permit was not used in time")]
    Late,
    /// A lockout began since.
    #[error("the server locked the user out while the call was being prepared")]
    Locked,
}
