//! A command line and an MCP server for your own API: `cargo run --example own_command -- --help`.
//!
//! Only the trait has to be written. `TICKETS_URL` is the URL of the API, and `TICKETS_TOKEN` the
//! token; `tickets mcp` serves the same endpoints as tools.

use std::process::ExitCode;

use cliq_api::prelude::*;
use serde_json::Value;

/// Tickets of a help desk.
#[endpoints(base = "/api/v1", limit = "30/min")]
pub trait Tickets {
    /// Lists tickets.
    #[endpoint(GET "/tickets")]
    fn list_tickets(&self, #[query] state: Option<String>) -> Vec<Value>;

    /// Closes a ticket.
    #[endpoint(POST "/tickets/<TICKET_ID>/close")]
    fn close_ticket(&self, ticket_id: u64, #[field] reason: Option<String>);
}

fn main() -> ExitCode {
    cliq_cli::Command::new("tickets").apis([TICKETS]).run()
}
