//! From arguments to a request.

use serde_json::json;

use crate::support::World;

#[test]
fn an_endpoint_is_called() {
    let world = World::new();
    let thread = world.thread();
    assert_eq!(world.run(["threads", "follow", thread]).ok(), "null\n");
    // By its whole name too.
    world.run(["threads", "unfollow-thread", thread]).ok();
    let found = world.run(["threads", "get", thread]).json();
    assert_eq!(found["title"], "Slow sign-in");
    let args = [
        "threads",
        "list-members",
        thread,
        "--fields",
        "name,email_id",
    ];
    let members = world.run(args).json();
    assert_eq!(
        members[0],
        json!({ "name": "Scott Fisher", "email_id": "scott.fisher@zylker.com" })
    );
}

#[test]
fn options_and_json_make_the_body() {
    let world = World::new();
    let thread = world.thread();
    let posts = |args: &[&str], input: &str| {
        let mut all = vec!["threads", "send-message", thread];
        all.extend(args);
        let posted = world.run_with(input, all).json();
        assert!(posted["message_id"].is_string(), "{posted}");
        let messages = world.demo.sandbox.messages(thread);
        messages.last().unwrap().text.clone()
    };
    assert_eq!(posts(&["--text", "One", "--sync-message"], ""), "One");
    assert_eq!(posts(&["--text=-1", "--sync-message=true"], ""), "-1");
    let json = json!({ "text": "Two", "sync_message": true }).to_string();
    assert_eq!(posts(&["--json", &json], ""), "Two");
    assert_eq!(posts(&["--json", "-"], &json), "Two");
    let file = world.file("body.json", &json);
    let file = format!("@{}", file.display());
    assert_eq!(posts(&["--json", &file, "--text", "Three"], ""), "Three");
}

#[test]
fn what_cannot_be_sent_is_said_before() {
    let world = World::new();
    let thread = world.thread();
    let send = |args: &[&str]| {
        let mut all = vec!["threads", "send-message", thread];
        all.extend(args);
        world.run(all)
    };
    send(&[]).fails(2, "--text");
    send(&["--text", "a", "--sync-message=maybe"]).fails(2, "expected `true` or `false`");
    send(&["--json", "{"]).fails(2, "not JSON");
    send(&["--json", "[]"]).fails(2, "has to be an object");
    send(&["--json", r#"{"txt": "a"}"#]).fails(2, "the fields are text");
    send(&["--json", "@missing.json"]).fails(2, "can't read missing.json");
    send(&["--text", "a", "--output", "xml"]).fails(2, "xml");
    send(&["--text", "a", "--query", "a["]).fails(2, "expression");
    send(&["--text", "a", "--wait", "soon"]).fails(2, "expected a time");
    world.run(["threads", "folow", thread]).fails(2, "follow");
    world
        .run(["api", "show", "nothing"])
        .fails(2, "cliq api list");
    assert_eq!(world.demo.sandbox.totals().arrivals, 0);
}

#[test]
fn pages_are_fetched_one_after_the_other() {
    let world = World::new();
    let (sandbox, channel) = (&world.demo.sandbox, &world.demo.channel_id);
    for number in 0..5 {
        let message = sandbox.post_message(channel, &world.demo.user_id, "Hello");
        let title = number.to_string();
        let args = [
            "threads",
            "create-by-channel-id",
            channel,
            "--text",
            "First",
            "--thread-message-id",
            &message,
            "--thread-title",
            &title,
        ];
        world.run(args).ok();
    }
    let list = |args: &[&str]| {
        let mut all = vec!["threads", "list", channel, "--limit", "2"];
        all.extend(args);
        world.run(all)
    };
    let one = list(&[]).json();
    assert_eq!(one["data"].as_array().unwrap().len(), 2);
    let all = list(&["--all", "--query", "[].title"]).json();
    assert_eq!(all, json!(["4", "3", "2", "1", "0", "Slow sign-in"]));
    let lines = list(&["--all", "--output", "jsonl", "--query", "title"]).ok();
    assert_eq!(lines.lines().count(), 6);
    let token = one["next_token"].as_str().unwrap();
    let rest = list(&["--all", "--start-at", token, "--query", "[].title"]).json();
    assert_eq!(rest, json!(["2", "1", "0", "Slow sign-in"]));
}
