//! A second, simple implementation of the operations, which only uses lists.
//!
//! It can't know generated ids, so it is given those of messages and threads.

/// Users are numbered from 0. The last one is in no channel.
pub(super) const USERS: usize = 4;
pub(super) const CHANNELS: usize = 2;

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) channels: Vec<Channel>,
    /// Oldest first.
    pub(super) threads: Vec<Thread>,
}

#[derive(Debug, Default)]
pub(super) struct Channel {
    pub(super) auto_follow: bool,
    pub(super) allows_threads: bool,
    pub(super) messages: Vec<Message>,
}

#[derive(Debug)]
pub(super) struct Thread {
    pub(super) channel: usize,
    pub(super) chat_id: String,
    /// The id of the message that it was started from.
    pub(super) main: String,
    pub(super) title: String,
    pub(super) closed: bool,
    pub(super) followers: Vec<usize>,
    pub(super) muted_by: Vec<usize>,
    pub(super) messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) id: String,
    /// `None`: the bot.
    pub(super) by: Option<usize>,
    pub(super) text: String,
    pub(super) reply_to: Option<String>,
}

/// A message to post.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) by: usize,
    pub(super) as_bot: bool,
    pub(super) text: String,
    pub(super) reply_to: Option<String>,
    pub(super) in_parent: bool,
}

/// Why an operation is refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Refused {
    Stranger,
    Threadless,
    UnknownMessage,
    BadText,
    Closed,
    NotIn,
    UnknownMember,
    Bot,
}

impl Model {
    pub(super) fn is_member(user: usize) -> bool {
        user + 1 < USERS
    }

    /// Returns the result of posting on a channel's message: the index of its thread, if there is
    /// one.
    pub(super) fn may_start(
        &self,
        channel: usize,
        main: &str,
        post: &Post,
    ) -> Result<Option<usize>, Refused> {
        if !Self::is_member(post.by) {
            return Err(Refused::Stranger);
        }
        if !self.channels[channel].allows_threads {
            return Err(Refused::Threadless);
        }
        if !self.channels[channel]
            .messages
            .iter()
            .any(|message| message.id == main)
        {
            return Err(Refused::UnknownMessage);
        }
        let thread = self.threads.iter().position(|thread| thread.main == main);
        self.may_post(thread, main, post)?;
        Ok(thread)
    }

    pub(super) fn may_post(
        &self,
        thread: Option<usize>,
        main: &str,
        post: &Post,
    ) -> Result<(), Refused> {
        if !Self::is_member(post.by) {
            return Err(Refused::Stranger);
        }
        let length = post.text.chars().count();
        if post.text.trim().is_empty() || length > 5000 {
            return Err(Refused::BadText);
        }
        if thread.is_some_and(|thread| self.threads[thread].closed) {
            return Err(Refused::Closed);
        }
        let in_thread = |id: &String| {
            thread.is_some_and(|thread| {
                self.threads[thread]
                    .messages
                    .iter()
                    .any(|message| message.id == *id)
            })
        };
        match &post.reply_to {
            Some(id) if id != main && !in_thread(id) => Err(Refused::UnknownMessage),
            _ => Ok(()),
        }
    }

    /// Starts a thread without messages.
    pub(super) fn start(
        &mut self,
        channel: usize,
        chat_id: String,
        main: String,
        title: Option<String>,
    ) -> usize {
        let text = |message: &Message| {
            message
                .text
                .trim()
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(100)
                .collect()
        };
        let found = self.channels[channel]
            .messages
            .iter()
            .find(|message| message.id == main);
        let title = title
            .filter(|title| !title.trim().is_empty())
            .or_else(|| found.map(text))
            .unwrap_or_default();
        let followers = if self.channels[channel].auto_follow {
            (0..USERS - 1).collect()
        } else {
            Vec::new()
        };
        let (closed, muted_by, messages) = (false, Vec::new(), Vec::new());
        self.threads.push(Thread {
            channel,
            chat_id,
            main,
            title,
            closed,
            followers,
            muted_by,
            messages,
        });
        self.threads.len() - 1
    }

    /// Adds a message to the thread, and optionally to the channel.
    pub(super) fn post(
        &mut self,
        thread: usize,
        post: Post,
        id: String,
        id_in_parent: Option<String>,
    ) {
        let by = (!post.as_bot).then_some(post.by);
        let thread = &mut self.threads[thread];
        if let Some(id) = id_in_parent {
            let message = Message {
                id,
                by,
                text: post.text.clone(),
                reply_to: None,
            };
            self.channels[thread.channel].messages.push(message);
        }
        thread.messages.push(Message {
            id,
            by,
            text: post.text,
            reply_to: post.reply_to,
        });
        if let Some(user) = by {
            thread.follow(user);
        }
    }
}

impl Thread {
    pub(super) fn follow(&mut self, user: usize) {
        if !self.followers.contains(&user) {
            self.followers.push(user);
        }
    }

    pub(super) fn unfollow(&mut self, user: usize) {
        self.followers.retain(|&follower| follower != user);
    }

    pub(super) fn mute(&mut self, user: usize, on: bool) {
        self.muted_by.retain(|&muting| muting != user);
        if on {
            self.muted_by.push(user);
        }
    }
}
