//! Types that several subjects share.

use super::macros::{models, open_enums};
use super::{ChatId, MessageId, UserId};

open_enums! {
    /// Whether something is on, in settings and states.
    Toggle {
        /// On.
        Enabled = "enabled",
        /// Off.
        Disabled = "disabled",
    }

    /// What to do with something that is on or off.
    Switch {
        /// Turns it on.
        Enable = "enable",
        /// Turns it off.
        Disable = "disable",
    }

    /// Who may use a bot, a command, a message action or an extension.
    AccessScope {
        /// Everybody in the organization.
        Organization = "organization",
        /// The members of some teams.
        Team = "team",
        /// Who created it, and those it is shared with.
        Personal = "personal",
    }

    /// Where the handlers of a bot, a command, a function or a message action run.
    ExecutionType {
        /// On Zoho's platform, as Deluge scripts.
        Deluge = "deluge",
        /// On a server of yours, which Cliq calls.
        Webhook = "webhook",
    }

    /// What Cliq sends to a webhook along with an event.
    Permission {
        /// The chat.
        Chat = "chat",
        /// The message.
        Message = "message",
        /// The user.
        User = "user",
        /// The user's location.
        Location = "location",
        /// Attached files.
        Attachments = "attachments",
    }

    /// The kind of thing that is mentioned.
    MentionType [text] {
        /// A user.
        User = "user",
        /// A group.
        Group = "group",
        /// A channel.
        Channel = "channel",
        /// A bot.
        Bot = "bot",
        /// All participants of a chat.
        Participants = "participants",
        /// The participants who are available.
        Available = "available",
    }

    /// Whether something was done for one item of several.
    Outcome {
        /// It was done.
        Success = "success",
        /// It failed.
        Failed = "failed",
    }

    /// The subject of a starred message.
    StarType {
        /// It is important.
        Important = "important",
        /// It is a task.
        ToDo = "to_do",
        /// It is a note.
        Note = "note",
        /// It is of a manager.
        Manager = "manager",
        /// It needs a follow-up.
        FollowUp = "follow_up",
    }
}

models! {
    /// A user by id and name: the creator of something, the sender of a message.
    Person {
        /// The name.
        name: String,
        /// The id.
        id: UserId,
    }

    /// A participant of a chat. A request for some fields returns only these.
    User {
        /// The id.
        user_id: UserId,
        /// The email address.
        email_id: String as super::schemas::Email,
        /// The full name.
        name: String,
    }

    /// A mention in a message.
    Mention {
        /// The name as written in the text, such as `@Scott Fisher`.
        name: String,
        /// The id.
        id: UserId,
        /// What is mentioned.
        mention_type = "type": MentionType,
    }

    /// The result of posting a message.
    ///
    /// The server returns the id only with `sync_message`, or for a card. Otherwise the body is
    /// empty, or an object without the id.
    Posted [or_empty] {
        /// The message's id; see also [`id`](Self::id).
        message_id: MessageId,
        /// What a card is answered with.
        data: PostedCard,
    }

    /// The message that shows a card.
    PostedCard {
        /// The message's id.
        id: MessageId,
        /// The card, as it was posted.
        card: serde_json::Map<String, serde_json::Value>,
    }

    /// Why one item of several failed.
    Problem {
        /// The error's code.
        code: String,
        /// What it means.
        message: String,
    }

    /// The content of a message.
    MessageContent {
        /// The text, if the message has one.
        text: String,
    }

    /// The last message of a chat.
    LastChatMessage {
        /// The message's id.
        message_id: MessageId,
        /// Its sender.
        sender: UserId,
        /// When it was posted.
        time: time::OffsetDateTime,
        /// Its type, such as `text`.
        message_type = "type": String,
        /// Its content.
        content: MessageContent,
    }

    /// A handler of a bot, a command, a function or a message action.
    Handler {
        /// Which event it handles, such as `message_handler`.
        handler_type = "type": String,
        /// The same, as calls for one handler return it.
        name: String,
        /// The id of one of several handlers of a menu.
        id: super::HandlerId,
        /// The same id, as calls for one handler return it.
        handler_id: super::HandlerId,
        /// Its Deluge script.
        script: String,
        /// What its webhook receives along with an event.
        permissions: Vec<Permission>,
        /// What it belongs to.
        function_id: String,
        /// What its script returns.
        return_type: String,
        /// What its script receives.
        params: Vec<HandlerParam>,
        /// An icon of a menu.
        icon: String,
        /// Its position in a menu.
        position: u64,
        /// What a menu shows of it.
        display_props: MenuEntry,
        /// What is below it in a menu.
        sub_actions: Vec<MenuEntry>,
    }

    /// A parameter of a handler's script.
    HandlerParam {
        /// Its name.
        param_name: String,
        /// Its type.
        param_type: String,
    }

    /// An entry of a menu.
    MenuEntry {
        /// The name.
        name: String,
        /// The icon.
        icon: String,
        /// The position.
        position: u64,
    }

    /// A chat's id and members that were added or removed.
    MembersChanged {
        /// The chat.
        chat_id: ChatId,
        /// Who was added.
        added_user_ids: Vec<UserId>,
        /// Who was removed.
        removed_user_ids: Vec<UserId>,
    }
}

impl Posted {
    /// Returns the message's id, from whichever member holds it.
    pub fn id(&self) -> Option<&MessageId> {
        let of_card = || self.data.as_ref()?.id.as_ref();
        self.message_id.as_ref().or_else(of_card)
    }
}
