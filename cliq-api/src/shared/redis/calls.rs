//! Arguments and results of `bucket.lua`.

use std::borrow::Cow;
use std::time::Duration;

use redis::{Script, ScriptInvocation};

use super::place::Place;
use crate::limit::{
    Acquire, Bucket, CallEnd, Complete, Completed, Decision, LockSource, Locked, Priority, Rules,
    Snapshot, Source,
};
use crate::store::StoreError;

/// Operations on buckets.
pub(super) fn bucket_script() -> Script {
    Script::new(&source("bucket.lua", include_str!("bucket.lua")))
}

/// Operations on tokens.
pub(super) fn token_script() -> Script {
    Script::new(&source("tokens.lua", include_str!("tokens.lua")))
}

#[cfg(not(test))]
fn source(_: &str, text: &'static str) -> Cow<'static, str> {
    text.into()
}

/// Returns the text of a script: that in the directory `LUA_SCRIPTS`, to see whether tests notice
/// what was changed there.
#[cfg(test)]
pub(super) fn source(name: &str, text: &'static str) -> Cow<'static, str> {
    match std::env::var_os("LUA_SCRIPTS") {
        Some(directory) => {
            let path = std::path::Path::new(&directory).join(name);
            std::fs::read_to_string(path).expect("the script").into()
        }
        None => text.into(),
    }
}

/// The rules of a bucket of which only a lockout is known.
pub(super) const NO_RULES: [i64; 12] = [-1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, -1];
/// How often a call asks again that waits for the response to another call.
const LOOK: Duration = Duration::from_millis(500);
/// The longest time that the script can count with: what a stamp holds.
const LONGEST: u64 = u32::MAX as u64 >> 1;

/// Creates calls of the script.
pub(super) struct Calls<'s> {
    pub(super) script: &'s Script,
    pub(super) place: &'s Place,
}

/// A bucket, with its name in the store.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) rules: Rules,
}

/// The arguments of a message that differ by bucket.
type Own = [i64; 6];

impl<'s> Calls<'s> {
    /// A call without its buckets.
    fn call(&self, what: &str, message: [&[u8]; 5]) -> ScriptInvocation<'s> {
        let mut call = self.script.prepare_invoke();
        call.key(self.place.key("epoch", ""));
        call.arg(what).arg(self.place.channel());
        for part in message {
            call.arg(part);
        }
        call
    }

    fn bucket<'c>(
        &self,
        call: &'c mut ScriptInvocation<'s>,
        name: &str,
        rules: [i64; 12],
    ) -> &'c mut ScriptInvocation<'s> {
        call.key(self.place.key("limit", name)).arg(name);
        for number in rules {
            call.arg(number);
        }
        call
    }

    fn buckets(
        &self,
        call: &mut ScriptInvocation<'s>,
        buckets: &[Named],
        own: impl Fn(usize) -> Own,
    ) {
        for (index, bucket) in buckets.iter().enumerate() {
            let call = self.bucket(call, &bucket.name, bucket.rules.numbers());
            for number in own(index) {
                call.arg(number);
            }
        }
    }

    pub(super) fn acquire(&self, buckets: &[Named], ask: &Acquire) -> ScriptInvocation<'s> {
        let timeout = u64::try_from(ask.timeout.as_millis())
            .unwrap_or(LONGEST)
            .min(LONGEST);
        let mut call = self.call(
            "acquire",
            [
                &ask.lease.0.to_be_bytes(),
                ask.source.0.to_string().as_bytes(),
                timeout.to_string().as_bytes(),
                flag(ask.priority == Priority::Urgent),
                flag(ask.retry),
            ],
        );
        self.buckets(&mut call, buckets, |_| Own::default());
        call
    }

    /// All messages are of one call.
    pub(super) fn complete(&self, reports: &[(Named, Complete)]) -> ScriptInvocation<'s> {
        let lease = reports.first().map_or(0, |(_, message)| message.lease.0);
        let source = reports.first().map_or(0, |(_, message)| message.source.0);
        let mut call = self.call(
            "complete",
            [
                &lease.to_be_bytes(),
                source.to_string().as_bytes(),
                b"",
                b"",
                b"",
            ],
        );
        let time = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        for (Named { name, rules }, message) in reports {
            let (end, lock) = match message.end {
                CallEnd::Answered => ("answered", None),
                CallEnd::Throttled { retry_after } => ("throttled", rules.lock_for(retry_after)),
                CallEnd::Unanswered => ("unanswered", None),
                CallEnd::Unsent => ("unsent", None),
            };
            let quota = message.quota;
            self.bucket(&mut call, name, rules.numbers())
                .arg(end)
                .arg(lock.map_or(-1, time))
                .arg(quota.map_or(-1, |quota| i64::from(quota.remaining)))
                .arg(quota.map_or(0, |quota| time(rules.quota_for(quota))))
                .arg(quota.map_or(0, |quota| rules.quota_begins(quota)))
                .arg(quota.and_then(|quota| quota.limit).map_or(-1, i64::from));
        }
        call
    }

    pub(super) fn peek(&self, buckets: &[Named], priority: Priority) -> ScriptInvocation<'s> {
        let mut call = self.call(
            "peek",
            [flag(priority == Priority::Urgent), b"", b"", b"", b""],
        );
        self.buckets(&mut call, buckets, |_| Own::default());
        call
    }

    pub(super) fn merge(
        &self,
        name: &str,
        rules: [i64; 12],
        bucket: &Bucket,
        as_of: u64,
    ) -> ScriptInvocation<'s> {
        let as_of = as_of.to_string();
        let mut call = self.call("merge", [as_of.as_bytes(), b"", b"", b"", b""]);
        self.bucket(&mut call, name, rules).arg(bucket.encode());
        for _ in 1..Own::default().len() {
            call.arg(0);
        }
        call
    }
}

fn flag(is_set: bool) -> &'static [u8] {
    if is_set { b"1" } else { b"0" }
}

pub(super) fn decision(answer: &[i64], source: Source) -> Result<Decision, StoreError> {
    Ok(match *answer {
        [1, ttl] => Decision::Granted { ttl: time(ttl) },
        [2, earliest, recheck, cold] => {
            let (earliest, recheck) = (time(earliest), time(recheck));
            Decision::Wait {
                earliest,
                // No peer tells it when its call ends.
                recheck: recheck.min(earliest.max(LOOK)),
                cold: cold == 1,
            }
        }
        [3] => Decision::ShareUsed,
        [4, left, from] => Decision::Locked(locked(left, from, source).ok_or_else(unknown)?),
        _ => return Err(unknown()),
    })
}

pub(super) fn completed(answer: &[i64], source: Source) -> Result<Completed, StoreError> {
    let &[left, from, unexpected] = answer else {
        return Err(unknown());
    };
    Ok(Completed {
        locked: locked(left, from, source),
        unexpected: unexpected == 1,
    })
}

pub(super) fn snapshot(answer: &[i64], source: Source) -> Result<Snapshot, StoreError> {
    let &[remaining, next, left, from] = answer else {
        return Err(unknown());
    };
    Ok(Snapshot {
        remaining: u32::try_from(remaining).ok(),
        next: time(next),
        locked: locked(left, from, source),
    })
}

/// Returns a lockout: for how much longer, and who reported it.
pub(super) fn lock(left: i64, from: i64) -> Option<(Duration, Source)> {
    let source = u32::try_from(from).ok()?;
    (left > 0).then(|| (time(left), Source(source)))
}

fn locked(left: i64, from: i64, source: Source) -> Option<Locked> {
    if left <= 0 {
        return None;
    }
    let source = match from {
        0 => LockSource::Assumed,
        from if from == i64::from(source.0) => LockSource::Observed,
        _ => LockSource::Peer,
    };
    Some(Locked {
        left: time(left),
        source,
    })
}

fn time(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

pub(super) fn unknown() -> StoreError {
    StoreError::new(
        "unexpected result of a Redis script: does another program use the same key prefix?",
    )
}
