//! What a call is sent with besides its parameters: the client, and options.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::Client;
use super::retry::RetryPolicy;
use crate::limit::{Priority, WaitPolicy};
use crate::meta::EndpointMeta;

/// The client that sends a call, and the options of the call.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) client: Client,
    /// Boxed, because most calls have none.
    options: Option<Box<Options>>,
}

impl Context {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            options: None,
        }
    }

    pub(crate) fn options(&self) -> &Options {
        self.options.as_deref().unwrap_or(&Options::NONE)
    }

    pub(crate) fn set_options(&mut self, set: impl FnOnce(Options) -> Options) {
        let options = self.options.get_or_insert_default();
        **options = set(std::mem::take(options));
    }

    /// Makes the random key of a call whose endpoint has one, unless its options set it. Done when
    /// the call is sent, so that each clone has another key.
    pub(crate) fn with_idempotency_key(mut self, endpoint: &EndpointMeta) -> Self {
        if endpoint.idempotency_key.is_some() {
            self.set_options(Options::or_random_idempotency_key);
        }
        self
    }

    /// Takes the context out of a builder that is dropped afterwards.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            client: self.client.clone(),
            options: self.options.take(),
        }
    }
}

/// Options of one call, set with [`RequestExt::options`](crate::RequestExt::options).
///
/// The guide: [calling](crate::guide::calling#the-builder).
///
/// ```no_run
/// # use cliq_api::prelude::*;
/// # use std::time::Duration;
/// # #[endpoints]
/// # pub trait Tickets {
/// #     #[endpoint(GET "/tickets/<ID>")] fn get_ticket(&self, id: u32) -> String;
/// # }
/// # async fn example(client: Client) -> Result<(), Error> {
/// client.get_ticket(42_u32).options(|options| options.timeout(Duration::from_secs(5))).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Options {
    pub(super) timeout: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) wait_policy: Option<WaitPolicy>,
    pub(super) priority: Option<Priority>,
    pub(super) max_response_size: Option<usize>,
    pub(super) idempotency_key: Option<HeaderValue>,
    /// The URL that a server gave for the next page.
    pub(super) page: Option<Uri>,
    headers: Option<HeaderMap>,
    invalid: Option<String>,
}

impl Options {
    pub(super) const NONE: Self = Self {
        timeout: None,
        deadline: None,
        retry: None,
        wait_policy: None,
        priority: None,
        max_response_size: None,
        idempotency_key: None,
        page: None,
        headers: None,
        invalid: None,
    };

    /// Sets how long one attempt may take.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// Sets how long the whole call may take, from `.await` on: waiting for its rate limit and for
    /// a token, all attempts, reading the response.
    ///
    /// Defaults to one window of the endpoint's limit and five seconds, plus twice the timeout of
    /// an attempt.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// Replaces the client's retry policy.
    #[must_use]
    pub fn retry(self, policy: RetryPolicy) -> Self {
        Self {
            retry: Some(policy),
            ..self
        }
    }

    /// Fails at once if the call would have to wait for its rate limit. The error reports after
    /// which time it could go.
    #[must_use]
    pub fn fail_fast(self) -> Self {
        Self {
            wait_policy: Some(WaitPolicy::FailFast),
            ..self
        }
    }

    /// Waits for a lockout to end as well, as far as the deadline allows: set one that is longer
    /// than the lockout.
    #[must_use]
    pub fn through_locks(self) -> Self {
        Self {
            wait_policy: Some(WaitPolicy::ThroughLocks),
            ..self
        }
    }

    /// Puts the call before others that wait, and lets it use the slots that are
    /// [reserved](crate::limit::LimitSettings::reserved_for_urgent).
    #[must_use]
    pub fn urgent(self) -> Self {
        Self {
            priority: Some(Priority::Urgent),
            ..self
        }
    }

    /// Sets how large the response may be, in bytes, in place of the client's
    /// [`max_response_size`](crate::ClientBuilder::max_response_size). It holds for a
    /// [`Download`](crate::Download) too, which has no limit otherwise; of
    /// [`Events`](crate::Events) and [`JsonLines`](crate::JsonLines) it limits each value.
    #[must_use]
    pub fn max_response_size(self, bytes: usize) -> Self {
        Self {
            max_response_size: Some(bytes),
            ..self
        }
    }

    /// Sets the key by which the server knows a call that it has received before, in place of a
    /// random one. The endpoint must declare `idempotency_key`; otherwise the call fails. Clones of
    /// the builder send the same key.
    ///
    /// A key that is stored beforehand makes a call safe to repeat after the program was restarted.
    #[must_use]
    pub fn idempotency_key(mut self, key: &str) -> Self {
        match HeaderValue::try_from(key) {
            Ok(key) if !key.is_empty() => self.idempotency_key = Some(key),
            _ => {
                let problem = "the idempotency key can't be sent: it is empty or not valid";
                self.invalid = Some(problem.to_owned());
            }
        }
        self
    }

    /// Sets a header, in place of any other of that name. If it can't be sent, the call fails.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(mut value)) => {
                // It may be a secret, and `Debug` of a request shows its headers.
                value.set_sensitive(true);
                self.headers.get_or_insert_default().insert(name, value);
            }
            _ => self.invalid = Some(invalid_header(name)),
        }
        self
    }

    /// Sets a header that was checked already.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.get_or_insert_default().insert(name, value);
        self
    }

    /// Sets a random key (a UUID of version 4, which all servers accept), unless one is set.
    pub(super) fn or_random_idempotency_key(mut self) -> Self {
        if self.idempotency_key.is_none() {
            let key = random_uuid().map(HeaderValue::try_from);
            self = match key {
                Ok(Ok(key)) => Self {
                    idempotency_key: Some(key),
                    ..self
                },
                _ => Self {
                    invalid: Some("there is no random idempotency key".to_owned()),
                    ..self
                },
            };
        }
        self
    }

    /// Sends the call to this URL instead of the endpoint's.
    pub(crate) fn page(self, url: Uri) -> Self {
        Self {
            page: Some(url),
            ..self
        }
    }

    pub(super) fn headers(&self) -> Option<&HeaderMap> {
        self.headers.as_ref()
    }

    /// Returns why the call can't be sent, if an option is invalid.
    pub(super) fn invalid(&self) -> Option<&str> {
        self.invalid.as_deref()
    }
}

fn random_uuid() -> Result<String, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    let mut digits = format!("{:032x}", u128::from_be_bytes(random));
    for at in [20, 16, 12, 8] {
        digits.insert(at, '-');
    }
    Ok(digits)
}

pub(super) fn invalid_header(name: &str) -> String {
    format!("the header {name:?} can't be sent: its name or its value is not valid")
}

/// Without the headers' values.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().flat_map(HeaderMap::keys).collect();
        f.debug_struct("Options")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("wait_policy", &self.wait_policy)
            .field("priority", &self.priority)
            .field("max_response_size", &self.max_response_size)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}
