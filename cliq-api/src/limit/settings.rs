//! What a user may choose of the limits. Each default is the safe one.

use std::time::Duration;

use super::bucket::{Rule, millis};
use crate::endpoint::meta::Limit;

/// How limits are kept. `docs/limits.md` says what each guards against.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::{Client, limit::LimitSettings};
///
/// # fn main() -> Result<(), cliq_api::Error> {
/// let settings = LimitSettings::new().reserve_for_urgent(2).longest_queue(100);
/// let client = Client::builder().limits(settings).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct LimitSettings {
    pub(super) enforced: bool,
    pub(super) spare: u32,
    pub(super) margin: Duration,
    pub(super) grace: Duration,
    pub(super) cold_start: bool,
    pub(super) retry_share: f64,
    pub(super) reserved: u32,
    pub(super) longest_queue: usize,
    pub(super) default_lock: Duration,
    pub(super) longest_retry_after: Duration,
    pub(super) through_locks: bool,
}

impl LimitSettings {
    /// The safe defaults.
    pub const fn new() -> Self {
        Self {
            enforced: true,
            spare: 1,
            margin: Duration::from_secs(1),
            grace: Duration::from_mins(2),
            cold_start: true,
            retry_share: 0.25,
            reserved: 0,
            longest_queue: 1000,
            default_lock: Duration::from_mins(10),
            longest_retry_after: Duration::from_hours(1),
            through_locks: false,
        }
    }

    /// No limit is kept and no lock obeyed: for a server that has none, such as a test's.
    pub const fn off() -> Self {
        Self { enforced: false, ..Self::new() }
    }

    /// How many calls fewer than published go in a window; 1 at first, as some servers lock at the call that reaches the limit. One call
    /// always may.
    #[must_use]
    pub const fn spare(self, calls: u32) -> Self {
        Self { spare: calls, ..self }
    }

    /// How much longer than the window a slot is held; 1 second at first, for servers that stamp in whole seconds.
    #[must_use]
    pub const fn margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// How long after its timeout the server may still read a call that got no answer; 2 minutes at first.
    #[must_use]
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Whether half of the slots count as taken for the first window, as it isn't known what was sent before; `true` at first. A store that
    /// is shared knows, and doesn't ask for it.
    #[must_use]
    pub const fn cold_start(self, cold: bool) -> Self {
        Self { cold_start: cold, ..self }
    }

    /// Which part of the slots may be lost to retries; a quarter at first. One slot always may.
    #[must_use]
    pub const fn retry_share(self, share: f64) -> Self {
        Self { retry_share: share, ..self }
    }

    /// How many slots are kept for calls marked [`urgent`](crate::Options::urgent); none at first.
    #[must_use]
    pub const fn reserve_for_urgent(self, slots: u32) -> Self {
        Self { reserved: slots, ..self }
    }

    /// How many calls may wait for one bucket; 1000 at first. Further ones fail at once.
    #[must_use]
    pub const fn longest_queue(self, calls: usize) -> Self {
        Self { longest_queue: calls, ..self }
    }

    /// How long a lock lasts where the endpoint doesn't say; 10 minutes at first.
    #[must_use]
    pub const fn default_lock(self, lock: Duration) -> Self {
        Self { default_lock: lock, ..self }
    }

    /// The most that is believed of what a server asks for in `Retry-After` or in words; an hour at first.
    #[must_use]
    pub const fn longest_retry_after(self, most: Duration) -> Self {
        Self { longest_retry_after: most, ..self }
    }

    /// Whether calls wait for a lock to end, as far as their deadline allows; at first they fail at once and say when it ends.
    #[must_use]
    pub const fn through_locks(self, wait: bool) -> Self {
        Self { through_locks: wait, ..self }
    }

    /// What that makes of a published limit and lock. Without a limit, of a lock that the server told of all the same.
    pub(super) fn rule(&self, limit: Option<Limit>, lock: Option<Duration>) -> Rule {
        let (calls, per) = limit.map_or((u32::MAX, Duration::ZERO), |limit| (limit.calls, limit.per));
        let mut rule = Rule::new(calls.saturating_sub(self.spare), per, lock.unwrap_or(self.default_lock));
        rule.margin = millis(self.margin);
        rule.grace = millis(self.grace);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` keeps to the ends of the range"
        )]
        let retries = (f64::from(rule.slots) * self.retry_share) as u32;
        rule.retries = retries.max(1);
        rule.reserved = self.reserved.min(rule.slots - 1);
        rule
    }
}

/// [`new`](Self::new).
impl Default for LimitSettings {
    fn default() -> Self {
        Self::new()
    }
}
