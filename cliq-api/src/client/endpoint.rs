//! What `#[endpoints]` implements for the builders that it generates.

use std::marker::PhantomData;

use super::{Client, Options};
use crate::meta::EndpointMeta;
use crate::request::Call;
use crate::response::FromResponse;

/// A call of one endpoint, not sent yet. `#[endpoints]` implements it for its builders.
pub trait Endpoint: Builder {
    /// What the endpoint returns.
    type Response: FromResponse<Self::Decode>;
    /// How the response is decoded. It follows from the type as the declaration spells it.
    type Decode: 'static;
    /// What the declaration says.
    const META: &'static EndpointMeta;
}

/// A builder: a call's values, and who sends them. All builders of a trait are one generic type,
/// for which it is implemented once.
pub trait Builder: Sized + Send + 'static {
    #[doc(hidden)]
    fn new(call: Call, context: Context) -> Self;
    #[doc(hidden)]
    fn call(&mut self) -> &mut Call;
    #[doc(hidden)]
    fn context(&mut self) -> &mut Context;
}

/// Who sends a call, and how.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) client: Client,
    /// Most calls have none.
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

    /// Takes the context out of a builder that is consumed.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            client: self.client.clone(),
            options: self.options.take(),
        }
    }
}

/// A context that belongs to the builder of one endpoint.
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
