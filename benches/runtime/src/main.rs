//! Measures what a call costs at run time, beside the same by hand over reqwest; `README.md` says
//! how to read it.

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

/// On both sides, so that what the counting costs is in both.
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
