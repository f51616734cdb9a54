//! One user's token, for all of that user's calls: a call that needs a token waits here, and one of
//! them starts the renewal.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use http::request::Parts;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout_at;
use tracing::{debug, warn};

use super::budget::Why;
use super::renew::Renewer;
use super::rotation::Rotation;
use super::state::{Authorized, Held, Life, Outcome, Pending, Renewal, State, Step, Terms};
use super::{
    AccessToken, AuthContext, AuthError, AuthErrorKind, Authorizer, Authorizing, Credentials,
    Fingerprint, Generation, ScopeSet,
};
use crate::user_key::UserKey;

/// How often a caller restarts a renewal that was lost with its runtime.
const LOST: u32 = 3;

/// A user's credentials and token. Shared by all who make calls for that user; while nobody does,
/// it is a few hundred bytes.
pub(super) struct Session {
    /// For the task of a renewal.
    this: Weak<Self>,
    pub(super) context: Arc<AuthContext>,
    pub(super) user: Option<UserKey>,
    pub(super) credentials: Credentials,
    state: Mutex<State>,
    rotation: Mutex<Rotation>,
}

impl Session {
    /// Checks what can be checked without a request.
    pub(super) fn new(
        context: &Arc<AuthContext>,
        user: Option<UserKey>,
        mut credentials: Credentials,
    ) -> Result<Arc<Self>, AuthError> {
        credentials.check()?;
        // It is kept once, in the state.
        let first = credentials.first.take();
        let held = first
            .map(|token| held(context, &credentials, &token))
            .transpose()?;
        Ok(Arc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            context: Arc::clone(context),
            user,
            credentials,
            state: Mutex::new(State::holding(held)),
            rotation: Mutex::default(),
        }))
    }

    /// Waits for a token, for as long as a renewal takes. It may be dropped at any time: the
    /// renewal goes on.
    async fn renewed(&self, mut step: Step) -> Result<Authorized, AuthError> {
        let mut lost = 0;
        loop {
            let (pending, is_mine) = match step {
                Step::Use(authorized) => return Ok(authorized),
                Step::Fail(error) => return Err(error),
                Step::UseAndRenew(authorized, renewal) => {
                    // Without a runtime the call itself fails.
                    let _ = self.begin(renewal);
                    return Ok(authorized);
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
                Some(Ok(authorized)) => return Ok(authorized),
                // It had one attempt only, as the call that started it had a token. This one has
                // none.
                Some(Err(_)) if is_early && !is_mine => {}
                Some(Err(error)) => return Err(error),
                // Its runtime has ended, or is not driven: another caller has to renew. Where that
                // is this caller's own, none can.
                None if is_mine && lost == LOST => {
                    let problem =
                        "an access token is needed, and the runtime that would renew it has ended";
                    return Err(AuthError::new(AuthErrorKind::Unreachable, problem));
                }
                None => lost += u32::from(is_mine),
            }
            step = self.step();
        }
    }

    fn step(&self) -> Step {
        let timeout = self.context.settings.timeout;
        let mut state = self.state();
        if let Some(authorized) = state.without_end() {
            return Step::Use(authorized);
        }
        let now = self.context.now();
        state.step(&Terms {
            now,
            can_renew: self.credentials.can_renew(),
            timeout,
        })
    }

    /// Starts the task that renews the token.
    fn begin(&self, renewal: Renewal) -> Result<Pending, AuthError> {
        let runtime = Handle::try_current().map_err(|_| {
            AuthError::configuration(
                "an access token is needed, and renewing it needs a Tokio runtime: none runs here",
            )
        })?;
        let Renewal {
            number,
            why,
            at_hand,
            tell,
            pending,
        } = renewal;
        // Whoever borrows it has it in an `Arc`.
        let Some(session) = self.this.upgrade() else {
            return Ok(pending);
        };
        runtime.spawn(async move {
            let mut landing = Landing {
                session: &session,
                number,
                why,
                tell: Some(tell),
            };
            let timeout = session.context.settings.timeout;
            let renewer = Renewer {
                context: &session.context,
                user: session.user.as_ref(),
                credentials: &session.credentials,
                rotation: &session.rotation,
                why,
                at_hand: at_hand.as_ref(),
            };
            let result = match tokio::time::timeout(timeout, renewer.token()).await {
                Ok(result) => result.and_then(|token| {
                    let held = held(&session.context, &session.credentials, &token)?;
                    Ok(held.fresh(session.context.now()))
                }),
                Err(_) => Err(session.credentials.too_slow(timeout)),
            };
            landing.end(result);
        });
        Ok(pending)
    }

    /// `None` where another renewal has overtaken it.
    fn land(
        &self,
        number: u64,
        why: Why,
        result: Result<Held, AuthError>,
    ) -> Option<Result<Authorized, AuthError>> {
        match result {
            Ok(held) => {
                let authorized = self.state().succeed(number, held)?;
                let generation = authorized.generation.get();
                debug!(user = ?self.user, ?why, generation, "the access token was renewed");
                Some(Ok(authorized))
            }
            Err(error) => {
                self.state().fail(number, &error, self.context.now());
                let user = self.user.as_ref();
                match why {
                    Why::Early => {
                        warn!(?user, %error, "the access token can't be renewed yet, and is used until it expires");
                    }
                    _ => warn!(?user, %error, "there is no access token"),
                }
                Some(Err(error))
            }
        }
    }

    fn put(&self, authorized: Authorized, request: &mut Parts) -> Generation {
        let header = self.context.header().clone();
        request.headers.insert(header, authorized.header);
        authorized.generation
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authorizer for Session {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        if request.headers.contains_key(self.context.header()) {
            return Authorizing::ready(Ok(None));
        }
        match self.step() {
            Step::Use(authorized) => Authorizing::ready(Ok(Some(self.put(authorized, request)))),
            // In a box: a call that needn't wait would carry the room for it through all that
            // follows.
            step => Authorizing::wait(async move {
                let authorized = self.renewed(step).await?;
                Ok(Some(self.put(authorized, request)))
            }),
        }
    }

    fn refused(&self, generation: Generation) -> bool {
        let ask = || {
            self.credentials
                .budget()
                .is_none_or(|(fingerprint, budget)| {
                    let ledger = &self.context.ledger;
                    ledger.allows(fingerprint, &budget, Why::Refused)
                })
        };
        let again = self
            .state()
            .refuse(generation, self.credentials.can_renew(), ask);
        debug!(user = ?self.user, again, "the server refused the access token");
        again
    }

    fn scopes(&self) -> Option<ScopeSet> {
        self.credentials
            .scopes
            .clone()
            .or_else(|| self.state().scopes().cloned())
    }
}

/// Credentials of a user who has no session yet.
pub(super) struct Unbound(pub(super) Credentials);

impl Authorizer for Unbound {
    fn authorize<'a>(&'a self, _: &'a mut Parts) -> Authorizing<'a> {
        let problem = "credentials authorize nothing before they are bound to a client";
        Authorizing::ready(Err(AuthError::configuration(problem)))
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        Some(self.0.fingerprint())
    }

    fn bind(
        &self,
        context: &Arc<AuthContext>,
        user: Option<&UserKey>,
    ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
        let session = Session::new(context, user.cloned(), self.0.clone())?;
        Ok(Some(session))
    }
}

/// Ends a renewal, whatever its outcome.
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

/// A token source, a store or a hook is the program's own code, which may panic. For those who wait
/// that is a failure: restarted at once, it would panic as often as there is time for.
impl Drop for Landing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let problem = "the renewal of the access token panicked: in the program's own token source, token store or hook";
            self.end(Err(AuthError::new(AuthErrorKind::Source, problem)));
        }
    }
}

fn held(
    context: &AuthContext,
    credentials: &Credentials,
    token: &AccessToken,
) -> Result<Held, AuthError> {
    let header = context.announce(token)?;
    let life = token
        .expires_at()
        .map(|ends| Life::new(context.now(), ends, context.settings.margin));
    // The scopes of the credentials hold for all of their tokens, and are kept once.
    let scopes = token
        .scopes()
        .filter(|_| credentials.scopes.is_none())
        .map(|scopes| context.share(scopes));
    Ok(Held::new(token, header, scopes, life))
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

impl fmt::Debug for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
