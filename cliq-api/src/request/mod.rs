//! One call's values, written as they will be sent, and the `http::Request` made from them.
//!
//! Nothing here does I/O or knows a client.

pub(crate) mod base_url;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod error;
pub(crate) mod value;

pub(crate) use self::base_url::{BaseUrl, BaseUrlError, is_loopback};
pub(crate) use self::build::{Target, build};
pub use self::call::Call;
pub(crate) use self::error::RequestError;

use bytes::Bytes;
use serde::Serialize;

/// Names what may go into a place of a request, so that a misuse is told in words of that place, on
/// the user's type.
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
    /// What may be part of a path: what serializes to one plain value.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be part of a path",
        label = "a path's value needs `serde::Serialize`, and to serialize to one plain value",
        note = "derive `serde::Serialize` for `{Self}`; a newtype around a string, a number or a boolean and an enum of unit variants \
                serialize to one plain value"
    )]
    PathValue
    /// What may be a query parameter's value, or a form's: what serializes to one plain value.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a query or form parameter",
        label = "its value needs `serde::Serialize`, and to serialize to one plain value",
        note = "derive `serde::Serialize` for `{Self}`; a struct or a map of several parameters goes with `#[query(flatten)]`"
    )]
    QueryValue
    /// What may be flattened into the query: a struct or a map.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be flattened into the query",
        label = "`#[query(flatten)]` needs a struct or a map with `serde::Serialize`",
        note = "derive `serde::Serialize` for `{Self}`"
    )]
    QueryMembers
    /// What may be a header's value: what serializes to one plain value.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a header",
        label = "a header's value needs `serde::Serialize`, and to serialize to one plain value",
        note = "derive `serde::Serialize` for `{Self}`"
    )]
    HeaderValue
    /// What may be a member of a JSON body.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a field of a JSON body",
        label = "a field needs `serde::Serialize`",
        note = "derive `serde::Serialize` for `{Self}` or for what it holds"
    )]
    FieldValue
    /// What may be a whole JSON body.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a JSON body",
        label = "a body needs `serde::Serialize`",
        note = "derive `serde::Serialize` for `{Self}` or for what it holds; raw bytes go with `#[body(bytes)]`"
    )]
    BodyValue
}

/// What may be a whole body as it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a raw body",
    label = "`#[body(bytes)]` takes `cliq_api::Bytes`, `Vec<u8>` or `String`",
    note = "convert `{Self}` into `cliq_api::Bytes` by `From`, name the type in full if one of your own hides it, or send a value as JSON \
            with `#[body]`"
)]
pub trait RawValue: Into<Bytes> {}
#[diagnostic::do_not_recommend]
impl<T: Into<Bytes>> RawValue for T {}
