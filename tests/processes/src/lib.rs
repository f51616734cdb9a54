//! Shared by workers and tests: the endpoints, the settings of clients, and the stores.

mod stores;

use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;

pub use stores::{limits_in, tokens_in};

/// Endpoints with short windows.
#[endpoints(base = "/simulated", limit = "20/2s")]
pub trait Simulated {
    /// With a lock that must never occur.
    #[endpoint(GET "/short", lock = "1m")]
    fn short(&self);

    /// A URL with a second limit.
    #[endpoint(GET "/both", lock = "1m")]
    fn both(&self);

    /// With a lock that ends within a test.
    #[endpoint(GET "/locking", lock = "3s")]
    fn locking(&self);
}

/// A trait with the same URL and another limit: calls must keep both.
#[endpoints(base = "/simulated")]
pub trait AlsoSimulated {
    /// With a longer window.
    #[endpoint(GET "/both", limit = "25/5s", lock = "1m")]
    fn both_too(&self);
}

/// The user of all workers.
pub const USER: &str = "855727961";
/// The timeout of a call. The sandbox responds faster.
pub const TIMEOUT: Duration = Duration::from_secs(1);
/// How long the slots of a killed process remain taken: until its lease ends, and then as an
/// unanswered call.
pub const LEAK: Duration = Duration::from_millis(1000 + 1000 + 200 + 2000 + 100);
/// The same for a window of five seconds.
pub const LONG_LEAK: Duration = Duration::from_millis(1000 + 1000 + 200 + 5000 + 100);

/// The default proportions, for a window of two seconds.
pub fn settings() -> LimitSettings {
    LimitSettings::new()
        .margin(Duration::from_millis(100))
        .grace(Duration::from_millis(200))
        .permit_ttl(Duration::from_secs(1))
        .cold_start(false)
}

/// Returns a builder for a client of the server at that address.
pub fn client(address: &str) -> cliq_api::ClientBuilder {
    Client::cliq(DataCenter::US)
        .base_url(format!("http://{address}"))
        .user(USER)
        .apis([SIMULATED, ALSO_SIMULATED])
        .timeout(TIMEOUT)
        .limits(settings())
}
