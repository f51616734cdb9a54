//! Serializes the values of a call, and builds the `http::Request` from them.
//!
//! This module does no I/O and depends on no client.

pub(crate) mod base_url;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod error;
pub(crate) mod link;
pub(crate) mod value;

pub(crate) use self::base_url::{BaseUrl, BaseUrlError, is_loopback, normalized};
pub(crate) use self::build::{Target, build, build_head};
pub use self::call::Call;
pub(crate) use self::error::RequestError;

use bytes::Bytes;
use serde::Serialize;

use crate::body::{Body, Part};

/// Declares a trait for each part of a request. Its diagnostic names that part and the user's type,
/// where `Serialize` alone would name neither.
macro_rules! values {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        $(
            $(#[$attribute])*
            pub trait $name: Serialize {}
            #[diagnostic::do_not_recommend]
            impl<T: Serialize + ?Sized> $name for T {}
        )*
    };
}

values! {
    /// A value in a path. It must serialize to a scalar.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be part of a path",
        label = "expected a scalar with `serde::Serialize`",
        note = "derive `serde::Serialize` for it, as a newtype around a string, a number or a boolean, or as an enum of unit variants"
    )]
    PathValue
    /// A value in a query or a form. It must serialize to a scalar.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a query or form parameter",
        label = "expected a scalar with `serde::Serialize`",
        note = "derive `serde::Serialize` for it; a struct or a map of several parameters goes with `#[query(flatten)]`"
    )]
    QueryValue
    /// A struct or map whose members are query parameters.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be flattened into the query",
        label = "expected a struct or a map with `serde::Serialize`",
        note = "derive `serde::Serialize` for it"
    )]
    QueryMembers
    /// A value that is written with brackets, in a query or a form: a struct, a map or a list.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a query or form parameter",
        label = "expected a type with `serde::Serialize`",
        note = "derive `serde::Serialize` for it"
    )]
    NestedValue
    /// A value of a header. It must serialize to a scalar.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a header",
        label = "expected a scalar with `serde::Serialize`",
        note = "derive `serde::Serialize` for it"
    )]
    HeaderValue
    /// A member of a JSON body.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a field of a JSON body",
        label = "expected a type with `serde::Serialize`",
        note = "derive `serde::Serialize` for a type of your own, or for what it holds; `Bytes` can't be part of JSON, only a whole body: \
                `#[body(bytes)]`"
    )]
    FieldValue
    /// A struct or map whose members are fields of the body.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be flattened into the body",
        label = "expected a struct or a map with `serde::Serialize`",
        note = "derive `serde::Serialize` for it"
    )]
    FieldMembers
    /// A whole JSON body.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a JSON body",
        label = "expected a type with `serde::Serialize`",
        note = "derive `serde::Serialize` for a type of your own, or for what it holds; send `Bytes` as they are with `#[body(bytes)]`"
    )]
    BodyValue
}

/// A whole body of raw bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a raw body",
    label = "expected `cliq_api::Bytes`, `Vec<u8>` or `String`",
    note = "this is not `cliq_api::Bytes`: import that one, or convert yours into it by `From`"
)]
pub trait RawValue: Into<Bytes> {}
#[diagnostic::do_not_recommend]
impl<T: Into<Bytes>> RawValue for T {}

/// A whole body that may be a stream.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a streamed body",
    label = "expected `cliq_api::Body`",
    note = "this is not `cliq_api::Body`: import that one"
)]
pub trait StreamValue: Into<Body> {}
#[diagnostic::do_not_recommend]
impl<T: Into<Body>> StreamValue for T {}

/// A part of a multipart body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a part of a multipart body",
    label = "expected `cliq_api::Part`",
    note = "this is not `cliq_api::Part`: import that one"
)]
pub trait PartValue: Into<Part> {}
#[diagnostic::do_not_recommend]
impl<T: Into<Part>> PartValue for T {}
