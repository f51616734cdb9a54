//! Measures the cost of a call at run time, compared with handwritten code over reqwest; see
//! `README.md`.

mod building;
mod calling;
mod median;
mod server;
mod sides;
mod users;

use std::alloc::System;
use std::env;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts on both sides, so that both include the overhead of counting.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let only = env::args().nth(1);
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("building") {
        building::measure(ALLOCATOR);
    }
    if wanted("calling") {
        calling::measure();
    }
    if wanted("users") {
        users::measure(ALLOCATOR);
    }
}
