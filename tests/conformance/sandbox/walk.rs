//! Random sequences of all operations, compared with the model: each response, and what other users
//! see afterwards.
//!
//! A failure prints its seed; `CLIQ_WALK_SEED=<seed>` repeats only that one. Occasionally the world
//! is saved to JSON and loaded again, which must make no difference.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use cliq_api::Bytes;
use cliq_api::http::{Method, Response};
use cliq_sandbox::{Clock, ManualClock, NewChannel, NewMessage, ReplyMode, Sandbox};
use fastrand::Rng;
use serde_json::{Value, json};

use super::judge::Judge;
use super::model::{CHANNELS, Channel, Message, Model, Post, Refused, USERS};
use super::stage::request;

const SEEDS: u64 = 16;
const STEPS: usize = 120;

#[test]
fn the_sandbox_equals_the_model() {
    let mut judge = Judge::new();
    let seeds = match std::env::var("CLIQ_WALK_SEED") {
        Ok(seed) => vec![seed.parse().expect("CLIQ_WALK_SEED is a number")],
        Err(_) => (0..SEEDS).collect(),
    };
    for seed in seeds {
        let mut walk = Walk::new(seed, &mut judge);
        let walked = catch_unwind(AssertUnwindSafe(|| {
            for _ in 0..STEPS {
                walk.step();
            }
            walk.look_everywhere();
        }));
        if let Err(panic) = walked {
            let last = walk.log.len().saturating_sub(12);
            eprintln!(
                "seed {seed}, the last steps:\n{}\n(CLIQ_WALK_SEED={seed} repeats it)",
                walk.log[last..].join("\n")
            );
            resume_unwind(panic);
        }
    }
}

pub(super) struct Walk<'j> {
    pub(super) random: Rng,
    clock: ManualClock,
    pub(super) sandbox: Sandbox,
    tokens: Vec<String>,
    pub(super) model: Model,
    judge: &'j mut Judge,
    log: Vec<String>,
}

impl<'j> Walk<'j> {
    fn new(seed: u64, judge: &'j mut Judge) -> Self {
        let mut random = Rng::with_seed(seed);
        let clock = ManualClock::at(Clock::START);
        let mut builder = Sandbox::builder().clock(clock.clone()).bot("bot", "Bot");
        for user in 0..USERS {
            builder = builder.user(id(user), name(user), email(user));
        }
        let mut model = Model::default();
        for channel in 0..CHANNELS {
            let (mode, allows_threads) = match random.u8(0..5) {
                0 => (ReplyMode::Reply, false),
                1 => (ReplyMode::Threads, true),
                _ => (ReplyMode::Both, true),
            };
            let id = format!("1760000000000_{channel}");
            let message = Message {
                id: id.clone(),
                by: Some(0),
                text: "First\nof all.".into(),
                reply_to: None,
            };
            builder = builder.channel(
                NewChannel::named(format!("n{channel}"))
                    .id(format!("P{channel}"))
                    .chat_id(format!("CT_{channel}"))
                    .reply_mode(mode)
                    .members((0..USERS - 1).map(self::id))
                    .bots(["bot"])
                    .message(NewMessage::by(self::id(0), &*message.text).id(id)),
            );
            model.channels.push(Channel {
                auto_follow: false,
                allows_threads,
                messages: vec![message],
            });
        }
        let sandbox = builder.build();
        let tokens = (0..USERS).map(|user| sandbox.token(&id(user))).collect();
        Self {
            random,
            clock,
            sandbox,
            tokens,
            model,
            judge,
            log: Vec::new(),
        }
    }

    fn step(&mut self) {
        self.clock
            .advance(std::time::Duration::from_millis(self.random.u64(0..5000)));
        let (user, channel) = (self.random.usize(0..USERS), self.random.usize(0..CHANNELS));
        let thread = (!self.model.threads.is_empty())
            .then(|| self.random.usize(0..self.model.threads.len()));
        match (self.random.u8(0..16), thread) {
            (0, _) => self.talk(channel),
            (1, _) => self.set_auto_follow(user, channel),
            (2, _) => self.keep_and_restore(),
            (3, _) => self.get(user, "/api/v3/threads/CT_9-T-9", 400),
            (4 | 5, _) | (_, None) => self.start(user, channel),
            (6..=8, Some(thread)) => self.send(user, thread),
            (9, Some(thread)) => self.update(user, thread),
            (10, Some(thread)) => self.follow(user, thread),
            (11 | 12, Some(thread)) => self.change_followers(user, thread),
            (13, Some(thread)) => self.leave(user, thread),
            (14, Some(thread)) => self.mute(user, thread),
            (_, Some(thread)) => self.look(user, thread),
        }
    }

    /// Posts a message in the channel directly, because the API can't.
    fn talk(&mut self, channel: usize) {
        let by = self.random.usize(0..USERS - 1);
        let text = self.text();
        let text = if text.trim().is_empty() {
            "Hi.".to_owned()
        } else {
            text
        };
        let id = self
            .sandbox
            .post_message(&format!("P{channel}"), &id(by), &text);
        self.model.channels[channel].messages.push(Message {
            id,
            by: Some(by),
            text,
            reply_to: None,
        });
    }

    fn set_auto_follow(&mut self, user: usize, channel: usize) {
        let on = self.random.bool();
        let body = json!({ "auto_follow_threads": if on { "enable" } else { "disable" } });
        let answer = self.ask(
            user,
            &Method::PUT,
            &format!("/api/v2/channels/P{channel}"),
            Some(body),
        );
        if Self::allowed(user, &answer) {
            assert_eq!(
                read(&answer),
                json!({ "status": if on { "enabled" } else { "disabled" } })
            );
            self.model.channels[channel].auto_follow = on;
        }
    }

    fn keep_and_restore(&mut self) {
        let json = self.sandbox.to_json();
        self.log.push("kept and restored".to_owned());
        let sandbox = Sandbox::builder()
            .clock(self.clock.clone())
            .json(&json)
            .expect("it was written just now")
            .build();
        assert_eq!(sandbox.to_json(), json);
        self.tokens = (0..USERS).map(|user| sandbox.token(&id(user))).collect();
        self.sandbox = sandbox;
    }

    fn start(&mut self, user: usize, channel: usize) {
        // Occasionally a message of the other channel, or an unknown one.
        let from = if self.random.u8(0..8) == 0 {
            1 - channel
        } else {
            channel
        };
        let main =
            pick(&mut self.random, &self.model.channels[from].messages).unwrap_or("1_1".to_owned());
        let title = self.random.bool().then(|| self.text());
        let existing = self
            .model
            .threads
            .iter()
            .position(|thread| thread.main == main);
        let post = self.post(user, existing, &main);
        let url = match self.random.u8(0..3) {
            0 => format!("/api/v3/channels/P{channel}/messages"),
            1 => format!("/api/v3/chats/CT_{channel}/messages"),
            _ => format!("/api/v3/channelsbyname/n{channel}/messages"),
        };
        let synchronous = self.random.bool();
        let mut body = form(&post, synchronous);
        body["thread_message_id"] = match self.random.u8(0..3) {
            0 => main.replace('_', " ").into(),
            1 => main.replace('_', "%20").into(),
            _ => main.clone().into(),
        };
        if let Some(title) = &title {
            body["thread_title"] = title.clone().into();
        }
        let answer = self.ask(user, &Method::POST, &bot(url, &post), Some(body));
        match self.model.may_start(channel, &main, &post) {
            Err(no) => refused(&answer, no),
            Ok(existing) => {
                let thread = existing.unwrap_or_else(|| {
                    let found = self.sandbox.threads(&format!("P{channel}"));
                    let found = found
                        .into_iter()
                        .find(|thread| thread.main_message_id == main)
                        .expect("a thread");
                    self.model.start(channel, found.chat_id, main, title)
                });
                self.posted(thread, post, synchronous, &answer);
            }
        }
    }

    fn send(&mut self, user: usize, thread: usize) {
        let main = self.model.threads[thread].main.clone();
        let post = self.post(user, Some(thread), &main);
        let synchronous = self.random.bool();
        let url = format!(
            "/api/v3/chats/{}/messages",
            self.model.threads[thread].chat_id
        );
        let answer = self.ask(
            user,
            &Method::POST,
            &bot(url, &post),
            Some(form(&post, synchronous)),
        );
        match self.model.may_post(Some(thread), &main, &post) {
            Err(no) => refused(&answer, no),
            Ok(()) => self.posted(thread, post, synchronous, &answer),
        }
    }

    /// Records a successful post, with the ids that the sandbox generated.
    fn posted(&mut self, thread: usize, post: Post, synchronous: bool, answer: &Response<Bytes>) {
        let Some(id) = self
            .sandbox
            .messages(&self.model.threads[thread].chat_id)
            .pop()
            .map(|message| message.id)
        else {
            panic!("nothing was posted")
        };
        assert_eq!(
            read(answer),
            if synchronous {
                json!({ "message_id": id })
            } else {
                json!({})
            }
        );
        let channel = self.model.threads[thread].channel;
        let in_parent = post.in_parent.then(|| {
            self.sandbox
                .messages(&format!("P{channel}"))
                .pop()
                .expect("it is there")
                .id
        });
        self.model.post(thread, post, id, in_parent);
    }

    fn update(&mut self, user: usize, thread: usize) {
        let action = ["close", "reopen", "reopen", "follow", "unfollow"][self.random.usize(0..5)];
        let as_bot = self.random.u8(0..4) == 0;
        let query = if as_bot { "?bot_unique_name=bot" } else { "" };
        let answer = self.of(
            user,
            &Method::PUT,
            "threads",
            thread,
            query,
            Some(json!({ "action": action })),
        );
        if !Self::allowed(user, &answer) {
            return;
        }
        if as_bot && action.ends_with("follow") {
            return refused(&answer, Refused::Bot);
        }
        assert_eq!(answer.status(), 204);
        let thread = &mut self.model.threads[thread];
        match action {
            "close" => thread.closed = true,
            "reopen" => thread.closed = false,
            "follow" => thread.follow(user),
            _ => thread.unfollow(user),
        }
    }

    fn follow(&mut self, user: usize, thread: usize) {
        let follow = self.random.bool();
        let what = if follow { "/follow" } else { "/unfollow" };
        let answer = self.of(user, &Method::POST, "threads", thread, what, None);
        if Self::allowed(user, &answer) {
            assert_eq!(answer.status(), 204);
            let thread = &mut self.model.threads[thread];
            if follow {
                thread.follow(user);
            } else {
                thread.unfollow(user);
            }
        }
    }

    fn change_followers(&mut self, user: usize, thread: usize) {
        let add = self.random.bool();
        let method = if add { &Method::POST } else { &Method::DELETE };
        let named: Vec<_> = (0..USERS).filter(|_| self.random.u8(0..3) == 0).collect();
        let body = json!({ "user_ids": named.iter().map(|&user| id(user)).collect::<Vec<_>>() });
        let answer = self.of(user, method, "threads", thread, "/followers", Some(body));
        if !Self::allowed(user, &answer) {
            return;
        }
        if named.is_empty() || !named.iter().all(|&user| Model::is_member(user)) {
            return refused(&answer, Refused::UnknownMember);
        }
        assert_eq!(answer.status(), 204);
        for user in named {
            let thread = &mut self.model.threads[thread];
            if add {
                thread.follow(user);
            } else {
                thread.unfollow(user);
            }
        }
    }

    fn leave(&mut self, user: usize, thread: usize) {
        let answer = self.of(user, &Method::POST, "chats", thread, "/leave", None);
        if !Self::allowed(user, &answer) {
            return;
        }
        let thread = &mut self.model.threads[thread];
        if !thread.followers.contains(&user) {
            return refused(&answer, Refused::NotIn);
        }
        assert_eq!(answer.status(), 200);
        thread.unfollow(user);
        thread.mute(user, false);
    }

    fn mute(&mut self, user: usize, thread: usize) {
        let on = self.random.bool();
        let answer = self.of(
            user,
            &Method::POST,
            "chats",
            thread,
            if on { "/mute" } else { "/unmute" },
            None,
        );
        if Self::allowed(user, &answer) {
            assert_eq!(answer.status(), 200);
            self.model.threads[thread].mute(user, on);
        }
    }

    /// Returns whether the user may do this; if not, checks that it was refused.
    fn allowed(user: usize, answer: &Response<Bytes>) -> bool {
        if !Model::is_member(user) {
            refused(answer, Refused::Stranger);
        }
        Model::is_member(user)
    }

    pub(super) fn get(&mut self, user: usize, url: &str, expected: u16) {
        let status = self.ask(user, &Method::GET, url, None).status();
        assert_eq!(status, expected, "{url}");
    }

    fn of(
        &mut self,
        user: usize,
        method: &Method,
        kind: &str,
        thread: usize,
        rest: &str,
        body: Option<Value>,
    ) -> Response<Bytes> {
        let url = format!(
            "/api/v3/{kind}/{}{rest}",
            self.model.threads[thread].chat_id
        );
        self.ask(user, method, &url, body)
    }

    pub(super) fn ask(
        &mut self,
        user: usize,
        method: &Method,
        url: &str,
        body: Option<Value>,
    ) -> Response<Bytes> {
        let answer = self
            .sandbox
            .handle(request(method, url, &self.tokens[user], body.as_ref()));
        let mut said = body.map_or_else(String::new, |body| body.to_string());
        said.truncate(
            said.char_indices()
                .nth(200)
                .map_or(said.len(), |(index, _)| index),
        );
        self.log.push(format!(
            "user {user}: {method} {url} {said} -> {}",
            answer.status()
        ));
        self.judge.check_at(method, url, &answer);
        answer
    }

    fn post(&mut self, by: usize, thread: Option<usize>, main: &str) -> Post {
        let reply_to = match (self.random.u8(0..6), thread) {
            (0, _) => Some(main.to_owned()),
            (1, Some(thread)) => pick(&mut self.random, &self.model.threads[thread].messages),
            (2, _) => pick(&mut self.random, &self.model.channels[0].messages),
            _ => None,
        };
        Post {
            by,
            as_bot: self.random.u8(0..4) == 0,
            text: self.text(),
            reply_to,
            in_parent: self.random.u8(0..4) == 0,
        }
    }

    fn text(&mut self) -> String {
        match self.random.u8(0..14) {
            0 => "é".repeat(5000),
            1 => "é".repeat(5001),
            2 => " \n".to_owned(),
            3 => "\"quoted\" \\ \u{1} \u{202e} 🦀\nand more".to_owned(),
            _ => format!("message {}", self.random.u16(..)),
        }
    }
}

fn pick(random: &mut Rng, messages: &[Message]) -> Option<String> {
    random.choice(messages).map(|message| message.id.clone())
}

pub(super) fn id(user: usize) -> String {
    format!("10{user}")
}

pub(super) fn name(user: usize) -> String {
    format!("User {user}")
}

pub(super) fn email(user: usize) -> String {
    format!("user{user}@example.com")
}

pub(super) fn sender(message: &Message) -> String {
    message.by.map_or_else(|| "Bot".to_owned(), name)
}

fn bot(url: String, post: &Post) -> String {
    if post.as_bot {
        url + "?bot_unique_name=bot"
    } else {
        url
    }
}

fn form(post: &Post, synchronous: bool) -> Value {
    let mut form = json!({ "text": post.text, "post_in_parent": post.in_parent });
    if synchronous {
        form["sync_message"] = true.into();
    }
    if let Some(id) = &post.reply_to {
        form["reply_to"] = id.clone().into();
    }
    form
}

pub(super) fn read(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).expect("JSON")
}

#[track_caller]
fn refused(answer: &Response<Bytes>, no: Refused) {
    let (status, code) = match no {
        Refused::Stranger => (403, "chat_access_denied"),
        Refused::UnknownMessage => (404, "message_not_found"),
        Refused::BadText | Refused::UnknownMember => (400, "invalid_inputs"),
        Refused::Threadless | Refused::Closed | Refused::NotIn | Refused::Bot => {
            (400, "operation_not_allowed")
        }
    };
    assert_eq!(
        (answer.status().as_u16(), read(answer)["code"].as_str()),
        (status, Some(code)),
        "{no:?}"
    );
}
