//! The sandbox for tests: in process and with paused time, with limits, locks and faults.

mod clock;
mod faults;
mod faults_over_http;
mod in_process;
mod limits;
mod reference;
mod seeds;
mod shapes;
mod speed;

use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_api::{Client, Error, RetryPolicy};
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Demo, Sandbox};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Ryan's client, in process.
fn ryan() -> (Demo, Client) {
    bare(Sandbox::demo())
}

fn ryan_limited(limits: Limits) -> (Demo, Client) {
    bare(Sandbox::builder().limits(limits).demo())
}

/// Has no retries and no limiter: the sandbox is under test.
fn bare(demo: Demo) -> (Demo, Client) {
    let client = bare_client(&demo.sandbox, &demo.token);
    (demo, client)
}

fn bare_client(sandbox: &Sandbox, token: &str) -> Client {
    let builder = sandbox
        .client_builder()
        .access_token(token)
        .retry(RetryPolicy::none())
        .limits(LimitSettings::off());
    builder.build().unwrap()
}

fn status<T: std::fmt::Debug>(answer: Result<T, Error>) -> Option<u16> {
    answer.unwrap_err().status().map(|status| status.as_u16())
}
