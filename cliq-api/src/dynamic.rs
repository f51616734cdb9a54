//! A call by metadata, without a type: for programs that are driven by data.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use serde::Serialize;
use serde_json::Value;

use crate::ResponseFuture;
use crate::client::{self, Options};
use crate::endpoint::answer::from_json;
use crate::endpoint::call::Call;
use crate::endpoint::meta::{EndpointMeta, Place, Shape};
use crate::error::Error;

/// A call whose parameters are set by the names that the server knows them by. See
/// [`Client::call`](crate::Client::call).
///
/// Awaiting it gives the answer as JSON, or the member of it that the endpoint declares;
/// [`send`](Self::send) gives it as it came.
#[derive(Clone)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct DynamicCall {
    call: Call,
    problem: Option<String>,
}

impl DynamicCall {
    pub(crate) fn new(call: Call) -> Self {
        Self {
            call,
            problem: None,
        }
    }

    /// What is called.
    pub fn endpoint(&self) -> &'static EndpointMeta {
        self.call.meta()
    }

    /// Sets a parameter by its name. A value that can't be sent, or a name that the endpoint
    /// doesn't have, is the call's error.
    pub fn set<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Self {
        self.set_where(None, name, value)
    }

    /// The same, for an endpoint that has one name in several places.
    pub fn set_in<T: Serialize + ?Sized>(self, place: Place, name: &str, value: &T) -> Self {
        self.set_where(Some(place), name, value)
    }

    /// Sets the whole body of an endpoint that takes raw bytes.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        let raw = |shape| matches!(shape, Shape::Bytes(_));
        match self
            .endpoint()
            .params
            .iter()
            .position(|param| raw(param.shape))
        {
            Some(index) => self.call = self.call.body_bytes(index, bytes),
            None => self.problem = Some("the endpoint takes no raw body".to_owned()),
        }
        self
    }

    /// Sets options of this call.
    pub fn options(mut self, set: impl FnOnce(Options) -> Options) -> Self {
        self.call.set_options(set);
        self
    }

    /// The request, without sending it and without its authorization.
    pub fn prepare(&self) -> Result<Request<Bytes>, Error> {
        self.check()?;
        client::prepare(&self.call)
    }

    /// Sends it and gives the answer as it came, if it is a success.
    pub fn send(self) -> ResponseFuture<Response<Bytes>> {
        Box::pin(async move {
            self.check()?;
            Ok(client::run(&self.call).await?.answer)
        })
    }

    fn check(&self) -> Result<(), Error> {
        self.problem.as_ref().map_or(Ok(()), |why| {
            Err(Error::invalid_request(self.endpoint(), why))
        })
    }

    fn set_where<T: Serialize + ?Sized>(
        mut self,
        place: Option<Place>,
        name: &str,
        value: &T,
    ) -> Self {
        match self.endpoint().index_of(place, name) {
            Some(index) => self.call = self.call.set_by_meta(index, value),
            None => {
                let names: Vec<_> = self
                    .endpoint()
                    .params
                    .iter()
                    .map(|param| param.name)
                    .collect();
                self.problem = Some(format!("it has no parameter {name:?}; it has {names:?}"));
            }
        }
        self
    }
}

impl IntoFuture for DynamicCall {
    type Output = Result<Value, Error>;
    type IntoFuture = ResponseFuture<Value>;

    fn into_future(self) -> ResponseFuture<Value> {
        Box::pin(async move {
            let endpoint = self.endpoint();
            let answer = self.send().await?;
            from_json(answer.body(), endpoint.response)
                .map_err(|misfit| Error::decode(endpoint, answer, &misfit))
        })
    }
}

/// Without the values.
impl fmt::Debug for DynamicCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
