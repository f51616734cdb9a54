//! `docs/refusals.md`: every error that the macros report, with its error and its help, generated
//! from the snapshots.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

const HEAD: &str = "# Rejected declarations

Every error that the macros report, and the help below it. Each links to a case, which also uses
what it declares, to show that nothing else turns red. Generated from the snapshots in
`tests/compile/fail` by `cargo test -p cliq-tests-compile`; `CONTRIBUTING.md` describes how to bless
it.

A message names the method first, which is left out here. Where a file isn't well-formed Rust, rustc
reports that before the macros run; such errors are not listed.

| error | help |
|---|---|
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
        "docs/refusals.md differs from the snapshots; CONTRIBUTING.md describes how to bless it"
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
    // A message of several cases is shown once, with the first of them.
    let mut rows = BTreeMap::new();
    for snapshot in snapshots {
        for error in errors(&fs::read_to_string(&snapshot).unwrap()) {
            rows.entry(error).or_insert_with(|| name(&snapshot));
        }
    }
    let mut table = HEAD.to_owned();
    for ((error, help), name) in rows {
        writeln!(
            table,
            "| [{error}](../tests/compile/fail/{name}.rs) | {help} |"
        )
        .unwrap();
    }
    table
}

fn name(snapshot: &Path) -> String {
    snapshot.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Returns our errors with their help: a line of the message itself, or a note if a bound of the
/// runtime isn't met. Errors of rustc have neither.
fn errors(snapshot: &str) -> Vec<(String, String)> {
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut lines = snapshot.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((code, error)) = line
            .strip_prefix("error")
            .and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        let help = if let Some(help) = lines.next_if(|line| line.starts_with("       help: ")) {
            help.trim_start().strip_prefix("help: ")
        } else if code == "[E0277]" {
            lines.find_map(|line| line.trim_start().strip_prefix("= note: "))
        } else {
            continue;
        };
        errors.push((cell(without_method(error)), cell(help.unwrap_or_default())));
    }
    errors
}

/// Removes the name of the method.
fn without_method(error: &str) -> &str {
    match error.split_once("`: ") {
        Some((method, error)) if method.starts_with('`') && !method[1..].contains('`') => error,
        _ => error,
    }
}

/// Escapes the text for a cell of a table, and for a link.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
