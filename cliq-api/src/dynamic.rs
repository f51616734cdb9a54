//! A call by metadata, without a type: for programs that are driven by data.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use serde::Serialize;
use serde_json::Value;

use crate::body::{Body, Part};
use crate::client::{self, Client, Context, Options, ResponseFuture, respond};
use crate::error::Error;
use crate::meta::{EndpointMeta, Place, ResponseKind};
use crate::request::{Call, RequestError};
use crate::response::{DecodeError, Delivery, FromResponse, Page, Text, content, decode, json};
use crate::streaming::{Events, JsonLines};

/// A call whose parameters are set by the names that the server knows them by. See
/// [`Client::call`].
///
/// The guide: [calls by metadata](crate::guide::calling#calls-by-metadata).
///
/// Awaiting it returns the response as JSON, or the member of it that the endpoint declares. An
/// empty response is `null`; one without the member is an error, unless the endpoint's type is an
/// `Option`. Text is a string, and lines of JSON are a list.
/// [`send`](Self::send) returns it as it is, [`stream`](Self::stream) without reading its body,
/// [`events`](Self::events) and [`lines`](Self::lines) as they arrive, and [`pages`](Self::pages)
/// one page after the other.
#[derive(Clone)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct DynamicCall {
    call: Call,
    context: Context,
    problem: Option<RequestError>,
}

impl Client {
    /// Returns a call without a type, for programs that know endpoints only by their metadata.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # #[endpoints]
    /// # pub trait Tickets {
    /// #     #[endpoint(POST "/tickets/<ID>/close")] fn close_ticket(&self, id: u32);
    /// # }
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// let close = TICKETS.iter().find(|meta| meta.name() == "close_ticket").unwrap();
    /// client.call(close).set("ID", &42).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, endpoint: &'static EndpointMeta) -> DynamicCall {
        DynamicCall {
            call: Call::new(endpoint),
            context: Context::new(self.clone()),
            problem: None,
        }
    }
}

impl DynamicCall {
    /// Returns what is called.
    pub fn endpoint(&self) -> &'static EndpointMeta {
        self.call.meta()
    }

    /// Sets a parameter by its name. If the value can't be sent, or if the endpoint has no
    /// parameter of that name or several in different places, the call fails: those are set with
    /// [`set_in`](Self::set_in).
    pub fn set<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Self {
        self.set_where(None, name, value)
    }

    /// Sets a parameter by its place and name, for an endpoint with one name in several places.
    pub fn set_in<T: Serialize + ?Sized>(self, place: Place, name: &str, value: &T) -> Self {
        self.set_where(Some(place), name, value)
    }

    /// Sets the whole body of an endpoint that takes raw bytes: bytes, or a [`Body`] that streams
    /// them.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        if let Err(problem) = self.call.set_body(body.into()) {
            self.problem = Some(problem);
        }
        self
    }

    /// Sets a part of an endpoint with `multipart`: a file, or content with its own type. To a
    /// list of parts, it is added. Plain values are set with [`set`](Self::set) as well.
    pub fn part(mut self, name: &str, part: impl Into<Part>) -> Self {
        match self.index(Some(Place::Part), name) {
            Ok(index) => self.call = self.call.with_part(index, part.into()),
            Err(problem) => self.problem = Some(problem),
        }
        self
    }

    /// Sets options of this call.
    pub fn options(mut self, set: impl FnOnce(Options) -> Options) -> Self {
        self.context.set_options(set);
        self
    }

    /// Returns the request, without its authorization, and sends nothing.
    pub fn prepare(&self) -> Result<Request<Body>, Error> {
        let call = self.clone().ready()?;
        client::prepare(&call.call, &call.context)
    }

    /// Sends the call and returns the response as it is, if it is a success.
    pub fn send(self) -> ResponseFuture<Response<Bytes>> {
        Box::pin(async move {
            let this = self.ready()?;
            let response = client::run(&this.call, &this.context, Delivery::Whole, &mut |_, _| {
                Ok(())
            })
            .await?;
            Ok(response.map(|body| body.as_bytes().cloned().unwrap_or_default()))
        })
    }

    /// Sends the call and returns the response when its head has arrived, if it is a success. The
    /// body is a stream, whose size is not limited. The attempt's timeout ends at the head;
    /// [`read_timeout`](crate::ClientBuilder::read_timeout) applies to the rest.
    ///
    /// ```no_run
    /// # use cliq_api::prelude::*;
    /// # type Result = std::result::Result<(), Box<dyn std::error::Error + Send + Sync>>;
    /// # async fn example(client: Client, download: &'static cliq_api::EndpointMeta) -> Result {
    /// let mut body = client.call(download).set("FILE_ID", "42").stream().await?.into_body();
    /// while let Some(piece) = body.data().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> ResponseFuture<Response<Body>> {
        Box::pin(async move {
            let this = self.ready()?;
            client::run(&this.call, &this.context, Delivery::Stream, &mut |_, _| {
                Ok(())
            })
            .await
        })
    }

    /// Sends the call and returns the server-sent events of its response, with any JSON as data.
    pub fn events(self) -> ResponseFuture<Events<Value>> {
        self.decoded::<Events<Value>, decode::Events>()
    }

    /// Sends the call and returns the lines of its response, each of which is any JSON.
    pub fn lines(self) -> ResponseFuture<JsonLines<Value>> {
        self.decoded::<JsonLines<Value>, decode::JsonLines>()
    }

    /// Sends the call as `prepare` changes it, and reads the response as a page.
    pub(crate) fn page(
        mut self,
        prepare: impl FnOnce(&mut Call, &mut Context) -> Result<(), Error>,
    ) -> Result<ResponseFuture<Page<Value>>, Error> {
        if self.endpoint().page().is_none() {
            let problem = RequestError::new("the endpoint declares no pages");
            return Err(Error::invalid_request(self.endpoint(), &problem));
        }
        prepare(&mut self.call, &mut self.context)?;
        Ok(self.decoded::<Page<Value>, decode::Paged>())
    }

    fn decoded<T: FromResponse<D>, D: 'static>(self) -> ResponseFuture<T> {
        Box::pin(async move {
            let this = self.ready()?;
            respond::<T, D>(&this.call, &this.context)
                .await
                .map(Response::into_body)
        })
    }

    /// Returns the call as it is sent, or why it can't be.
    fn ready(mut self) -> Result<Self, Error> {
        if let Some(problem) = &self.problem {
            return Err(Error::invalid_request(self.endpoint(), problem));
        }
        self.context = self.context.with_idempotency_key(self.call.meta());
        Ok(self)
    }

    fn set_where<T: Serialize + ?Sized>(
        mut self,
        place: Option<Place>,
        name: &str,
        value: &T,
    ) -> Self {
        match self.index(place, name) {
            Ok(index) => self.call = self.call.set_by_meta(index, value),
            Err(problem) => self.problem = Some(problem),
        }
        self
    }

    /// Returns the position of a parameter.
    fn index(&self, place: Option<Place>, name: &str) -> Result<usize, RequestError> {
        let params = self.endpoint().params;
        let mut found = params.iter().enumerate().filter(|(_, param)| {
            param.name == name && place.is_none_or(|place| place == param.place)
        });
        let problem = match (found.next(), found.next()) {
            (Some((index, _)), None) => return Ok(index),
            (Some((_, first)), Some((_, second))) => format!(
                "it has a {} and a {} parameter {name:?}: `set_in` says which",
                first.place, second.place
            ),
            (None, _) => {
                let names: Vec<_> = params.iter().map(|param| param.name).collect();
                format!("it has no parameter {name:?}; it has {names:?}")
            }
        };
        Err(RequestError::new(problem))
    }
}

impl IntoFuture for DynamicCall {
    type Output = Result<Value, Error>;
    type IntoFuture = ResponseFuture<Value>;

    fn into_future(self) -> ResponseFuture<Value> {
        Box::pin(async move {
            let this = self.ready()?;
            let mut value = Value::Null;
            let mut decode = |call: &Call, response: &mut Response<Body>| {
                value = read(call, response)?;
                Ok(())
            };
            client::run(&this.call, &this.context, Delivery::Whole, &mut decode).await?;
            Ok(value)
        })
    }
}

/// Metadata doesn't define what an empty response means, so it becomes `null`.
fn read(call: &Call, response: &mut Response<Body>) -> Result<Value, DecodeError> {
    let endpoint = call.meta();
    if endpoint.kind == ResponseKind::Text {
        return Text::from_response(call, response).map(|text| text.into_string().into());
    }
    let body = content(response);
    if endpoint.kind == ResponseKind::JsonLines {
        let lines = body.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        return lines
            .map(|line| json::from_slice(line, &[]))
            .collect::<Result<Vec<Value>, _>>()
            .map(Value::Array);
    }
    if json::is_nothing(body) {
        return Ok(Value::Null);
    }
    if endpoint.optional {
        let value = json::from_slice::<Option<Value>>(body, endpoint.response)?;
        return Ok(value.unwrap_or_default());
    }
    json::from_slice(body, endpoint.response)
}

/// Without the values.
impl fmt::Debug for DynamicCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
