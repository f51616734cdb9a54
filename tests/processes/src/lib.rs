//! What a worker and its tests agree on: the endpoints, how careful a client is, and the stores
//! that it shares with others.

mod stores;

use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;

pub use stores::{limits_in, tokens_in};

/// Endpoints with short windows.
#[endpoints(base = "/simulated", limit = "20/2s")]
pub trait Simulated {
    /// With a lock that nobody should ever see.
    #[endpoint(GET "/short", lock = "1m")]
    fn short(&self);

    /// A URL that has another limit besides.
    #[endpoint(GET "/both", lock = "1m")]
    fn both(&self);

    /// With a lock that ends within a test.
    #[endpoint(GET "/locking", lock = "3s")]
    fn locking(&self);
}

/// The same URL in another trait, with another limit: calls have to keep both.
#[endpoints(base = "/simulated")]
pub trait AlsoSimulated {
    /// With a longer window.
    #[endpoint(GET "/both", limit = "25/5s", lock = "1m")]
    fn both_too(&self);
}

/// The user of all workers.
pub const USER: &str = "855727961";
/// For an answer. The stand-in takes less.
pub const TIMEOUT: Duration = Duration::from_secs(1);
/// How long what a process held when it was killed can take slots: until its lease ends, and then
/// as a call without an answer.
pub const LEAK: Duration = Duration::from_millis(1000 + 1000 + 200 + 2000 + 100);
/// The same of a window of five seconds.
pub const LONG_LEAK: Duration = Duration::from_millis(1000 + 1000 + 200 + 5000 + 100);

/// As by default, in the proportions of a window of two seconds.
pub fn settings() -> LimitSettings {
    LimitSettings::new()
        .margin(Duration::from_millis(100))
        .grace(Duration::from_millis(200))
        .permit_ttl(Duration::from_secs(1))
        .cold_start(false)
}

/// The beginning of a client of the stand-in at that address.
pub fn client(address: &str) -> cliq_api::ClientBuilder {
    Client::cliq(DataCenter::US)
        .base_url(format!("http://{address}"))
        .user(USER)
        .apis([SIMULATED, ALSO_SIMULATED])
        .timeout(TIMEOUT)
        .limits(settings())
}
