//! Traits that use every form of the grammar.

use std::collections::BTreeMap;

use cliq_api::prelude::*;
use cliq_api::{Body, Download, Events, JsonLines, Part, Text, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tickets of a help desk.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "Desk",
    limit = "30/min",
    lock = "5m",
    header("X-Api-Version" = "2022-11-28"),
    schema
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
        #[field("dueDate")] due: Option<Timestamp>,
        #[query] notify: Option<bool>,
        #[header("X-Trace")] trace: Option<String>,
    ) -> Ticket;

    /// Retrieves a ticket.
    #[endpoint(GET "/tickets/<TICKET_ID>", scope = any("Tickets.READ", "Tickets.ALL"), response = "data")]
    fn get_ticket(&self, ticket_id: u64, #[query(csv)] include: Option<Vec<String>>) -> Ticket;

    /// Finds a ticket.
    #[endpoint(GET "/search?scope=all&deep=true", scope = all("Tickets.READ"), response = "data.ticket")]
    fn find_ticket(&self, #[query("q")] text: String) -> Option<Ticket>;

    #[endpoint(GET "/tickets", page(items = "data", token = "meta.next", param = "cursor", more = "meta.more"))]
    fn list_tickets(
        &self,
        #[query] state: Option<State>,
        #[query] cursor: Option<String>,
    ) -> Page<Ticket>;

    #[endpoint(GET "/agents", limit = ["100/s", "10000/day"], lock = none, page(items = "agents", offset = "start"))]
    fn list_agents(&self, #[query] start: Option<u64>) -> Page<Agent>;

    #[endpoint(GET "/queues", limit = "1000/h per app", page(number = "page", first = 0))]
    fn list_queues(
        &self,
        #[query] page: Option<u32>,
        #[query("id")] ids: Option<Vec<u64>>,
    ) -> Page<String>;

    #[endpoint(GET "/notes", limit = none, page(next = link))]
    fn list_notes(&self) -> Page<String>;

    #[endpoint(GET "/teams", bucket = "teams", page(items = "teams", next = "links.next"))]
    fn list_teams(&self) -> Page<Agent>;

    /// Closes a ticket.
    #[endpoint(PATCH "/tickets/<TICKET_ID>", scope = all("Tickets.UPDATE", "Tickets.CLOSE"), field("state" = "closed", "depth" = 1, "force" = true), idempotent)]
    fn close_ticket(&self, ticket_id: u64, #[field] reason: Option<String>);

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

/// Files, and what is sent and returned in other forms than JSON.
#[endpoints(server = "uploads", bucket = "files")]
pub trait Files {
    #[endpoint(PUT "/files/<PATH..>", server = none)]
    fn put_file(&self, path: String, #[body(stream)] content: Body);

    #[endpoint(GET "/files/<NAME>.bin", bucket = none)]
    fn get_file(&self, name: String) -> Download;

    #[endpoint(POST "/images")]
    fn add_image(&self, #[body(bytes, content_type = "image/png")] body: Bytes) -> Bytes;

    #[endpoint(POST "/reports", multipart)]
    fn add_report(
        &self,
        #[part] title: String,
        #[part] file: Part,
        #[part("more")] others: Option<Vec<Part>>,
        #[part] label: Vec<String>,
    ) -> Text;

    #[endpoint(POST "/forms", form)]
    fn send_form(
        &self,
        #[field] name: String,
        #[field] colour: Vec<String>,
        #[field(csv)] sizes: Option<Vec<u8>>,
    );

    #[endpoint(POST "/orders", form = nested)]
    fn order(&self, #[field] items: Vec<BTreeMap<String, String>>, #[field] note: Option<String>);

    #[endpoint(GET "/events")]
    fn follow_events(&self) -> Events<BTreeMap<String, String>>;

    #[endpoint(GET "/log", header("Accept" = "application/jsonl"))]
    fn read_log(&self) -> JsonLines<BTreeMap<String, String>>;

    #[endpoint(HEAD "/files/<NAME>")]
    fn file_exists(&self, name: String);

    #[endpoint(OPTIONS "/files")]
    fn file_options(&self) -> Events<Text>;
}

/// One with no optional key.
#[endpoints]
pub trait Plain {
    #[endpoint(GET "/plain")]
    fn get_plain(&self);

    #[endpoint(GET "/plain")]
    fn get_plain_again(&self, #[query] r#type: Option<String>);
}

/// A ticket.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// Its number.
    pub id: u64,
    pub subject: String,
    pub state: State,
    #[serde(rename = "assignedTo")]
    pub assigned_to: Option<Agent>,
    pub parent: Option<Box<Ticket>>,
    pub due: Option<Timestamp>,
    #[serde(default)]
    pub tags: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    OnHold,
    Closed,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// Something is broken.
    Incident,
    /// Something is missing.
    Request,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Agent {
    pub name: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Opened { by: String },
    Commented { text: String, internal: bool },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Filter {
    pub since: Option<Timestamp>,
    pub agent: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    pub gte: Option<i64>,
    pub lt: Option<i64>,
}
