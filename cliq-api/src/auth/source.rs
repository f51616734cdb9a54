//! Tokens from elsewhere.

use std::error::Error as StdError;
use std::pin::Pin;

use super::AccessToken;

/// A token on its way, or why there is none.
pub type TokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<AccessToken, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Where access tokens come from, if not from Zoho's accounts server: a vault, a sidecar, a token
/// service of one's own.
///
/// It is asked when there is no token, when the one at hand [runs out](AccessToken::valid_for) or
/// was refused: never twice at a time, and what it gives is kept. A token that doesn't say when it
/// runs out is kept until the server refuses it.
///
/// A closure without arguments is one:
///
/// ```
/// use cliq_api::auth::{AccessToken, Credentials};
///
/// let credentials = Credentials::source(|| async {
///     let text = std::fs::read_to_string("/run/secrets/cliq-token")?;
///     Ok::<_, std::io::Error>(AccessToken::new(text.trim()))
/// });
/// ```
///
/// and so is a type with one method:
///
/// ```
/// use cliq_api::auth::{AccessToken, TokenFuture, TokenSource};
///
/// struct Vault;
///
/// impl TokenSource for Vault {
///     fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
///         Box::pin(async move {
///             // Ask the vault, past its own cache if this token was refused.
///             Ok(AccessToken::new("1000.41d9"))
///         })
///     }
/// }
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// Gives a token. `refused` is the one that the server refused, where that is why it is asked.
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a>;
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
