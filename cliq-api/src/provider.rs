//! What one API's operator is like.

use std::fmt::{self, Debug};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::AUTHORIZATION;
use http::response::Parts;
use http::{HeaderMap, HeaderName};

use crate::error::{FailedResponse, Failure};
use crate::limit::LimitSettings;
pub use crate::limit::Quota;
use crate::meta::EndpointMeta;

/// What one API's operator is like: where the API is, how it announces tokens, errors and limits.
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
///             failure.retry_after = Quota::x_rate_limit(response.headers()).map(|quota| quota.reset);
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

    /// Returns how careful the limiter is, unless the client says otherwise.
    fn limits(&self) -> LimitSettings {
        LimitSettings::new()
    }

    /// Returns tables of endpoints. The limits of their URLs count from the first call, whichever
    /// endpoint is called first.
    fn apis(&self) -> &[&'static [&'static EndpointMeta]] {
        &[]
    }
}

/// The names of one family of headers. Parsed once, as each response is asked for them.
struct Names {
    limit: HeaderName,
    remaining: HeaderName,
    reset: HeaderName,
}

static STANDARD: Names = Names {
    limit: HeaderName::from_static("ratelimit-limit"),
    remaining: HeaderName::from_static("ratelimit-remaining"),
    reset: HeaderName::from_static("ratelimit-reset"),
};
static CUSTOMARY: Names = Names {
    limit: HeaderName::from_static("x-ratelimit-limit"),
    remaining: HeaderName::from_static("x-ratelimit-remaining"),
    reset: HeaderName::from_static("x-ratelimit-reset"),
};

impl Quota {
    /// Reads `RateLimit-Remaining` and `RateLimit-Reset` (seconds), or else the `X-RateLimit-…`
    /// headers.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let standard = STANDARD.numbers(headers);
        let standard = standard.map(|(remaining, reset)| {
            Self::new(remaining, seconds(reset)).of_header(headers, &STANDARD.limit)
        });
        standard.or_else(|| Self::x_rate_limit(headers))
    }

    /// Reads `X-RateLimit-Remaining` and `X-RateLimit-Reset`, which is a number of seconds, or a
    /// Unix time where it is too large for one.
    pub fn x_rate_limit(headers: &HeaderMap) -> Option<Self> {
        // No limit lasts for thirty years.
        const UNIX_TIMES: u64 = 1_000_000_000;
        let (remaining, reset) = CUSTOMARY.numbers(headers)?;
        let reset = match reset {
            UNIX_TIMES.. => {
                let now = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                seconds(reset).saturating_sub(now)
            }
            _ => seconds(reset),
        };
        Some(Self::new(remaining, reset).of_header(headers, &CUSTOMARY.limit))
    }

    /// Sets the limit that the header names, if it does.
    fn of_header(self, headers: &HeaderMap, name: &HeaderName) -> Self {
        let text = headers.get(name).and_then(|value| value.to_str().ok());
        // Followed by policies in some versions of the draft: `100, 100;w=60`.
        let first = text.and_then(|text| text.split([',', ';']).next());
        match first.and_then(|number| number.trim().parse().ok()) {
            Some(limit) => self.of(limit),
            None => self,
        }
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Names {
    /// Returns what remains, and the seconds until the reset.
    fn numbers(&self, headers: &HeaderMap) -> Option<(u32, u64)> {
        let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
        let remaining: u64 = text(&self.remaining)?.parse().ok()?;
        let reset: f64 = text(&self.reset)?.parse().ok()?;
        let reset = Duration::try_from_secs_f64(reset.ceil()).ok()?.as_secs();
        Some((u32::try_from(remaining).unwrap_or(u32::MAX), reset))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(headers: &[(&'static str, &str)]) -> Option<Quota> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        Quota::read(&headers)
    }

    #[test]
    fn both_families_of_headers() {
        let minute = Some(Quota::new(3, Duration::from_mins(1)));
        assert_eq!(
            quota(&[("ratelimit-remaining", "3"), ("ratelimit-reset", "60")]),
            minute
        );
        assert_eq!(
            quota(&[
                ("x-ratelimit-remaining", "3"),
                ("x-ratelimit-reset", "59.2")
            ]),
            minute
        );
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let unix = (now + 60).to_string();
        let read = quota(&[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", &unix)]).unwrap();
        assert!((58..=60).contains(&read.reset.as_secs()), "{read:?}");
        let limited = quota(&[
            ("x-ratelimit-limit", "100, 100;w=60"),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "60"),
        ]);
        assert_eq!(limited.unwrap().limit, Some(100));
        for unreadable in [
            &[("x-ratelimit-remaining", "3")][..],
            &[("x-ratelimit-remaining", "-3"), ("x-ratelimit-reset", "60")],
            &[
                ("x-ratelimit-remaining", "3"),
                ("x-ratelimit-reset", "soon"),
            ],
        ] {
            assert_eq!(quota(unreadable), None);
        }
    }
}
