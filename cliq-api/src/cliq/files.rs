//! Files: uploading them to chats, and downloading them.
//!
//! A file is streamed: it is neither read as a whole before it is sent, nor collected as a whole
//! when it arrives.
//!
//! ```
//! use cliq_api::Part;
//! use cliq_api::cliq::files::Files;
//! use cliq_api::prelude::*;
//!
//! # async fn example(cliq: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let report = Part::file("report.pdf")?.content_type("application/pdf");
//! cliq.upload_to_chat("CT_1_2", [report]).comments(["The report of November"]).await?;
//! let download = cliq.download_file("6c8c2ae9").await?;
//! println!("{:?}", download.headers());
//! # Ok(())
//! # }
//! ```
//!
//! All of it is API v2. Zoho's document shows uploads as JSON; the server takes
//! `multipart/form-data`.

use super::{BotUniqueName, ChannelUniqueName, ChatId, FileId, UserId};
use crate::prelude::*;
use crate::{Download, Part};

/// Files in Zoho Cliq.
#[endpoints(
    base = "/api/v2",
    scope_prefix = "ZohoCliq",
    limit = "20/min",
    lock = "10m",
    schema(feature = "schema")
)]
pub trait Files {
    /// Downloads a file, as a stream.
    #[endpoint(GET "/files/<FILE_ID>", scope = "Attachments.READ")]
    fn download_file(&self, file_id: FileId) -> Download;

    /// Uploads files to a chat: a direct conversation, a group, a channel or a thread.
    #[endpoint(POST "/chats/<CHAT_ID>/files", scope = "Webhooks.CREATE", multipart)]
    fn upload_to_chat(
        &self,
        chat_id: ChatId,
        #[part] files: Vec<Part>,
        /// What to write to each file, in the order of the files.
        #[part]
        comments: Option<Vec<String>>,
        /// The bot that posts. It must be a participant of the chat.
        #[part]
        bot_unique_name: Option<BotUniqueName>,
        /// The name that is shown in place of the sender's.
        #[part]
        bot_name: Option<String>,
        /// The URL of the picture that is shown in place of the sender's.
        #[part]
        bot_image: Option<String>,
    );

    /// Uploads files to a channel, given its unique name.
    #[endpoint(
        POST "/channelsbyname/<CHANNEL_UNIQUE_NAME>/files",
        scope = "Webhooks.CREATE",
        multipart
    )]
    fn upload_to_channel(
        &self,
        channel_unique_name: ChannelUniqueName,
        #[part] files: Vec<Part>,
        /// What to write to each file, in the order of the files.
        #[part]
        comments: Option<Vec<String>>,
        /// The bot that posts. It must be a participant of the channel.
        #[part]
        bot_unique_name: Option<BotUniqueName>,
        /// Whether the user who posts has read the message.
        #[part]
        mark_as_read: Option<bool>,
        /// The name that is shown in place of the sender's.
        #[part]
        bot_name: Option<String>,
        /// The URL of the picture that is shown in place of the sender's.
        #[part]
        bot_image: Option<String>,
    );

    /// Uploads files as a bot, to a user or to all who subscribed to the bot.
    #[endpoint(POST "/bots/<BOT_UNIQUE_NAME>/files", scope = "Webhooks.CREATE", multipart)]
    fn upload_as_bot(
        &self,
        bot_unique_name: BotUniqueName,
        #[part] files: Vec<Part>,
        /// What to write to each file, in the order of the files.
        #[part]
        comments: Option<Vec<String>>,
        /// The user.
        #[part]
        user_id: Option<UserId>,
        /// The name that is shown in place of the bot's.
        #[part]
        bot_name: Option<String>,
        /// The URL of the picture that is shown in place of the bot's.
        #[part]
        bot_image: Option<String>,
    );

    /// Uploads files to a user, given the user's email address.
    #[endpoint(POST "/buddies/<EMAIL_ID>/files", scope = "Webhooks.CREATE", multipart)]
    fn upload_to_user(
        &self,
        email_id: String,
        #[part] files: Vec<Part>,
        /// What to write to each file, in the order of the files.
        #[part]
        comments: Option<Vec<String>>,
        /// The bot that posts.
        #[part]
        bot_unique_name: Option<BotUniqueName>,
        /// Whether the user who posts has read the message.
        #[part]
        mark_as_read: Option<bool>,
        /// The name that is shown in place of the sender's.
        #[part]
        bot_name: Option<String>,
        /// The URL of the picture that is shown in place of the sender's.
        #[part]
        bot_image: Option<String>,
    );
}
