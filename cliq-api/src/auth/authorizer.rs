//! What puts the authorization into a request: one small trait.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::request::Parts;

use super::{AuthContext, AuthError, Fingerprint, ScopeSet};
use crate::user_key::UserKey;

/// Authorizes requests: a key in a header, an access token that is renewed, a signature.
///
/// [`Bearer`](super::Bearer), [`Basic`](super::Basic), [`HeaderKey`](super::HeaderKey) and
/// [`QueryKey`](super::QueryKey) implement it; [`Credentials`](super::Credentials) are for OAuth
/// 2.0. Whatever else a server asks for is a type with one method:
///
/// ```
/// use cliq_api::auth::{Authorizer, Authorizing};
/// use cliq_api::http::HeaderValue;
/// use cliq_api::http::request::Parts;
///
/// /// Signs the path of each request.
/// #[derive(Debug)]
/// struct Signed;
///
/// impl Authorizer for Signed {
///     fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
///         let signature = format!("{:x}", request.uri.path().len());
///         if let Ok(value) = HeaderValue::try_from(signature) {
///             request.headers.entry("x-signature").or_insert(value);
///         }
///         Authorizing::ready(Ok(None))
///     }
/// }
/// ```
pub trait Authorizer: fmt::Debug + Send + Sync + 'static {
    /// Authorizes one attempt. It is called after the attempt's permit was acquired, with a head
    /// that was built for this attempt, and may wait, for example for a token. A header or
    /// parameter that the endpoint or the user set is left as it is.
    ///
    /// # Errors
    ///
    /// If there is nothing to authorize the request with. Nothing is sent then.
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a>;

    /// Handles a refusal: the server rejected what [`authorize`](Self::authorize) returned that
    /// generation for. Returns whether another attempt may succeed.
    fn refused(&self, generation: Generation) -> bool {
        let _ = generation;
        false
    }

    /// Returns what it may do, where that is known. A call that needs more fails before it is sent.
    fn scopes(&self) -> Option<ScopeSet> {
        None
    }

    /// Identifies it. [`Client::as_user`](crate::Client::as_user) keeps the one that it has, with
    /// its token, when it is given another one with the same fingerprint for the same user.
    fn fingerprint(&self) -> Option<Fingerprint> {
        None
    }

    /// Returns what authorizes the calls of one user of a client, if that needs anything that the
    /// client's authorizers share, such as its transport. `None` uses this one as it is.
    ///
    /// It is called once when a client is built, or a user added.
    ///
    /// # Errors
    ///
    /// If it can't be used: building the client fails.
    fn bind(
        &self,
        context: &Arc<AuthContext>,
        user: Option<&UserKey>,
    ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
        let _ = (context, user);
        Ok(None)
    }
}

impl<T: Authorizer + ?Sized> Authorizer for Arc<T> {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        (**self).authorize(request)
    }

    fn refused(&self, generation: Generation) -> bool {
        (**self).refused(generation)
    }

    fn scopes(&self) -> Option<ScopeSet> {
        (**self).scopes()
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        (**self).fingerprint()
    }

    fn bind(
        &self,
        context: &Arc<AuthContext>,
        user: Option<&UserKey>,
    ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
        (**self).bind(context, user)
    }
}

/// Identifies what a request was authorized with, such as the third token of a session. A refusal
/// names it, so that a late one doesn't invalidate a newer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

impl Generation {
    /// Makes one from a number that differs for each.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// An authorization under way. It resolves to the generation to name when the server refuses the
/// request, where another attempt could be authorized differently.
#[must_use = "a request is authorized when this was awaited"]
pub struct Authorizing<'a>(State<'a>);

type Authorized = Result<Option<Generation>, AuthError>;

enum State<'a> {
    Ready(Authorized),
    Waiting(Pin<Box<dyn Future<Output = Authorized> + Send + 'a>>),
    Done,
}

impl<'a> Authorizing<'a> {
    /// Returns a result that is ready, without an allocation.
    pub fn ready(authorized: Result<Option<Generation>, AuthError>) -> Self {
        Self(State::Ready(authorized))
    }

    /// Waits for the future, in a box.
    pub fn wait(
        future: impl Future<Output = Result<Option<Generation>, AuthError>> + Send + 'a,
    ) -> Self {
        Self(State::Waiting(Box::pin(future)))
    }
}

impl Future for Authorizing<'_> {
    type Output = Result<Option<Generation>, AuthError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::Ready(authorized) => Poll::Ready(authorized),
            State::Waiting(mut future) => {
                let polled = future.as_mut().poll(context);
                if polled.is_pending() {
                    self.0 = State::Waiting(future);
                }
                polled
            }
            State::Done => panic!("`Authorizing` was polled after it had completed"),
        }
    }
}

impl fmt::Debug for Authorizing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizing").finish_non_exhaustive()
    }
}
