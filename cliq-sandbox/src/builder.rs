//! Worlds made in code.

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::demo::Demo;
use crate::limits::Limits;
use crate::record::{Record, Watcher};
use crate::sandbox::Sandbox;
use crate::world::{ChannelParts, ReplyMode, World};

/// What a [`Sandbox`] is built from. What is named has to be there already: users and bots come before their channels.
///
/// Its methods panic where an id or a name is taken, or names nothing: a world like that is a mistake in the program
/// that describes it.
pub struct SandboxBuilder {
    world: World,
    settings: Settings,
}

/// What a sandbox is besides its world.
pub(crate) struct Settings {
    pub(crate) clock: Clock,
    /// `None`: what there is where nobody says anything.
    pub(crate) seed: Option<u64>,
    pub(crate) limits: Limits,
    /// How many arrivals are kept one by one.
    pub(crate) kept: usize,
    pub(crate) watcher: Option<Watcher>,
}

impl SandboxBuilder {
    /// Adds a user, with id, name and e-mail address.
    ///
    /// # Panics
    ///
    /// If the id is taken.
    #[must_use]
    #[track_caller]
    pub fn user(mut self, id: impl Into<String>, name: impl Into<String>, email: impl Into<String>) -> Self {
        let id = id.into();
        assert!(self.world.user(&id).is_none(), "there is a user `{id}` already");
        self.world.add_user(id, name.into(), email.into());
        self
    }

    /// Adds a bot, with its unique name and the name that it shows.
    ///
    /// # Panics
    ///
    /// If the unique name is taken.
    #[must_use]
    #[track_caller]
    pub fn bot(self, unique_name: impl Into<String>, name: impl Into<String>) -> Self {
        self.any_bot(unique_name.into(), name.into(), None)
    }

    /// Adds a bot that comes from an extension, and changes the state of threads only with that extension's `app_key`.
    ///
    /// # Panics
    ///
    /// If the unique name is taken.
    #[must_use]
    #[track_caller]
    pub fn extension_bot(
        self,
        unique_name: impl Into<String>,
        name: impl Into<String>,
        app_key: impl Into<String>,
    ) -> Self {
        self.any_bot(unique_name.into(), name.into(), Some(app_key.into()))
    }

    #[track_caller]
    fn any_bot(mut self, unique_name: String, name: String, app_key: Option<String>) -> Self {
        assert!(self.world.bot(&unique_name).is_none(), "there is a bot `{unique_name}` already");
        self.world.add_bot(unique_name, name, app_key);
        self
    }

    /// Adds a channel.
    ///
    /// # Panics
    ///
    /// If its unique name, id or chat id is taken, or a member or bot of it isn't there.
    #[must_use]
    #[track_caller]
    pub fn channel(mut self, channel: NewChannel) -> Self {
        let NewChannel { unique_name, id, chat_id, reply_mode, members, bots } = channel;
        let world = &mut self.world;
        assert!(
            world.channel_by_unique_name(&unique_name).is_none(),
            "there is a channel with the unique name `{unique_name}` already"
        );
        if let Some(id) = &id {
            assert!(world.channel_by_id(id).is_none(), "there is a channel with the id `{id}` already");
        }
        if let Some(chat_id) = &chat_id {
            assert!(world.chat(chat_id).is_none(), "there is a chat `{chat_id}` already");
        }
        let members = keys(members, "user", |id| world.user(id));
        let bots = keys(bots, "bot", |unique_name| world.bot(unique_name));
        world.add_channel(ChannelParts { id, chat_id, unique_name, reply_mode, members, bots });
        self
    }

    /// What time it is in it; [`Clock::tokio`] where nothing is said.
    #[must_use]
    pub fn clock(mut self, clock: impl Into<Clock>) -> Self {
        self.settings.clock = clock.into();
        self
    }

    /// What chance goes by: the same seed, the same [faults](Sandbox::faults) and latencies. Where nothing is said, it is
    /// `CLIQ_SANDBOX_SEED` of the environment, else 0. A test that fails after chance had a part in it prints the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// How limits behave; [`Limits::off`] where nothing is said.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// How many arrivals, and how many locks, the [book](Sandbox::book) keeps one by one: the latest 100,000 where
    /// nothing is said. With 0 there are figures only.
    #[must_use]
    pub fn keep_arrivals(mut self, most: usize) -> Self {
        self.settings.kept = most;
        self
    }

    /// Is told of each request, when it is answered or lost.
    #[must_use]
    pub fn watch(mut self, watcher: impl Fn(&Record) + Send + Sync + 'static) -> Self {
        self.settings.watcher = Some(Arc::new(watcher));
        self
    }

    /// The sandbox that was described.
    pub fn build(self) -> Sandbox {
        Sandbox::new(self.world, self.settings)
    }

    /// The world of [`Sandbox::demo`], with these settings, and besides what was added already.
    ///
    /// # Panics
    ///
    /// If something was added that has an id or a name of what is in the demo.
    #[track_caller]
    pub fn demo(self) -> Demo {
        Demo::new(self)
    }

    pub(crate) fn into_parts(self) -> (World, Settings) {
        (self.world, self.settings)
    }
}

#[track_caller]
fn keys<K>(names: Vec<String>, kind: &str, find: impl Fn(&str) -> Option<K>) -> Vec<K> {
    let mut keys = Vec::with_capacity(names.len());
    for name in names {
        let Some(key) = find(&name) else {
            panic!("there is no {kind} `{name}` yet");
        };
        keys.push(key);
    }
    keys
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        let settings =
            Settings { clock: Clock::tokio(), seed: None, limits: Limits::off(), kept: 100_000, watcher: None };
        Self { world: World::new(), settings }
    }
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder").finish_non_exhaustive()
    }
}

/// A channel that is to be in a [`Sandbox`].
#[derive(Debug, Clone)]
#[must_use]
pub struct NewChannel {
    unique_name: String,
    id: Option<String>,
    chat_id: Option<String>,
    reply_mode: ReplyMode,
    members: Vec<String>,
    bots: Vec<String>,
}

impl NewChannel {
    /// A channel with this unique name, and nobody in it.
    pub fn named(unique_name: impl Into<String>) -> Self {
        Self {
            unique_name: unique_name.into(),
            id: None,
            chat_id: None,
            reply_mode: ReplyMode::default(),
            members: Vec::new(),
            bots: Vec::new(),
        }
    }

    /// Its id, such as `P1974166000016769023`; made up where nothing is said.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// Its chat id, such as `CT_1608777491574236080_637446511`; made up where nothing is said.
    pub fn chat_id(self, chat_id: impl Into<String>) -> Self {
        Self { chat_id: Some(chat_id.into()), ..self }
    }

    /// How its messages can be answered; [`ReplyMode::Both`] where nothing is said.
    pub fn reply_mode(self, reply_mode: ReplyMode) -> Self {
        Self { reply_mode, ..self }
    }

    /// The ids of the users who are in it.
    pub fn members(self, user_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { members: user_ids.into_iter().map(Into::into).collect(), ..self }
    }

    /// The unique names of the bots that are in it.
    pub fn bots(self, unique_names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { bots: unique_names.into_iter().map(Into::into).collect(), ..self }
    }
}
