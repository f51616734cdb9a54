//! The test kit.

mod desk;
mod matchers;
mod names;
mod paths;
mod received;
mod replies;
mod reports;
mod streams;

use std::panic::{AssertUnwindSafe, catch_unwind};

use cliq_sandbox::StubServer;

/// Returns the message of a panic.
fn panic_of(what: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(what)).err()?;
    panic
        .downcast::<String>()
        .map(|words| *words)
        .or_else(|other| other.downcast::<&str>().map(|words| (*words).to_owned()))
        .ok()
}

/// Returns the report at the end of a test, without folders and line numbers.
fn report_of(server: StubServer) -> Option<String> {
    let report = panic_of(|| drop(server))?.replace(file!().trim_end_matches("main.rs"), "");
    let without_number = |text: &str| {
        text.trim_start_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let parts: Vec<_> = report.split(".rs:").map(without_number).collect();
    Some(parts.join(".rs"))
}
