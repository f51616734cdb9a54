//! The limiter compared with the sandbox's book: simulations of millions of calls, the bugs that
//! they detect, and the queue.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "simulated times and counts are small"
)]

mod client;
mod cold;
mod faults;
mod gate;
mod latency;
mod locks;
mod queue;
mod quota;
mod rules;
mod saturation;
mod several;
mod shared;
mod simulations;
mod whole;
mod world;

use cliq_api::EndpointMeta;
use cliq_api::limit::BucketSpec;
use cliq_api::prelude::*;

/// Endpoints for simulated calls.
#[endpoints(base = "/simulated", limit = "20/min", lock = "10m")]
pub(crate) trait Simulated {
    /// Like most of Cliq's.
    #[endpoint(GET "/minute")]
    fn by_the_minute(&self);

    /// A long window.
    #[endpoint(GET "/minutes", limit = "10/5min", lock = "5m")]
    fn by_five_minutes(&self);

    /// A window hardly longer than the latency.
    #[endpoint(GET "/seconds", limit = "30/2s", lock = "1m")]
    fn by_two_seconds(&self);

    /// A limit that leaves a single slot.
    #[endpoint(GET "/few", limit = "2/10s", lock = "1m")]
    fn few(&self);

    /// A high limit.
    #[endpoint(GET "/many", limit = "500/min", lock = "22m")]
    fn many(&self);

    /// A window of an hour.
    #[endpoint(GET "/hour", limit = "100/h", lock = "1h")]
    fn by_the_hour(&self);

    /// A window of a day.
    #[endpoint(GET "/day", limit = "300/24h", lock = "1h")]
    fn by_the_day(&self);

    /// A window of a second.
    #[endpoint(GET "/second", limit = "5/1s", lock = "1m")]
    fn by_the_second(&self);

    /// Without a limit.
    #[endpoint(GET "/free", limit = none)]
    fn free(&self);
}

/// Returns the bucket of an endpoint.
pub(crate) fn spec(endpoint: &EndpointMeta) -> BucketSpec {
    let spec = BucketSpec::new("https://cliq.zoho.com", endpoint.path());
    let spec = match endpoint.limits().first() {
        Some(limit) => spec.limit(*limit),
        None => spec,
    };
    match endpoint.lock() {
        Some(lock) => spec.lock(lock),
        None => spec,
    }
}
