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
use std::path::Path;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts on both sides, so that both include the overhead of counting.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (only, save) = match &arguments[..] {
        [] => (None, None),
        [only] => (Some(only), None),
        [only, option, file] if option == "--save" && only == "calling" => {
            (Some(only), Some(Path::new(file)))
        }
        _ => panic!("expected a part, and `--save FILE` after `calling`: {arguments:?}"),
    };
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("building") {
        building::measure(ALLOCATOR);
    }
    if wanted("calling") {
        calling::measure(save);
    }
    if wanted("users") {
        users::measure(ALLOCATOR);
    }
}
