//! Locks that peers told of, so that obeying them asks nobody.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limit::{LockSource, Locked, Rules, Source};

#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<String, Told>>);

#[derive(Debug, Clone, Copy)]
struct Told {
    at: Instant,
    left: Duration,
    source: Source,
}

impl Locks {
    /// `name left source`, as the script writes it.
    pub(super) fn hear(&self, message: &[u8]) {
        let mut words = std::str::from_utf8(message).unwrap_or_default().split(' ');
        let (Some(name), Some(left), Some(source)) = (words.next(), words.next(), words.next())
        else {
            return;
        };
        let (Ok(left), Ok(source)) = (left.parse(), source.parse()) else {
            return;
        };
        let told = Told {
            at: Instant::now(),
            left: Duration::from_millis(left),
            source: Source(source),
        };
        let mut locks = self.lock();
        locks.retain(|_, told| told.left() > Duration::ZERO);
        let known = locks.entry(name.to_owned()).or_insert(told);
        if known.left() < told.left() {
            *known = told;
        }
    }

    /// As far as it can be true.
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
        let told = locks.get(&name())?;
        let longest = Duration::from_millis(rules.longest_lock());
        let left = told
            .left
            .min(longest)
            .checked_sub(told.at.elapsed())
            .filter(|left| !left.is_zero())?;
        let known = match told.source {
            Source::ASSUMED => LockSource::Assumed,
            from if from == source => LockSource::Observed,
            _ => LockSource::Peer,
        };
        Some(Locked {
            left,
            source: known,
        })
    }

    /// All that last.
    pub(super) fn all(&self) -> Vec<(String, Duration, Source)> {
        let locks = self.lock();
        let told = locks
            .iter()
            .map(|(name, told)| (name.clone(), told.left(), told.source));
        told.filter(|(_, left, _)| !left.is_zero()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn left(&self) -> Duration {
        self.left.saturating_sub(self.at.elapsed())
    }
}
