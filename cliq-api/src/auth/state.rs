//! What is known of one user's token, and what is to be done about it: a state machine without I/O.
//!
//! A token has a generation. What comes late, be it a 401 or a renewal that somebody else has
//! overtaken, is for an older one, and changes nothing.

use std::time::{Duration, SystemTime};

use http::HeaderValue;
use tokio::sync::watch;
use tokio::time::Instant;

use super::ledger::Why;
use super::{AuthError, AuthErrorKind, ScopeSet};

/// How long a failed renewal is not tried again: the first time, and at most.
const FIRST_SETBACK: Duration = Duration::from_secs(2);
const LONGEST_SETBACK: Duration = Duration::from_mins(1);
/// The same for one that came early, and could have failed several times.
const EARLY_SETBACK: Duration = Duration::from_mins(1);

/// What a call is sent with.
#[derive(Debug, Clone)]
pub(crate) struct Authorized {
    pub(crate) header: HeaderValue,
    pub(crate) generation: u64,
}

/// What became of a renewal, for those who wait for it; `None` until then.
pub(super) type Outcome = Option<Result<Authorized, AuthError>>;

#[derive(Default)]
pub(super) struct State {
    held: Option<Held>,
    /// Of the token at hand; 0 before the first.
    generation: u64,
    flight: Option<Flight>,
    /// How many renewals have begun.
    flights: u64,
    setback: Option<Box<Setback>>,
}

/// The token at hand.
pub(super) struct Held {
    pub(super) header: HeaderValue,
    pub(super) scopes: Option<ScopeSet>,
    /// `None` where nobody knows when it runs out.
    pub(super) life: Option<Life>,
    refused: bool,
}

/// When a token is to be renewed, and when it is not used any more.
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
    /// When it has surely ended, or will never.
    until: Instant,
}

/// A renewal that failed.
struct Setback {
    error: AuthError,
    until: Instant,
    times: u32,
}

/// What a call is to do.
pub(super) enum Step {
    Use(Authorized),
    /// And have it renewed, without waiting for it.
    UseAndRenew(Authorized, Renewal),
    /// Have it renewed, and wait for that.
    Renew(Renewal),
    /// Somebody else has it renewed already.
    Wait(Pending),
    Fail(AuthError),
    /// Go without.
    Without,
}

/// A renewal that is to be made.
pub(super) struct Renewal {
    pub(super) number: u64,
    pub(super) why: Why,
    /// The token at hand, as a header.
    pub(super) at_hand: Option<HeaderValue>,
    pub(super) tell: watch::Sender<Outcome>,
    pub(super) pending: Pending,
}

/// A renewal that is waited for.
pub(super) struct Pending {
    pub(super) outcome: watch::Receiver<Outcome>,
    pub(super) until: Instant,
    /// It was begun to be early, by somebody who could do without.
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
    pub(super) fn new(header: HeaderValue, scopes: Option<ScopeSet>, life: Option<Life>) -> Self {
        Self {
            header,
            scopes,
            life,
            refused: false,
        }
    }
}

impl Life {
    /// Of a token that runs out then. It is renewed earlier by a margin, and no longer used shortly
    /// before its end; both are shorter for a token that lives shortly.
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

    /// What to do for a call.
    pub(super) fn step(&mut self, terms: &Terms) -> Step {
        self.forget_lost_flight();
        let generation = self.generation;
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
                    return Step::UseAndRenew(authorized, self.take_off(Why::Early, terms));
                }
                return Step::Use(authorized);
            }
            if !terms.can_renew {
                return Step::Fail(over());
            }
        } else if !terms.can_renew {
            return Step::Without;
        }
        if let Some(flight) = &self.flight {
            return Step::Wait(flight.pending());
        }
        if let Some(setback) = self
            .setback
            .as_ref()
            .filter(|setback| setback.until > Instant::now())
        {
            return Step::Fail(setback.error.clone());
        }
        // One that has run out is needed anew, whatever the server thought of it.
        let runs_on = |held: &Held| held.life.is_none_or(|life| !life.is_over(terms.now));
        let is_refused = self
            .held
            .as_ref()
            .is_some_and(|held| held.refused && runs_on(held));
        Step::Renew(self.take_off(
            if is_refused {
                Why::Refused
            } else {
                Why::Needed
            },
            terms,
        ))
    }

    /// The server refused the token of that generation. Tells whether another one may be had; `ask`
    /// is only called where one would have to be asked for.
    pub(super) fn refuse(
        &mut self,
        generation: u64,
        can_renew: bool,
        ask: impl FnOnce() -> bool,
    ) -> bool {
        match &mut self.held {
            Some(held) if generation == self.generation => {
                held.refused = held.refused || can_renew && ask();
                held.refused
            }
            // There is another one already, or will be.
            _ => can_renew,
        }
    }

    /// A renewal brought a token.
    pub(super) fn land(&mut self, number: u64, held: Held) -> Option<Authorized> {
        self.end_flight(number)?;
        self.setback = None;
        self.generation += 1;
        let authorized = Authorized {
            header: held.header.clone(),
            generation: self.generation,
        };
        self.held = Some(held);
        Some(authorized)
    }

    /// A renewal failed. What works is kept, and not renewed again at once; what doesn't isn't
    /// tried again at once.
    pub(super) fn crash(&mut self, number: u64, error: &AuthError, now: SystemTime) {
        let Some(flight) = self.end_flight(number) else {
            return;
        };
        if flight.why == Why::Early {
            if let Some(life) = self.held.as_mut().and_then(|held| held.life.as_mut()) {
                life.due = error.retry_at().unwrap_or(now).max(now + EARLY_SETBACK);
            }
            return;
        }
        let times = self.setback.as_ref().map_or(0, |setback| setback.times);
        let wait = match error.retry_at() {
            Some(at) => at.duration_since(now).unwrap_or_default(),
            None if error.is_transient() => {
                LONGEST_SETBACK.min(FIRST_SETBACK * 2u32.pow(times.min(8)))
            }
            None => LONGEST_SETBACK,
        };
        let setback = Setback {
            error: error.clone(),
            until: Instant::now() + wait,
            times: times.saturating_add(1),
        };
        self.setback = Some(Box::new(setback));
    }

    /// What the token at hand may do, where that is known.
    pub(super) fn scopes(&self) -> Option<&ScopeSet> {
        self.held.as_ref()?.scopes.as_ref()
    }

    fn take_off(&mut self, why: Why, terms: &Terms) -> Renewal {
        let (tell, outcome) = watch::channel(None);
        self.flights += 1;
        let number = self.flights;
        // A little later than its own timeout, which is what ends it if all goes well.
        let until = Instant::now() + terms.timeout + Duration::from_secs(1);
        let flight = Flight {
            number,
            why,
            outcome,
            until,
        };
        let pending = flight.pending();
        self.flight = Some(flight);
        let at_hand = self.held.as_ref().map(|held| held.header.clone());
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

    /// One whose runtime has ended, or stands still, will never land.
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
        "the access token has run out, and there is nothing to get another one with; give the client a refresh token",
    )
}
