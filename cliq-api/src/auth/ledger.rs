//! How often each refresh token was used of late, so that none is used more often than its
//! [budget](RenewalBudget) allows.
//!
//! A server that counts may answer the next use, and all further ones, with a refusal, and each of
//! those may extend it. So a use counts from the moment at which it is sent until a window after
//! its answer, when the server has surely forgotten it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Fingerprint;
use super::budget::{RenewalBudget, Why};

/// How long a request that was not answered may be on its way.
pub(super) const GRACE: Duration = Duration::from_mins(2);

/// The uses of all refresh tokens of a client, by their fingerprints.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    pages: HashMap<Fingerprint, Page>,
    /// At how many pages those that no longer count are removed.
    sweep_at: usize,
}

/// The uses of one.
#[derive(Default)]
struct Page {
    /// Until when each counts.
    uses: Vec<Instant>,
    denied_until: Option<Instant>,
}

/// A use under way. Dropped without an end, it counts as lost.
pub(super) struct Use<'l> {
    ledger: &'l Ledger,
    fingerprint: Fingerprint,
    window: Duration,
    counts_until: Instant,
}

impl Ledger {
    /// Begins a use, or returns until when there may be none.
    pub(super) fn begin(
        &self,
        fingerprint: Fingerprint,
        budget: &RenewalBudget,
        why: Why,
        timeout: Duration,
    ) -> Result<Use<'_>, Instant> {
        let now = Instant::now();
        let mut pages = self.pages();
        pages.sweep(now);
        let page = pages.pages.entry(fingerprint).or_default();
        page.free(now, budget.most(why))?;
        let window = budget.window();
        // Its time identifies it.
        let mut counts_until = now + timeout + GRACE + window;
        while page.uses.contains(&counts_until) {
            counts_until += Duration::from_nanos(1);
        }
        page.uses.push(counts_until);
        Ok(Use {
            ledger: self,
            fingerprint,
            window,
            counts_until,
        })
    }

    /// Whether there may be a use now.
    pub(super) fn allows(
        &self,
        fingerprint: Fingerprint,
        budget: &RenewalBudget,
        why: Why,
    ) -> bool {
        let mut pages = self.pages();
        pages
            .pages
            .get_mut(&fingerprint)
            .is_none_or(|page| page.free(Instant::now(), budget.most(why)).is_ok())
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Removes what no longer counts, rarely enough that its cost doesn't matter.
    fn sweep(&mut self, now: Instant) {
        if self.pages.len() >= self.sweep_at {
            self.pages.retain(|_, page| page.is_in_use(now));
            self.sweep_at = 64.max(2 * self.pages.len());
        }
    }
}

impl Page {
    /// Whether another use is free now, or else when.
    fn free(&mut self, now: Instant, most: usize) -> Result<(), Instant> {
        self.uses.retain(|&until| until > now);
        if let Some(until) = self.denied_until.filter(|&until| until > now) {
            return Err(until);
        }
        let Some(surplus) = (self.uses.len() + 1)
            .checked_sub(most)
            .filter(|&surplus| surplus > 0)
        else {
            return Ok(());
        };
        self.uses.sort_unstable();
        // A budget of nothing: no use ends that would make room for this one.
        let next = self.uses.get(surplus - 1).copied();
        Err(next.unwrap_or(now + Duration::from_mins(1)))
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
        self.replace(Some(Instant::now() + GRACE + self.window));
    }

    /// It was answered just now.
    pub(super) fn answered(self) {
        self.replace(Some(Instant::now() + self.window));
    }

    /// The server reported too many uses. Returns until when there may be none.
    pub(super) fn denied(self, time: Duration) -> Instant {
        let now = Instant::now();
        let until = now + time;
        self.replace(Some(now + self.window));
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
    const WINDOW: Duration = Duration::from_secs(601);

    fn budget() -> RenewalBudget {
        RenewalBudget::new(9, TEN_MINUTES).early(7).after_refusal(5)
    }

    fn number(number: u32) -> Fingerprint {
        Fingerprint::of([number.to_be_bytes()])
    }

    fn begin(ledger: &Ledger, refresh_token: u32, why: Why) -> Result<Use<'_>, Instant> {
        ledger.begin(number(refresh_token), &budget(), why, SECOND)
    }

    fn allows(ledger: &Ledger, refresh_token: u32, why: Why) -> bool {
        ledger.allows(number(refresh_token), &budget(), why)
    }

    #[tokio::test(start_paused = true)]
    async fn it_gives_nine_in_ten_minutes_and_keeps_some_for_those_in_need() {
        let ledger = Ledger::default();
        let mut given = Vec::new();
        for why in [Why::Refused, Why::Early, Why::Needed] {
            while let Ok(one) = begin(&ledger, 1, why) {
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
        let until = begin(&ledger, 1, Why::Needed).err().unwrap();
        assert_eq!(until - Instant::now() + 9 * SECOND, WINDOW);
        assert!(allows(&ledger, 2, Why::Refused) && !allows(&ledger, 1, Why::Needed));
        advance(until - Instant::now()).await;
        assert!(begin(&ledger, 1, Why::Needed).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_denial_holds_for_ten_minutes() {
        let ledger = Ledger::default();
        let until = begin(&ledger, 1, Why::Needed).ok().unwrap().denied(WINDOW);
        advance(TEN_MINUTES).await;
        assert_eq!(begin(&ledger, 1, Why::Needed).err(), Some(until));
        advance(SECOND).await;
        assert!(begin(&ledger, 1, Why::Needed).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_sent_does_not_count_and_what_was_not_answered_counts_longer() {
        let ledger = Ledger::default();
        for _ in 0..20 {
            begin(&ledger, 1, Why::Needed).ok().unwrap().unsent();
        }
        for _ in 0..9 {
            begin(&ledger, 1, Why::Needed).ok().unwrap().lost();
        }
        advance(WINDOW.saturating_sub(SECOND) + GRACE).await;
        assert!(!allows(&ledger, 1, Why::Needed));
        advance(SECOND).await;
        assert!(allows(&ledger, 1, Why::Needed));
    }

    #[tokio::test(start_paused = true)]
    async fn what_counts_no_longer_is_forgotten() {
        let ledger = Ledger::default();
        for fingerprint in 0..10_000 {
            begin(&ledger, fingerprint, Why::Needed)
                .ok()
                .unwrap()
                .answered();
            advance(SECOND).await;
        }
        assert!(ledger.pages().pages.len() < 2_000);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_only_refused_tokens_are_counted() {
        let (ledger, budget) = (Ledger::default(), RenewalBudget::default());
        let begin = |why| ledger.begin(number(1), &budget, why, SECOND);
        for _ in 0..5 {
            begin(Why::Refused).ok().unwrap().answered();
        }
        let until = begin(Why::Refused).err().unwrap();
        for _ in 0..100 {
            begin(Why::Early).ok().unwrap().answered();
            begin(Why::Needed).ok().unwrap().answered();
        }
        assert!(until <= Instant::now() + WINDOW);
        assert!(RenewalBudget::new(0, SECOND).most(Why::Needed) == 0);
        let none = ledger.begin(
            number(2),
            &RenewalBudget::new(0, SECOND),
            Why::Needed,
            SECOND,
        );
        assert!(none.is_err());
    }
}
