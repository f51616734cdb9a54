//! Compares everything that can be read with the model's state.

use cliq_api::http::Method;
use serde_json::{Value, json};

use super::model::{CHANNELS, Message, Model, USERS};
use super::walk::{Walk, email, id, name, read, sender};

impl Walk<'_> {
    /// Compares everything that can be read of a thread, as one user sees it.
    pub(super) fn look(&mut self, user: usize, thread: usize) {
        let is_member = Model::is_member(user);
        let (url, chat) = {
            let chat_id = &self.model.threads[thread].chat_id;
            (
                format!("/api/v3/threads/{chat_id}"),
                format!("/api/v3/chats/{chat_id}"),
            )
        };
        for url in [
            url.clone(),
            format!("{url}/messages/main"),
            format!("{url}/followers"),
            format!("{url}/nonfollowers"),
            format!("{chat}/members"),
        ] {
            self.get(user, &url, if is_member { 200 } else { 403 });
        }
        if !is_member {
            return;
        }
        let told = |walk: &mut Self, url: &str| read(&walk.ask(user, &Method::GET, url, None));
        let told_thread = told(self, &url);
        assert_eq!(told_thread["data"]["parent_participant"], true);
        let mut shown = self.shown(thread, user);
        shown["parent_participant"] = true.into();
        assert_eq!(told_thread["data"], shown);
        let main = told(self, &format!("{url}/messages/main"));
        let model = &self.model.threads[thread];
        assert_eq!(
            main["thread_information"]["message_count"],
            model.messages.len()
        );
        assert_eq!(
            main["thread_information"]["follower_count"],
            model.followers.len()
        );
        assert_eq!(
            main["thread_state_information"]["thread_state"],
            shown["thread_state"]
        );
        assert_eq!(main["id"], *model.main);
        let people = |users: &mut dyn Iterator<Item = usize>| {
            users
                .map(|user| json!({ "user_id": id(user), "email_id": email(user), "name": name(user) }))
                .collect::<Value>()
        };
        let followers = people(&mut model.followers.iter().copied());
        let others = people(&mut (0..USERS - 1).filter(|user| !model.followers.contains(user)));
        assert_eq!(told(self, &format!("{url}/followers"))["data"], followers);
        assert_eq!(told(self, &format!("{url}/nonfollowers"))["data"], others);
        assert_eq!(told(self, &format!("{chat}/members"))["members"], followers);
        let muted: Vec<_> = (0..USERS)
            .filter(|&user| {
                self.sandbox
                    .is_muted(&self.model.threads[thread].chat_id, &id(user))
            })
            .collect();
        let mut expected = self.model.threads[thread].muted_by.clone();
        expected.sort_unstable();
        assert_eq!(muted, expected);
    }

    pub(super) fn look_everywhere(&mut self) {
        for thread in 0..self.model.threads.len() {
            let user = self.random.usize(0..USERS - 1);
            self.look(user, thread);
            let chat_id = self.model.threads[thread].chat_id.clone();
            self.compare_messages(&chat_id, &self.model.threads[thread].messages);
        }
        for channel in 0..CHANNELS {
            self.compare_messages(
                &format!("P{channel}"),
                &self.model.channels[channel].messages,
            );
            for user in 0..USERS - 1 {
                self.list(user, channel);
            }
        }
    }

    fn compare_messages(&self, chat: &str, expected: &[Message]) {
        let told: Vec<_> = self
            .sandbox
            .messages(chat)
            .into_iter()
            .map(|message| {
                (
                    message.id,
                    message.sender_name,
                    message.text,
                    message.reply_to,
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|message| {
                (
                    message.id.clone(),
                    sender(message),
                    message.text.clone(),
                    message.reply_to.clone(),
                )
            })
            .collect();
        assert_eq!(told, expected);
    }

    /// Compares the channel's threads, through all pages and with each filter.
    fn list(&mut self, user: usize, channel: usize) {
        for (query, follows, closed) in [
            ("", None, None),
            ("&state=all", None, None),
            ("&state=followed", Some(true), None),
            ("&state=not_followed&type=closed", Some(false), Some(true)),
            ("&type=open", None, Some(false)),
        ] {
            let shown = |thread: &usize| {
                let model = &self.model.threads[*thread];
                model.channel == channel
                    && follows.is_none_or(|follows| model.followers.contains(&user) == follows)
                    && closed.is_none_or(|closed| model.closed == closed)
            };
            let expected: Vec<_> = (0..self.model.threads.len())
                .rev()
                .filter(shown)
                .map(|thread| self.shown(thread, user))
                .collect();
            let limit = self.random.usize(1..6);
            let (mut told, mut token) = (Vec::new(), String::new());
            loop {
                let page = read(&self.ask(
                    user,
                    &Method::GET,
                    &format!("/api/v2/channels/P{channel}/threads?limit={limit}{query}{token}"),
                    None,
                ));
                let items = page["data"].as_array().expect("a list").clone();
                assert!(items.len() == limit || page.get("next_token").is_none());
                told.extend(items);
                assert!(
                    told.len() <= expected.len(),
                    "{query}: it comes again: {told:?}"
                );
                match page["next_token"].as_str() {
                    Some(next) => token = format!("&next_token={}", next.replace('=', "%3D")),
                    None => break,
                }
            }
            assert_eq!(told, expected, "{query}");
        }
    }

    /// Returns a thread as a user sees it.
    fn shown(&self, thread: usize, user: usize) -> Value {
        let thread = &self.model.threads[thread];
        let main = self.model.channels[thread.channel]
            .messages
            .iter()
            .find(|message| message.id == thread.main)
            .expect("it has one");
        let last = thread.messages.last().expect("it has messages");
        let (millis, _) = last.id.split_once('_').expect("an id");
        let clock = millis.parse::<u64>().expect("a number") / 1000 % 86400;
        json!({
            "chat_id": thread.chat_id,
            "parent_chat_id": format!("CT_{}", thread.channel),
            "thread_message_id": thread.main.replace('_', "%20"),
            "title": thread.title,
            "follower_count": thread.followers.len(),
            "is_follower": thread.followers.contains(&user),
            "thread_state": if thread.closed { "closed" } else { "open" },
            "parent_message_sender": self.sender_id(main),
            "last_message_information": {
                "sender_id": self.sender_id(last),
                "sender_name": sender(last),
                "message_type": "text",
                // Everything happens on one day.
                "time": format!("2025-10-09T{:02}:{:02}:{:02}+00:00", clock / 3600, clock / 60 % 60, clock % 60),
                "text": last.text,
            },
        })
    }

    /// The bot's id is generated.
    fn sender_id(&self, message: &Message) -> String {
        match message.by {
            Some(user) => id(user),
            None => {
                self.sandbox
                    .messages(&self.chat_of(message))
                    .into_iter()
                    .find(|told| told.id == message.id)
                    .expect("it is there")
                    .sender_id
            }
        }
    }

    fn chat_of(&self, message: &Message) -> String {
        let has = |messages: &[Message]| messages.iter().any(|own| own.id == message.id);
        let thread = self
            .model
            .threads
            .iter()
            .find(|thread| has(&thread.messages));
        thread.map_or_else(
            || {
                format!(
                    "P{}",
                    self.model
                        .channels
                        .iter()
                        .position(|channel| has(&channel.messages))
                        .expect("a channel")
                )
            },
            |thread| thread.chat_id.clone(),
        )
    }
}
