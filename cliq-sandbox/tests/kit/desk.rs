//! A user's own endpoints, of every shape.

use std::collections::BTreeMap;

use cliq_api::prelude::*;
use serde::{Deserialize, Serialize};

#[endpoints(base = "/api/v1")]
pub(crate) trait Desk {
    #[endpoint(GET "/tickets/<TICKET_ID>.json", response = "data.ticket")]
    fn get_ticket(&self, ticket_id: String, #[header("X-Tenant")] tenant: Option<String>)
    -> Ticket;

    #[endpoint(GET "/tickets?sort=new", page(items = "data.items", token = "meta.next", param = "from"))]
    fn list_tickets(
        &self,
        #[query] state: Option<State>,
        #[query] tag: Option<Vec<String>>,
        #[query(csv)] include: Option<Vec<String>>,
        #[query(flatten)] filter: Option<BTreeMap<String, u32>>,
        #[query] from: Option<String>,
    ) -> Page<Ticket>;

    #[endpoint(GET "/search")]
    fn find_tickets(&self, #[query] id: Vec<u32>, #[query(flatten)] filter: Filter) -> Vec<Ticket>;

    #[endpoint(POST "/tickets")]
    fn open_ticket(&self, #[body] ticket: Ticket) -> Option<Ticket>;

    #[endpoint(POST "/tickets/<TICKET_ID>/notes", form)]
    fn add_note(
        &self,
        ticket_id: String,
        #[field] text: String,
        #[field] watcher: Option<Vec<String>>,
    );

    #[endpoint(PUT "/tickets/<TICKET_ID>/picture")]
    fn put_picture(
        &self,
        ticket_id: String,
        #[body(bytes, content_type = "image/png")] picture: Bytes,
    ) -> Bytes;

    // Not `Serialize`.
    #[endpoint(GET "/agents/me", response = "agent")]
    fn get_me(&self) -> Agent;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) subject: String,
    pub(crate) priority: u8,
}

impl Ticket {
    pub(crate) fn new(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            priority: 1,
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Open,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Filter {
    pub(crate) tag: Vec<String>,
    pub(crate) size: Option<u32>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Agent {
    pub(crate) name: String,
}
