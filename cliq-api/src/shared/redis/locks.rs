//! Lockouts that peers published or the server reported, so that obeying them needs no round trip,
//! and a server that forgets them gets them again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limit::{LockSource, Locked, Rules, Source};

#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<String, Known>>);

/// The message of the script that the server has lost its state.
const LOST: &[u8] = b"lost";

#[derive(Debug, Clone, Copy)]
struct Known {
    at: Instant,
    left: Duration,
    source: Source,
}

impl Locks {
    /// Parses a message of the script: `name left source`, or that the server has lost its state.
    /// Returns whether it has.
    pub(super) fn hear(&self, message: &[u8]) -> bool {
        let mut words = std::str::from_utf8(message).unwrap_or_default().split(' ');
        if let (Some(name), Some(left), Some(source)) = (words.next(), words.next(), words.next())
            && let (Ok(left), Ok(source)) = (left.parse(), source.parse())
        {
            self.note(name, Duration::from_millis(left), Source(source));
        }
        message == LOST
    }

    /// Records a lockout.
    pub(super) fn note(&self, name: &str, left: Duration, source: Source) {
        let new = Known {
            at: Instant::now(),
            left,
            source,
        };
        let mut locks = self.lock();
        locks.retain(|_, known| known.left() > Duration::ZERO);
        let known = locks.entry(name.to_owned()).or_insert(new);
        if known.left() < new.left() {
            *known = new;
        }
    }

    /// Returns a lockout, for no longer than one can last.
    pub(super) fn of(
        &self,
        name: impl FnOnce() -> String,
        rules: &Rules,
        source: Source,
    ) -> Option<Locked> {
        let locks = self.lock();
        if locks.is_empty() {
            return None;
        }
        let known = locks.get(&name())?;
        let longest = Duration::from_millis(rules.longest_lock());
        let left = known
            .left
            .min(longest)
            .checked_sub(known.at.elapsed())
            .filter(|left| !left.is_zero())?;
        let source = match known.source {
            Source::ASSUMED => LockSource::Assumed,
            other if other == source => LockSource::Observed,
            _ => LockSource::Peer,
        };
        Some(Locked { left, source })
    }

    /// Returns all lockouts in force.
    pub(super) fn all(&self) -> Vec<(String, Duration, Source)> {
        let locks = self.lock();
        let known = locks
            .iter()
            .map(|(name, known)| (name.clone(), known.left(), known.source));
        known.filter(|(_, left, _)| !left.is_zero()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn left(&self) -> Duration {
        self.left.saturating_sub(self.at.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::{BucketSpec, LimitSettings};

    #[tokio::test(start_paused = true)]
    async fn each_lockout_is_known_until_it_ends() {
        let second = Duration::from_secs(1);
        let spec = BucketSpec::new("", "");
        let rules = Rules::new(&spec, &LimitSettings::new());
        let locks = Locks::default();
        let left = |name: &str| {
            let locked = locks.of(|| name.to_owned(), &rules, Source(1));
            locked.map(|locked| (locked.left.as_secs(), locked.source))
        };
        assert!(!locks.hear(b"one 10000 1"));
        locks.note("other", 20 * second, Source(2));
        assert!(!locks.hear(b"third 5000 0"));
        // A shorter one takes nothing away.
        locks.note("other", second, Source(1));
        assert_eq!(left("one"), Some((10, LockSource::Observed)));
        assert_eq!(left("other"), Some((20, LockSource::Peer)));
        assert_eq!(left("third"), Some((5, LockSource::Assumed)));
        assert_eq!(left("fourth"), None);
        tokio::time::advance(10 * second).await;
        assert_eq!((left("one"), left("third")), (None, None));
        assert_eq!(locks.all(), [("other".to_owned(), 10 * second, Source(2))]);
        locks.note("one", second, Source(3));
        assert_eq!(left("one"), Some((1, LockSource::Peer)));
        assert_eq!(locks.lock().len(), 2, "what has ended is forgotten");
        // For no longer than the settings know.
        locks.note("one", Duration::MAX, Source(3));
        let longest = Duration::from_millis(rules.longest_lock()).as_secs();
        assert_eq!(left("one"), Some((longest, LockSource::Peer)));
        for damaged in [&b""[..], b"one", b"one x 1", b"one 1 x", b"\xff 1 1"] {
            assert!(!locks.hear(damaged));
        }
        assert!(locks.hear(LOST));
    }
}
