//! TODO
extern crate self as cliq_api;

mod client;
mod data_center;
mod dynamic;
mod endpoint;
mod error;
mod paging;
mod request_ext;
mod transport;

pub use bytes::Bytes;
pub use http;

pub use client::{AuthScheme, Caller, Client, ClientBuilder, Options};
pub use data_center::DataCenter;
pub use dynamic::DynamicCall;
pub use endpoint::Endpoint;
pub use endpoint::answer::{Answer, decode};
pub use endpoint::meta::{EndpointMeta, Limit, PageMeta, Param, Place, Scopes, Shape};
pub use endpoint::page::Page;
pub use error::{Error, ErrorKind, Sent};
pub use paging::{Items, PagedExt, Pages};
pub use request_ext::{RequestExt, Sending};
pub use transport::{Exchange, Transport, TransportError};
