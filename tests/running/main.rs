//! The life of calls: deadlines, runtimes, and being dropped.

mod deadlines;
mod dropped;
mod extremes;
mod lifecycle;

use cliq_api::prelude::*;

#[endpoints]
trait Things {
    #[endpoint(GET "/things/<ID>")]
    fn get_thing(&self, id: String) -> Bytes;
    #[endpoint(POST "/things", limit = "100000/10s")]
    fn add_thing(&self, #[field] name: String) -> Bytes;
    #[endpoint(PUT "/things/<ID>/image")]
    fn put_image(&self, id: String, #[body(bytes)] image: Bytes);
}
