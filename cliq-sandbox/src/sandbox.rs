//! The stand-in as its users hold it: a world, and the requests that it answers.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use time::OffsetDateTime;

use crate::builder::SandboxBuilder;
use crate::call::Call;
use crate::demo::Demo;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes;
use crate::server::Server;
use crate::world::{self, ChannelKey, Chat, MessageId, Sender, ThreadKey, UserKey, World};

/// A Cliq of your own, in memory: channels, their messages and threads, and who follows them.
///
/// It is used through its API, over HTTP with [`serve`](Self::serve) or without with [`handle`](Self::handle). What the
/// API has no call for, such as posting a plain message, is a method here. Cloning it is cheap, and clones share their
/// world.
///
/// ```
/// use cliq_sandbox::{NewChannel, Sandbox};
///
/// let sandbox = Sandbox::builder()
///     .user("855727961", "Ryan West", "ryan.west@zylker.com")
///     .user("855727962", "Scott Fisher", "scott.fisher@zylker.com")
///     .bot("deploybot", "Deploy Bot")
///     .channel(NewChannel::named("engineering-updates").members(["855727961", "855727962"]).bots(["deploybot"]))
///     .build();
/// let token = sandbox.token("855727961");
/// let message_id = sandbox.post_message("engineering-updates", "855727962", "The build is red.");
/// ```
#[derive(Clone)]
pub struct Sandbox(Arc<Mutex<World>>);

impl Sandbox {
    /// Starts building one.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// A small world that is ready for use, and what one needs to know of it. It is the same one each time.
    pub fn demo() -> Demo {
        Demo::new()
    }

    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Serves it over HTTP on a free loopback port, until the [`Server`] is dropped.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime with I/O and time enabled.
    pub async fn serve(&self) -> io::Result<Server> {
        Server::start(self.clone()).await
    }

    /// Answers one request, at once and without any I/O. Of its URL only path and query count.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http::Request;
    ///
    /// let demo = cliq_sandbox::Sandbox::demo();
    /// let request = Request::get(format!("/api/v3/threads/{}", demo.thread_chat_id))
    ///     .header("Authorization", format!("Bearer {}", demo.token))
    ///     .body(Bytes::new())
    ///     .unwrap();
    /// assert_eq!(demo.sandbox.handle(request).status(), 200);
    /// ```
    pub fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        match self.answer(&head, &body) {
            Ok(reply) => reply.into(),
            Err(refusal) => refusal.into(),
        }
    }

    fn answer(&self, head: &Parts, body: &[u8]) -> Result<Reply, Refusal> {
        let url = head.uri.path();
        let (route, subject) = routes::find(&head.method, url)?;
        let mut world = self.world();
        let token = access_token(&head.headers).ok_or_else(Refusal::unauthorized)?;
        let user = world.token_owner(token).ok_or_else(Refusal::unauthorized)?;
        let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let call = Call { user, now: OffsetDateTime::now_utc(), url, subject, query, body };
        (route.operation)(&mut world, &call)
    }

    /// A new access token of the user's. It doesn't expire, and may do whatever the user may.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn token(&self, user_id: &str) -> String {
        let mut world = self.world();
        let user = user(&world, user_id);
        world.issue_token(user)
    }

    /// Posts a plain message into the channel, given by its id, chat id or unique name, and returns the message's id.
    /// Threads are started from such messages.
    ///
    /// # Panics
    ///
    /// If there is no such channel or user, or the user is not in the channel.
    #[track_caller]
    pub fn post_message(&self, channel: &str, user_id: &str, text: &str) -> String {
        let mut world = self.world();
        let (channel, user) = (self::channel(&world, channel), user(&world, user_id));
        assert!(world[channel].members.contains(&user), "the user `{user_id}` is not in the channel");
        world.post(channel, Sender::User(user), text.to_owned(), OffsetDateTime::now_utc()).to_string()
    }

    /// The messages of a chat, a channel's or a thread's, from the oldest to the newest. A channel's are without those
    /// of its threads.
    ///
    /// # Panics
    ///
    /// If there is no such chat.
    #[track_caller]
    pub fn messages(&self, chat_id: &str) -> Vec<Message> {
        let world = self.world();
        let messages = match world.chat(chat_id) {
            Some(Chat::Channel(channel)) => &world[channel].messages,
            Some(Chat::Thread(thread)) => &world[thread].messages,
            None => panic!("there is no chat `{chat_id}`"),
        };
        messages.iter().map(|message| Message::new(&world, message)).collect()
    }

    /// Whether the user has muted the thread.
    ///
    /// # Panics
    ///
    /// If there is no such thread or user.
    #[track_caller]
    pub fn is_muted(&self, thread_chat_id: &str, user_id: &str) -> bool {
        let world = self.world();
        let (thread, user) = (thread(&world, thread_chat_id), user(&world, user_id));
        world[thread].muted_by.contains(&user)
    }

    /// A panic under the lock is one of the checks above, which come before any change: the world behind it is whole.
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without what is in it: tokens are.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

/// A message of a [`Sandbox`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Its id, as `1727333520582_47588994306224`.
    pub id: String,
    /// The id of the user or bot that posted it.
    pub sender_id: String,
    /// The name of the user or bot that posted it.
    pub sender_name: String,
    /// What it says.
    pub text: String,
    /// The id of the message that it answers.
    pub reply_to: Option<String>,
}

impl Message {
    fn new(world: &World, message: &world::Message) -> Self {
        Self {
            id: message.id.to_string(),
            sender_id: world.sender_id(message.sender).to_owned(),
            sender_name: world.sender_name(message.sender).to_owned(),
            text: message.text.clone(),
            reply_to: message.reply_to.as_ref().map(MessageId::to_string),
        }
    }
}

/// Zoho's documents show two schemes for the same token.
fn access_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    ["Bearer", "Zoho-oauthtoken"].iter().any(|known| known.eq_ignore_ascii_case(scheme)).then(|| token.trim())
}

#[track_caller]
fn user(world: &World, id: &str) -> UserKey {
    let Some(user) = world.user(id) else { panic!("there is no user `{id}`") };
    user
}

#[track_caller]
fn channel(world: &World, name: &str) -> ChannelKey {
    match world.chat(name) {
        Some(Chat::Channel(channel)) => return channel,
        Some(Chat::Thread(_)) => panic!("`{name}` is a thread, not a channel"),
        None => {}
    }
    let Some(channel) = world.channel_by_id(name).or_else(|| world.channel_by_unique_name(name)) else {
        panic!("there is no channel `{name}`")
    };
    channel
}

#[track_caller]
fn thread(world: &World, chat_id: &str) -> ThreadKey {
    let Some(Chat::Thread(thread)) = world.chat(chat_id) else { panic!("there is no thread `{chat_id}`") };
    thread
}
