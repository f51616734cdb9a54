//! What hyper's errors mean for a request: whether it may have been sent, and why it failed.

use std::error::Error as StdError;
use std::io;

use super::{Sent, TransportError};

/// What the HTTP library knows of an error before the head of a response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances {
    /// There was no connection to send anything on.
    pub(super) no_connection: bool,
    /// A proxy was to be used.
    pub(super) through_proxy: bool,
    pub(super) timed_out: bool,
}

/// Describes an error before the head of the response arrived. `server` is shown.
pub(super) fn no_response<E: StdError + 'static>(
    error: &E,
    circumstances: Circumstances,
    server: &str,
) -> TransportError {
    let Circumstances {
        no_connection,
        through_proxy,
        timed_out,
    } = circumstances;
    if causes(error).any(is_unprocessed) {
        let problem = "the server gave the request back unprocessed";
        return described(Sent::No, problem, error, timed_out);
    }
    if no_connection || causes(error).any(is_canceled) {
        let way = if through_proxy {
            " through the proxy"
        } else {
            ""
        };
        let late = if timed_out { " in time" } else { "" };
        let problem = format!("no connection to {server}{way}{late}");
        return described(Sent::No, &problem, error, timed_out);
    }
    let problem = if timed_out {
        "no response in time"
    } else {
        "the exchange broke off before a response arrived"
    };
    described(Sent::Maybe, problem, error, timed_out)
}

/// Describes an error after the head of the response arrived.
pub(super) fn broken_off<E: StdError + 'static>(error: &E, timed_out: bool) -> TransportError {
    let problem = if timed_out {
        "the response's body stopped arriving"
    } else {
        "the response broke off"
    };
    described(Sent::Answered, problem, error, timed_out)
}

fn described<E: StdError + 'static>(
    sent: Sent,
    problem: &str,
    error: &E,
    timed_out: bool,
) -> TransportError {
    let new = if timed_out {
        TransportError::timed_out
    } else {
        TransportError::new
    };
    match reason(error, timed_out) {
        Some(reason) => new(sent, format!("{problem}: {reason}")),
        None => new(sent, problem.to_owned()),
    }
}

/// The innermost cause, in the words of the system or of TLS. The HTTP library's own words add
/// nothing.
fn reason<E: StdError + 'static>(error: &E, timed_out: bool) -> Option<String> {
    let innermost = causes(error).last()?;
    // For a timeout, only an error of the system adds information.
    let from_system = || {
        let error: Option<&io::Error> = innermost.downcast_ref();
        error.and_then(io::Error::raw_os_error).is_some()
    };
    let helps = !timed_out || from_system();
    (helps && !innermost.is::<E>()).then(|| innermost.to_string())
}

pub(super) fn causes<E: StdError>(error: &E) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&error| error.source())
}

/// hyper reports "canceled" for a request whose connection closed before it was written.
fn is_canceled(cause: &(dyn StdError + 'static)) -> bool {
    cause
        .downcast_ref()
        .is_some_and(::hyper::Error::is_canceled)
}

/// Whether the server reported that it has not processed the request, and never will (RFC 9113,
/// section 8.7): it refused the stream, or is going away and the stream is above the last one that
/// it took up. Streams below that end with other errors.
#[cfg(feature = "http2")]
fn is_unprocessed(cause: &(dyn StdError + 'static)) -> bool {
    let error: Option<&h2::Error> = cause.downcast_ref();
    error.is_some_and(|error| {
        let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (is_refused || error.is_go_away())
    })
}

/// Without HTTP/2 no server can report that.
#[cfg(not(feature = "http2"))]
fn is_unprocessed(_: &(dyn StdError + 'static)) -> bool {
    false
}
