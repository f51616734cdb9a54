//! Messages between a limiter and a bucket. Nothing in them assumes that both are in one process.

use std::time::Duration;

use super::settings::Priority;

/// Names a permit. The limiter chooses it at random, so that a request whose response was lost can
/// be repeated or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseId(pub u64);

/// Identifies a limiter: chosen at random, so that a limiter recognizes what it reported itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(pub u32);

impl Source {
    /// No limiter.
    pub const ASSUMED: Self = Self(0);
}

/// Requests a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acquire {
    /// The name of the permit.
    pub lease: LeaseId,
    /// The limiter that asks.
    pub source: Source,
    /// How long the call waits for its response. A lease that is older than the permit's time to
    /// live plus this counts as a call without a response.
    pub timeout: Duration,
    /// Which slots the call may take.
    pub priority: Priority,
    /// Whether the call is a retry.
    pub retry: bool,
    /// How long the call waits for the permit. A place in a shared line is kept for it only if
    /// that can suffice.
    pub max_wait: Duration,
}

impl Acquire {
    /// Requests a permit for a normal call that is not a retry, and waits indefinitely.
    pub fn new(lease: LeaseId, source: Source, timeout: Duration) -> Self {
        Self {
            lease,
            source,
            timeout,
            priority: Priority::Normal,
            retry: false,
            max_wait: Duration::MAX,
        }
    }

    /// Sets the priority.
    #[must_use]
    pub fn priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Sets how long the call waits for the permit.
    #[must_use]
    pub fn max_wait(self, max_wait: Duration) -> Self {
        Self { max_wait, ..self }
    }

    /// Sets whether the call is a retry.
    #[must_use]
    pub fn retry(self, retry: bool) -> Self {
        Self { retry, ..self }
    }
}

/// A bucket's response to [`Acquire`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// The call may be sent.
    Granted {
        /// Within this time from the request.
        ttl: Duration,
    },
    /// No slot is free.
    Wait {
        /// The shortest possible wait, to compare with a deadline.
        earliest: Duration,
        /// When to ask again if nothing happens before.
        recheck: Duration,
        /// Whether only the [cold start](super::LimitSettings::cold_start) makes it wait.
        cold: bool,
    },
    /// Retries have used their share: this one has to wait in line like other calls.
    ShareUsed,
    /// The user is locked out.
    Locked(Locked),
}

/// A lockout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Locked {
    /// The time until it ends.
    pub left: Duration,
    /// How it is known.
    pub source: LockSource,
}

impl Locked {
    /// The one that lasts longer.
    pub(super) fn longer(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        [one, other]
            .into_iter()
            .flatten()
            .max_by_key(|locked| locked.left)
    }
}

/// How a lockout is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LockSource {
    /// A response to a call of this limiter.
    Observed,
    /// A response to a call of another limiter that shares the state.
    Peer,
    /// No response: the shared state was lost, and may have held a lockout.
    Assumed,
}

/// Reports how a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Complete {
    /// The name of the permit.
    pub lease: LeaseId,
    /// The limiter that reports.
    pub source: Source,
    /// How the call ended.
    pub end: CallEnd,
    /// The quota that the response reports.
    pub quota: Option<Quota>,
}

impl Complete {
    /// Reports the end of a call.
    pub fn new(lease: LeaseId, source: Source, end: CallEnd) -> Self {
        Self {
            lease,
            source,
            end,
            quota: None,
        }
    }

    /// Sets the quota that the response reports.
    #[must_use]
    pub fn quota(self, quota: Option<Quota>) -> Self {
        Self { quota, ..self }
    }
}

/// How many calls a server reports to be left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// How many calls may still be made before `reset`.
    pub remaining: u32,
    /// How long until the limit is full again.
    pub reset: Duration,
    /// How many calls the limit allows in all, which identifies the bucket among several.
    pub limit: Option<u32>,
    /// How long ago the server may have counted at the earliest.
    pub age: Duration,
}

impl Quota {
    /// Creates a quota of so many calls for so long.
    pub const fn new(remaining: u32, reset: Duration) -> Self {
        Self {
            remaining,
            reset,
            limit: None,
            age: Duration::ZERO,
        }
    }

    /// Sets how many calls the limit allows in all.
    #[must_use]
    pub const fn of(self, limit: u32) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// Sets how long ago the server may have counted at the earliest. A permit knows it.
    #[must_use]
    pub const fn age(self, age: Duration) -> Self {
        Self { age, ..self }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallEnd {
    /// With a response that reports no throttling.
    Answered,
    /// With a response that the calls are too many.
    Throttled {
        /// When to retry, if the response names a time.
        retry_after: Option<Duration>,
    },
    /// Without a response, though the call may have arrived.
    Unanswered,
    /// The call was certainly not sent.
    Unsent,
}

/// A bucket's response to [`Complete`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completed {
    /// The lockout that is in force now.
    pub locked: Option<Locked>,
    /// Whether the server throttled the call although it was allowed and no lockout was known.
    pub unexpected: bool,
}

impl Completed {
    /// No lockout.
    pub(super) const FREE: Self = Self::locked(None);

    /// A lockout that is nothing new.
    pub(super) const fn locked(locked: Option<Locked>) -> Self {
        Self {
            locked,
            unexpected: false,
        }
    }

    /// What both buckets of a call reply.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            locked: Locked::longer(self.locked, other.locked),
            unexpected: self.unexpected || other.unexpected,
        }
    }
}
