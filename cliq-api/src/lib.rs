//! A declarative API client: an endpoint is written down once, as an annotated trait method, and everything else follows from it.
//!
//! ```
//! use cliq_api::prelude::*;
//!
//! /// Reactions of Zoho Cliq: a part of the API that this crate doesn't have.
//! #[endpoints(base = "/api/v2", scope_prefix = "ZohoCliq", limit = "30/min", lock = "5m")]
//! pub trait Reactions {
//!     /// Adds a reaction to a message.
//!     #[endpoint(POST "/chats/<CHAT_ID>/messages/<MESSAGE_ID>/reactions", scope = "messageactions.CREATE")]
//!     fn add_reaction(&self, chat_id: String, message_id: String, #[field] emoji_code: String);
//! }
//!
//! # async fn example() -> Result<(), Error> {
//! let client = Client::builder().access_token("1000.41d9…").build();
//! # let client = Client::builder().build()?;
//! client.add_reaction("CT_1", "1727333520582_47588994306224", ":smile:").await?;
//! # Ok(())
//! # }
//! ```
//!
//! The crate declares with the same macros all of Zoho Cliq's [Threads API](threads). Any other HTTP API can be declared as well:
//! nothing in the macros knows of Zoho.
//!
//! # Where to look
//!
//! - [`endpoints`]: all that a declaration can say.
//! - [`Client`]: where calls go, and as whom.
//! - [`RequestExt`]: what every call can do besides its own setters. [`PagedExt`]: answers in pages.
//! - [`Error`]: what went wrong, and what to do about it.
//! - [`threads`]: Zoho Cliq's threads.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with the platform's roots |
//! | `native-tls` | no | TLS by what the platform has |
//! | `http2` | no | HTTP/2 where the server offers it |
//! | `system-proxy` | yes | proxies from the settings of macOS and Windows, besides those from the environment |

// The macros name this crate `::cliq_api`, here as everywhere.
extern crate self as cliq_api;

mod client;
mod data_center;
mod dynamic;
mod endpoint;
mod error;
mod paging;
mod request_ext;
pub mod threads;
mod transport;

pub use bytes::Bytes;
pub use cliq_macros::{endpoint, endpoints};
pub use http;

pub use client::{AuthScheme, Caller, Client, ClientBuilder, Options};
pub use data_center::DataCenter;
pub use dynamic::DynamicCall;
pub use endpoint::Endpoint;
pub use endpoint::answer::{Answer, decode};
pub use endpoint::meta::{EndpointMeta, Limit, PageMeta, Param, Place, Scopes, Shape};
pub use endpoint::page::{Page, PageItem};
pub use endpoint::{BodyValue, FieldValue, HeaderValue, PathValue, QueryMembers, QueryValue};
pub use error::{Error, ErrorKind, Sent};
pub use paging::{Items, PagedExt, Pages};
pub use request_ext::{RequestExt, Sending};
pub use transport::{Exchange, Transport, TransportError};

/// All that a module with endpoints of its own needs: `use cliq_api::prelude::*;`.
///
/// It exports no trait of endpoints: those are imported by name, so that a reader sees where a method comes from.
pub mod prelude {
    pub use crate::{
        Bytes, Caller, Client, DataCenter, Endpoint, Error, Page, PagedExt, RequestExt, endpoint, endpoints,
    };
}

/// What generated code uses besides the public items. Not for use by hand: it may change at any time.
#[doc(hidden)]
pub mod __private {
    pub use crate::endpoint::call::Call;
    pub use crate::request_ext::awaited;

    /// What a caller passes for a list.
    pub fn collect<T>(values: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
        values.into_iter().map(Into::into).collect()
    }
}
