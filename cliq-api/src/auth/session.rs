//! One user's token, for all calls of that user: who needs it waits here, and one of them has it
//! renewed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout_at;
use tracing::{debug, warn};

use super::access_token;
use super::credentials::Kind;
use super::ledger::Why;
pub(crate) use super::state::Authorized;
use super::state::{Held, Life, Outcome, Pending, Renewal, State, Step, Terms};
use super::{AccessToken, AuthError, AuthErrorKind, Context, Credentials, ScopeSet};
use crate::user_key::UserKey;

/// How often a caller begins a renewal anew that was lost with its runtime.
const LOST: u32 = 3;

/// A user's credentials and token. Shared by all who make calls for that user; while nobody does,
/// it is a few hundred bytes.
pub(crate) struct Session {
    context: Arc<Context>,
    /// For the log.
    user: Option<UserKey>,
    credentials: Credentials,
    state: Mutex<State>,
}

impl Session {
    /// Checks what can be checked without asking anybody.
    pub(crate) fn new(
        context: &Arc<Context>,
        user: Option<UserKey>,
        mut credentials: Credentials,
    ) -> Result<Self, AuthError> {
        context.check(&credentials)?;
        let held = credentials
            .first
            .as_ref()
            .map(|token| held(context, &credentials, token))
            .transpose()?;
        // It is kept once, in the state; but for the kind that is nothing else.
        if credentials.can_renew() {
            credentials.first = None;
        }
        Ok(Self {
            context: Arc::clone(context),
            user,
            credentials,
            state: Mutex::new(State::holding(held)),
        })
    }

    /// What to send a call with; `None` if it goes without authorization.
    ///
    /// It waits for as long as a renewal takes, and may be dropped at any time: the renewal goes
    /// on.
    pub(crate) async fn authorization(self: &Arc<Self>) -> Result<Option<Authorized>, AuthError> {
        match self.step() {
            Step::Without => Ok(None),
            Step::Use(authorized) => Ok(Some(authorized)),
            // Apart, as the call that needn't wait would carry the room for it through all that
            // follows.
            step => Box::pin(self.renewed(step)).await,
        }
    }

    async fn renewed(self: &Arc<Self>, mut step: Step) -> Result<Option<Authorized>, AuthError> {
        let mut lost = 0;
        loop {
            let (pending, is_mine) = match step {
                Step::Without => return Ok(None),
                Step::Use(authorized) => return Ok(Some(authorized)),
                Step::Fail(error) => return Err(error),
                Step::UseAndRenew(authorized, renewal) => {
                    // Where no runtime is, the call itself will say so.
                    let _ = self.begin(renewal);
                    return Ok(Some(authorized));
                }
                Step::Renew(renewal) => (self.begin(renewal)?, true),
                Step::Wait(pending) => (pending, false),
            };
            let Pending {
                mut outcome,
                until,
                is_early,
            } = pending;
            let waited = timeout_at(until, outcome.wait_for(Option::is_some)).await;
            let outcome = waited.ok().and_then(|outcome| outcome.ok()?.clone());
            match outcome {
                Some(Ok(authorized)) => return Ok(Some(authorized)),
                // It was given up for little, as the one who began it had a token. This one has
                // none.
                Some(Err(_)) if is_early && !is_mine => {}
                Some(Err(error)) => return Err(error),
                // Its runtime has ended, or stands still: somebody else has to. Where that is this
                // caller's own, nobody can.
                None if is_mine && lost == LOST => {
                    let problem = "an access token is needed, and the runtime on which it would be got has ended";
                    return Err(AuthError::new(AuthErrorKind::Unreachable, problem));
                }
                None => lost += u32::from(is_mine),
            }
            step = self.step();
        }
    }

    /// The server refused the token of that generation with a 401. Tells whether to ask for
    /// authorization once more and to send the call again.
    ///
    /// Only for a 401 that is about the token itself: `oauthtoken_scope_invalid` is not.
    pub(crate) fn refused(&self, generation: u64) -> bool {
        let ask = || match &self.credentials.kind {
            Kind::Grant(grant) => self
                .context
                .ledger
                .allows(grant.fingerprint(), Why::Refused),
            _ => true,
        };
        let again = self
            .state()
            .refuse(generation, self.credentials.can_renew(), ask);
        debug!(user = ?self.user, again, "the server refused the access token");
        again
    }

    /// What the user's token may do, where that is known: said by the user of this crate, or told
    /// with a token.
    pub(crate) fn scopes(&self) -> Option<ScopeSet> {
        self.credentials
            .scopes
            .clone()
            .or_else(|| self.state().scopes().cloned())
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn step(&self) -> Step {
        let (now, timeout) = (self.context.clock.now(), self.context.settings.timeout);
        self.state().step(&Terms {
            now,
            can_renew: self.credentials.can_renew(),
            timeout,
        })
    }

    /// Leaves the renewal to a task of its own.
    fn begin(self: &Arc<Self>, renewal: Renewal) -> Result<Pending, AuthError> {
        let runtime = Handle::try_current().map_err(|_| {
            AuthError::configuration(
                "an access token is needed, and getting it needs a Tokio runtime: none runs here",
            )
        })?;
        let Renewal {
            number,
            why,
            at_hand,
            tell,
            pending,
        } = renewal;
        let session = Arc::clone(self);
        runtime.spawn(async move {
            let mut landing = Landing {
                session: &session,
                number,
                why,
                tell: Some(tell),
            };
            let at_hand = at_hand.map(|header| AccessToken::new(access_token::of_header(&header)));
            let work = session
                .context
                .renew(&session.credentials, why, at_hand.as_ref());
            let result = match tokio::time::timeout(session.context.settings.timeout, work).await {
                Ok(result) => {
                    result.and_then(|token| held(&session.context, &session.credentials, &token))
                }
                Err(_) => Err(session.context.too_slow(&session.credentials)),
            };
            landing.end(result);
        });
        Ok(pending)
    }

    /// `None` where somebody else has overtaken it.
    fn land(
        &self,
        number: u64,
        why: Why,
        result: Result<Held, AuthError>,
    ) -> Option<Result<Authorized, AuthError>> {
        match result {
            Ok(held) => {
                let authorized = self.state().land(number, held)?;
                debug!(user = ?self.user, ?why, generation = authorized.generation, "there is a new access token");
                Some(Ok(authorized))
            }
            Err(error) => {
                self.state().crash(number, &error, self.context.clock.now());
                let user = self.user.as_ref();
                match why {
                    Why::Early => {
                        warn!(?user, %error, "the access token can't be renewed yet, and is used until it runs out");
                    }
                    _ => warn!(?user, %error, "there is no access token"),
                }
                Some(Err(error))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a renewal, whatever it is.
struct Landing<'s> {
    session: &'s Session,
    number: u64,
    why: Why,
    tell: Option<watch::Sender<Outcome>>,
}

impl Landing<'_> {
    fn end(&mut self, result: Result<Held, AuthError>) {
        let Some(tell) = self.tell.take() else { return };
        // Nobody may be waiting any more.
        let _ = tell.send(self.session.land(self.number, self.why, result));
    }
}

/// A token source or a store is the program's own code, which may panic. To those who wait that is
/// a failure like any other: begun again at once, it would panic as often as there is time for.
impl Drop for Landing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let problem = "what gets the access token panicked: the program's own token source, or its store of tokens";
            self.end(Err(AuthError::new(AuthErrorKind::Source, problem)));
        }
    }
}

fn held(
    context: &Context,
    credentials: &Credentials,
    token: &AccessToken,
) -> Result<Held, AuthError> {
    let header = token.header(context.scheme)?;
    let life = token
        .expires_at()
        .map(|ends| Life::new(context.clock.now(), ends, context.settings.margin));
    // What the credentials say goes for all of their tokens, and is kept once.
    let scopes = token
        .scopes()
        .filter(|_| credentials.scopes.is_none())
        .map(|scopes| context.share(scopes));
    Ok(Held::new(header, scopes, life))
}

/// Without any secret.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("user", &self.user)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
