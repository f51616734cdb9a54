//! OpenAPI documents from declared endpoints, and declared endpoints from OpenAPI documents.
//!
//! [`document`] describes the endpoints of traits:
//!
//! ```
//! use cliq_api::prelude::*;
//!
//! #[endpoints(base = "/api/v1", limit = "20/min")]
//! pub trait Tickets {
//!     /// Closes a ticket.
//!     #[endpoint(POST "/tickets/<TICKET_ID>/close", scope = "Tickets.UPDATE")]
//!     fn close_ticket(&self, ticket_id: u64);
//! }
//!
//! let document = cliq_openapi::document(&[TICKETS])
//!     .title("Help desk")
//!     .server("https://desk.example.com")
//!     .to_value();
//! let close = &document["paths"]["/tickets/{TICKET_ID}/close"]["post"];
//! assert_eq!(close["summary"], "Closes a ticket.");
//! assert_eq!(close["x-limits"][0], "20/min");
//! ```
#![cfg_attr(
    feature = "import",
    doc = "
[`Importer`] writes a module of declarations. The program `cliq-openapi` does it from the command
line:

```sh
cliq-openapi import api.yaml --out src/api.rs
```"
)]
//!
//! What OpenAPI has no words for is in extensions, which an import reads again:
//!
//! | extension of an operation | meaning |
//! |---|---|
//! | `x-limits: [20/min]` | the rate limits, as in a declaration |
//! | `x-lock: 10m`, `x-lock: none` | how long the server rejects all calls of a user who exceeds a limit |
//! | `x-bucket: name` | the bucket that counts the calls of several endpoints together |
//! | `x-idempotent: true` | whether a call may be sent twice, where that doesn't follow from the method |
//! | `x-idempotency-key: Idempotency-Key` | the header with a key of each call |
//! | `x-timeout: 30s` | the timeout of one attempt |
//! | `x-server: uploads` | the name of the provider's server, in an item of `servers` |
//! | `x-scopes: {any: […]}` | the scopes, where `security` can't express them |
//! | `x-response: data` | the member of the response that a call returns |
//! | `x-page: {items: data, token: next}` | how a response is paged, with the keys of `page(…)` |
//! | `x-stream: true` | the response is a stream of bytes |
//! | `x-headers`, `x-query` | constants that parameters can't express |
//! | `x-order` | the order of the arguments, if parameters and fields are mixed |
//! | `x-csv`, `x-flatten`, `x-nested`, `x-optional`, `x-segments`, `x-argument` | how an argument is declared |
//!
//! A document with `x-generator: cliq-openapi` is imported by these alone; of others, an import
//! reads envelopes and pages from their schemas.

mod export;
#[cfg(feature = "import")]
mod import;
mod node;

pub use export::{Document, OpenApi, document};
#[cfg(feature = "import")]
pub use import::{Counts, Import, ImportError, Importer, Note};
