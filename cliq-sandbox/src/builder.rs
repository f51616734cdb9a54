//! Worlds made in code.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::clock::Clock;
use crate::demo::Demo;
use crate::described::{
    NewBot, NewChannel, NewUser, WorldError, add_bot, add_channel, add_user, read,
};
use crate::limits::Limits;
use crate::posts::Posts;
use crate::record::{Record, Watcher};
use crate::sandbox::Sandbox;
use crate::world::World;

/// Builds a [`Sandbox`]. Add users and bots before the channels that name them.
///
/// Its methods panic if an id or a name is taken or unknown: that is a mistake in the program that
/// describes the world.
pub struct SandboxBuilder {
    world: World,
    settings: Settings,
}

/// The settings of a sandbox, besides its world.
pub(crate) struct Settings {
    pub(crate) clock: Clock,
    /// `None` for the default.
    pub(crate) seed: Option<u64>,
    pub(crate) limits: Limits,
    /// How many arrivals the book keeps.
    pub(crate) kept: usize,
    pub(crate) watcher: Option<Watcher>,
    pub(crate) posts: Posts,
}

impl SandboxBuilder {
    /// Adds a user, with id, name and e-mail address.
    ///
    /// # Panics
    ///
    /// If the id is taken.
    #[must_use]
    #[track_caller]
    pub fn user(
        self,
        id: impl Into<String>,
        name: impl Into<String>,
        email: impl Into<String>,
    ) -> Self {
        self.any_user(NewUser {
            id: id.into(),
            name: name.into(),
            email: email.into(),
            external: false,
        })
    }

    /// Adds a user of another organisation, who can have a token but may see nothing.
    ///
    /// # Panics
    ///
    /// If the id is taken.
    #[must_use]
    #[track_caller]
    pub fn external_user(
        self,
        id: impl Into<String>,
        name: impl Into<String>,
        email: impl Into<String>,
    ) -> Self {
        self.any_user(NewUser {
            id: id.into(),
            name: name.into(),
            email: email.into(),
            external: true,
        })
    }

    #[track_caller]
    fn any_user(mut self, user: NewUser) -> Self {
        expect(add_user(&mut self.world, user));
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
        self.any_bot(NewBot::named(unique_name.into(), name.into()))
    }

    /// Adds a bot that comes from an extension, and changes the state of threads only with that
    /// extension's `app_key`.
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
        self.any_bot(NewBot {
            appkey: Some(app_key.into()),
            ..NewBot::named(unique_name.into(), name.into())
        })
    }

    #[track_caller]
    fn any_bot(mut self, bot: NewBot) -> Self {
        expect(add_bot(&mut self.world, bot));
        self
    }

    /// Adds a channel, with the messages and threads that are in it.
    ///
    /// ```
    /// use cliq_sandbox::{NewChannel, NewMessage, NewThread, Sandbox};
    ///
    /// let sandbox = Sandbox::builder()
    ///     .user("1", "Ryan West", "ryan.west@zylker.com")
    ///     .user("2", "Scott Fisher", "scott.fisher@zylker.com")
    ///     .bot("deploybot", "Deploy Bot")
    ///     .channel(
    ///         NewChannel::named("engineering-updates")
    ///             .id("P1")
    ///             .chat_id("CT_1")
    ///             .members(["1", "2"])
    ///             .bots(["deploybot"])
    ///             .message(NewMessage::by("1", "Lunch at one?").id("1760000000000_1"))
    ///             .message(
    ///                 NewMessage::by_bot("deploybot", "The build is red.").thread(
    ///                     NewThread::titled("Red build")
    ///                         .chat_id("CT_1-T-1")
    ///                         .message(NewMessage::by("2", "I am on it."))
    ///                         .followers(["1", "2"])
    ///                         .muted_by(["1"]),
    ///                 ),
    ///             ),
    ///     )
    ///     .build();
    /// assert_eq!(sandbox.messages("CT_1-T-1")[0].text, "I am on it.");
    /// ```
    ///
    /// # Panics
    ///
    /// If a name or an id in it is taken, if somebody in it isn't there, or if whoever posts,
    /// follows or mutes is not a member.
    #[must_use]
    #[track_caller]
    pub fn channel(mut self, channel: NewChannel) -> Self {
        expect(add_channel(&mut self.world, channel));
        self
    }

    /// Adds the world of a JSON text, as [`Sandbox::to_json`] writes it.
    ///
    /// # Errors
    ///
    /// If the text can't be read, is of a newer version, or describes an impossible world.
    pub fn json(mut self, world: &str) -> Result<Self, WorldError> {
        read(world, &mut self.world)?;
        Ok(self)
    }

    /// Adds the world of a file, as [`json`](Self::json) does.
    ///
    /// # Errors
    ///
    /// As there, or if the file can't be read.
    pub fn load(self, file: impl AsRef<Path>) -> Result<Self, WorldError> {
        let text = fs::read(file)
            .map_err(|error| WorldError::new(format!("it can't be read: {error}")))?;
        let text = std::str::from_utf8(&text)
            .map_err(|error| WorldError::new(format!("it is no text, or is damaged: {error}")))?;
        self.json(text)
    }

    /// Sets the clock; defaults to [`Clock::tokio`].
    #[must_use]
    pub fn clock(mut self, clock: impl Into<Clock>) -> Self {
        self.settings.clock = clock.into();
        self
    }

    /// Sets the seed of everything random: the same seed gives the same [faults](Sandbox::faults)
    /// and latencies. Defaults to the variable `CLIQ_SANDBOX_SEED`, else 0. A test that fails after
    /// something random prints the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Sets how limits behave; defaults to [`Limits::off`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets the response to a post that requests no id; defaults to [`Posts::Documented`].
    #[must_use]
    pub fn posts(mut self, posts: Posts) -> Self {
        self.settings.posts = posts;
        self
    }

    /// Sets how many arrivals, and how many locks, the [book](Sandbox::book) keeps: the latest
    /// ones, 100,000 by default. With 0 it has totals only.
    #[must_use]
    pub fn keep_arrivals(mut self, most: usize) -> Self {
        self.settings.kept = most;
        self
    }

    /// Calls `watcher` for each request, once it is answered or lost.
    #[must_use]
    pub fn watch(mut self, watcher: impl Fn(&Record) + Send + Sync + 'static) -> Self {
        self.settings.watcher = Some(Arc::new(watcher));
        self
    }

    /// Builds the sandbox.
    pub fn build(self) -> Sandbox {
        Sandbox::new(self.world, self.settings)
    }

    /// Builds the sandbox with the world of [`Sandbox::demo`] added.
    ///
    /// # Panics
    ///
    /// If something was added with an id or a name that the demo has.
    #[track_caller]
    pub fn demo(self) -> Demo {
        Demo::new(self)
    }

    pub(crate) fn into_parts(self) -> (World, Settings) {
        (self.world, self.settings)
    }
}

/// An impossible world is a mistake in the program that describes it.
#[track_caller]
fn expect(added: Result<(), String>) {
    if let Err(problem) = added {
        panic!("{problem}");
    }
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        let settings = Settings {
            clock: Clock::tokio(),
            seed: None,
            limits: Limits::off(),
            kept: 100_000,
            watcher: None,
            posts: Posts::default(),
        };
        Self {
            world: World::new(),
            settings,
        }
    }
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder").finish_non_exhaustive()
    }
}
