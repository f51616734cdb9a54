//! Who a client's calls are made as: credentials, the tokens that they give, and what those tokens
//! may do.
//!
//! - [`Credentials`] are what a client, or a user of it, signs in with. Most have a refresh token
//!   in them.
//! - [`OAuth`] gets them: a user's consent in the browser, a self client's code, a device's code,
//!   or the app's own credentials.
//! - [`ScopeSet`] says what a token may do, and what is to be asked for.
//! - [`TokenSource`] is for those who have tokens from elsewhere, [`TokenStore`] for processes that
//!   share them.
//!
//! ```no_run
//! use cliq_api::auth::{App, Credentials};
//!
//! # fn example(secret: String, refresh_token: String) {
//! let app = App::new("1000.GMB0YULZHJK411284S8I5GZ4CHUEX0", secret);
//! let credentials = Credentials::refresh_token(&app, refresh_token);
//! # }
//! ```
//!
//! # How tokens are kept fresh
//!
//! A token is renewed five minutes before it runs out, by the call that comes then, which doesn't
//! wait for it. However many calls need a token, one renewal is under way; it goes on when they are
//! dropped. A token that the server refuses is renewed once. While a renewal fails, the token at
//! hand is used for as long as it is good. A refresh token is never used more than nine times in
//! ten minutes: Zoho locks it out at ten. A user who makes no calls costs a few hundred bytes, and
//! no task.

mod access_token;
mod clock;
mod context;
mod credentials;
mod error;
mod ledger;
mod oauth;
mod renew;
mod scheme;
mod scopes;
mod session;
mod source;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod users;

pub use self::access_token::AccessToken;
pub use self::credentials::{App, Credentials};
pub use self::error::{AuthError, AuthErrorKind};
pub use self::oauth::{Consent, Device, OAuth, OAuthBuilder, SignedIn};
pub use self::scheme::AuthScheme;
pub use self::scopes::{MissingScopes, ScopeSet};
pub use self::source::{TokenFuture, TokenSource};
pub use self::store::{
    Lease, MemoryTokenStore, StoreError, StoreFuture, TokenKey, TokenRecord, TokenStore,
};

pub(crate) use self::context::Context;
pub use self::context::TokenSettings;
pub(crate) use self::error::Utc;
pub(crate) use self::session::Session;
pub(crate) use self::users::Users;
