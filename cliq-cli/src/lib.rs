//! Command lines and MCP servers, made from declared endpoints.
//!
//! [`Command`] turns any `#[endpoints]` trait into a program: each endpoint is a command with help,
//! and a tool for assistants. A new annotated method is a new command and a new tool.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use cliq_api::prelude::*;
//!
//! /// Tickets of a help desk.
//! #[endpoints(base = "/api/v1", limit = "30/min")]
//! pub trait Tickets {
//!     /// Adds a comment to a ticket.
//!     #[endpoint(POST "/tickets/<TICKET_ID>/comments")]
//!     fn add_comment(
//!         &self,
//!         ticket_id: u64,
//!         #[field] text: String,
//!         #[field] internal: Option<bool>,
//!     );
//! }
//!
//! fn main() -> ExitCode {
//!     cliq_cli::Command::new("tickets")
//!         .apis([TICKETS])
//!         .base_url("https://desk.example.com")
//!         .run()
//! }
//! ```
//!
//! ```sh
//! export TICKETS_TOKEN=…
//! tickets add-comment 42 --text "Fixed." --internal
//! tickets mcp --write
//! ```
#![cfg_attr(
    feature = "zoho",
    doc = "
With the feature `zoho` (on by default), [`Command::cliq`] is the command `cliq` for Zoho Cliq."
)]
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `zoho` | yes | `cliq`: profiles, sign-in, short cuts, the sandbox |
//! | `mcp` | yes | the MCP server |
//! | `keyring` | yes | secrets in the system's keyring |

mod calling;
mod catalog;
#[cfg(feature = "zoho")]
mod cliq;
mod command;
mod endpoint;
mod failure;
mod host;
mod listing;
#[cfg(feature = "mcp")]
mod mcp;
mod names;
mod output;
mod place;
mod progress;
mod shells;
mod spec;
mod text;

pub use self::command::Command;
