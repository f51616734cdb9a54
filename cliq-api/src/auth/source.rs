//! Tokens from elsewhere.

use std::error::Error as StdError;
use std::pin::Pin;

use super::{AccessToken, Fingerprint, RenewalBudget};

/// A token on its way, or why there is none.
pub type TokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<AccessToken, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Provides access tokens that don't come from an OAuth 2.0 server: from a vault, a sidecar, a token
/// service.
///
/// It is asked when there is no token, and when the one at hand [expires](AccessToken::valid_for) or
/// was refused: once at a time, however many calls wait. What it returns is kept; a token without an
/// expiry is kept until the server refuses it.
///
/// A closure without arguments is one:
///
/// ```
/// use cliq_api::auth::{AccessToken, Credentials};
///
/// let credentials = Credentials::source(|| async {
///     let text = std::fs::read_to_string("/run/secrets/ticket-token")?;
///     Ok::<_, std::io::Error>(AccessToken::new(text.trim()))
/// });
/// ```
///
/// and so is a type with one method:
///
/// ```
/// use cliq_api::auth::{AccessToken, Fingerprint, TokenFuture, TokenSource};
///
/// struct Vault;
///
/// impl TokenSource for Vault {
///     fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
///         Box::pin(async move {
///             // Ask the vault, past its own cache if this token was refused.
///             Ok(AccessToken::new("41d9"))
///         })
///     }
///
///     // Optional: processes with one `TokenStore` share its tokens under this name.
///     fn fingerprint(&self) -> Option<Fingerprint> {
///         Some(Fingerprint::of(["vault", "ticket-bot"]))
///     }
/// }
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// Returns a token. `refused` is the one that the server refused, where that is why it is
    /// asked.
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a>;

    /// Identifies what it returns tokens for, the same in every process: its tokens are shared
    /// through a [`TokenStore`](super::TokenStore) then, and its [budget](Self::budget) is kept.
    /// Defaults to `None`: any two such sources of a user are taken to be the same, as closures
    /// can't be compared.
    fn fingerprint(&self) -> Option<Fingerprint> {
        None
    }

    /// Returns how often it may be asked, if it has a [fingerprint](Self::fingerprint).
    fn budget(&self) -> RenewalBudget {
        RenewalBudget::default()
    }
}

impl<F, Fut, E> TokenSource for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<AccessToken, E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    fn token<'a>(&'a self, _: Option<&'a AccessToken>) -> TokenFuture<'a> {
        let token = self();
        Box::pin(async move { token.await.map_err(Into::into) })
    }
}
