//! How often each refresh token was used of late, so that none is used more often than its
//! [budget](RenewalBudget) allows.
//!
//! A server that counts may answer the next use, and all further ones, with a refusal, and each of
//! those may extend it. So a use counts from the moment at which it is sent until a window after
//! its answer, when the server has surely forgotten it. After one that failed there is a pause.

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
    /// When the last one failed, if it did, with a failure that may pass.
    failed_at: Option<Instant>,
}

/// Why there may be no use now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// All were used.
    Spent,
    /// The server reported too many, or the last one failed.
    Paused,
}

/// There may be no use until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotYet {
    pub(super) until: Instant,
    pub(super) reason: Reason,
}

/// A use under way. Dropped without an end, it counts as lost.
pub(super) struct Use<'l> {
    ledger: &'l Ledger,
    fingerprint: Fingerprint,
    budget: RenewalBudget,
    why: Why,
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
    ) -> Result<Use<'_>, NotYet> {
        let now = Instant::now();
        let mut pages = self.pages();
        pages.sweep(now);
        let page = pages.pages.entry(fingerprint).or_default();
        page.free(now, budget, why)?;
        // Its time identifies it.
        let mut counts_until = now + timeout + GRACE + budget.window();
        while page.uses.contains(&counts_until) {
            counts_until += Duration::from_nanos(1);
        }
        page.uses.push(counts_until);
        Ok(Use {
            ledger: self,
            fingerprint,
            budget: *budget,
            why,
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
            .is_none_or(|page| page.free(Instant::now(), budget, why).is_ok())
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
    fn free(&mut self, now: Instant, budget: &RenewalBudget, why: Why) -> Result<(), NotYet> {
        self.uses.retain(|&until| until > now);
        self.uses.sort_unstable();
        if let Some(until) = self.denied_until.filter(|&until| until > now) {
            return Err(NotYet {
                until,
                reason: Reason::Paused,
            });
        }
        let surplus = (self.uses.len() + 1).checked_sub(budget.most(why));
        if let Some(surplus) = surplus.filter(|&surplus| surplus > 0) {
            // A budget of nothing: no use ends that would make room for this one.
            let next = self.uses.get(surplus - 1).copied();
            return Err(NotYet {
                until: next.unwrap_or(now + Duration::from_mins(1)),
                reason: Reason::Spent,
            });
        }
        let resumes_at = self.resumes_at(budget, why);
        match resumes_at.filter(|&until| until > now) {
            Some(until) => Err(NotYet {
                until,
                reason: Reason::Paused,
            }),
            None => Ok(()),
        }
    }

    /// When the pause after the last use ends, if that failed.
    fn resumes_at(&self, budget: &RenewalBudget, why: Why) -> Option<Instant> {
        Some(budget.resumes_at(why, self.failed_at?, &self.uses))
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

    /// The server gave a token.
    pub(super) fn succeeded(self) {
        let now = Instant::now();
        self.replace(Some(now + self.budget.window()));
        self.with_page(|page| page.failed_at = None);
    }

    /// It was answered just now, without a token.
    pub(super) fn refused(self) {
        self.replace(Some(Instant::now() + self.budget.window()));
    }

    /// It failed in a way that may pass: answered, or nobody knows whether it reached the server.
    /// Returns when the next one may be, `retry_after` at the earliest.
    pub(super) fn failed(self, is_answered: bool, retry_after: Option<Duration>) -> Instant {
        let now = Instant::now();
        let window = self.budget.window();
        let grace = if is_answered { Duration::ZERO } else { GRACE };
        self.replace(Some(now + grace + window));
        let resumes_at = self.with_page(|page| {
            page.uses.sort_unstable();
            page.failed_at = Some(now);
            if let Some(wait) = retry_after {
                page.denied_until = page.denied_until.max(Some(now + wait.min(window)));
            }
            page.denied_until
                .max(page.resumes_at(&self.budget, self.why))
        });
        resumes_at.flatten().unwrap_or(now)
    }

    /// The server reported too many uses. Returns until when there may be none.
    pub(super) fn denied(self, time: Duration) -> Instant {
        let now = Instant::now();
        let until = now + time;
        self.replace(Some(now + self.budget.window()));
        self.with_page(|page| page.denied_until = Some(until));
        until
    }

    fn replace(&self, counts_until: Option<Instant>) {
        self.with_page(|page| {
            let mut uses = page.uses.iter();
            let Some(index) = uses.position(|&until| until == self.counts_until) else {
                return;
            };
            match counts_until {
                Some(until) => page.uses[index] = until,
                None => drop(page.uses.swap_remove(index)),
            }
        });
    }

    fn with_page<T>(&self, change: impl FnOnce(&mut Page) -> T) -> Option<T> {
        let mut pages = self.ledger.pages();
        pages.pages.get_mut(&self.fingerprint).map(change)
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

    fn begin(ledger: &Ledger, refresh_token: u32, why: Why) -> Result<Use<'_>, NotYet> {
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
                one.succeeded();
                given.push(why);
                advance(SECOND).await;
            }
        }
        assert_eq!(given.len(), 9);
        assert_eq!(given.iter().filter(|&&why| why == Why::Refused).count(), 5);
        assert_eq!(given.iter().filter(|&&why| why == Why::Early).count(), 2);
        // The first is forgotten after ten minutes and a second; another refresh token isn't
        // concerned.
        let until = begin(&ledger, 1, Why::Needed).err().unwrap().until;
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
        let not_yet = NotYet {
            until,
            reason: Reason::Paused,
        };
        assert_eq!(begin(&ledger, 1, Why::Needed).err(), Some(not_yet));
        advance(SECOND).await;
        assert!(begin(&ledger, 1, Why::Needed).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_sent_does_not_count_and_what_was_not_answered_counts_longer() {
        let ledger = Ledger::default();
        for _ in 0..20 {
            begin(&ledger, 1, Why::Needed).ok().unwrap().unsent();
        }
        let begun = Instant::now();
        for _ in 0..8 {
            let in_use = begin(&ledger, 1, Why::Needed).ok().unwrap();
            advance(in_use.failed(false, None) - Instant::now()).await;
        }
        let in_use = begin(&ledger, 1, Why::Needed).ok().unwrap();
        // When the first one no longer counts.
        let freed = begun + WINDOW + GRACE;
        assert_eq!(in_use.failed(false, None), freed);
        advance((freed - Instant::now()).saturating_sub(SECOND)).await;
        assert!(!allows(&ledger, 1, Why::Needed));
        advance(SECOND).await;
        assert!(allows(&ledger, 1, Why::Needed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_use_under_way_counts_until_the_server_has_certainly_forgotten_it() {
        let ledger = Ledger::default();
        let uses: Vec<_> = (0..9)
            .map(|_| begin(&ledger, 1, Why::Needed).ok().unwrap())
            .collect();
        let until = begin(&ledger, 1, Why::Needed).err().unwrap().until;
        assert_eq!(until - Instant::now(), SECOND + GRACE + WINDOW);
        drop(uses);
    }

    #[tokio::test(start_paused = true)]
    async fn a_use_that_failed_is_followed_by_a_pause_until_one_succeeds() {
        let ledger = Ledger::default();
        let fail = |retry_after| {
            let in_use = begin(&ledger, 1, Why::Needed).ok().unwrap();
            in_use.failed(true, retry_after)
        };
        let until = fail(None);
        let not_yet = NotYet {
            until,
            reason: Reason::Paused,
        };
        assert_eq!(begin(&ledger, 1, Why::Needed).err(), Some(not_yet));
        advance(until - Instant::now()).await;
        begin(&ledger, 1, Why::Needed).ok().unwrap().succeeded();
        // The server's own wait, a window at most.
        assert_eq!(fail(Some(5 * SECOND)), Instant::now() + 5 * SECOND);
        advance(5 * SECOND).await;
        assert_eq!(fail(Some(100 * WINDOW)), Instant::now() + WINDOW);
    }

    #[tokio::test(start_paused = true)]
    async fn what_counts_no_longer_is_forgotten() {
        let ledger = Ledger::default();
        for fingerprint in 0..10_000 {
            begin(&ledger, fingerprint, Why::Needed)
                .ok()
                .unwrap()
                .succeeded();
            advance(SECOND).await;
        }
        assert!(ledger.pages().pages.len() < 2_000);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_only_refused_tokens_are_counted() {
        let (ledger, budget) = (Ledger::default(), RenewalBudget::default());
        let begin = |why| ledger.begin(number(1), &budget, why, SECOND);
        for _ in 0..5 {
            begin(Why::Refused).ok().unwrap().succeeded();
        }
        let until = begin(Why::Refused).err().unwrap().until;
        for _ in 0..100 {
            begin(Why::Early).ok().unwrap().succeeded();
            begin(Why::Needed).ok().unwrap().succeeded();
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
