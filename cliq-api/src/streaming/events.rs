//! A response of server-sent events.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use serde::de::DeserializeOwned;

use super::source::{Source, max_value_size};
use crate::body::Body;
use crate::error::Error;
use crate::request::Call;
use crate::response::sse::{Parser, RawEvent};
use crate::response::{DecodeError, Delivery, FromResponse, Text, decode, json};

/// A response of server-sent events, as the return type of an endpoint: one connection, which ends
/// when the server ends it. [`EventsExt::reconnecting`](crate::EventsExt::reconnecting) connects
/// again.
///
/// The guide: [streams and files](crate::guide::streams).
///
/// The call succeeds when the head of the response has arrived. The events are read through
/// [`next`](Self::next) or as a [`Stream`]. Their data is JSON; with `Events<`[`Text`]`>` it is any
/// text. Data that doesn't have the declared type is an error, and the stream continues with the
/// next event; after any other error it ends. The client's
/// [`max_response_size`](crate::ClientBuilder::max_response_size) limits each event;
/// [`read_timeout`](crate::ClientBuilder::read_timeout) limits how long the server may be silent.
///
/// An open stream takes no slot of a rate limit: the call ends with the head of its response.
///
/// ```
/// # use cliq_api::prelude::*;
/// use cliq_api::{Events, EventsExt};
/// # #[derive(serde::Deserialize)]
/// # pub struct Change { ticket: u64 }
///
/// # #[endpoints]
/// # pub trait Tickets {
/// #[endpoint(GET "/changes")]
/// fn watch(&self) -> Events<Change>;
/// # }
/// # async fn example(client: Client) -> Result<(), Error> {
/// let mut changes = client.watch().reconnecting();
/// while let Some(change) = changes.next().await {
///     println!("ticket {} has changed", change?.data.ticket);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "events are not read until the stream is polled"]
pub struct Events<T> {
    source: Source,
    parser: Parser,
    status: StatusCode,
    data: PhantomData<fn() -> T>,
}

/// A server-sent event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<T> {
    /// The id of this event, or of the last one before it that had one.
    pub id: Option<String>,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The data.
    pub data: T,
}

impl<T> Event<T> {
    /// Returns an event with this data, for tests.
    pub fn new(data: T) -> Self {
        Self {
            id: None,
            name: None,
            data,
        }
    }

    /// Sets the id.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..self
        }
    }

    /// Sets the name.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }
}

/// The data of an event: any type that [`serde`] decodes from JSON, or [`Text`]. It is implemented
/// for all of them; don't implement it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the data of an event",
    label = "expected a type with `serde::Deserialize`, or `cliq_api::Text`",
    note = "derive `serde::Deserialize` for it"
)]
pub trait EventData: Sized + Send + 'static {
    #[doc(hidden)]
    fn from_data(data: String) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> EventData for T {
    fn from_data(data: String) -> Result<Self, DecodeError> {
        json::from_slice(data.as_bytes(), &[])
    }
}

#[diagnostic::do_not_recommend]
impl EventData for Text {
    fn from_data(data: String) -> Result<Self, DecodeError> {
        Ok(data.into())
    }
}

impl<T: EventData> Events<T> {
    /// Returns the next event; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if an event's data doesn't have the declared
    /// type or is too large, [`ErrorKind::Transport`](crate::ErrorKind::Transport) if the response
    /// breaks off, [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) after the `read_timeout`.
    pub async fn next(&mut self) -> Option<Result<Event<T>, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Returns the id of the last event that had one.
    pub fn last_event_id(&self) -> Option<&str> {
        self.parser.last_id()
    }

    /// Returns how long the server wants clients to wait before they connect again, if it sent
    /// that.
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry()
    }

    /// Whether the server wants no further connection.
    pub(super) fn is_final(&self) -> bool {
        self.status == StatusCode::NO_CONTENT
    }

    /// Whether no event can follow.
    pub(super) fn has_ended(&self) -> bool {
        self.source.has_ended()
    }

    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Event<T>, Error>>> {
        loop {
            if !self.source.has_ended() {
                match self.parser.next() {
                    Ok(Some(event)) => return Poll::Ready(Some(self.decode(event))),
                    Ok(None) => {}
                    Err(error) => return Poll::Ready(Some(Err(self.source.too_large(error)))),
                }
            }
            match ready!(self.source.poll(context)) {
                Some(Ok(piece)) => self.parser.push(&piece),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn decode(&self, event: RawEvent) -> Result<Event<T>, Error> {
        let RawEvent { id, name, data } = event;
        match T::from_data(data) {
            Ok(data) => Ok(Event { id, name, data }),
            Err(error) => Err(self.source.misfit(&error)),
        }
    }
}

impl<T: EventData> Stream for Events<T> {
    type Item = Result<Event<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("endpoint", &format_args!("{}", self.source.endpoint()))
            .finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<T: EventData> FromResponse<decode::Events> for Events<T> {
    const DELIVERY: Delivery = Delivery::Values;

    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE);
        let is_events = |value: &[u8]| {
            let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
            essence
                .trim_ascii()
                .eq_ignore_ascii_case(b"text/event-stream")
        };
        let is_other = content_type.is_some_and(|value| !is_events(value.as_bytes()));
        if is_other && status != StatusCode::NO_CONTENT {
            return Err(DecodeError::not_json(
                "expected server-sent events".to_owned(),
            ));
        }
        Ok(Self {
            parser: Parser::new(max_value_size(response)),
            source: Source::of(call, response),
            status,
            data: PhantomData,
        })
    }
}
