//! What all builders have in common, so that none of it is generated.

use http::{Request, Response};

use crate::body::Body;
use crate::client::{self, Context, Endpoint, Options};
use crate::error::Error;
use crate::request::Call;
use crate::response::FromResponse;

/// A call that was sent: a boxed future.
pub type ResponseFuture<T> = std::pin::Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// What every builder can do besides its own setters.
///
/// The guide: [calling](crate::guide::calling#the-builder).
pub trait RequestExt: Endpoint {
    /// Sets options of this call, such as its timeout or a header.
    #[must_use]
    fn options(mut self, set: impl FnOnce(Options) -> Options) -> Self {
        self.context().set_options(set);
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

    /// Sends the call and returns the whole response, with status and headers. Awaiting the builder
    /// returns the body alone.
    fn send(mut self) -> ResponseFuture<Response<Self::Response>> {
        let (call, context) = taken(&mut self);
        Box::pin(async move { respond::<Self::Response, Self::Decode>(&call, &context).await })
    }

    /// Returns the request, without its authorization, and sends nothing.
    fn prepare(mut self) -> Result<Request<Body>, Error> {
        let (call, context) = taken(&mut self);
        client::prepare(&call, &context)
    }

    /// Returns the request with its authorization, and sends nothing. It holds the token: mind
    /// where it goes.
    fn prepare_authorized(mut self) -> ResponseFuture<Request<Body>> {
        let (call, context) = taken(&mut self);
        Box::pin(async move { client::prepare_authorized(&call, &context).await })
    }
}

impl<R: Endpoint> RequestExt for R {}

pub(crate) async fn respond<T: FromResponse<D>, D>(
    call: &Call,
    context: &Context,
) -> Result<Response<T>, Error> {
    let mut value = None;
    let mut decode = |call: &Call, response: &mut Response<Body>| {
        value = Some(T::from_response(call, response)?);
        Ok(())
    };
    let response = client::run(call, context, T::DELIVERY, &mut decode).await?;
    let Some(value) = value else {
        unreachable!("a call succeeds only if its response was decoded");
    };
    Ok(response.map(|_| value))
}

/// Takes the call out of a builder, to be sent.
fn taken<R: Endpoint>(request: &mut R) -> (Call, Context) {
    let context = request.context().take();
    (request.call().take(), context.with_idempotency_key(R::META))
}

/// What a builder's `.await` does.
#[doc(hidden)]
pub fn awaited<R: Endpoint>(mut request: R) -> ResponseFuture<R::Response> {
    let (call, context) = taken(&mut request);
    Box::pin(async move {
        Ok(respond::<R::Response, R::Decode>(&call, &context)
            .await?
            .into_body())
    })
}
