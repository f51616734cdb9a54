//! What a user may choose about limits. The defaults are the safe ones; `docs/limits.md` says why.

use std::time::Duration;

/// How careful a [`Limiter`](super::Limiter) is.
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
    pub(super) spare: u32,
    pub(super) margin: Duration,
    pub(super) grace: Duration,
    pub(super) cold_start: bool,
    pub(super) lock: Duration,
    pub(super) longest_retry_after: Duration,
    pub(super) retries: u8,
    pub(super) reserved: u32,
    pub(super) use_within: Duration,
    pub(super) queue: usize,
    pub(super) patience: Patience,
}

/// Whether a call waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Patience {
    /// For a slot, as long as that can end before the call's deadline. Through a lock it doesn't
    /// wait.
    #[default]
    Wait,
    /// Never.
    FailFast,
    /// For a slot and for the end of a lock, as long as that can end before the call's deadline.
    ThroughLocks,
}

/// Which calls go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Class {
    /// Behind urgent ones. They can't have the slots that are
    /// [reserved](LimitSettings::reserved_for_urgent).
    #[default]
    Normal,
    /// Before normal ones.
    Urgent,
}

impl LimitSettings {
    /// The safe defaults.
    pub const fn new() -> Self {
        Self {
            off: false,
            spare: 1,
            margin: Duration::from_secs(1),
            grace: Duration::from_mins(2),
            cold_start: true,
            lock: Duration::from_mins(10),
            longest_retry_after: Duration::from_hours(1),
            retries: 50,
            reserved: 0,
            use_within: Duration::from_secs(30),
            queue: 1000,
            patience: Patience::Wait,
        }
    }

    /// Limits nothing and obeys no lock. For servers that are one's own, and for tests.
    pub const fn off() -> Self {
        Self {
            off: true,
            ..Self::new()
        }
    }

    /// How many fewer calls than the published limit are made; 1 at first. At least one call is
    /// made all the same.
    pub const fn spare(self, calls: u32) -> Self {
        Self {
            spare: calls,
            ..self
        }
    }

    /// How much longer than the window a slot is held after the answer, and how much longer than
    /// told a lock is obeyed; one second at first. It has to cover a server that stamps in
    /// whole seconds.
    pub const fn margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// For how long after the client gave up a server may still read a call; two minutes at first.
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Whether half of the slots count as used for the first window of a process, which can't know
    /// what the one before it sent; it does at first. The same says whether a shared store that
    /// may have lost what it knew counts all of them as used for a time.
    pub const fn cold_start(self, cold_start: bool) -> Self {
        Self { cold_start, ..self }
    }

    /// How long a lock is taken to last at an endpoint that declares none; ten minutes at first.
    pub const fn undeclared_lock(self, lock: Duration) -> Self {
        Self { lock, ..self }
    }

    /// The longest `Retry-After` that is believed; one hour at first. A longer one counts as this.
    pub const fn longest_retry_after(self, longest: Duration) -> Self {
        Self {
            longest_retry_after: longest,
            ..self
        }
    }

    /// How many percent of the slots retries may take ahead of other calls; 50 at first, and always
    /// at least one slot. Retries past that wait in line.
    pub const fn retry_share(self, percent: u8) -> Self {
        Self {
            retries: percent,
            ..self
        }
    }

    /// How many of a limit's slots only urgent calls may take; none at first. At least one is left
    /// for the others.
    pub const fn reserved_for_urgent(self, slots: u32) -> Self {
        Self {
            reserved: slots,
            ..self
        }
    }

    /// How long after it was given a permit may be used; half a minute at first.
    pub const fn use_within(self, time: Duration) -> Self {
        Self {
            use_within: time,
            ..self
        }
    }

    /// How many calls may wait for one bucket; 1000 at first. Further ones are refused as busy.
    pub const fn queue(self, calls: usize) -> Self {
        Self {
            queue: calls,
            ..self
        }
    }

    pub(crate) const fn default_patience(&self) -> Patience {
        self.patience
    }

    /// Whether calls wait that don't say so themselves; at first they wait for slots and not for
    /// locks.
    pub const fn patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }
}

/// As [`LimitSettings::new`].
impl Default for LimitSettings {
    fn default() -> Self {
        Self::new()
    }
}
