//! The program `cliq-openapi`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const DOCUMENT: &str = r#"{
  "openapi": "3.1.0",
  "info": { "title": "Help desk", "version": "1" },
  "paths": { "/tickets": { "get": {
    "operationId": "listTickets",
    "description": "At most 5 calls per second.",
    "parameters": [{ "name": "sid", "in": "cookie", "schema": { "type": "string" } }],
    "responses": { "204": { "description": "Nothing." } }
  } } }
}"#;

/// Returns a directory for this test only.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("api.json"), DOCUMENT).unwrap();
    directory
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cliq-openapi"));
    program
        .current_dir(directory)
        .args(arguments)
        .output()
        .unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_module_is_written_and_checked() {
    let directory = directory("checked");
    let import = ["import", "api.json", "--out", "api.rs"];
    let written = run(&directory, &import);
    assert!(written.status.success() && written.stdout.is_empty());
    let report = errors(&written);
    assert!(
        report.starts_with("1 of 1 operation, 1 trait, 0 types\n"),
        "{report}"
    );
    assert!(report.contains("     1  the cookie `…`"), "{report}");
    let code = fs::read_to_string(directory.join("api.rs")).unwrap();
    assert!(code.contains("fn list_tickets(&self);"), "{code}");

    let check = [&import[..], &["--check"]].concat();
    assert!(run(&directory, &check).status.success());
    // Formatting makes no difference, another method does.
    let file = directory.join("api.rs");
    fs::write(&file, code.replace("(&self)", "(\n        &self,\n    )")).unwrap();
    assert!(run(&directory, &check).status.success());
    fs::write(&file, code.replace("list_tickets", "tickets")).unwrap();
    let outdated = run(&directory, &check);
    assert!(!outdated.status.success());
    assert!(
        errors(&outdated).contains("error: api.rs is out of date"),
        "{}",
        errors(&outdated)
    );
    let kept = fs::read_to_string(&file).unwrap();
    assert!(kept.contains("fn tickets"), "a check writes nothing");
}

#[test]
fn a_pattern_finds_limits_and_a_flag_lists_notes() {
    let directory = directory("patterns");
    let pattern = r"(?<calls>\d+) calls per (?<per>\w+)";
    let output = run(
        &directory,
        &["import", "api.json", "--limit-pattern", pattern, "--list"],
    );
    let code = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        code.contains(r#"#[endpoint(GET "/tickets", limit = "5/s")]"#),
        "{code}"
    );
    assert!(errors(&output).contains("Tickets::list_tickets: the cookie `sid`"));
    let output = run(
        &directory,
        &["import", "api.json", "--limit-pattern", r"\d+"],
    );
    assert!(!output.status.success());
    assert!(errors(&output).contains("error: the pattern `\\d+` has no group `calls`"));
}

#[test]
fn a_document_is_read_from_standard_input() {
    let directory = directory("input");
    let mut program = Command::new(env!("CARGO_BIN_EXE_cliq-openapi"))
        .current_dir(&directory)
        .args(["import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    program
        .stdin
        .take()
        .unwrap()
        .write_all(DOCUMENT.as_bytes())
        .unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("fn list_tickets")
    );
}

#[test]
fn an_error_names_the_file() {
    let directory = directory("errors");
    let output = run(&directory, &["import", "missing.yaml"]);
    assert!(
        errors(&output).starts_with("error: missing.yaml: "),
        "{}",
        errors(&output)
    );
    fs::write(directory.join("broken.yaml"), "openapi: [").unwrap();
    let output = run(&directory, &["import", "broken.yaml"]);
    assert!(
        errors(&output).starts_with("error: broken.yaml: line 1 column 10: "),
        "{}",
        errors(&output)
    );
    fs::write(directory.join("old.yaml"), "swagger: '2.0'").unwrap();
    let output = run(&directory, &["import", "old.yaml"]);
    assert!(!output.status.success());
    let text = errors(&output);
    assert!(
        text.contains("error: old.yaml: expected OpenAPI 3.0 or 3.1, found Swagger 2.0"),
        "{text}"
    );
}
