//! Help desk.
//!
//! Tickets, agents and files.
//!
//! See [the guide](https://desk.example.com/docs) for `TICKET_ID`.
//!
//! Base URL: `https://eu.desk.example.com`.
//!
//! Other servers, which a client has by `ClientBuilder::server`: `uploads`.
//!
//! Imported from `desk.yaml` by `cliq-openapi`.
#![allow(
    clippy::enum_variant_names,
    clippy::large_enum_variant,
    clippy::struct_field_names,
    dead_code,
    reason = "the module has what the document has"
)]

use std::collections::BTreeMap;

use cliq_api::{Body, Download, Events, Page, Part, Text, Timestamp, endpoints};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What customers ask for.
#[endpoints(base = "/api/v2", scope_prefix = "tickets")]
pub trait Tickets {
    // TODO(import): what `other.yaml#/parameters/sort` refers to
    // TODO(import): the cookie `session`
    #[endpoint(
        GET "/tickets?version=2",
        scope = "read",
        header("X-Client" = "rust"),
        page(items = "items", token = "nextPageToken", param = "pageToken", more = "hasMore")
    )]
    fn list_tickets(
        &self,
        #[query] state: Option<TicketState>,
        #[query("filter[agent]")] filter_agent: Option<String>,
        #[query(csv)] ids: Option<Vec<i64>>,
        #[query] tag: Option<Vec<String>>,
        #[query(deep)] created: Option<Range>,
        #[query("pageToken")] page_token: Option<String>,
    ) -> Page<Ticket>;

    /// Create a new ticket.
    ///
    /// Limit: 10 requests per minute. Lock period: 5 minutes.
    #[endpoint(
        POST "/tickets",
        scope = all("read", "write"),
        field("action" = "open"),
        idempotency_key = "Idempotency-Key"
    )]
    fn create_ticket(
        &self,
        #[field] subject: String,
        /// Defaults to `3`.
        #[field]
        priority: Option<i64>,
        #[field] due: Option<Option<Timestamp>>,
        #[field] kind: Option<TicketKind>,
    ) -> Ticket;

    /// Get details of a specific ticket.
    #[endpoint(GET "/tickets/<TICKET_ID>", scope = "read", response = "ticket")]
    fn get_ticket(
        &self,
        /// The ticket's number.
        ticket_id: u64,
    ) -> Ticket;

    #[deprecated]
    #[endpoint(
        PATCH "/tickets/<TICKET_ID>",
        scope = "read",
        header("Content-Type" = "application/merge-patch+json"),
        body = optional
    )]
    fn update_ticket_state(
        &self,
        /// The ticket's number.
        ticket_id: u64,
        #[field] state: Option<TicketState>,
        #[field("dueDate")] due_date: Option<Option<Timestamp>>,
    );

    #[endpoint(DELETE "/tickets/<TICKET_ID>", scope = "read")]
    fn delete_ticket(
        &self,
        // TODO(import): the document doesn't describe `TICKET_ID1`
        ticket_id: String,
    );

    #[endpoint(POST "/tickets/<TICKET_ID>/events", scope = any("write", "admin"))]
    fn record_event(
        &self,
        // TODO(import): the document doesn't describe `TICKET_ID`
        ticket_id: String,
        #[body] body: Event,
    );
}

#[endpoints(base = "/api/v2", scope_prefix = "tickets")]
pub trait Agents {
    #[endpoint(GET "/agents", scope = "read", page(next = link))]
    fn list_agents(&self) -> Page<Agent>;

    #[endpoint(PUT "/agents", form = nested)]
    fn update_agents(&self, #[field] name: String, #[field] rights: Option<AgentRights>) -> Text;

    #[endpoint(GET "/agents/<agent-id>/photo", scope = "read")]
    fn get_agent_photo(&self, agent_id: String) -> Download;

    #[endpoint(PUT "/agents/<agent-id>/photo", scope = "read")]
    fn update_agent_photo(
        &self,
        agent_id: String,
        #[body(stream, content_type = "image/png")] body: Body,
    );

    #[endpoint(
        POST "/agents/<agent-id>/files",
        base = "",
        server = "uploads",
        scope = "read",
        multipart
    )]
    fn create_agent_file(
        &self,
        // TODO(import): the document doesn't describe `agent-id`
        agent_id: String,
        #[part] files: Vec<Part>,
        #[part] comment: Option<String>,
    ) -> Events<Event>;
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    Open,
    OnHold,
    Closed,
    #[serde(rename = "other")]
    OtherValue,
    /// Any other value.
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<Timestamp>,
}

/// A ticket, as the server has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    pub id: i64,
    /// The subject. Use `userName` of `AGENT_ID`.
    pub subject: String,
    pub state: TicketState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Box<Ticket>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<Ticket>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<Agent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<TicketSource>,
    // TODO(import): what `other.yaml#/schemas/origin` refers to
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<BTreeMap<String, f64>>,
    #[serde(rename = "Display Name", skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    pub name: String,
    pub email: String,
    /// All other members.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TicketSource {
    Agent(Agent),
    Integer(i64),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TicketKind {
    Incident,
    Request,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    #[serde(rename = "ticket.opened")]
    Opened(Opened),
    #[serde(rename = "ticket.commented")]
    Commented(Commented),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commented {
    pub text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentRights {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<bool>,
}
