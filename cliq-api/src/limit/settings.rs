//! What a user may choose about limits, for a limiter and for a call. `guide/limit_settings.md`
//! explains each setting.

use std::time::Duration;

use tokio::time::Instant;

/// How careful a [`Limiter`](super::Limiter) is.
///
/// The guide: [settings of the limiter](crate::guide::limit_settings).
///
/// ```
/// use std::time::Duration;
/// use cliq_api::limit::LimitSettings;
///
/// let settings = LimitSettings::new().margin(Duration::from_secs(2)).reserved_for_urgent(3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct LimitSettings {
    pub(super) off: bool,
    pub(super) headroom: u32,
    pub(super) margin: Duration,
    pub(super) grace: Duration,
    pub(super) cold_start: bool,
    pub(super) assumed_lock: Option<Duration>,
    pub(super) lock_policy: LockPolicy,
    pub(super) max_retry_after: Duration,
    pub(super) retry_share: u8,
    pub(super) reserved: u32,
    pub(super) permit_ttl: Duration,
    pub(super) queue_capacity: usize,
    pub(super) wait_policy: WaitPolicy,
}

/// Whether a call waits for its permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum WaitPolicy {
    /// Waits for a slot if one can be free before the call's deadline. Fails during a lockout.
    #[default]
    Wait,
    /// Never waits.
    FailFast,
    /// Waits for a slot and for the end of a lockout, if that can be before the call's deadline.
    ThroughLocks,
}

/// Which lockout counts where one is declared and a response announces another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LockPolicy {
    /// The announced one: the server knows best.
    #[default]
    Announced,
    /// The longer one, for servers whose announcements have been too short.
    Longer,
}

/// Which of the waiting calls go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Priority {
    /// Goes after urgent calls, and can't take slots that are
    /// [reserved](LimitSettings::reserved_for_urgent) for them.
    #[default]
    Normal,
    /// Goes before normal calls.
    Urgent,
}

impl LimitSettings {
    /// Returns the defaults.
    pub const fn new() -> Self {
        Self {
            off: false,
            headroom: 1,
            margin: Duration::from_secs(1),
            grace: Duration::from_mins(2),
            cold_start: true,
            assumed_lock: None,
            lock_policy: LockPolicy::Announced,
            max_retry_after: Duration::from_hours(1),
            retry_share: 50,
            reserved: 0,
            permit_ttl: Duration::from_secs(30),
            queue_capacity: 1000,
            wait_policy: WaitPolicy::Wait,
        }
    }

    /// Keeps no limit and obeys no lockout: for your own servers and for tests. A throttled call is
    /// still not repeated before its lockout can be over: the announced one, the endpoint's own, or
    /// the [assumed](Self::assumed_lock) one.
    pub const fn off() -> Self {
        Self {
            off: true,
            ..Self::new()
        }
    }

    /// Sets how many calls of each limit are left unused; defaults to 1. At least one call is
    /// always made.
    pub const fn headroom(self, calls: u32) -> Self {
        Self {
            headroom: calls,
            ..self
        }
    }

    /// Sets the safety margin that is added to windows and lockouts; defaults to one second, which
    /// covers a server that notes times in whole seconds. For a window it is at least a thousandth
    /// of it, which covers clocks of different speed.
    pub const fn margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// Sets for how long after the client gave up a server may still receive a call; defaults to
    /// two minutes.
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Sets whether half of the slots count as used for the first window of a process, which can't
    /// know what its predecessor sent; defaults to `true`. With a shared store that may have lost
    /// its state, all slots count as used.
    pub const fn cold_start(self, cold_start: bool) -> Self {
        Self { cold_start, ..self }
    }

    /// Sets how long a lockout lasts that neither the bucket's spec declares nor the response
    /// announces; defaults to `None`: a throttled call then is no lockout. A provider whose servers
    /// lock users out sets one.
    pub const fn assumed_lock(self, lock: Option<Duration>) -> Self {
        Self {
            assumed_lock: lock,
            ..self
        }
    }

    /// Sets which lockout counts where one is declared and a response announces another; defaults
    /// to [`LockPolicy::Announced`].
    pub const fn lock_policy(self, policy: LockPolicy) -> Self {
        Self {
            lock_policy: policy,
            ..self
        }
    }

    /// Sets the longest `Retry-After` that is obeyed, and the longest quota; defaults to one hour.
    /// A longer one counts as this.
    pub const fn max_retry_after(self, max: Duration) -> Self {
        Self {
            max_retry_after: max,
            ..self
        }
    }

    /// Sets how many percent of the slots retries may take ahead of other calls; defaults to 50,
    /// and is at least one slot. Further retries wait in line like other calls.
    pub const fn retry_share(self, percent: u8) -> Self {
        Self {
            retry_share: percent,
            ..self
        }
    }

    /// Sets how many slots of a limit only urgent calls may take; defaults to none. At least one is
    /// left for the others.
    pub const fn reserved_for_urgent(self, slots: u32) -> Self {
        Self {
            reserved: slots,
            ..self
        }
    }

    /// Sets how long a permit stays usable; defaults to 30 seconds.
    pub const fn permit_ttl(self, ttl: Duration) -> Self {
        Self {
            permit_ttl: ttl,
            ..self
        }
    }

    /// Sets how many calls may wait for one bucket; defaults to 1000. Further calls fail at once.
    pub const fn queue_capacity(self, calls: usize) -> Self {
        Self {
            queue_capacity: calls,
            ..self
        }
    }

    /// Sets whether calls wait that don't set it themselves; defaults to [`WaitPolicy::Wait`].
    pub const fn wait_policy(self, policy: WaitPolicy) -> Self {
        Self {
            wait_policy: policy,
            ..self
        }
    }

    pub(crate) const fn is_off(&self) -> bool {
        self.off
    }

    pub(crate) const fn default_wait_policy(&self) -> WaitPolicy {
        self.wait_policy
    }
}

/// Same as [`LimitSettings::new`].
impl Default for LimitSettings {
    fn default() -> Self {
        Self::new()
    }
}

/// How a call acquires its permit.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::limit::{AcquireOptions, Priority, WaitPolicy};
///
/// let options = AcquireOptions::new()
///     .timeout(Duration::from_secs(10))
///     .priority(Priority::Urgent)
///     .wait_policy(WaitPolicy::FailFast);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[must_use]
pub struct AcquireOptions {
    pub(super) deadline: Option<Instant>,
    pub(super) timeout: Duration,
    pub(super) wait_policy: WaitPolicy,
    pub(super) priority: Priority,
    pub(super) retry: bool,
    /// The time, if the caller has just read the clock.
    pub(super) now: Option<Instant>,
}

impl AcquireOptions {
    /// Returns the options of a normal call that waits for its permit indefinitely, and for its
    /// response half a minute.
    pub const fn new() -> Self {
        Self {
            deadline: None,
            timeout: Duration::from_secs(30),
            wait_policy: WaitPolicy::Wait,
            priority: Priority::Normal,
            retry: false,
            now: None,
        }
    }

    /// Sets when the call has to be sent at the latest. A wait that can't end before fails at once.
    /// A wait that later turns out to take longer is not ended: drop the future at the deadline.
    pub const fn deadline(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// Sets how long the call will wait for its response; defaults to 30 seconds.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets whether the call waits for its permit; defaults to [`WaitPolicy::Wait`].
    pub const fn wait_policy(self, policy: WaitPolicy) -> Self {
        Self {
            wait_policy: policy,
            ..self
        }
    }

    /// Sets the priority among waiting calls; defaults to [`Priority::Normal`].
    pub const fn priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Sets whether the call was sent before; defaults to `false`. Retries go first, up to their
    /// [share](super::LimitSettings::retry_share).
    pub const fn retry(self, retry: bool) -> Self {
        Self { retry, ..self }
    }

    /// Sets the time, if it is known: reading the clock takes a good part of a permit's time.
    pub(crate) const fn now(self, now: Option<Instant>) -> Self {
        Self { now, ..self }
    }
}

/// Same as [`AcquireOptions::new`].
impl Default for AcquireOptions {
    fn default() -> Self {
        Self::new()
    }
}
