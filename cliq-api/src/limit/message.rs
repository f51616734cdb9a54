//! What is said to a bucket, and what it answers. Nothing in it assumes that both are in one
//! process.

use std::time::Duration;

use super::settings::Class;

/// A permit's name. Who asks for one chooses it, at random or nearly so, so that an ask that got no
/// answer can be repeated or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseId(pub u64);

/// Which limiter speaks: chosen at random, so that one can tell its own from its peers'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(pub u32);

impl Source {
    /// Nobody.
    pub const ASSUMED: Self = Self(0);
}

/// A call wants to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acquire {
    /// The permit's name.
    pub lease: LeaseId,
    /// Who asks.
    pub source: Source,
    /// How long the call waits for its answer at most. A lease that outlives the time to use it
    /// and this counts as sent and unanswered.
    pub timeout: Duration,
    /// Which slots it may have.
    pub class: Class,
    /// Whether it is the retry of a call.
    pub retry: bool,
    /// How long it waits at most. Where others wait as well, a place is kept for it only if that
    /// can suffice.
    pub waits: Duration,
}

impl Acquire {
    /// For a normal call that is no retry, and waits as long as it takes.
    pub fn new(lease: LeaseId, source: Source, timeout: Duration) -> Self {
        Self {
            lease,
            source,
            timeout,
            class: Class::Normal,
            retry: false,
            waits: Duration::MAX,
        }
    }

    /// For a call of the class.
    #[must_use]
    pub fn class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    /// For a call that waits no longer than that.
    #[must_use]
    pub fn waits(self, waits: Duration) -> Self {
        Self { waits, ..self }
    }

    /// For a retry, or not.
    #[must_use]
    pub fn retry(self, retry: bool) -> Self {
        Self { retry, ..self }
    }
}

/// What a bucket says to a call that wants to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It may be sent, if that is soon.
    Granted {
        /// In this time, as of the ask.
        use_within: Duration,
    },
    /// No slot is free.
    Wait {
        /// How long it takes at the least, as far as one can tell: what a deadline is compared
        /// with.
        earliest: Duration,
        /// When to ask again, if nothing happens before.
        again: Duration,
    },
    /// Retries have had their share: it has to wait in line like others.
    Behind,
    /// Nothing may be sent.
    Locked(Locked),
}

/// A lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Locked {
    /// For how long yet.
    pub left: Duration,
    /// Where that is known from.
    pub why: LockSource,
}

/// Where it is known from that a user is locked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LockSource {
    /// The server told this limiter.
    Observed,
    /// The server told another one that shares the state.
    Peer,
    /// Nobody told of it, but the state was lost, and there may be one.
    Assumed,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// With an answer that tells of no lock.
    Answered,
    /// With an answer that it was too much.
    Throttled {
        /// When to come back, if the answer says that.
        retry_after: Option<Duration>,
    },
    /// With no answer, though it may have been sent.
    Unanswered,
    /// It was certainly not sent.
    Unsent,
}

/// What a bucket says to a call that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completed {
    /// Whether there is a lock now.
    pub locked: Option<Locked>,
    /// Whether this call told of it first: it came although the call was allowed.
    pub begins: bool,
}
