//! What carries a request to the server and its answer back: one trait, and `reqwest` under it.

mod origin;
mod reqwest;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

pub(crate) use self::reqwest::{ReqwestTransport, Setup};
use crate::error::Sent;

/// How long anything may take that is to take for ever: so long that it comes to the same, and can
/// be added to a time.
pub(crate) const EVER: Duration = Duration::from_hours(24 * 365);

/// An exchange under way.
pub type Exchange<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'a>>;

/// Sends one request, once, and reads its answer whole.
///
/// A transport follows no redirects and tries nothing again: both would go past what the client
/// knows of the call. It keeps secrets out of its errors: a URL may hold one.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request. The exchange may be dropped at any time.
    fn send(&self, request: Request<Bytes>) -> Exchange<'_>;

    /// Sends one request, and ends within that time, whatever the server does: nothing else watches
    /// an attempt. What a client's calls are sent with.
    ///
    /// Where nothing else is done it is [`send`](Self::send), cut off. A transport that knows what
    /// has come of an answer by then says so [with it](TransportError::with_answer): its status
    /// may tell that the user is locked out.
    fn send_within(&self, request: Request<Bytes>, time: Duration) -> Exchange<'_> {
        let exchange = self.send(request);
        Box::pin(async move {
            let in_time = tokio::time::timeout(time, exchange).await;
            in_time.unwrap_or_else(|_| Err(TransportError::no_answer_within(time)))
        })
    }
}

/// Why an exchange brought no answer.
pub struct TransportError {
    sent: Sent,
    timeout: bool,
    unusable: bool,
    problem: String,
    answer: Option<Box<Response<Bytes>>>,
    source: Option<Source>,
}

type Source = Box<dyn StdError + Send + Sync>;

impl TransportError {
    /// The exchange broke off; `sent` tells what the server may have seen of it.
    pub fn new(sent: Sent, problem: impl Into<String>) -> Self {
        Self {
            sent,
            timeout: false,
            unusable: false,
            problem: problem.into(),
            answer: None,
            source: None,
        }
    }

    /// The time for it ran out.
    pub fn timed_out(sent: Sent, problem: impl Into<String>) -> Self {
        Self {
            timeout: true,
            ..Self::new(sent, problem)
        }
    }

    pub(crate) fn no_answer_within(time: Duration) -> Self {
        Self::timed_out(Sent::Maybe, format!("no answer within {time:?}"))
    }

    /// An answer came that can't be used, as it is too large: another attempt would end the same
    /// way.
    pub fn unusable(problem: impl Into<String>) -> Self {
        Self {
            unusable: true,
            ..Self::new(Sent::Answered, problem)
        }
    }

    /// With what arrived of the answer before it broke off: its status, its headers, perhaps some
    /// of its body.
    #[must_use]
    pub fn with_answer(self, answer: Response<Bytes>) -> Self {
        Self {
            answer: Some(Box::new(answer)),
            ..self
        }
    }

    /// With what lies under it.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// What the server may have seen.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Whether the time ran out.
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Whether an answer came that can't be used.
    pub fn is_unusable(&self) -> bool {
        self.unusable
    }

    /// What arrived of the answer.
    pub fn answer(&self) -> Option<&Response<Bytes>> {
        self.answer.as_deref()
    }

    pub(crate) fn into_parts(self) -> (Option<Box<Response<Bytes>>>, Option<Source>) {
        (self.answer, self.source)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("sent", &self.sent)
            .field("timeout", &self.timeout)
            .field("problem", &self.problem)
            .field("status", &self.answer().map(Response::status))
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
