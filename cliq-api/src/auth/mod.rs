//! Authorization: keys and passwords, OAuth 2.0, and the access tokens of many users.
//!
//! The guide: [authentication](crate::guide::authentication), [many users](crate::guide::users).
//!
//! - An [`Authorizer`] puts the authorization into each request. [`Bearer`], [`Basic`],
//!   [`HeaderKey`] and [`QueryKey`] send a secret as it is.
//! - [`Credentials`] are what OAuth 2.0 access tokens come from: a refresh token, the client's own
//!   access, or the program's [`TokenSource`].
//! - [`OAuth`] gets them, from any [`OAuthServer`]: with a user's consent in the browser (and
//!   PKCE), for a device, or for the client itself.
//! - An [`Identity`] is a user of a client: how their calls are authorized, and where they go.
//! - [`ScopeSet`] is what a token may do, or what to request. [`TokenStore`] lets processes share
//!   tokens.
//!
//! ```no_run
//! use cliq_api::auth::{Credentials, OAuthClient};
//!
//! # fn example(secret: String, refresh_token: String) {
//! let client = OAuthClient::new("https://auth.example.com/token", "ticket-bot", secret);
//! let credentials = Credentials::refresh_token(&client, refresh_token);
//! # }
//! ```
//!
//! # How tokens are renewed
//!
//! A token is renewed five minutes before it expires, by the first call in that time, which doesn't
//! wait for it. However many calls need a token, there is one renewal at a time; it goes on when
//! they are dropped. A token that the API refuses is replaced once. While a renewal fails, the
//! token at hand is used until it expires. A refresh token is used no more often than the server's
//! [budget](RenewalBudget) allows, and replaced when the server sends a new one. A user who makes
//! no calls costs a few hundred bytes, and no task.
//!
//! # Layout
//!
//! `session` has one user's token, `state` decides what a call has to do, `renew` gets another
//! token, `ledger` counts uses. `oauth` has the requests of OAuth 2.0. Nothing here knows a
//! provider: `AuthContext` has how one announces tokens, a [`Dialect`] what its server does
//! differently.

mod access_token;
mod authorizer;
mod budget;
mod clock;
mod context;
mod credentials;
mod error;
mod fingerprint;
mod identity;
mod keys;
mod ledger;
mod oauth;
mod renew;
mod rotation;
mod scopes;
mod session;
mod settings;
mod source;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod users;

pub use self::access_token::AccessToken;
pub use self::authorizer::{Authorizer, Authorizing, Generation};
pub use self::budget::RenewalBudget;
pub use self::context::AuthContext;
pub use self::credentials::Credentials;
pub use self::error::{AuthError, AuthErrorKind};
pub use self::fingerprint::Fingerprint;
pub use self::identity::Identity;
pub use self::keys::{Basic, Bearer, HeaderKey, QueryKey};
pub use self::oauth::{
    AuthorizationRequest, ClientAuthentication, Device, Dialect, OAuth, OAuthBuilder, OAuthClient,
    OAuthRequest, OAuthServer, Parameters, Refusal, ServerHint, SignedIn,
};
pub use self::rotation::{HookFuture, RefreshTokenHook};
pub use self::scopes::{MissingScopes, ScopeSet};
pub use self::settings::TokenSettings;
pub use self::source::{TokenFuture, TokenSource};
pub use self::store::{Lease, MemoryTokenStore, TokenKey, TokenRecord, TokenStore};

pub(crate) use self::error::Utc;
pub(crate) use self::users::Users;
