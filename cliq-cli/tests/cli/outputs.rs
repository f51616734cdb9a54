//! Output, and how a failure is reported.

use serde_json::{Value, json};

use crate::support::World;

#[test]
fn a_result_has_several_forms() {
    let world = World::new();
    let channel = &world.demo.channel_id;
    let list = |args: &[&str]| {
        let mut all = vec!["threads", "list", channel];
        all.extend(args);
        world.run(all).ok()
    };
    // Not on a terminal: JSON, on one line.
    let found = list(&[]);
    assert_eq!(found.lines().count(), 1);
    assert_eq!(list(&["-o", "json"]).len(), found.len());
    let table = list(&["-o", "table"]);
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("TITLE  "), "{table}");
    assert!(lines.next().unwrap().starts_with("Slow sign-in"), "{table}");
    let line: Value = serde_json::from_str(list(&["-o", "jsonl"]).trim()).unwrap();
    assert_eq!(line["title"], "Slow sign-in");
    let selected = list(&[
        "--query",
        "data[0].{title: title, open: thread_state == 'open'}",
    ]);
    let selected: Value = serde_json::from_str(&selected).unwrap();
    assert_eq!(selected, json!({ "title": "Slow sign-in", "open": true }));
}

#[test]
fn what_a_message_says_moves_no_cursor() {
    let world = World::new();
    let thread = world.thread();
    let title = "\u{1b}]0;owned\u{7}\u{202e}txt";
    world
        .run(["threads", "send-message", thread, "--text", title])
        .ok();
    for format in ["table", "json"] {
        let found = world.run(["threads", "get", thread, "-o", format]).ok();
        assert!(!found.contains(['\u{1b}', '\u{7}']), "{found:?}");
    }
    let table = world.run(["threads", "get", thread, "-o", "table"]).ok();
    assert!(!table.contains('\u{202e}'), "{table:?}");
}

#[test]
fn a_failure_has_a_code_and_one_line() {
    let world = World::new();
    let other = format!("{}1", world.thread());
    let err = world
        .run(["threads", "get", &other])
        .fails(3, "cliq: get_thread (GET ");
    assert_eq!(err.lines().count(), 1);
    let err = world
        .run(["threads", "get", &other, "-o", "json"])
        .fails(3, "{");
    let error: Value = serde_json::from_str(&err).unwrap();
    assert_eq!(error["error"]["kind"], "refused");
    assert!(error["error"]["status"].is_u64() && error["error"]["message"].is_string());
}

#[test]
fn a_token_that_is_refused_is_one_code_and_no_server_another() {
    let world = World::new();
    let thread = world.thread();
    world.demo.sandbox.revoke_token(&world.demo.token);
    world.run(["threads", "get", thread]).fails(6, "401");
    let mut nobody = world.command(["threads", "get", thread]);
    let nobody: crate::support::Ended = nobody.output().unwrap().into();
    nobody.fails(6, "cliq login");
    let nobody = crate::support::nobody();
    let address = nobody.local_addr().unwrap().to_string();
    let mut down = world.as_user(["threads", "get", thread, "-o", "json"]);
    let down = down.env("CLIQ_DATA_CENTER", address).output().unwrap();
    crate::support::Ended::from(down).fails(5, "\"kind\":\"network\"");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error() {
    let world = World::new();
    let full = std::fs::File::options().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let mut command = world.as_user(["threads", "get", world.thread()]);
    let ended = command.stdout(full).output().unwrap();
    crate::support::Ended::from(ended).fails(1, "can't write the output");
}
