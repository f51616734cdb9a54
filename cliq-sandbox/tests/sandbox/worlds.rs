//! Worlds built in code, saved as JSON, and loaded again.

use cliq_sandbox::{
    Clock, ManualClock, NewChannel, NewMessage, NewThread, ReplyMode, Sandbox, SandboxBuilder,
};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::User;

fn people() -> SandboxBuilder {
    Sandbox::builder()
        .user("1", "Ryan West", "ryan.west@zylker.com")
        .user("2", "Scott Fisher", "scott.fisher@zylker.com")
        .external_user("9", "Dana Reyes", "dana.reyes@example.com")
        .bot("deploybot", "Deploy Bot")
        .extension_bot("extension", "Extension", "key")
}

fn channel() -> NewChannel {
    NewChannel::named("news")
        .id("P1")
        .chat_id("CT_1")
        .members(["1", "2"])
        .bots(["deploybot"])
}

/// Contains something of each kind.
fn full() -> SandboxBuilder {
    let thread = NewThread::titled("Red build")
        .chat_id("CT_1-T-7")
        .message(NewMessage::by("2", "I am on it.").id("1760000002000_2"))
        .message(NewMessage::by_bot("deploybot", "Again.").reply_to("1760000002000_2"))
        .message(NewMessage::by("1", "Thanks.").reply_to("1760000001000_1"))
        .followers(["1", "2"])
        .muted_by(["1"])
        .closed();
    people()
        .channel(
            channel()
                .auto_follow()
                .reply_mode(ReplyMode::Threads)
                .message(
                    NewMessage::by_bot("deploybot", "The build is red.")
                        .id("1760000001000_1")
                        .thread(thread),
                )
                .message(
                    NewMessage::by("1", "\"Lunch\"\n🦀?")
                        .thread(NewThread::titled("").message(NewMessage::by("1", "Yes"))),
                ),
        )
        .channel(NewChannel::named("empty"))
}

#[test]
fn what_is_described_is_what_is_seen() {
    let sandbox = full().build();
    let ryan = User::new(&sandbox, "1");
    let thread = ryan.thread("CT_1-T-7");
    assert_eq!(thread["title"], "Red build");
    assert_eq!(thread["thread_state"], "closed");
    assert_eq!(thread["thread_message_id"], "1760000001000%201");
    assert_eq!(
        (&thread["follower_count"], &thread["is_follower"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(thread["last_message_information"]["text"], "Thanks.");
    assert!(sandbox.is_muted("CT_1-T-7", "1") && !sandbox.is_muted("CT_1-T-7", "2"));
    let main = ryan.get("/api/v3/threads/CT_1-T-7/messages/main").ok();
    assert_eq!(
        (&main["sender"]["name"], &main["time"]),
        (&json!("Deploy Bot"), &json!("2025-10-09T08:53:21+00:00"))
    );
    let replies: Vec<_> = sandbox
        .messages("CT_1-T-7")
        .into_iter()
        .map(|message| message.reply_to)
        .collect();
    assert_eq!(
        replies,
        [
            None,
            Some("1760000002000_2".to_owned()),
            Some("1760000001000_1".to_owned())
        ]
    );
    // Generated ids are higher than given ones, and the channel's members follow.
    let threads = sandbox.threads("news");
    assert_eq!(threads.len(), 2);
    assert_eq!(
        (&*threads[0].chat_id, threads[0].is_closed),
        ("CT_1-T-7", true)
    );
    assert_eq!(threads[1].follower_ids, ["1", "2"]);
    let listed = ryan.get("/api/v2/channels/P1/threads").ok();
    assert_eq!(listed["data"][0]["chat_id"], *threads[1].chat_id);
    assert_eq!(listed["data"][1]["chat_id"], "CT_1-T-7");
    // Later ids are unused ones.
    let posted = json!({ "text": "Open.", "thread_message_id": sandbox.messages("P1")[1].id, "sync_message": true });
    let id = ryan.post_json("/api/v3/channels/P1/messages", &posted).ok()["message_id"].clone();
    assert!(
        id.as_str().unwrap().ends_with("_1200000000000000010"),
        "{id}"
    );
    let users = sandbox.users();
    assert_eq!(
        users
            .iter()
            .map(|user| user.is_external)
            .collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!(sandbox.channels()[0].bot_unique_names, ["deploybot"]);
    assert_eq!(sandbox.channels()[1].member_ids, [""; 0]);
}

#[test]
fn a_message_is_posted_when_it_is_said() {
    let at = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(1_700_000_000_123);
    let sandbox = people()
        .channel(channel().message(NewMessage::by("1", "Hi.").at(at)))
        .build();
    assert!(sandbox.messages("news")[0].id.starts_with("1700000000123_"));
}

#[test]
fn threads_are_as_old_as_their_digits_say() {
    let on = |chat_id: &str| {
        NewMessage::by("1", chat_id).thread(NewThread::titled(chat_id).chat_id(chat_id))
    };
    let sandbox = people()
        .channel(channel().message(on("CT_1-T-20")).message(on("CT_1-T-3")))
        .build();
    let titles: Vec<_> = sandbox
        .threads("P1")
        .into_iter()
        .map(|thread| thread.title)
        .collect();
    assert_eq!(titles, ["CT_1-T-3", "CT_1-T-20"]);
    let page = User::new(&sandbox, "1")
        .get("/api/v2/channels/P1/threads?limit=1")
        .ok();
    assert_eq!(page["data"][0]["title"], "CT_1-T-20");
    // A chat without messages has no last message.
    assert!(page["data"][0].get("last_message_information").is_none());
}

#[test]
fn what_can_not_be_is_a_mistake_that_is_named() {
    let thread = || NewThread::titled("T");
    let with = |message: NewMessage| channel().message(message);
    for (channel, words) in [
        (channel().members(["1", "3"]), "there is no user `3` yet"),
        (
            channel().members(["1", "1"]),
            "the member `1` is named twice",
        ),
        (
            channel().members(["9"]),
            "the user `9` is of another organization and can't be in a channel",
        ),
        (channel().bots(["x"]), "there is no bot `x` yet"),
        (
            NewChannel::named(""),
            "a channel's unique name can't be empty",
        ),
        (
            with(NewMessage::by("3", "Hi.")),
            "the message \"Hi.\": there is no user `3` yet",
        ),
        (
            with(NewMessage::by_bot("extension", "Hi.")),
            "the message \"Hi.\": the bot `extension` is not in the channel",
        ),
        (
            with(NewMessage::by("1", "Hi.").id("x")),
            "the message \"Hi.\": `x` is no id of a message: that is milliseconds, `_` and digits",
        ),
        (
            with(NewMessage::by("1", "Hi.").id("1_1"))
                .message(NewMessage::by("1", "Ho.").id("1 1")),
            "the message \"Ho.\": there is a message `1_1` already",
        ),
        (
            with(
                NewMessage::by("1", "Hi.")
                    .id("1_1")
                    .at(OffsetDateTime::UNIX_EPOCH),
            ),
            "the message \"Hi.\": its id tells when it was posted, and so does `at`: one is enough",
        ),
        (
            with(NewMessage::by("1", "Hi.").reply_to("1_1")),
            "the message \"Hi.\": `1_1` is no earlier message of its chat",
        ),
        (
            with(
                NewMessage::by("1", "Hi.")
                    .thread(thread().message(NewMessage::by("1", "Ho.").reply_to("1_1"))),
            ),
            "the message \"Ho.\": `1_1` is no earlier message of its thread",
        ),
        (
            with(
                NewMessage::by("1", "Hi.")
                    .thread(thread().message(NewMessage::by("1", "Ho.").thread(thread()))),
            ),
            "the message \"Ho.\": it is in a thread, and can't have one itself",
        ),
        (
            with(NewMessage::by("1", "Hi.").thread(thread().followers(["9"]))),
            "the user `9` is not in the channel `news`",
        ),
        (
            with(NewMessage::by("1", "Hi.").thread(thread().muted_by(["3"]))),
            "there is no user `3` yet",
        ),
        (
            with(NewMessage::by("1", "Hi.").thread(thread().chat_id("CT_2-T-1"))),
            "`CT_2-T-1` can't be the chat id of a thread of this channel: that is `CT_1-T-` and a number below \
             9223372036854775807",
        ),
        (
            with(NewMessage::by("1", "Hi.").thread(thread().chat_id("CT_1-T-1")))
                .message(NewMessage::by("1", "Ho.").thread(thread().chat_id("CT_1-T-1"))),
            "there is a chat `CT_1-T-1` already",
        ),
    ] {
        let panic =
            std::panic::catch_unwind(|| drop(people().channel(channel.clone()))).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), words);
        // The same in a file, which has no `at`: the id holds a message's time.
        if !words.contains("`at`") {
            let mut file: Value = serde_json::from_str(&people().build().to_json()).unwrap();
            file["channels"] = json!([channel]);
            let error = Sandbox::builder()
                .json(&file.to_string())
                .unwrap_err()
                .to_string();
            assert_eq!(error, format!("at `channels[0]`: {words}"));
        }
    }
}

/// Makes calls that create something of each kind.
fn busy() -> Sandbox {
    let scene = super::scene();
    let (ryan, tim) = (&scene.ryan, &scene.tim);
    let (demo, sandbox) = (&scene.demo, &scene.demo.sandbox);
    let chat = format!("/api/v3/chats/{}", demo.channel_chat_id);
    let message = format!(
        "/api/v2/chats/{}/messages/{}",
        demo.channel_chat_id, demo.message_id
    );
    let [scott, _] = &demo.colleague_ids;
    for (user, url, body) in [
        (
            tim,
            format!("{chat}/messages"),
            json!({ "text": "I go.", "reply_to": demo.message_id }),
        ),
        (tim, format!("{chat}/leave"), json!({})),
        (ryan, format!("{chat}/mute"), json!({})),
        (
            ryan,
            format!("{message}/reactions"),
            json!({ "emoji_code": ":tada:" }),
        ),
        (
            ryan,
            format!("{chat}/pin-messages"),
            json!({ "message_id": demo.message_id, "expiry_time": -1, "notify": true, "primary": true }),
        ),
        (
            ryan,
            "/api/v3/stars".to_owned(),
            json!({ "chat_id": demo.channel_chat_id, "message_id": demo.message_id, "star_type": "note" }),
        ),
        (
            ryan,
            "/api/v3/chats".to_owned(),
            json!({ "chat_type": "group_chat", "user_ids": [scott], "title": "Retro" }),
        ),
        (
            ryan,
            "/api/v2/buddies/scott.fisher@zylker.com/message".to_owned(),
            json!({ "text": "Psst.", "card": { "title": "A" } }),
        ),
        (
            ryan,
            "/api/v3/bots/deploybot/messages".to_owned(),
            json!({ "text": "Deployed." }),
        ),
        (
            ryan,
            "/api/v3/bots/deploybot/messages?CHANNEL_UNIQUE_NAME=engineering-updates".to_owned(),
            json!({ "text": "Deployed." }),
        ),
        (
            ryan,
            "/api/v3/bots".to_owned(),
            json!({ "name": "Builder", "description": "Builds.", "scope": "team", "team_ids": [1] }),
        ),
        (
            ryan,
            "/api/v2/channels".to_owned(),
            json!({ "name": "Old news", "level": "private" }),
        ),
    ] {
        let answer = user.post_json(&url, &body);
        assert!(answer.status < 300, "{url}: {answer:?}");
    }
    let edited = json!({ "text": "Version 4.3 goes out on Thursday." });
    scene.scott.put_json(&message, &edited).is_no_response();
    ryan.put_json(&chat, &json!({ "operation": "mark_as_read" }))
        .is_no_content();
    let request = http::Request::post(format!("/api/v2/chats/{}/files", demo.channel_chat_id))
        .header("authorization", &ryan.authorization)
        .header("content-type", "multipart/form-data; boundary=x");
    let form = "--x\r\ncontent-disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\n\u{1f980}\r\n--x--\r\n";
    assert_eq!(
        sandbox.handle(request.body(form.into()).unwrap()).status(),
        200
    );
    sandbox.schedule_message(
        &demo.channel_id,
        &demo.user_id,
        "Later.",
        sandbox.now() + Duration::DAY,
    );
    ryan.send(http::Method::DELETE, "/api/v3/bots/deploybot", "")
        .is_no_response();
    sandbox.clone()
}

#[test]
fn a_world_comes_back_as_it_was_kept() {
    for sandbox in [
        busy(),
        full().build(),
        Sandbox::builder().build(),
        Sandbox::demo().sandbox,
    ] {
        let json = sandbox.to_json();
        assert_eq!(
            Sandbox::builder().json(&json).unwrap().build().to_json(),
            json
        );
    }
    // The copy continues like the original.
    let clock = ManualClock::at(Clock::START);
    let first = full().clock(clock.clone()).build();
    let second = Sandbox::builder()
        .clock(clock)
        .json(&first.to_json())
        .unwrap()
        .build();
    for sandbox in [&first, &second] {
        let new = json!({ "text": "Hi.", "thread_message_id": "1760000001000_1" });
        User::new(sandbox, "1")
            .put_json("/api/v3/threads/CT_1-T-7", &json!({ "action": "reopen" }))
            .is_no_content();
        User::new(sandbox, "2")
            .post_json("/api/v3/channels/P1/messages", &new)
            .is_posted();
        sandbox.post_message("news", "1", "Plans");
    }
    assert_eq!(first.to_json(), second.to_json());
}

/// A damaged file is either rejected or a world that can be saved.
#[test]
fn a_damaged_file_is_refused_or_is_another_world() {
    for world in [full().build().to_json(), busy().to_json()] {
        damage(&world);
    }
}

fn damage(world: &str) {
    let mut chance = 1_u32;
    let mut below = |most: usize| {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        chance as usize % most
    };
    let mut refused = 0;
    for round in 0..2000 {
        let mut bytes = world.to_owned().into_bytes();
        let at = below(bytes.len());
        match round % 3 {
            0 => bytes.truncate(at),
            1 => bytes[at] = b"0123456789\"{}[],:-x \\"[below(21)],
            _ => drop(bytes.drain(at..(at + 1 + below(40)).min(world.len()))),
        }
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        match Sandbox::builder().json(&text) {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
            Ok(builder) => {
                let kept = builder.build().to_json();
                assert_eq!(
                    Sandbox::builder().json(&kept).unwrap().build().to_json(),
                    kept,
                    "{text}"
                );
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn a_file_is_replaced_as_a_whole() {
    let folder = std::env::temp_dir().join(format!("cliq-sandbox-worlds-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("world.json");
    for sandbox in [Sandbox::demo().sandbox, full().build()] {
        sandbox.save(&file).unwrap();
        assert_eq!(
            Sandbox::builder().load(&file).unwrap().build().to_json(),
            sandbox.to_json()
        );
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    assert!(
        full()
            .build()
            .save(folder.join("nowhere/world.json"))
            .is_err()
    );
    std::fs::remove_dir_all(&folder).unwrap();
    let error = Sandbox::builder().load(&file).unwrap_err().to_string();
    assert!(error.starts_with("it can't be read: "), "{error}");
}

#[test]
fn a_file_that_is_no_world_is_refused_in_words() {
    let world = Sandbox::demo().sandbox.to_json();
    let changed = |from: &str, to: &str| {
        assert!(world.contains(from), "{from}");
        world.replacen(from, to, 1)
    };
    let no_world = r#"it is JSON, but no world: that begins with `{"format": "cliq-sandbox world", "version": 1`"#;
    for (text, words) in [
        (String::new(), "it is no JSON, or is damaged: "),
        (
            world[..world.len() / 2].to_owned(),
            "it is no JSON, or is damaged: ",
        ),
        (world.clone() + "}", "it is no JSON, or is damaged: "),
        ("[]".to_owned(), no_world),
        ("{}".to_owned(), no_world),
        (changed("cliq-sandbox world", "another"), no_world),
        (changed("\"version\": 1", "\"version\": \"1\""), no_world),
        (
            changed("\"version\": 1", "\"version\": 0"),
            "it doesn't say its version, as in `\"version\": 1`",
        ),
        (
            changed("\"version\": 1", "\"version\": 2, \"more\": []"),
            "it is of version 2, and this program reads version 1: a newer one has written it",
        ),
        (
            changed("\"name\": \"Ryan West\"", "\"nmae\": \"Ryan West\""),
            "at `users[0].nmae`: unknown field `nmae`",
        ),
        (
            changed("\"reply_mode\": \"both\"", "\"reply_mode\": \"all\""),
            "at `channels[0].reply_mode`: unknown variant `all`",
        ),
        (
            changed("\"id\": \"855727962\"", "\"id\": \"855727961\""),
            "at `users[1]`: there is a user `855727961` already",
        ),
        (
            changed("\"unique_name\": \"deploybot\"", "\"unique_name\": \"\""),
            "at `bots[0]`: a bot's unique name can't be empty",
        ),
    ] {
        let error = Sandbox::builder().json(&text).unwrap_err().to_string();
        assert!(error.starts_with(words), "{error}\n{words}");
    }
}
