//! What all builders have in common, so that none of it is generated.

use bytes::Bytes;
use http::{Request, Response};

use crate::client::{self, Options};
use crate::endpoint::Endpoint;
use crate::endpoint::answer::Answer;
use crate::endpoint::call::Call;
use crate::error::Error;

/// A call on its way: a boxed future.
pub type ResponseFuture<T> = std::pin::Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// What every builder can do besides its own setters.
pub trait RequestExt: Endpoint {
    /// Sets options of this call: its time, a header.
    #[must_use]
    fn options(mut self, set: impl FnOnce(Options) -> Options) -> Self {
        self.call().set_options(set);
        self
    }

    /// Calls a setter if there is a value: `.with(reply_to, |call, id| call.reply_to(id))`.
    #[must_use]
    fn with<T>(self, value: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => set(self, value),
            None => self,
        }
    }

    /// Sends it and gives the whole response, with status and headers. Awaiting the builder gives
    /// the body alone.
    fn send(mut self) -> ResponseFuture<Response<Self::Response>> {
        let call = self.call().take();
        Box::pin(async move { answer::<Self>(&call).await })
    }

    /// The request, without sending it and without its authorization.
    fn prepare(mut self) -> Result<Request<Bytes>, Error> {
        client::prepare(self.call())
    }

    /// The request with its authorization, without sending it. The token is in it: mind where it
    /// goes.
    fn prepare_authorized(mut self) -> ResponseFuture<Request<Bytes>> {
        let call = self.call().take();
        Box::pin(async move { client::prepare_authorized(&call).await })
    }
}

impl<R: Endpoint> RequestExt for R {}

async fn answer<R: Endpoint>(call: &Call) -> Result<Response<R::Response>, Error> {
    let answered = client::run(call).await?;
    match R::Response::read(call, &answered.answer) {
        Ok(value) => Ok(answered.answer.map(|_| value)),
        Err(misfit) => Err(answered.unreadable(&misfit)),
    }
}

/// What a builder's `.await` does.
#[doc(hidden)]
pub fn awaited<R: Endpoint>(mut request: R) -> ResponseFuture<R::Response> {
    let call = request.call().take();
    Box::pin(async move { Ok(answer::<R>(&call).await?.into_body()) })
}
