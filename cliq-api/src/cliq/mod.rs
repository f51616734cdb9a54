//! Zoho Cliq: its [`Provider`], and its declared API in one module per subject. Feature `zoho`.
//!
//! ```
//! use cliq_api::cliq::messages::Messages;
//! use cliq_api::prelude::*;
//! use cliq_api::threads::Threads;
//!
//! # async fn example(token: String) -> Result<(), Error> {
//! let cliq = Client::cliq(DataCenter::EU).access_token(token).build()?;
//! cliq.send_channel_message_by_name("launch", "We're live!").await?;
//! cliq.follow_thread("CT_1207124526552602256_60002085329-T-1291567019566818579").await?;
//! # Ok(())
//! # }
//! ```
//!
//! | subject | trait |
//! |---|---|
//! | [`messages`] | [`Messages`](messages::Messages): posting, reading, searching, editing, reacting |
//! | [`message`] | what a message is made of |
//! | [`threads`] | [`Threads`](threads::Threads) |
//! | [`chats`] | [`Chats`](chats::Chats): direct conversations and groups |
//! | [`channels`] | [`Channels`](channels::Channels) |
//! | [`files`] | [`Files`](files::Files): uploads and downloads |
//! | [`users`] | [`Users`](users::Users) |
//! | [`bots`] | [`Bots`](bots::Bots): bots, their messages, calls and handlers |
//! | [`commands`] | [`Commands`](commands::Commands): slash commands |
//! | [`functions`] | [`Functions`](functions::Functions): what buttons and forms run |
//! | [`message_actions`] | [`MessageActions`](message_actions::MessageActions) |
//! | [`datastores`] | [`Datastores`](datastores::Datastores): tables and records |
//! | [`extensions`] | [`Extensions`](extensions::Extensions) |
//! | [`mentions`] | [`Mentions`](mentions::Mentions) |
//! | [`pinned_messages`] | [`PinnedMessages`](pinned_messages::PinnedMessages) |
//! | [`chat_folders`] | [`ChatFolders`](chat_folders::ChatFolders): pinned chats |
//! | [`stars`] | [`Stars`](stars::Stars): starred messages |
//! | [`reminders`] | [`Reminders`](reminders::Reminders) |
//! | [`scheduled_messages`] | [`ScheduledMessages`](scheduled_messages::ScheduledMessages) |
//! | [`settings`] | [`Settings`](settings::Settings) of the user |
//!
//! Zoho's documents require no member of a response. All fields of these types are optional, but
//! for the id of a [`Thread`](threads::Thread); those that a type doesn't name are in its `other`.
//! Names that enums don't know are in their variant `Other`.

pub mod bots;
pub mod channels;
pub mod chat_folders;
pub mod chats;
pub mod commands;
pub mod datastores;
pub mod extensions;
pub mod files;
pub mod functions;
mod ids;
mod macros;
mod member;
pub mod mentions;
pub mod message;
pub mod message_actions;
pub mod messages;
pub mod models;
pub mod pinned_messages;
pub mod reminders;
pub mod scheduled_messages;
#[cfg(feature = "schema")]
mod schemas;
pub mod settings;
pub mod stars;
mod text;
pub mod threads;
mod times;
pub mod users;

use http::HeaderName;

use crate::client::{Client, ClientBuilder};
use crate::error::{FailedResponse, Failure};
use crate::limit::LimitSettings;
use crate::meta::Endpoints;
use crate::provider::Provider;
use crate::zoho::{self, AuthScheme, DataCenter};

pub use ids::{
    AppKey, BotId, BotIdOrName, BotUniqueName, ChannelId, ChannelUniqueName, ChatFolderId, ChatId,
    CommandId, DatastoreFieldId, DatastoreId, DatastoreName, ExtensionId, ExtensionKey, FileId,
    FunctionId, HandlerId, MessageActionId, MessageId, RecordId, ReminderId, ScheduledMessageId,
    ThreadChatId, UserId,
};
pub use text::MessageText;
pub use times::{DateTime, Expiry, Millis};

/// All declared endpoints of Cliq, one table per trait.
pub static APIS: &[&Endpoints] = &[
    bots::BOTS,
    channels::CHANNELS,
    chat_folders::CHAT_FOLDERS,
    chats::CHATS,
    commands::COMMANDS,
    datastores::DATASTORES,
    extensions::EXTENSIONS,
    files::FILES,
    functions::FUNCTIONS,
    mentions::MENTIONS,
    message_actions::MESSAGE_ACTIONS,
    messages::MESSAGES,
    pinned_messages::PINNED_MESSAGES,
    reminders::REMINDERS,
    scheduled_messages::SCHEDULED_MESSAGES,
    settings::SETTINGS,
    stars::STARS,
    threads::THREADS,
    users::USERS,
];

/// Zoho Cliq in one data center.
///
/// [`Client::cliq`] uses the defaults. Use this type to change them:
///
/// ```
/// use cliq_api::cliq::Cliq;
/// use cliq_api::prelude::*;
/// use cliq_api::zoho::AuthScheme;
///
/// # fn main() -> Result<(), Error> {
/// let provider = Cliq::new(DataCenter::EU).auth_scheme(AuthScheme::ZohoOauthtoken);
/// let cliq = Client::of(provider).access_token("1000.41d9").build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Cliq {
    base_url: String,
    scheme: AuthScheme,
}

impl Cliq {
    /// Returns the provider for this data center.
    pub fn new(data_center: impl Into<DataCenter>) -> Self {
        Self {
            base_url: data_center.into().cliq_url(),
            scheme: AuthScheme::default(),
        }
    }

    /// Sets the scheme of the `Authorization` header. Defaults to [`AuthScheme::Bearer`].
    pub fn auth_scheme(self, scheme: AuthScheme) -> Self {
        Self { scheme, ..self }
    }
}

impl Provider for Cliq {
    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn announce(&self, token: &str) -> (HeaderName, String) {
        self.scheme.announce(token)
    }

    fn read_failure(&self, response: &FailedResponse<'_>) -> Failure {
        zoho::read_failure(response)
    }

    fn includes_scope(&self, granted: &str, needed: &str) -> bool {
        zoho::includes_scope(granted, needed)
    }

    fn limits(&self) -> LimitSettings {
        zoho::limits()
    }

    fn apis(&self) -> &[&'static Endpoints] {
        APIS
    }
}

impl Client {
    /// Returns a builder for a client of Zoho Cliq in this data center.
    ///
    /// ```
    /// use cliq_api::prelude::*;
    ///
    /// # fn main() -> Result<(), Error> {
    /// let cliq = Client::cliq(DataCenter::EU).access_token("1000.41d9").build()?;
    /// assert_eq!(cliq.base_url(), "https://cliq.zoho.eu");
    /// # Ok(())
    /// # }
    /// ```
    pub fn cliq(data_center: impl Into<DataCenter>) -> ClientBuilder {
        Self::of(Cliq::new(data_center))
    }
}
