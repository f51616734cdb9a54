//! Arguments and results of `bucket.lua`.

use std::time::Duration;

use redis::{Script, ScriptInvocation};

use super::place::Place;
use crate::limit::{
    Acquire, Bucket, CallEnd, Complete, Completed, Decision, LockSource, Locked, Priority, Rules,
    Snapshot, Source,
};
use crate::store_error::StoreError;

pub(super) const BUCKET: &str = include_str!("bucket.lua");
/// Passed instead of rules when only a lockout is reported.
pub(super) const NO_RULES: [i64; 10] = [-1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// The polling interval while waiting for another process's call. There is no notification for it.
const LOOK: Duration = Duration::from_millis(500);
/// The longest duration that a time stamp of the script holds.
const LONGEST: u64 = u32::MAX as u64 >> 1;

/// Builds invocations of the script.
pub(super) struct Calls<'s> {
    pub(super) script: &'s Script,
    pub(super) place: &'s Place,
}

impl<'s> Calls<'s> {
    fn call(&self, what: &str, name: &str, rules: [i64; 10]) -> ScriptInvocation<'s> {
        let mut call = self.script.prepare_invoke();
        call.key(self.place.key("limit", name))
            .key(self.place.key("epoch", ""));
        call.arg(what).arg(self.place.key("locks", "")).arg(name);
        for number in rules {
            call.arg(number);
        }
        call
    }

    pub(super) fn acquire(&self, name: &str, rules: &Rules, ask: &Acquire) -> ScriptInvocation<'s> {
        let timeout = u64::try_from(ask.timeout.as_millis())
            .unwrap_or(LONGEST)
            .min(LONGEST);
        let mut call = self.call("acquire", name, rules.numbers());
        call.arg(&ask.lease.0.to_be_bytes())
            .arg(ask.source.0)
            .arg(timeout);
        call.arg(u8::from(ask.priority == Priority::Urgent))
            .arg(u8::from(ask.retry));
        call
    }

    pub(super) fn complete(
        &self,
        name: &str,
        rules: &Rules,
        end: &Complete,
    ) -> ScriptInvocation<'s> {
        let (outcome, lock) = match end.end {
            CallEnd::Answered => ("answered", 0),
            CallEnd::Throttled { retry_after } => ("throttled", rules.lock_for(retry_after)),
            CallEnd::Unanswered => ("unanswered", 0),
            CallEnd::Unsent => ("unsent", 0),
        };
        let mut call = self.call("complete", name, rules.numbers());
        call.arg(&end.lease.0.to_be_bytes())
            .arg(end.source.0)
            .arg(outcome)
            .arg(lock);
        call
    }

    pub(super) fn look(
        &self,
        name: &str,
        rules: &Rules,
        source: Source,
        priority: Priority,
    ) -> ScriptInvocation<'s> {
        let mut call = self.call("look", name, rules.numbers());
        call.arg(source.0)
            .arg(u8::from(priority == Priority::Urgent));
        call
    }

    pub(super) fn merge(
        &self,
        name: &str,
        rules: [i64; 10],
        bucket: &Bucket,
        as_of: u64,
    ) -> ScriptInvocation<'s> {
        let mut call = self.call("merge", name, rules);
        call.arg(bucket.encode()).arg(as_of);
        call
    }
}

pub(super) fn decision(answer: &[i64], source: Source) -> Result<Decision, StoreError> {
    Ok(match *answer {
        [1, ttl] => Decision::Granted { ttl: time(ttl) },
        [2, earliest, recheck] => {
            let (earliest, recheck) = (time(earliest), time(recheck));
            // The end of a peer's call isn't announced.
            Decision::Wait {
                earliest,
                recheck: recheck.min(earliest.max(LOOK)),
            }
        }
        [3] => Decision::ShareUsed,
        [4, left, from] => Decision::Locked(locked(left, from, source).ok_or_else(unknown)?),
        _ => return Err(unknown()),
    })
}

pub(super) fn completed(answer: &[i64], source: Source) -> Result<Completed, StoreError> {
    let &[left, from, begins] = answer else {
        return Err(unknown());
    };
    Ok(Completed {
        locked: locked(left, from, source),
        begins: begins == 1,
    })
}

pub(super) fn seen(answer: &[i64], source: Source) -> Result<Snapshot, StoreError> {
    let &[remaining, next, left, from] = answer else {
        return Err(unknown());
    };
    Ok(Snapshot {
        remaining: u32::try_from(remaining).ok(),
        next: time(next),
        locked: locked(left, from, source),
    })
}

fn locked(left: i64, from: i64, source: Source) -> Option<Locked> {
    if left <= 0 {
        return None;
    }
    let known = match from {
        0 => LockSource::Assumed,
        from if from == i64::from(source.0) => LockSource::Observed,
        _ => LockSource::Peer,
    };
    Some(Locked {
        left: time(left),
        source: known,
    })
}

fn time(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

fn unknown() -> StoreError {
    StoreError::new(
        "unexpected result of a Redis script: does another program use the same key prefix?",
    )
}
