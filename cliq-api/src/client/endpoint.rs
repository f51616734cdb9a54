//! Traits of generated builders.

use std::marker::PhantomData;

use super::{Client, Options};
use crate::meta::EndpointMeta;
use crate::request::Call;
use crate::response::FromResponse;

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
