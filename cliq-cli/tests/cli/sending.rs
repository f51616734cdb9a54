//! `send` and `tail`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::World;

const CHANNEL: &str = "engineering-updates";

/// What the sandbox has of the channel's latest message.
fn latest(world: &World) -> Value {
    let args = [
        "messages",
        "list",
        &world.demo.channel_chat_id,
        "--query",
        "[-1].content",
    ];
    world.run(args).json()
}

#[test]
fn a_text_is_sent() {
    let world = World::new();
    let posted = world
        .run(["send", "--channel", CHANNEL, "Deploy failed", "--sync"])
        .json();
    assert!(posted["message_id"].is_string(), "{posted}");
    assert_eq!(latest(&world)["text"], "Deploy failed");
    // From standard input, and printing nothing but an id.
    let ended = world.run_with("one\ntwo\n", ["send", "--channel", CHANNEL, "-o", "table"]);
    assert_eq!(ended.ok(), "");
    assert_eq!(latest(&world)["text"], "one\ntwo");
    let thread = world.thread();
    world
        .run(["send", "--thread", thread, "In the thread"])
        .ok();
    let messages = world.demo.sandbox.messages(thread);
    assert_eq!(messages.last().unwrap().text, "In the thread");
    world
        .run(["send", "--user", "scott.fisher@zylker.com", "Hi"])
        .ok();
}

#[test]
fn a_message_has_parts() {
    let world = World::new();
    let table = world.file("results.csv", "Check,Result\nTests,\"3, all\"\n");
    let table = table.display().to_string();
    let args = [
        "send",
        "--channel",
        CHANNEL,
        "Nightly",
        "--table",
        &table,
        "--button",
        "Open=https://ci.example.com/7",
        "--card",
        "title=Deploy 4.2",
        "Branch=main",
    ];
    world.run(args).ok();
    let content = latest(&world);
    assert_eq!(content["card"]["title"], "Deploy 4.2");
    assert_eq!(
        content["card"]["sections"][0]["fields"][0],
        json!({ "title": "Branch", "value": "main" })
    );
    assert_eq!(content["buttons"][0]["label"], "Open");
    assert_eq!(
        content["slides"][0]["data"]["rows"][0],
        json!({ "Check": "Tests", "Result": "3, all" })
    );
    world
        .run([
            "send",
            "--channel",
            CHANNEL,
            "See the log",
            "--file",
            &table,
        ])
        .ok();
}

#[test]
fn what_cannot_be_sent_is_said_first() {
    let world = World::new();
    world
        .run(["send", "--channel", CHANNEL])
        .fails(2, "there is no text");
    world.run(["send", "Hello"]).fails(2, "--channel");
    world
        .run(["send", "--channel", "a", "--chat", "b", "Hello"])
        .fails(2, "one target");
    let long = format!("{}=https://a.example", "x".repeat(40));
    world
        .run(["send", "--channel", CHANNEL, "Hello", "--button", &long])
        .fails(2, "buttons[0].label");
    world
        .run(["send", "--channel", CHANNEL, "Hello", "--file", "none.txt"])
        .fails(2, "none.txt");
    let ragged = world.file("ragged.csv", "a,b\n1\n").display().to_string();
    world
        .run(["send", "--channel", CHANNEL, "Hello", "--table", &ragged])
        .fails(2, "row 2 has 1 cells");
    world
        .run(["send", "--channel", CHANNEL, "--card", "title=a", "Hello"])
        .fails(2, "the text comes before");
    assert_eq!(world.demo.sandbox.totals().arrivals, 0);
}

/// Members of a body are options, and others are given by name.
#[test]
fn a_body_has_members() {
    let world = World::new();
    let args = [
        "messages",
        "send-channel-by-name",
        CHANNEL,
        "--text",
        "4",
        "--sync-message",
        "--styles",
        r#"{"background": "green"}"#,
    ];
    assert!(world.run(args).json()["message_id"].is_string());
    assert_eq!(latest(&world)["text"], "4");
    world
        .run(["channels", "create", "--name", "a", "--level", "everybody"])
        .fails(2, "possible values: organization, team, private");
    world
        .run(["messages", "send", "CT_1", "--card", "no"])
        .fails(2, "expected JSON");
    world
        .run(["send", "--channel", "nowhere", "Hello"])
        .fails(3, "cliq channels list");
    let args = [
        "messages",
        "send-channel-by-name",
        CHANNEL,
        "-f",
        "text=5",
        "-f",
        "sync_message:=true",
    ];
    let posted = world.run(args).json();
    assert!(posted["message_id"].is_string(), "{posted}");
    assert_eq!(latest(&world)["text"], "5");
    let mut args = [
        "messages",
        "send-channel-by-name",
        CHANNEL,
        "-f",
        "sync_message:=yes",
    ];
    world.run(args).fails(2, "expected JSON behind `:=`");
    args[4] = "text";
    world.run(args).fails(2, "NAME=TEXT");
}

#[test]
fn messages_are_shown_as_they_come() {
    let world = World::new();
    let args = [
        "tail",
        "--channel",
        CHANNEL,
        "--no-follow",
        "-n",
        "1",
        "-o",
        "table",
    ];
    let shown = world.run(args).ok();
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(shown.contains("Z  Scott Fisher  Version 4.2"), "{shown}");
    let mut child = world
        .as_user([
            "tail",
            "--channel",
            CHANNEL,
            "--every",
            "5s",
            "-o",
            "jsonl",
            "--query",
            "content.text",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        line
    };
    assert!(line().contains("signing in takes half a minute"));
    assert!(line().contains("Version 4.2"));
    world
        .run(["send", "--channel", CHANNEL, "Deploy failed"])
        .ok();
    assert_eq!(line(), "\"Deploy failed\"\n");
    child.kill().unwrap();
    child.wait().unwrap();
    world
        .run(["tail", "--channel", "nothing", "--no-follow"])
        .fails(3, "no channel \"nothing\"");
}
