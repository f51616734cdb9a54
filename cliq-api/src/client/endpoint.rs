//! Endpoints as methods: who calls them, the builders that they return, and how a builder is sent.
//!
//! Generated code is short because it calls what is here: the method of an endpoint makes its
//! builder with [`call`] and [`built`], setters change the [`Call`], and `.await` is [`awaited`].

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};

use super::run::{self, run};
use super::{Client, Context, Options};
use crate::body::Body;
use crate::error::Error;
use crate::meta::EndpointMeta;
use crate::request::Call;
use crate::response::{FromResponse, decode};

/// Types that make calls with a [`Client`]: the client, references to it, and your own wrappers.
///
/// ```
/// use cliq_api::prelude::*;
///
/// struct Bot {
///     client: Client,
///     name: String,
/// }
///
/// impl Caller for Bot {
///     fn client(&self) -> &Client {
///         &self.client
///     }
/// }
/// // `bot.list_tickets()` now works like `client.list_tickets()`.
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't make calls",
    label = "endpoints are methods of a `cliq_api::Client`, or of what implements `cliq_api::Caller`",
    note = "implement `Caller` for `{Self}`, with a method that returns its `Client`; an `#[endpoints]` trait can't be implemented by hand"
)]
pub trait Caller: Send + Sync {
    /// Returns the client that makes the calls.
    fn client(&self) -> &Client;
}

impl Caller for Client {
    fn client(&self) -> &Client {
        self
    }
}

macro_rules! through_deref {
    ($($pointer:ty),*) => {
        $(impl<C: Caller + ?Sized> Caller for $pointer {
            fn client(&self) -> &Client {
                (**self).client()
            }
        })*
    };
}

through_deref!(&C, Box<C>, Arc<C>);

/// A builder of a call of one endpoint. `#[endpoints]` implements it.
pub trait Endpoint: Builder {
    /// The type of the decoded response.
    type Response: FromResponse<Self::Decode>;
    /// How the response is decoded: a type of [`decode`](crate::decode).
    type Decode: 'static;
    /// The endpoint's metadata.
    const META: &'static EndpointMeta;
}

/// What the macro writes about one endpoint, for a type without values that has its name. A trait
/// of this type, and not [`Endpoint`] for each builder: those are one generic type, so rustc would
/// compare each with each.
#[doc(hidden)]
pub trait Declaration: 'static {
    type Response: FromResponse<Self::Decode>;
    type Decode: 'static;
    const META: &'static EndpointMeta;
}

/// A declaration of an endpoint that returns JSON. Most do, and it is a type less for rustc.
#[doc(hidden)]
pub trait JsonDeclaration: 'static {
    type Response: FromResponse<decode::Json>;
    const META: &'static EndpointMeta;
}

impl<E: JsonDeclaration> Declaration for E {
    type Response = E::Response;
    type Decode = decode::Json;
    const META: &'static EndpointMeta = E::META;
}

/// A builder: a call's values, and the client that sends them. All builders of a trait are one
/// generic type, which implements this once.
pub trait Builder: Sized + Send + 'static {
    #[doc(hidden)]
    fn new(call: Call, context: Context) -> Self;
    #[doc(hidden)]
    fn call(&mut self) -> &mut Call;
    #[doc(hidden)]
    fn context(&mut self) -> &mut Context;
}

/// A context that is typed by the endpoint.
#[doc(hidden)]
#[derive(Debug)]
pub struct Of<E>(Context, PhantomData<fn() -> E>);

impl<E> Of<E> {
    pub fn new(context: Context) -> Self {
        Self(context, PhantomData)
    }

    pub fn context(&mut self) -> &mut Context {
        &mut self.0
    }
}

impl<E> Clone for Of<E> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

/// Returns a call of an endpoint without values.
#[doc(hidden)]
pub fn call<E: Declaration>() -> Call {
    Call::new(E::META)
}

/// Returns the builder of a call whose required values are set.
#[doc(hidden)]
pub fn built<B: Builder>(caller: &(impl Caller + ?Sized), call: Call) -> B {
    B::new(call, Context::new(caller.client().clone()))
}

/// A call that was sent: a boxed future.
pub type ResponseFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

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
        run::prepare(&call, &context)
    }

    /// Returns the request with its authorization, and sends nothing. It holds the token: mind
    /// where it goes.
    fn prepare_authorized(mut self) -> ResponseFuture<Request<Body>> {
        let (call, context) = taken(&mut self);
        Box::pin(async move { run::prepare_authorized(&call, &context).await })
    }
}

impl<R: Endpoint> RequestExt for R {}

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

/// Takes the call out of a builder, to be sent.
fn taken<R: Endpoint>(request: &mut R) -> (Call, Context) {
    let context = request.context().take();
    (request.call().take(), context.with_idempotency_key(R::META))
}

/// Makes the call, and decodes its response.
pub(crate) async fn respond<T: FromResponse<D>, D>(
    call: &Call,
    context: &Context,
) -> Result<Response<T>, Error> {
    let mut value = None;
    let mut decode = |call: &Call, response: &mut Response<Body>| {
        value = Some(T::from_response(call, response)?);
        Ok(())
    };
    let response = run(call, context, T::DELIVERY, &mut decode).await?;
    let Some(value) = value else {
        unreachable!("a call succeeds only if its response was decoded");
    };
    Ok(response.map(|_| value))
}
