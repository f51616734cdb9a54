//! The state of one user's token, and what a call has to do: a state machine without I/O.
//!
//! A token has a generation. What arrives late, such as a refusal or a renewal that another one has
//! overtaken, is for an older generation, and changes nothing.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use secrecy::SecretString;
use tokio::sync::watch;
use tokio::time::Instant;

use super::budget::Why;
use super::{AccessToken, AuthError, AuthErrorKind, Generation, ScopeSet};

/// How long a failed renewal is not retried: the first time, and at most.
const INITIAL_BACKOFF: Duration = Duration::from_secs(2);
const MAX_BACKOFF: Duration = Duration::from_mins(1);
/// The same for an early one, which calls can do without.
const EARLY_BACKOFF: Duration = Duration::from_mins(1);

/// What a call is sent with.
#[derive(Debug, Clone)]
pub(super) struct Authorized {
    pub(super) header: HeaderValue,
    pub(super) generation: Generation,
}

/// The outcome of a renewal, for those who wait for it; `None` until then.
pub(super) type Outcome = Option<Result<Authorized, AuthError>>;

#[derive(Default)]
pub(super) struct State {
    held: Option<Held>,
    /// Of the token at hand; 0 before the first.
    generation: u64,
    flight: Option<Flight>,
    /// How many renewals have begun.
    flights: u64,
    backoff: Option<Box<Backoff>>,
}

/// The token at hand.
pub(super) struct Held {
    header: HeaderValue,
    token: Kept,
    scopes: Option<ScopeSet>,
    /// `None` where its expiry is not known.
    life: Option<Life>,
    refused: bool,
}

/// The token that a header announces: kept once, where the header contains it as it is.
enum Kept {
    InHeader(Range<usize>),
    Apart(SecretString),
}

/// When a token is due to be renewed, and when it is not used any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    due: SystemTime,
    over: SystemTime,
}

/// A renewal under way.
struct Flight {
    number: u64,
    why: Why,
    outcome: watch::Receiver<Outcome>,
    /// When it has surely ended, or never will.
    until: Instant,
}

/// A renewal that failed, and is not retried for a while.
struct Backoff {
    error: AuthError,
    until: Instant,
    times: u32,
}

/// What a call has to do.
pub(super) enum Step {
    Use(Authorized),
    /// Use it, and start a renewal without waiting for it.
    UseAndRenew(Authorized, Renewal),
    /// Start a renewal, and wait for it.
    Renew(Renewal),
    /// Wait for the renewal that another call started.
    Wait(Pending),
    Fail(AuthError),
}

/// A renewal to make.
pub(super) struct Renewal {
    pub(super) number: u64,
    pub(super) why: Why,
    pub(super) at_hand: Option<AccessToken>,
    pub(super) tell: watch::Sender<Outcome>,
    pub(super) pending: Pending,
}

/// A renewal that is waited for.
pub(super) struct Pending {
    pub(super) outcome: watch::Receiver<Outcome>,
    pub(super) until: Instant,
    /// It was started early, by a call that could do without.
    pub(super) is_early: bool,
}

/// What holds for the user.
pub(super) struct Terms {
    pub(super) now: SystemTime,
    pub(super) can_renew: bool,
    /// How long a renewal may take.
    pub(super) timeout: Duration,
}

impl Held {
    /// `header` announces the token.
    pub(super) fn new(
        token: &AccessToken,
        header: HeaderValue,
        scopes: Option<ScopeSet>,
        life: Option<Life>,
    ) -> Self {
        let text = token.expose_secret();
        let place = header.to_str().ok().and_then(|value| value.rfind(text));
        let token = match place {
            Some(begin) => Kept::InHeader(begin..begin + text.len()),
            None => Kept::Apart(text.into()),
        };
        Self {
            header,
            token,
            scopes,
            life,
            refused: false,
        }
    }

    /// A token that had expired when it was issued has a wrong expiry: a clock or a number is off.
    /// It is used until the server refuses it; otherwise each call would renew it.
    pub(super) fn fresh(mut self, now: SystemTime) -> Self {
        self.life = self.life.filter(|life| !life.is_over(now));
        self
    }

    fn token(&self) -> AccessToken {
        match &self.token {
            Kept::InHeader(range) => {
                let text = self.header.to_str().ok();
                AccessToken::new(
                    text.and_then(|text| text.get(range.clone()))
                        .unwrap_or_default(),
                )
            }
            Kept::Apart(token) => AccessToken::new(token.clone()),
        }
    }
}

impl Life {
    /// Of a token that expires then. It is renewed earlier by the margin, and no longer used
    /// shortly before its expiry; both are shorter for a token with a short lifetime.
    pub(super) fn new(now: SystemTime, ends: SystemTime, margin: Duration) -> Self {
        let left = ends.duration_since(now).unwrap_or_default();
        let before = |time: Duration, part: u32| now + left.saturating_sub(time.min(left / part));
        Self {
            due: before(margin, 4),
            over: before(Duration::from_secs(10), 10),
        }
    }

    pub(super) fn is_over(&self, now: SystemTime) -> bool {
        now >= self.over
    }
}

impl State {
    pub(super) fn holding(held: Option<Held>) -> Self {
        Self {
            generation: u64::from(held.is_some()),
            held,
            ..Self::default()
        }
    }

    /// The token at hand, if it is used until the server refuses it, whatever the time is.
    pub(super) fn without_end(&self) -> Option<Authorized> {
        let held = self.held.as_ref();
        let held = held.filter(|held| held.life.is_none() && !held.refused)?;
        Some(Authorized {
            header: held.header.clone(),
            generation: Generation::new(self.generation),
        })
    }

    /// What a call has to do.
    pub(super) fn step(&mut self, terms: &Terms) -> Step {
        self.forget_lost_flight();
        let generation = Generation::new(self.generation);
        if let Some(held) = &mut self.held {
            let authorized = || Authorized {
                header: held.header.clone(),
                generation,
            };
            let is_over = held.life.is_some_and(|life| life.is_over(terms.now));
            if !held.refused && !is_over {
                let is_due = terms.can_renew && held.life.is_some_and(|life| terms.now >= life.due);
                let authorized = authorized();
                if is_due && self.flight.is_none() {
                    return Step::UseAndRenew(authorized, self.start(Why::Early, terms));
                }
                return Step::Use(authorized);
            }
        }
        if !terms.can_renew {
            return Step::Fail(over());
        }
        if let Some(flight) = &self.flight {
            return Step::Wait(flight.pending());
        }
        if let Some(backoff) = self
            .backoff
            .as_ref()
            .filter(|backoff| backoff.until > Instant::now())
        {
            return Step::Fail(backoff.error.clone());
        }
        // An expired token has to be replaced, whether or not the server refused it.
        let runs_on = |held: &Held| held.life.is_none_or(|life| !life.is_over(terms.now));
        let is_refused = self
            .held
            .as_ref()
            .is_some_and(|held| held.refused && runs_on(held));
        Step::Renew(self.start(
            if is_refused {
                Why::Refused
            } else {
                Why::Needed
            },
            terms,
        ))
    }

    /// The server refused the token of that generation. Returns whether there may be another one;
    /// `ask` is called only where that would take a renewal.
    pub(super) fn refuse(
        &mut self,
        generation: Generation,
        can_renew: bool,
        ask: impl FnOnce() -> bool,
    ) -> bool {
        match &mut self.held {
            Some(held) if generation.get() == self.generation => {
                held.refused = held.refused || can_renew && ask();
                held.refused
            }
            // There is another one already, or will be.
            _ => can_renew,
        }
    }

    /// A renewal brought a token.
    pub(super) fn succeed(&mut self, number: u64, held: Held) -> Option<Authorized> {
        self.end_flight(number)?;
        self.backoff = None;
        self.generation += 1;
        let authorized = Authorized {
            header: held.header.clone(),
            generation: Generation::new(self.generation),
        };
        self.held = Some(held);
        Some(authorized)
    }

    /// A renewal failed. A token that works is kept; there is no retry at once.
    pub(super) fn fail(&mut self, number: u64, error: &AuthError, now: SystemTime) {
        let Some(flight) = self.end_flight(number) else {
            return;
        };
        if flight.why == Why::Early {
            if let Some(life) = self.held.as_mut().and_then(|held| held.life.as_mut()) {
                life.due = now + error.wait().unwrap_or_default().max(EARLY_BACKOFF);
            }
            return;
        }
        let times = self.backoff.as_ref().map_or(0, |backoff| backoff.times);
        let wait = match error.wait() {
            wait if error.is_transient() => {
                let backoff = MAX_BACKOFF.min(INITIAL_BACKOFF * 2u32.pow(times.min(8)));
                backoff.max(wait.unwrap_or_default())
            }
            wait => wait.unwrap_or(MAX_BACKOFF),
        };
        let backoff = Backoff {
            error: error.clone(),
            until: Instant::now() + wait,
            times: times.saturating_add(1),
        };
        self.backoff = Some(Box::new(backoff));
    }

    /// The scopes of the token at hand, where they are known.
    pub(super) fn scopes(&self) -> Option<&ScopeSet> {
        self.held.as_ref()?.scopes.as_ref()
    }

    fn start(&mut self, why: Why, terms: &Terms) -> Renewal {
        let (tell, outcome) = watch::channel(None);
        self.flights += 1;
        let number = self.flights;
        // A little later than its own timeout, which ends it as long as its runtime runs.
        let until = Instant::now() + terms.timeout + Duration::from_secs(1);
        let flight = Flight {
            number,
            why,
            outcome,
            until,
        };
        let pending = flight.pending();
        self.flight = Some(flight);
        let at_hand = self.held.as_ref().map(Held::token);
        Renewal {
            number,
            why,
            at_hand,
            tell,
            pending,
        }
    }

    /// Ends the flight, unless another one has taken its place.
    fn end_flight(&mut self, number: u64) -> Option<Flight> {
        self.flight.take_if(|flight| flight.number == number)
    }

    /// One whose runtime has ended, or is not driven any more, never ends.
    fn forget_lost_flight(&mut self) {
        self.flight.take_if(|flight| {
            flight.outcome.has_changed().is_err() || flight.until <= Instant::now()
        });
    }
}

impl Flight {
    fn pending(&self) -> Pending {
        Pending {
            outcome: self.outcome.clone(),
            until: self.until,
            is_early: self.why == Why::Early,
        }
    }
}

fn over() -> AuthError {
    AuthError::new(
        AuthErrorKind::Expired,
        "the access token has expired, and there is nothing to get another one with: give the client a refresh token",
    )
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::auth::AuthErrorKind;

    #[tokio::test(start_paused = true)]
    async fn renewals_that_fail_are_made_less_and_less_often() {
        let terms = Terms {
            now: SystemTime::now(),
            can_renew: true,
            timeout: Duration::from_secs(30),
        };
        let error = AuthError::new(AuthErrorKind::Unreachable, "no connection");
        let mut state = State::default();
        let mut renewal = state.step(&terms);
        for seconds in [2, 4, 8, 16, 32, 60, 60] {
            let Step::Renew(failed) = renewal else {
                panic!("no renewal begins")
            };
            state.fail(failed.number, &error, terms.now);
            let failed_at = Instant::now();
            renewal = loop {
                match state.step(&terms) {
                    Step::Fail(_) => advance(Duration::from_secs(1)).await,
                    step => break step,
                }
            };
            assert_eq!(failed_at.elapsed().as_secs(), seconds);
        }
    }
}
