//! Measures what a call costs at run time, beside the same by hand over reqwest; see
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

/// On both sides, so that what the counting costs is in both.
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
