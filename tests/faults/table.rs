//! Generates the table in `cliq-api/guide/faults.md` from the tested faults.

use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

use cliq_tests::faults::{self, Again, Case, Outcome};

const HEAD: &str = "<!-- Made by `BLESS=1 cargo test -p cliq-tests --test faults`. -->

| what happens | the error's kind | sent | retried |
|---|---|---|---|
";

#[test]
fn the_table_of_faults_is_true() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../cliq-api/guide/faults.md");
    let document = fs::read_to_string(&path).unwrap();
    let (words, kept) =
        document.split_at(document.find(HEAD).expect("faults.md has the table's head"));
    let made = made();
    if env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{words}{made}")).unwrap();
    } else {
        assert!(
            kept == made,
            "faults.md is not what the tests say; bless it as it says itself"
        );
    }
}

fn made() -> String {
    let mut table = HEAD.to_owned();
    let cases = faults::all();
    // Consecutive statuses with the same outcome share a row.
    for alike in cases.chunk_by(|one, other| follows(one, other) && rest(one) == rest(other)) {
        let name = match alike {
            [first, .., last] => format!("{} to {}", first.name, last.name),
            _ => alike[0].name.clone(),
        };
        writeln!(table, "| {name} | {} |", rest(&alike[0])).unwrap();
    }
    table
}

/// Returns whether these are a status and the next one.
fn follows(one: &Case, other: &Case) -> bool {
    let status = |case: &Case| case.name.parse::<u16>().ok();
    status(one).is_some_and(|one| status(other) == Some(one + 1))
}

/// Returns everything but the name.
fn rest(case: &Case) -> String {
    let again = match case.again {
        Again::Never => "no",
        Again::Idempotent => "where it may be sent twice",
        Again::All => "yes",
        Again::AfterLock => "after the lock",
    };
    match case.outcome {
        Outcome::Success => "none | `Answered` | no".to_owned(),
        Outcome::Failure { kind, sent, .. } => format!("`{kind:?}` | `{sent:?}` | {again}"),
    }
}
