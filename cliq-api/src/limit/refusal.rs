//! Why a limiter gave no permit.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::message::LockSource;
use super::store::StoreError;

/// Why a limiter gave no permit. Nothing was sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LimitRefusal {
    /// The user is locked out, and the call doesn't wait through locks, or not that long.
    Locked {
        /// Until then.
        until: SystemTime,
        /// So long from now.
        wait: Duration,
        /// Where that is known from.
        why: LockSource,
    },
    /// The next slot comes after the call's deadline.
    PastDeadline {
        /// How long it would have to wait at the least.
        wait: Duration,
    },
    /// Too many calls wait already.
    Busy {
        /// So many.
        waiting: usize,
    },
    /// No slot is free, and the call doesn't wait.
    WouldWait {
        /// How long it would have to wait at the least.
        wait: Duration,
    },
    /// The store that several limiters share can't be reached or read.
    Unreachable(StoreError),
}

impl LimitRefusal {
    /// How long to wait before another try has a chance, where one can tell.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Locked { wait, .. } | Self::PastDeadline { wait } | Self::WouldWait { wait } => {
                Some(*wait)
            }
            Self::Busy { .. } | Self::Unreachable(_) => None,
        }
    }

    /// Until when the user is locked out.
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
            Self::Locked { wait, why, .. } => {
                let why = match why {
                    LockSource::Observed => "the server locked the user out of it",
                    LockSource::Peer => {
                        "the server locked the user out of it, as another process was told"
                    }
                    LockSource::Assumed => {
                        "the user may be locked out of it, as the limits' shared state was lost"
                    }
                };
                write!(f, "{why}; try again in {}", seconds(*wait))
            }
            Self::PastDeadline { wait } => {
                write!(
                    f,
                    "its limit lets no call through for {}, which is past the call's deadline",
                    seconds(*wait)
                )
            }
            Self::Busy { waiting } => {
                write!(
                    f,
                    "{waiting} calls wait for its limit already; make fewer, or raise `LimitSettings::queue`"
                )
            }
            Self::WouldWait { wait } => {
                write!(
                    f,
                    "its limit lets no call through for {}, and the call doesn't wait",
                    seconds(*wait)
                )
            }
            Self::Unreachable(error) => {
                write!(
                    f,
                    "nothing is sent without the limits' shared state, and that can't be had: {error}"
                )
            }
        }
    }
}

impl std::error::Error for LimitRefusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreachable(error) => Some(error),
            _ => None,
        }
    }
}

/// In whole seconds, a begun one being a whole one: one that comes back after that is not too
/// early.
fn seconds(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    if seconds == 1 {
        "1 second".to_owned()
    } else {
        format!("{seconds} seconds")
    }
}

/// A permit that may not be used any more. Another one has to be acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Expired {
    /// It was held for too long.
    #[error("the limiter's permit was not used in time")]
    Late,
    /// The server told another call of a lock since.
    #[error("the server locked the user out while the call was being prepared")]
    Locked,
}
