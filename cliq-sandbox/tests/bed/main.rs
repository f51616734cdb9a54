//! The stand-in as a test bed: in process and under paused time, with limits, locks and faults.

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

use cliq_api::{Client, Error};
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Demo, Sandbox};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Ryan, in process.
fn ryan() -> (Demo, Client) {
    let demo = Sandbox::demo();
    let client = demo.client();
    (demo, client)
}

fn ryan_limited(limits: Limits) -> (Demo, Client) {
    let demo = Sandbox::builder().limits(limits).demo();
    let client = demo.client();
    (demo, client)
}

fn status<T: std::fmt::Debug>(answer: Result<T, Error>) -> Option<u16> {
    answer.unwrap_err().status().map(|status| status.as_u16())
}
