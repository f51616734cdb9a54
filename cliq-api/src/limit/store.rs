//! The trait to implement to keep buckets outside of the process, where several limiters share
//! them.

use std::fmt;
use std::time::Duration;

use super::bucket::Bucket;
use super::message::{Acquire, Complete, Completed, Decision, Locked, Source};
use super::registry::UserBucket;
use super::rules::Rules;
use super::settings::Priority;
use crate::store::StoreFuture;

/// Keeps buckets that several limiters share.
///
/// A store loads each [`Bucket`] of the call (a new one if there is none), passes the message on,
/// with its own time, and saves it, all as one atomic step: under a lock, or by compare and swap.
/// [`Bucket::encode`] and [`decode`](Bucket::decode) convert it to bytes and back. Lockouts and
/// slots belong to the store's clock; nobody's wall clock matters.
///
/// A call has one lease, by the same name in all its buckets. Messages may be repeated: a lease
/// that is requested again is granted again, and one that is completed again changes nothing, but
/// that a lockout may be extended.
///
/// A future that is dropped may have taken effect or not. A limiter then gives the lease back.
pub trait LimitStore: Send + Sync + fmt::Debug {
    /// Requests a permit from each of the buckets, which are all different, and returns what each
    /// of them decides. If one of them doesn't grant it, none may hold it.
    fn acquire<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        message: Acquire,
    ) -> StoreFuture<'a, Vec<Decision>>;

    /// Reports to each of the buckets how a call ended, and returns what each of them replies.
    fn complete<'a>(
        &'a self,
        reports: &'a [(&'a UserBucket, Complete)],
    ) -> StoreFuture<'a, Vec<Completed>>;

    /// Does the same as [`complete`](Self::complete) without a runtime, before it returns: the
    /// runtime ends, and with it what was being reported. Returns whether it was done. A store that
    /// needs a runtime returns `false`; the lease then expires like that of a call without a
    /// response.
    fn complete_blocking(&self, reports: &[(&UserBucket, Complete)]) -> bool {
        let _ = reports;
        false
    }

    /// Returns what a call of that priority would meet at each of the buckets, without changing
    /// anything.
    fn peek<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        source: Source,
        priority: Priority,
    ) -> StoreFuture<'a, Vec<Snapshot>>;

    /// Returns a lockout that is known without asking anybody, for stores that are notified of
    /// them. It is called before a call waits and just before it is sent, so it has to be fast.
    fn known_lock(&self, _bucket: &UserBucket, _source: Source) -> Option<Locked> {
        None
    }
}

/// What a call would meet at a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many calls could be sent at once, lockouts aside; `None` without a limit.
    pub remaining: Option<u32>,
    /// The shortest possible wait for the next call, lockouts included.
    pub next: Duration,
    /// The lockout in force.
    pub locked: Option<Locked>,
}

impl Snapshot {
    /// Without a limit and a lockout.
    pub(super) const FREE: Self = Self {
        remaining: None,
        next: Duration::ZERO,
        locked: None,
    };

    /// What a call meets that needs a permit of both.
    pub(super) fn and(self, other: Self) -> Self {
        let remaining = match (self.remaining, other.remaining) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            remaining,
            next: self.next.max(other.next),
            locked: Locked::longer(self.locked, other.locked),
        }
    }
}

impl Bucket {
    /// Returns what a call of that priority would meet.
    pub fn peek(
        &mut self,
        now: u64,
        rules: &Rules,
        source: Source,
        priority: Priority,
    ) -> Snapshot {
        // First, as an expired lease may extend a lockout.
        let wait = self.expected(now, rules, priority, 0);
        let locked = self.locked(now, source);
        Snapshot {
            remaining: self.remaining(now, rules, priority),
            next: locked.map_or(wait, |locked| locked.left.max(wait)),
            locked,
        }
    }
}
