//! Builds worlds in code.

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

/// Builds a [`Sandbox`]. Add users and bots before the channels that refer to them.
///
/// Methods panic if an id or a name is taken or unknown: that is a bug in the program that
/// describes the world.
pub struct SandboxBuilder {
    world: World,
    settings: Settings,
}

/// The settings of a sandbox, besides its world.
pub(crate) struct Settings {
    pub(crate) clock: Clock,
    /// `None`: the default seed.
    pub(crate) seed: Option<u64>,
    pub(crate) limits: Limits,
    /// How many arrivals the book keeps.
    pub(crate) kept: usize,
    pub(crate) watcher: Option<Watcher>,
    pub(crate) posts: Posts,
}

impl SandboxBuilder {
    /// Adds a user.
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

    /// Adds a user of another organization, who has a token but no access to this one.
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

    /// Adds a bot. `name` is its display name.
    ///
    /// # Panics
    ///
    /// If the unique name is taken.
    #[must_use]
    #[track_caller]
    pub fn bot(self, unique_name: impl Into<String>, name: impl Into<String>) -> Self {
        self.any_bot(NewBot::named(unique_name.into(), name.into()))
    }

    /// Adds a bot of an extension. It can change the state of threads only with the extension's
    /// `app_key`.
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

    /// Adds a channel with its messages and threads.
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
    /// If a name or an id is taken, if a user or a bot doesn't exist, or if somebody who posts,
    /// follows or mutes isn't a member.
    #[must_use]
    #[track_caller]
    pub fn channel(mut self, channel: NewChannel) -> Self {
        expect(add_channel(&mut self.world, channel));
        self
    }

    /// Adds the world that [`Sandbox::to_json`] returned. The JSON can also be written by hand.
    ///
    /// # Errors
    ///
    /// If the text isn't a valid world, or was written by a newer version.
    pub fn json(mut self, world: &str) -> Result<Self, WorldError> {
        read(world, &mut self.world)?;
        Ok(self)
    }

    /// Adds the world in a file. See [`json`](Self::json).
    ///
    /// # Errors
    ///
    /// As for `json`, and if the file can't be read.
    pub fn load(self, file: impl AsRef<Path>) -> Result<Self, WorldError> {
        let text = fs::read(file)
            .map_err(|error| WorldError::new(format!("it can't be read: {error}")))?;
        let text = std::str::from_utf8(&text)
            .map_err(|error| WorldError::new(format!("it is no text, or is damaged: {error}")))?;
        self.json(text)
    }

    /// Sets the clock. Defaults to [`Clock::tokio`].
    #[must_use]
    pub fn clock(mut self, clock: impl Into<Clock>) -> Self {
        self.settings.clock = clock.into();
        self
    }

    /// Sets the seed of [faults](Sandbox::faults) and latencies: the same seed gives the same ones.
    /// Defaults to the environment variable `CLIQ_SANDBOX_SEED`, else to 0. If a test fails after a
    /// random decision, it prints the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Sets the rate limits. Defaults to [`Limits::off`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets the response to a post that doesn't ask for the message's id. Defaults to
    /// [`Posts::Documented`].
    #[must_use]
    pub fn posts(mut self, posts: Posts) -> Self {
        self.settings.posts = posts;
        self
    }

    /// Sets how many arrivals, and how many locks, the [book](Sandbox::book) keeps. The default is
    /// the latest 100,000. With 0, it has only totals.
    #[must_use]
    pub fn keep_arrivals(mut self, most: usize) -> Self {
        self.settings.kept = most;
        self
    }

    /// Calls `watcher` for each request, when it is answered or lost.
    #[must_use]
    pub fn watch(mut self, watcher: impl Fn(&Record) + Send + Sync + 'static) -> Self {
        self.settings.watcher = Some(Arc::new(watcher));
        self
    }

    /// Builds the sandbox.
    pub fn build(self) -> Sandbox {
        Sandbox::new(self.world, self.settings)
    }

    /// Builds the world of [`Sandbox::demo`] with these settings, in addition to what was added
    /// before.
    ///
    /// # Panics
    ///
    /// If an id or a name that was added is taken by the demo.
    #[track_caller]
    pub fn demo(self) -> Demo {
        Demo::new(self)
    }

    pub(crate) fn into_parts(self) -> (World, Settings) {
        (self.world, self.settings)
    }
}

/// Panics on an error: it is a bug in the program that describes the world.
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
