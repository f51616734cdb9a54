//! `docs/refusals.md`: every misuse, its error, and the way out, made from the snapshots, so that
//! it stays true.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

const HEAD: &str = "# What a declaration is refused for

Every misuse that the macros know of, with the error that it gets and the way out that the error names. Each has a case in
[`tests/compile/fail`](../tests/compile/fail), which also uses what it declares, to show that nothing else turns red. Made from the
snapshots there by `cargo test -p cliq-tests-compile`; where they change, bless it as `CONTRIBUTING.md` says.

A message names the method first. Where the file isn't well-formed Rust, the compiler speaks before us.

| case | error | way out |
|---|---|---|
";

#[test]
fn the_table_of_refusals_is_true() {
    let table = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals.md");
    let made = made();
    if env::var_os("TRYBUILD").is_some_and(|value| value == "overwrite") {
        fs::write(&table, &made).unwrap();
    }
    let kept = fs::read_to_string(&table).unwrap_or_default();
    assert!(
        kept == made,
        "docs/refusals.md is not what the snapshots say; bless it as CONTRIBUTING.md says"
    );
}

fn made() -> String {
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fail");
    let mut snapshots: Vec<_> = fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "stderr")
        })
        .collect();
    snapshots.sort();
    let mut table = HEAD.to_owned();
    for snapshot in snapshots {
        let name = name(&snapshot);
        for (error, help) in errors(&fs::read_to_string(&snapshot).unwrap()) {
            writeln!(
                table,
                "| [{}](../tests/compile/fail/{name}.rs) | {error} | {help} |",
                name.replace('_', " ")
            )
            .unwrap();
        }
    }
    table
}

fn name(snapshot: &Path) -> String {
    snapshot.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Each error with its help: a line below it for ours, a note for what the compiler says in our
/// words.
fn errors(snapshot: &str) -> Vec<(String, String)> {
    let mut errors: Vec<(String, String)> = Vec::new();
    for line in snapshot.lines() {
        if let Some(rest) = line.strip_prefix("error") {
            let error = rest.split_once(": ").map_or(rest, |(_, message)| message);
            errors.push((cell(error), String::new()));
        } else if let Some((_, help)) = errors.last_mut() {
            let line = line.trim_start();
            let found = line
                .strip_prefix("help: ")
                .or_else(|| line.strip_prefix("= note: "));
            // What only says which trait is lacking is in the error already.
            if let Some(found) = found.filter(|found| help.is_empty() && !found.starts_with("the "))
            {
                *help = cell(found);
            }
        }
    }
    errors
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
