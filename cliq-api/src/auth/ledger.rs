//! How often each refresh token was used of late, so that none is used too often.
//!
//! Zoho gives ten access tokens for a refresh token in ten minutes. The next request is answered
//! "Access Denied", and so are all further ones for ten minutes, each of which begins those anew.
//! So a use counts from the moment at which it is sent until ten minutes after its answer, when the
//! server has surely forgotten it; one fewer than published is used; and some are kept for those
//! who can't do without.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long the server counts a use, and denies, with a second for servers that count in whole
/// ones.
const WINDOW: Duration = Duration::from_secs(601);
/// How long a request that was not answered may be on its way.
const GRACE: Duration = Duration::from_mins(2);

/// Why a token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// There is none that can be used.
    Needed,
    /// The one at hand will run out.
    Early,
    /// The server refused the one at hand, which looked good.
    Refused,
}

impl Why {
    /// How many uses there may be in ten minutes, this one included.
    pub(super) const fn most(self) -> usize {
        match self {
            Self::Needed => 9,
            Self::Early => 7,
            // A server that refuses good tokens must not use up what is needed when they run out.
            Self::Refused => 5,
        }
    }
}

/// The uses of all refresh tokens of a client, by their fingerprints.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    pages: HashMap<u128, Page>,
    /// At how many pages those are looked for that hold nothing any more.
    sweep_at: usize,
}

/// The uses of one.
#[derive(Default)]
struct Page {
    /// Until when each counts.
    uses: Vec<Instant>,
    denied_until: Option<Instant>,
}

/// A use under way. Dropped without an end, it counts as one that was lost.
pub(super) struct Use<'l> {
    ledger: &'l Ledger,
    fingerprint: u128,
    counts_until: Instant,
}

impl Ledger {
    /// Begins a use; or tells until when there may be none.
    pub(super) fn begin(
        &self,
        fingerprint: u128,
        why: Why,
        timeout: Duration,
    ) -> Result<Use<'_>, Instant> {
        let now = Instant::now();
        let mut pages = self.pages();
        pages.sweep(now);
        let page = pages.pages.entry(fingerprint).or_default();
        page.free(now, why)?;
        // Told apart by their times.
        let mut counts_until = now + timeout + GRACE + WINDOW;
        while page.uses.contains(&counts_until) {
            counts_until += Duration::from_nanos(1);
        }
        page.uses.push(counts_until);
        Ok(Use {
            ledger: self,
            fingerprint,
            counts_until,
        })
    }

    /// Whether there may be a use now.
    pub(super) fn allows(&self, fingerprint: u128, why: Why) -> bool {
        let mut pages = self.pages();
        pages
            .pages
            .get_mut(&fingerprint)
            .is_none_or(|page| page.free(Instant::now(), why).is_ok())
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Forgets what no longer counts, seldom enough that it costs nothing for each use.
    fn sweep(&mut self, now: Instant) {
        if self.pages.len() >= self.sweep_at {
            self.pages.retain(|_, page| page.is_in_use(now));
            self.sweep_at = 64.max(2 * self.pages.len());
        }
    }
}

impl Page {
    /// Whether another use is free now, or else when.
    fn free(&mut self, now: Instant, why: Why) -> Result<(), Instant> {
        self.uses.retain(|&until| until > now);
        if let Some(until) = self.denied_until.filter(|&until| until > now) {
            return Err(until);
        }
        let Some(surplus) = (self.uses.len() + 1)
            .checked_sub(why.most())
            .filter(|&surplus| surplus > 0)
        else {
            return Ok(());
        };
        self.uses.sort_unstable();
        Err(self.uses[surplus - 1])
    }

    fn is_in_use(&self, now: Instant) -> bool {
        self.uses
            .iter()
            .chain(&self.denied_until)
            .any(|&until| until > now)
    }
}

impl Use<'_> {
    /// It never reached the server.
    pub(super) fn unsent(self) {
        self.replace(None);
    }

    /// Nobody knows whether it reached the server, or will.
    pub(super) fn lost(self) {
        self.replace(Some(Instant::now() + GRACE + WINDOW));
    }

    /// It was answered just now.
    pub(super) fn answered(self) {
        self.replace(Some(Instant::now() + WINDOW));
    }

    /// It was answered "Access Denied". Tells until when that holds.
    pub(super) fn denied(self) -> Instant {
        let until = Instant::now() + WINDOW;
        self.replace(Some(until));
        if let Some(page) = self.ledger.pages().pages.get_mut(&self.fingerprint) {
            page.denied_until = Some(until);
        }
        until
    }

    fn replace(&self, counts_until: Option<Instant>) {
        let mut pages = self.ledger.pages();
        let Some(page) = pages.pages.get_mut(&self.fingerprint) else {
            return;
        };
        if let Some(index) = page
            .uses
            .iter()
            .position(|&until| until == self.counts_until)
        {
            match counts_until {
                Some(until) => page.uses[index] = until,
                None => drop(page.uses.swap_remove(index)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TEN_MINUTES: Duration = Duration::from_mins(10);

    #[tokio::test(start_paused = true)]
    async fn it_gives_nine_in_ten_minutes_and_keeps_some_for_those_in_need() {
        let ledger = Ledger::default();
        let mut given = Vec::new();
        for why in [Why::Refused, Why::Early, Why::Needed] {
            while let Ok(one) = ledger.begin(1, why, SECOND) {
                one.answered();
                given.push(why);
                advance(SECOND).await;
            }
        }
        assert_eq!(given.len(), 9);
        assert_eq!(given.iter().filter(|&&why| why == Why::Refused).count(), 5);
        assert_eq!(given.iter().filter(|&&why| why == Why::Early).count(), 2);
        // The first is forgotten after ten minutes and a second; another refresh token isn't
        // concerned.
        let until = ledger.begin(1, Why::Needed, SECOND).err().unwrap();
        assert_eq!(until - Instant::now() + 9 * SECOND, WINDOW);
        assert!(ledger.allows(2, Why::Refused) && !ledger.allows(1, Why::Needed));
        advance(until - Instant::now()).await;
        assert!(ledger.begin(1, Why::Needed, SECOND).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_denial_holds_for_ten_minutes() {
        let ledger = Ledger::default();
        let until = ledger.begin(1, Why::Needed, SECOND).ok().unwrap().denied();
        advance(TEN_MINUTES).await;
        assert_eq!(ledger.begin(1, Why::Needed, SECOND).err(), Some(until));
        advance(SECOND).await;
        assert!(ledger.begin(1, Why::Needed, SECOND).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_sent_does_not_count_and_what_was_not_answered_counts_longer() {
        let ledger = Ledger::default();
        for _ in 0..20 {
            ledger.begin(1, Why::Needed, SECOND).ok().unwrap().unsent();
        }
        for _ in 0..9 {
            ledger.begin(1, Why::Needed, SECOND).ok().unwrap().lost();
        }
        advance(WINDOW.saturating_sub(SECOND) + GRACE).await;
        assert!(!ledger.allows(1, Why::Needed));
        advance(SECOND).await;
        assert!(ledger.allows(1, Why::Needed));
    }

    #[tokio::test(start_paused = true)]
    async fn what_counts_no_longer_is_forgotten() {
        let ledger = Ledger::default();
        for fingerprint in 0..10_000 {
            ledger
                .begin(fingerprint, Why::Needed, SECOND)
                .ok()
                .unwrap()
                .answered();
            advance(SECOND).await;
        }
        assert!(ledger.pages().pages.len() < 2_000);
    }
}
