//! Bots: their messages, calls and handlers, and whom they serve.
//!
//! ```
//! use cliq_api::cliq::bots::Bots;
//! use cliq_api::prelude::*;
//!
//! # async fn example(cliq: Client) -> Result<(), Error> {
//! cliq.send_bot_message("ticketbot", "Ticket 42 is solved.").user_ids(["55743307"]).await?;
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use super::macros::{inputs, models, open_enums};
use super::message::{BotMessage, CallButton};
use super::models::{
    AccessScope, ExecutionType, Handler, MenuEntry, Permission, Person, Switch, Toggle, User,
};
use super::{
    BotId, BotIdOrName, BotUniqueName, ChannelUniqueName, ChatId, ExtensionKey, HandlerId,
    MessageId, UserId,
};
use crate::prelude::*;

/// Bots of Zoho Cliq.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    schema(feature = "schema")
)]
pub trait Bots {
    /// Lists the bots that the user has access to, in pages.
    #[endpoint(
        GET "/bots",
        scope = "Bots.READ",
        limit = "30/min",
        lock = "5m",
        page(items = "data", token = "next_token")
    )]
    fn list_bots(
        &self,
        /// The maximum number of bots per page: up to 50. Defaults to 20.
        #[query]
        limit: Option<u32>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
    ) -> Page<Bot>;

    /// Creates a bot. Cliq assigns its unique name.
    #[endpoint(
        POST "/bots",
        scope = "Bots.CREATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_bot(
        &self,
        /// The display name: at most 20 characters.
        #[field]
        name: String,
        /// What the bot does: at most 300 characters.
        #[field]
        description: String,
        /// Where the bot's handlers run.
        #[field]
        execution_type: Option<ExecutionType>,
        /// The URL of the webhook, which [`ExecutionType::Webhook`] requires.
        #[field]
        execution_url: Option<String>,
        /// Who may use the bot.
        #[field]
        scope: Option<AccessScope>,
        /// The teams that may use the bot, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
        /// Messages of status, up to 10, of at most 50 characters each.
        #[field]
        status_messages: Option<Vec<String>>,
        /// The avatar, an image in base64.
        #[field]
        image: Option<String>,
        /// What the bot may do in channels.
        #[field]
        channel_participation: Option<Vec<ChannelParticipation>>,
        /// Whether the bot may call users.
        #[field]
        calls: Option<Switch>,
    ) -> Bot;

    /// Retrieves a bot.
    #[endpoint(
        GET "/bots/<BOT_ID>",
        scope = "Bots.READ",
        limit = "30/min",
        lock = "5m",
        response = "data"
    )]
    fn get_bot(
        &self,
        bot_id: BotId,
        /// More to return of the bot.
        #[query(csv)]
        fields: Option<Vec<BotField>>,
    ) -> Bot;

    /// Changes a bot: what is set.
    #[endpoint(
        PATCH "/bots/<BOT_ID>",
        scope = "Bots.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_bot(
        &self,
        bot_id: BotId,
        /// The display name: at most 20 characters. The unique name stays.
        #[field]
        name: Option<String>,
        /// What the bot does: at most 300 characters.
        #[field]
        description: Option<String>,
        /// Who may use the bot.
        #[field]
        scope: Option<AccessScope>,
        /// The teams that may use the bot, up to 4; required by [`AccessScope::Team`].
        #[field]
        team_ids: Option<Vec<u64>>,
        /// Messages of status, up to 10, of at most 50 characters each.
        #[field]
        status_messages: Option<Vec<String>>,
        /// The avatar, an image in base64.
        #[field]
        image: Option<String>,
        /// What the bot may do in channels.
        #[field]
        channel_participation: Option<Vec<ChannelParticipation>>,
        /// The URL of the webhook.
        #[field]
        execution_url: Option<String>,
        /// Whether the bot may call users.
        #[field]
        calls: Option<Toggle>,
    ) -> Bot;

    /// Deletes a bot with its handlers, for all who use it.
    #[endpoint(DELETE "/bots/<BOT_ID>", scope = "Bots.DELETE", limit = "10/min", lock = "5m")]
    fn delete_bot(&self, bot_id: BotId);

    /// Posts a message as a bot: to some users, to a channel, or to all who subscribed to the bot.
    #[endpoint(
        POST "/bots/<BOT_UNIQUE_NAME>/messages",
        scope = all("Webhooks.CREATE", "BotMessages.CREATE"),
        limit = "50/min",
        lock = "10m"
    )]
    fn send_bot_message(
        &self,
        bot_unique_name: BotUniqueName,
        #[body] message: BotMessage,
        /// Posts to this channel.
        #[query("CHANNEL_UNIQUE_NAME")]
        channel_unique_name: Option<ChannelUniqueName>,
        /// Posts to these users, up to 100; as [`BotMessage::user_ids`].
        #[query(csv)]
        user_ids: Option<Vec<UserId>>,
        /// The key of the extension that the bot belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> BotDelivery;

    /// Calls a bot's incoming webhook handler.
    #[endpoint(
        POST "/bots/<BOT_UNIQUE_NAME>/incoming",
        scope = all("Webhooks.CREATE", "BotMessages.CREATE"),
        limit = "50/min",
        lock = "10m"
    )]
    fn trigger_bot_webhook(
        &self,
        bot_unique_name: BotUniqueName,
        /// What the handler receives: up to 50 parameters.
        #[field]
        custom_parameters: Option<BTreeMap<String, String>>,
        /// The users whom the bot answers, up to 100.
        #[query(csv)]
        user_ids: Option<Vec<UserId>>,
        /// The key of the extension that the bot belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> BotDelivery;

    /// Calls users by voice, and reads a text to them.
    #[endpoint(
        POST "/bots/<BOT_UNIQUE_NAME>/calls",
        scope = all("Webhooks.CREATE", "BotMessages.CREATE"),
        limit = "10/5min",
        lock = "30m"
    )]
    fn start_bot_call(
        &self,
        bot_unique_name: BotUniqueName,
        /// The text to read: at most 500 characters.
        #[field]
        text: String,
        /// Whom to call: up to 10 users, by id or email address.
        #[field]
        user_ids: Option<Vec<UserId>>,
        /// How often to call again who missed the call, up to 3 times, after 2 minutes each.
        #[field]
        retry: Option<u32>,
        /// How often to read the text, up to 3 times.
        #[field("loop")]
        repeat: Option<u32>,
        /// Buttons that the call shows, up to 5.
        #[field]
        actions: Option<Vec<CallButton>>,
    ) -> BotCall;

    /// Creates a handler of a bot.
    #[endpoint(
        POST "/bots/<BOT_ID>/handlers",
        scope = "Bots.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn create_bot_handler(
        &self,
        bot_id: BotId,
        /// Which event to handle.
        #[field("type")]
        handler_type: BotHandlerType,
        /// The Deluge script, of a bot that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of a bot with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
        /// The name in the bot's menu: at most 15 characters.
        #[field]
        name: Option<String>,
        /// The icon in the bot's menu.
        #[field]
        icon: Option<String>,
        /// What is below it in the bot's menu, up to 5 entries.
        #[field]
        sub_actions: Option<Vec<SubAction>>,
    ) -> Handler;

    /// Retrieves a handler of a bot.
    #[endpoint(
        GET "/bots/<BOT_ID>/handlers/<HANDLER_TYPE>",
        scope = "Bots.READ",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn get_bot_handler(
        &self,
        bot_id: BotId,
        handler_type: BotHandlerType,
        /// Which handler of the bot's menu.
        #[query]
        handler_id: Option<HandlerId>,
    ) -> Handler;

    /// Changes a handler of a bot.
    #[endpoint(
        PATCH "/bots/<BOT_ID>/handlers/<HANDLER_TYPE>",
        scope = "Bots.UPDATE",
        limit = "10/min",
        lock = "5m",
        response = "data"
    )]
    fn update_bot_handler(
        &self,
        bot_id: BotId,
        handler_type: BotHandlerType,
        /// Which handler of the bot's menu.
        #[query]
        handler_id: Option<HandlerId>,
        /// The Deluge script, of a bot that runs on Zoho's platform.
        #[field]
        script: Option<String>,
        /// What the webhook receives along with an event, of a bot with a webhook.
        #[field]
        permissions: Option<Vec<Permission>>,
        /// The name in the bot's menu: at most 15 characters.
        #[field]
        name: Option<String>,
        /// The icon in the bot's menu.
        #[field]
        icon: Option<String>,
        /// What is below it in the bot's menu, up to 5 entries.
        #[field]
        sub_actions: Option<Vec<SubAction>>,
    ) -> Handler;

    /// Deletes a handler of a bot.
    #[endpoint(
        DELETE "/bots/<BOT_ID>/handlers/<HANDLER_TYPE>",
        scope = "Bots.UPDATE",
        limit = "10/min",
        lock = "5m"
    )]
    fn delete_bot_handler(
        &self,
        bot_id: BotId,
        handler_type: BotHandlerType,
        /// Which handler of the bot's menu.
        #[query]
        handler_id: Option<HandlerId>,
    );

    /// Adds a bot to a channel.
    #[endpoint(
        POST "/bots/<BOT_UNIQUE_NAME>/associate",
        scope = "Channels.UPDATE",
        limit = "5/min",
        lock = "5m"
    )]
    fn add_bot_to_channel(
        &self,
        bot_unique_name: BotUniqueName,
        #[field] channel_unique_name: ChannelUniqueName,
        /// The key of the extension that the bot belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    );

    /// Lists the users who subscribed to a bot, in pages. Its creator and administrators may do
    /// that.
    #[endpoint(
        GET "/bots/<BOT_ID_OR_UNIQUE_NAME>/subscribers",
        scope = "Bots.READ",
        limit = "100/min",
        lock = "5m",
        page(items = "data", token = "next_token")
    )]
    fn list_bot_subscribers(
        &self,
        bot_id_or_unique_name: BotIdOrName,
        /// The maximum number of subscribers per page.
        #[query]
        limit: Option<u32>,
        /// The [`next_token`](Page::next_token) of the previous page.
        #[query]
        next_token: Option<String>,
        /// Returns only what changed since the response that this token is from.
        #[query]
        sync_token: Option<String>,
        /// The key of the extension that the bot belongs to.
        #[query]
        extension_key: Option<ExtensionKey>,
    ) -> Page<User>;
}

open_enums! {
    /// What a bot may do in channels.
    ChannelParticipation {
        /// It reads messages.
        ListenMessage = "listen_message",
        /// It posts messages.
        SendMessage = "send_message",
        /// It follows new threads.
        AutoFollowThread = "auto_follow_thread",
    }

    /// What [`get_bot`](Bots::get_bot) returns on request.
    BotField {
        /// Who subscribed to the bot.
        SubscriptionDetails = "subscription_details",
    }

    /// Which event a handler of a bot handles.
    BotHandlerType {
        /// A user subscribes to the bot.
        Welcome = "welcome_handler",
        /// The bot receives a message.
        Message = "message_handler",
        /// The bot is mentioned.
        Mention = "mention_handler",
        /// A user answers what the bot asked.
        Context = "context_handler",
        /// Something happens in a channel of the bot.
        Participation = "participation_handler",
        /// The bot's webhook is called.
        IncomingWebhook = "incoming_webhook_handler",
        /// A user chooses an entry of the bot's menu.
        Menu = "menu_handler",
        /// A call of the bot changes its state.
        Call = "call_handler",
    }
}

models! {
    /// A bot.
    Bot {
        /// The unique name, which identifies the bot in messages.
        unique_name: BotUniqueName,
        /// The display name.
        name: String,
        /// The id.
        id: BotId,
        /// What it does.
        description: String,
        /// Who may use it.
        scope: AccessScope,
        /// The teams that may use it.
        team_ids: Vec<u64>,
        /// Its messages of status.
        status_messages: Vec<String>,
        /// What it may do in channels.
        channel_participation: Vec<ChannelParticipation>,
        /// Its handlers.
        handlers: Vec<Handler>,
        /// Who created it.
        creator: Person,
        /// Where its handlers run.
        execution_type: ExecutionType,
        /// The URL of its webhook.
        execution_url: String,
        /// Whether it is on.
        status: Toggle,
        /// Its type, such as `custom`.
        bot_type = "type": String,
        /// Whether it is one of Cliq's own.
        default: bool,
        /// How many users subscribed to it.
        subscriber_count: u64,
        /// Whether it may call users.
        calls: Toggle,
    }

    /// Whom a message of a bot reached.
    BotDelivery [or_empty] {
        /// The users.
        user_ids: Vec<UserId>,
        /// The chat, of a message to a channel that was sent with `sync_message`.
        chat_id: ChatId,
        /// The message, of one that was sent with `sync_message`.
        message_id: MessageId,
        /// The messages by the user they were sent to.
        message_details: BTreeMap<String, DeliveredMessage>,
    }

    /// A message that a bot sent to a user.
    DeliveredMessage {
        /// The chat of the bot and the user.
        chat_id: ChatId,
        /// The message.
        message_id: MessageId,
    }

    /// A call that a bot started.
    BotCall [or_empty] {
        /// The call's id.
        id: String,
        /// Who is called.
        user_ids: Vec<UserId>,
    }
}

inputs! {
    /// An entry below another in a bot's menu. Its name has at most 15 characters.
    SubAction(name: String) {
        /// Sets the icon.
        icon: String,
    }
}

/// Lets a menu that was read be sent again.
impl From<&MenuEntry> for SubAction {
    fn from(entry: &MenuEntry) -> Self {
        let action = Self::new(entry.name.clone().unwrap_or_default());
        match &entry.icon {
            Some(icon) => action.icon(icon),
            None => action,
        }
    }
}
