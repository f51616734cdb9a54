//! Faults between a client and a real socket: the error, whether the request was sent, and whether
//! it is retried. The server counts requests.

mod matrix;
mod pooled;
mod streams;
mod table;

use cliq_api::prelude::*;
use serde::Deserialize;

#[endpoints]
trait Things {
    #[endpoint(GET "/things/<ID>")]
    fn get_thing(&self, id: String) -> Thing;
    #[endpoint(POST "/things")]
    fn add_thing(&self, #[field] name: String) -> Thing;
    #[endpoint(POST "/things/<ID>/touch", idempotent)]
    fn touch_thing(&self, id: String) -> Thing;
    #[endpoint(GET "/things/next", idempotent = false)]
    fn take_thing(&self) -> Thing;
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "what matters is whether it can be read")]
struct Thing {
    name: String,
}
