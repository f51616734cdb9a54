//! What one API's operator is like.

mod quota;

use std::fmt::{self, Debug};

use http::HeaderName;
use http::header::AUTHORIZATION;
use http::response::Parts;

use crate::error::{FailedResponse, Failure};
use crate::limit::LimitSettings;
pub use crate::limit::Quota;
use crate::meta::Endpoints;

/// What one API's operator is like: where the API is, how it announces tokens, errors and limits.
///
/// The guide: [another provider](crate::guide::providers).
///
/// The client asks it wherever servers differ; nothing else in the client knows an operator. Only
/// the base URL is required: each other method has a default that follows the RFCs and common
/// practice. `Client::builder` uses those defaults.
///
/// GitHub's API, for example, responds 403 when its rate limit is exceeded, and reports its quota
/// on each response:
///
/// ```
/// use std::time::Duration;
///
/// use cliq_api::prelude::*;
/// use cliq_api::{FailedResponse, Failure, Provider, Quota, http};
///
/// #[derive(Debug)]
/// struct GitHub;
///
/// impl Provider for GitHub {
///     fn base_url(&self) -> &str {
///         "https://api.github.com"
///     }
///
///     fn read_failure(&self, response: &FailedResponse<'_>) -> Failure {
///         let mut failure = Failure::read(response);
///         let spent = response.header("x-ratelimit-remaining") == Some("0");
///         if response.status() == http::StatusCode::FORBIDDEN && spent {
///             failure.throttled = true;
///             failure.advice = Some("the hourly limit of this user is used up".into());
///             let quota = Quota::x_rate_limit(response.headers());
///             failure.retry_after = quota.map(|quota| quota.reset);
///         }
///         failure
///     }
///
///     fn read_quota(&self, head: &http::response::Parts) -> Option<Quota> {
///         Quota::x_rate_limit(&head.headers)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let github = Client::of(GitHub).access_token("41d9").user_agent("deploybot/1.0").build()?;
/// # Ok(())
/// # }
/// ```
pub trait Provider: Debug + Send + Sync + 'static {
    /// Returns the URL that all paths are appended to, such as `https://api.example.com`.
    fn base_url(&self) -> &str;

    /// Returns the header that carries an access token. Defaults to `Authorization: Bearer …`
    /// (RFC 6750, section 2.1).
    fn announce(&self, token: &str) -> (HeaderName, String) {
        (AUTHORIZATION, format!("Bearer {token}"))
    }

    /// Reads a response that is no success: code, message, what to do about it, whether there were
    /// too many calls. Defaults to [`Failure::read`].
    fn read_failure(&self, response: &FailedResponse<'_>) -> Failure {
        Failure::read(response)
    }

    /// Reads how much is left of a limit from the head of a success. It makes the limiter more
    /// careful, never less. Defaults to [`Quota::read`].
    fn read_quota(&self, head: &Parts) -> Option<Quota> {
        Quota::read(&head.headers)
    }

    /// Whether a granted scope includes a needed one. Defaults to equality.
    fn includes_scope(&self, granted: &str, needed: &str) -> bool {
        granted == needed
    }

    /// Returns the limiter's settings, which the client's own replace.
    fn limits(&self) -> LimitSettings {
        LimitSettings::new()
    }

    /// Returns tables of endpoints. The limits of their URLs count from the first call, whichever
    /// endpoint is called first.
    fn apis(&self) -> &[&'static Endpoints] {
        &[]
    }
}

/// A provider of which only the base URL is known.
pub(crate) struct Http(pub(crate) String);

impl Provider for Http {
    fn base_url(&self) -> &str {
        &self.0
    }
}

impl Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL that isn't checked yet may hold a secret.
        f.write_str("Http")
    }
}
