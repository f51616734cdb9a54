//! From an `http::Response` to the type that the endpoint declares.
//!
//! Nothing here does I/O or knows a client.

pub(crate) mod error;
mod item;
pub(crate) mod json;
mod lenient;
mod nothing;
pub(crate) mod page;

pub use self::error::DecodeError;
pub use self::item::{ItemError, Lenient};
pub use self::page::Page;

use bytes::Bytes;
use http::Response;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::request::Call;

/// What an endpoint can return: anything that [`serde`] can read from JSON, [`Bytes`], `()`, or a
/// [`Page`](crate::Page). It is never implemented by hand.
///
/// `Decode` goes by the type as it is written in the declaration.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be read from a response",
    label = "expected a type with `serde::Deserialize` and without a lifetime",
    note = "derive `serde::Deserialize` for it or for what it holds, or return `cliq_api::Bytes` for the raw response, or nothing to ignore it",
    note = "`Bytes` and `Page` are those of `cliq_api`: import these, and rename types of your own"
)]
pub trait FromResponse<Decode>: Sized + Send + 'static {
    #[doc(hidden)]
    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError>;
}

/// How an answer is read.
pub mod decode {
    /// As JSON.
    #[derive(Debug)]
    pub enum Json {}
    /// As one page of several.
    #[derive(Debug)]
    pub enum Paged {}
    /// As bytes.
    #[derive(Debug)]
    pub enum Raw {}
    /// Not at all.
    #[derive(Debug)]
    pub enum Ignored {}
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> FromResponse<decode::Json> for T {
    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        json::from_slice(content(response), call.meta().response)
    }
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

/// The body of a response that isn't streamed.
pub(crate) fn content(response: &Response<Body>) -> &[u8] {
    response.body().as_bytes().map_or(&[], |bytes| bytes)
}
