//! Every form.
//!
//! Base URL: `https://desk.example.com`.
//!
//! Other servers, which a client has by `ClientBuilder::server`: `uploads`.
//!
//! Imported by `cliq-openapi`.
#![allow(
    clippy::enum_variant_names,
    clippy::large_enum_variant,
    clippy::struct_field_names,
    dead_code,
    reason = "the module has what the document has"
)]

use std::collections::BTreeMap;

use cliq_api::{Body, Bytes, Download, Events, JsonLines, Page, Part, Text, Timestamp, endpoints};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[endpoints(
    base = "/api/v3",
    scope_prefix = "Desk",
    limit = "30/min",
    lock = "5min",
    header("X-Api-Version" = "2022-11-28")
)]
pub trait Tickets {
    /// Opens a ticket.
    #[endpoint(POST "/tickets", scope = "Tickets.CREATE", idempotency_key = "Idempotency-Key")]
    fn open_ticket(
        &self,
        /// What it is about.
        #[field]
        subject: String,
        /// How urgent it is, from `1` to `5`.
        #[field]
        priority: Option<u8>,
        #[field] kind: Option<Kind>,
        #[field(csv)] tags: Option<Vec<String>>,
        #[field("dueDate")] due_date: Option<Timestamp>,
        #[query] notify: Option<bool>,
        #[header("X-Trace")] trace: Option<String>,
    ) -> Ticket;

    #[endpoint(
        GET "/tickets",
        page(items = "data", token = "meta.next", param = "cursor", more = "meta.more")
    )]
    fn list_tickets(
        &self,
        #[query] state: Option<State>,
        #[query] cursor: Option<String>,
    ) -> Page<Ticket>;

    /// Retrieves a ticket.
    #[endpoint(
        GET "/tickets/<TICKET_ID>",
        scope = any("Tickets.READ", "Tickets.ALL"),
        response = "data"
    )]
    fn get_ticket(&self, ticket_id: u64, #[query(csv)] include: Option<Vec<String>>) -> Ticket;

    /// Closes a ticket.
    #[endpoint(
        PATCH "/tickets/<TICKET_ID>",
        scope = all("Tickets.UPDATE", "Tickets.CLOSE"),
        field("state" = "closed", "depth" = 1, "force" = true),
        idempotent
    )]
    fn close_ticket(&self, ticket_id: u64, #[field] reason: Option<String>);

    /// Finds a ticket.
    #[endpoint(
        GET "/search?scope=all&deep=true",
        scope = all("Tickets.READ"),
        response = "data.ticket"
    )]
    fn find_ticket(&self, #[query] q: String) -> Option<Ticket>;

    #[endpoint(
        GET "/agents",
        limit = ["100/s", "10000/day"],
        lock = none,
        page(items = "agents", offset = "start")
    )]
    fn list_agents(&self, #[query] start: Option<u64>) -> Page<Agent>;

    #[endpoint(GET "/queues", limit = "1000/h per app", page(number = "page", first = 0))]
    fn list_queues(
        &self,
        #[query] page: Option<u32>,
        #[query] id: Option<Vec<u64>>,
    ) -> Page<String>;

    #[endpoint(GET "/notes", limit = none, page(next = link))]
    fn list_notes(&self) -> Page<String>;

    #[endpoint(GET "/teams", bucket = "teams", page(items = "teams", next = "links.next"))]
    fn list_teams(&self) -> Page<Agent>;

    /// Reopens a ticket.
    #[deprecated]
    #[endpoint(PATCH "/tickets/<TICKET_ID>", field("state" = "open"), timeout = "30s")]
    fn reopen_ticket(&self, ticket_id: u64);

    #[endpoint(PUT "/tickets/<TICKET_ID>/event", base = "/api/v2", idempotent = false)]
    fn record_event(&self, ticket_id: u64, #[body] event: Event) -> Option<Ticket>;

    #[endpoint(POST "/tickets/<TICKET_ID>/rating", body = optional)]
    fn rate_ticket(&self, ticket_id: u64, #[field] stars: Option<u8>);

    #[endpoint(POST "/tickets/<TICKET_ID>/custom")]
    fn set_custom(
        &self,
        ticket_id: u64,
        #[field] name: String,
        #[field(flatten)] values: BTreeMap<String, String>,
    );

    #[endpoint(DELETE "/tickets/<TICKET_IDS>")]
    fn delete_tickets(&self, #[path(csv)] ticket_ids: Vec<u64>);

    #[endpoint(GET "/stats")]
    fn get_stats(
        &self,
        #[query(flatten)] filter: Filter,
        #[query(deep)] created: Option<Range>,
    ) -> BTreeMap<String, f64>;
}

#[endpoints]
pub trait Files {
    #[endpoint(PUT "/files/<PATH..>", bucket = "files")]
    fn put_file(&self, path: String, #[body(stream)] content: Body) -> Value;

    #[endpoint(GET "/files/<NAME>.bin", server = "uploads")]
    fn get_file(&self, name: String) -> Download;

    #[endpoint(POST "/images", server = "uploads", bucket = "files")]
    fn add_image(&self, #[body(stream, content_type = "image/png")] body: Body) -> Bytes;

    #[endpoint(POST "/reports", server = "uploads", bucket = "files", multipart)]
    fn add_report(
        &self,
        #[part] title: String,
        #[part] file: Part,
        #[part] more: Option<Vec<Part>>,
        #[part] label: Vec<String>,
    ) -> Text;

    #[endpoint(POST "/forms", server = "uploads", bucket = "files", form)]
    fn send_form(
        &self,
        #[field] name: String,
        #[field] colour: Vec<String>,
        #[field(csv)] sizes: Option<Vec<String>>,
    ) -> Value;

    #[endpoint(POST "/orders", server = "uploads", bucket = "files", form = nested)]
    fn order(&self, #[field] items: Value, #[field] note: Option<Value>) -> Value;

    #[endpoint(GET "/events", server = "uploads", bucket = "files")]
    fn follow_events(&self) -> Events<Text>;

    #[endpoint(
        GET "/log",
        server = "uploads",
        bucket = "files",
        header("Accept" = "application/jsonl")
    )]
    fn read_log(&self) -> JsonLines<Value>;

    #[endpoint(HEAD "/files/<NAME>", server = "uploads", bucket = "files")]
    fn file_exists(&self, name: String);

    #[endpoint(OPTIONS "/files", server = "uploads", bucket = "files")]
    fn file_options(&self) -> Events<Text>;
}

#[endpoints]
pub trait Plain {
    #[endpoint(GET "/plain")]
    fn get_plain(&self) -> Value;

    #[endpoint(GET "/plain")]
    fn get_plain_again(&self, #[query] r#type: Option<String>) -> Value;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Something is broken.
    Incident,
    /// Something is missing.
    Request,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<Agent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Its number.
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Box<Ticket>>,
    pub state: State,
    pub subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    OnHold,
    Closed,
    /// Any other value.
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    #[serde(rename = "opened")]
    Opened(EventOpened),
    #[serde(rename = "commented")]
    Commented(EventCommented),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventOpened {
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventCommented {
    pub internal: bool,
    pub text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<i64>,
}
