//! Decodes an `http::Response` into the type that the endpoint declares.
//!
//! This module does no I/O and depends on no client.

pub(crate) mod error;
mod item;
pub(crate) mod json;
mod lenient;
mod lines;
mod nothing;
pub(crate) mod page;
pub(crate) mod sse;
mod text;

pub use self::error::DecodeError;
pub use self::item::{ItemError, Lenient};
pub(crate) use self::lines::Lines;
pub use self::page::Page;
pub use self::text::Text;

use bytes::Bytes;
use http::Response;

use crate::body::Body;
use crate::request::Call;

/// Types that an endpoint can return: any that [`serde`] decodes from JSON, [`Bytes`], [`Text`],
/// `()`, [`Page`](crate::Page), and the streams [`Download`](crate::Download),
/// [`Events`](crate::Events) and [`JsonLines`](crate::JsonLines). It is implemented for all of
/// them; don't implement it by hand.
///
/// The macro chooses `Decode` by the name of the type in the declaration.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be read from a response",
    label = "expected a type with `serde::Deserialize` and without a lifetime",
    note = "derive `serde::Deserialize` for it or for what it holds, or return `cliq_api::Bytes` for the raw response, or nothing to ignore it",
    note = "`Bytes`, `Text`, `Page`, `Download`, `Events` and `JsonLines` are those of `cliq_api`: import these, and rename types of your own"
)]
pub trait FromResponse<Decode>: Sized + Send + 'static {
    #[doc(hidden)]
    const DELIVERY: Delivery = Delivery::Whole;

    #[doc(hidden)]
    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError>;
}

/// How the body of a success is received.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Before it is decoded.
    Whole,
    /// By the caller, after the head was decoded.
    Stream,
    /// Like [`Stream`](Self::Stream), as values, each of which has a limited size.
    Values,
}

/// The largest value of a stream of values, in bytes: an extension of its response.
#[derive(Clone, Copy)]
pub(crate) struct MaxValueSize(pub(crate) usize);

/// How a response is decoded.
pub mod decode {
    /// JSON.
    #[derive(Debug)]
    pub enum Json {}
    /// One page of several, in JSON.
    #[derive(Debug)]
    pub enum Paged {}
    /// The raw body.
    #[derive(Debug)]
    pub enum Raw {}
    /// The body as text.
    #[derive(Debug)]
    pub enum Text {}
    /// A stream of bytes.
    #[derive(Debug)]
    pub enum Download {}
    /// A stream of server-sent events.
    #[derive(Debug)]
    pub enum Events {}
    /// A stream of JSON values, one on each line.
    #[derive(Debug)]
    pub enum JsonLines {}
    /// The body is ignored.
    #[derive(Debug)]
    pub enum Ignored {}
}

#[diagnostic::do_not_recommend]
impl FromResponse<decode::Raw> for Bytes {
    fn from_response(_: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        Ok(response.body().as_bytes().cloned().unwrap_or_default())
    }
}

#[diagnostic::do_not_recommend]
impl FromResponse<decode::Ignored> for () {
    fn from_response(_: &Call, _: &mut Response<Body>) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// Returns the body of a response that isn't streamed.
pub(crate) fn content(response: &Response<Body>) -> &[u8] {
    response.body().as_bytes().map_or(&[], |bytes| bytes)
}
