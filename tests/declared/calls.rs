//! A call of each endpoint with all its values, as a user writes it. If a body has several forms,
//! there is a call for each.

use cliq_api::cliq::bots::{BotField, BotHandlerType, Bots, ChannelParticipation, SubAction};
use cliq_api::cliq::channels::{
    ChannelConfig, ChannelLevel, ChannelOrder, ChannelPermissions, ChannelRole, ChannelStatus,
    Channels, MeetingChat, ReplyMode,
};
use cliq_api::cliq::chat_folders::{
    ChatFolderField, ChatFolderState, ChatFolderUpdate, ChatFolders,
};
use cliq_api::cliq::chats::{
    ChatActivity, ChatFilter, ChatInclude, ChatOrder, ChatType, Chats, ChatsUpdate,
};
use cliq_api::cliq::commands::{CommandHandlerType, Commands};
use cliq_api::cliq::datastores::{Datastores, ExportType, FieldType, FieldUpdate, NewField};
use cliq_api::cliq::extensions::Extensions;
use cliq_api::cliq::files::Files;
use cliq_api::cliq::functions::{FunctionHandlerType, FunctionType, Functions};
use cliq_api::cliq::mentions::{ActivityFilter, Mentions};
use cliq_api::cliq::message::{
    Bullet, Button, CallButton, Chart, Confirmation, Graph, Images, InstantButton, InvokeFunction,
    Labels, List, Message, ModernInline, OpenUrl, Poll, Prompt, Table, Text, mention,
};
use cliq_api::cliq::message_actions::{
    ActionMessageType, MessageActionHandlerType, MessageActions,
};
use cliq_api::cliq::messages::{
    ChannelType, DeletionReason, ForwardRecipients, ForwardSource, Messages, SearchedType,
};
use cliq_api::cliq::models::{AccessScope, ExecutionType, Permission, StarType, Switch, Toggle};
use cliq_api::cliq::pinned_messages::PinnedMessages;
use cliq_api::cliq::reminders::{NewReminderTime, Reminders};
use cliq_api::cliq::scheduled_messages::{Reschedule, ScheduledMessages, SendNow, SendingStatus};
use cliq_api::cliq::settings::{
    CustomShortcuts, DownloadSettings, GallerySettings, NotificationSettings, Settings, Shortcut,
    ShortcutKind, Weekday,
};
use cliq_api::cliq::stars::{StarFilter, Stars};
use cliq_api::cliq::users::{PlanType, UserEntry, UserOrder, UserProfileField, UserStatus, Users};
use cliq_api::cliq::{Expiry, Millis};
use cliq_api::http::Request;
use cliq_api::threads::UserField;
use cliq_api::{
    Body, Client, Download, Endpoint, EndpointMeta, Error, OffsetDateTime, Page, Part, RequestExt,
    ResponseFuture,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A call to make.
pub(crate) struct Call {
    pub(crate) meta: &'static EndpointMeta,
    pub(crate) request: Result<Request<Body>, Error>,
    /// Its `Debug` output.
    pub(crate) shown: String,
    /// The response as JSON; `None` if it isn't compared.
    pub(crate) answer: ResponseFuture<Option<Value>>,
}

pub(crate) type Make = fn(&Client) -> Call;

type Returned<E> = Result<<E as Endpoint>::Response, Error>;
type Returning<E> = ResponseFuture<<E as Endpoint>::Response>;

/// The bounds of all builders.
trait Awaited:
    Endpoint
    + Clone
    + std::fmt::Debug
    + IntoFuture<Output = Returned<Self>, IntoFuture = Returning<Self>>
{
}

impl<R> Awaited for R where
    R: Endpoint
        + Clone
        + std::fmt::Debug
        + IntoFuture<Output = Returned<R>, IntoFuture = Returning<R>>
{
}

fn sent<R: Awaited>(call: R, json: fn(R::Response) -> Option<Value>) -> Call {
    Call {
        meta: R::META,
        request: call.clone().prepare(),
        shown: format!("{call:?}\n{call:#?}"),
        answer: Box::pin(async move { call.await.map(json) }),
    }
}

fn read<R: Awaited<Response: Serialize>>(call: R) -> Call {
    sent(call, |answer| {
        Some(serde_json::to_value(answer).expect("JSON"))
    })
}

/// Puts the items of a page back into the published response's form.
fn page<T: Serialize + 'static, R: Awaited<Response = Page<T>>>(call: R) -> Call {
    sent(call, |page| {
        let mut answer = page.other.clone();
        let items = R::META.page().expect("a page").items().join(".");
        answer.insert(items, json!(page.items));
        if let Some([more]) = R::META.page().and_then(cliq_api::PageMeta::more) {
            answer.insert((*more).to_owned(), json!(page.next_token.is_some()));
        }
        answer.extend(
            page.next_token
                .map(|token| ("next_token".to_owned(), json!(token))),
        );
        Some(answer.into())
    })
}

fn done(call: impl Awaited<Response = ()>) -> Call {
    sent(call, |()| None)
}

fn streamed(call: impl Awaited<Response = Download>) -> Call {
    sent(call, |_| None)
}

fn time() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_783_502_114).expect("a time")
}

fn values() -> Map<String, Value> {
    Map::from_iter([
        ("empname".to_owned(), json!("John")),
        ("active".to_owned(), json!(true)),
    ])
}

fn pairs<T>(name: &str, value: T) -> std::collections::BTreeMap<String, T> {
    [(name.to_owned(), value)].into()
}

fn shortcuts() -> std::collections::BTreeMap<String, Shortcut> {
    let mut shortcut = Shortcut::default();
    shortcut.windows = Some("ctrl+k".into());
    shortcut.mac = Some("cmd+k".into());
    pairs("search", shortcut)
}

fn custom_shortcuts() -> CustomShortcuts {
    serde_json::from_value(
        json!({ "chat": [{ "id": "support", "name": "Support", "mac": "cmd+1" }] }),
    )
    .expect("shortcuts")
}

/// Returns a struct with this value in all members.
fn filled<T: serde::de::DeserializeOwned>(names: &str, value: impl Into<Value>) -> T {
    let value = value.into();
    let members: Map<_, _> = names
        .split_whitespace()
        .map(|name| (name.to_owned(), value.clone()))
        .collect();
    serde_json::from_value(members.into()).expect("a struct with these members")
}

fn permissions() -> ChannelPermissions {
    filled(
        "send_message edit_channel_info delete_channel archive_channel clear_all_messages \
         add_participant remove_participant mention_users unarchive_channel leave_channel \
         special_mentions edit_my_msg delete_my_msg video_conference sticky_message \
         audio_conference post_reply delete_others_message prime_time close_thread",
        true,
    )
}

fn notifications() -> NotificationSettings {
    let kinds = [
        "direct_message",
        "channel",
        "group",
        "atmentions",
        "bot",
        "reactions",
        "hashtags",
        "MT",
    ];
    let names = kinds.map(|kind| format!("{kind} {kind}_sound {kind}_preview"));
    filled(&names.join(" "), "enabled")
}

fn config() -> ChannelConfig {
    let mut config = ChannelConfig::default();
    config.reply_mode = Some(ReplyMode::Both);
    config.leave_join_info = Some(Switch::Enable);
    config.add_remove_info = Some(Switch::Disable);
    config.meeting_chat_type = Some(MeetingChat::HostChoice);
    config
}

fn user() -> UserEntry {
    UserEntry::new("ryan@zylker.com")
        .first_name("Ryan")
        .last_name("West")
        .display_name("Ryan West")
        .phone("1")
        .mobile("2")
        .timezone("Asia/Kolkata")
        .language("en")
        .country("in")
        .designation_id("3")
        .department_id("4")
        .reporting_to_zuid("5")
        .work_location("Chennai")
        .extension("6")
        .employee_id("7")
        .image_data("aGk=")
        .channel_ids(["P1"])
        .team_ids(["8"])
        .custom("Custom Field's Uniquename", "9")
}

fn file() -> Part {
    Part::new("hello")
        .file_name("hello.txt")
        .content_type("text/plain")
}

fn card() -> ModernInline {
    ModernInline::new("Build 4711").thumbnail("https://example.com/a.png")
}

/// Each form of a message that is documented separately.
fn message(client: &Client, message: impl Into<Message>) -> Call {
    read(
        client
            .send_message("CT_1_2", message)
            .bot_unique_name("ticketbot"),
    )
}

pub(crate) const CALLS: &[Make] = &[
    |c| page(c.list_bots().limit(10_u32).sync_token("s").next_token("n")),
    |c| {
        read(
            c.create_bot("Tickets", "About tickets")
                .execution_type(ExecutionType::Webhook)
                .execution_url("https://example.com")
                .scope(AccessScope::Team)
                .team_ids([12_u64])
                .status_messages(["Here"])
                .image("aGk=")
                .channel_participation([ChannelParticipation::SendMessage])
                .calls(Switch::Enable),
        )
    },
    |c| read(c.get_bot("b-1").fields([BotField::SubscriptionDetails])),
    |c| {
        read(
            c.update_bot("b-1")
                .name("Tickets")
                .description("About tickets")
                .scope(AccessScope::Organization)
                .team_ids([12_u64])
                .status_messages(["Here"])
                .image("aGk=")
                .channel_participation([ChannelParticipation::ListenMessage])
                .execution_url("https://example.com")
                .calls(Toggle::Enabled),
        )
    },
    |c| done(c.delete_bot("b-1")),
    |c| {
        read(
            c.send_bot_message("ticketbot", "Hello")
                .channel_unique_name("launch")
                .user_ids(["1", "2"])
                .extension_key("c4n4ry"),
        )
    },
    |c| {
        read(
            c.trigger_bot_webhook("ticketbot")
                .custom_parameters(pairs("status", "open".to_owned()))
                .user_ids(["1"])
                .extension_key("c4n4ry"),
        )
    },
    |c| {
        let button = CallButton::new("Open", OpenUrl::new("https://example.com"))
            .icon("url")
            .hint("Opens it")
            .key("open");
        read(
            c.start_bot_call("ticketbot", "The server is down")
                .user_ids(["1"])
                .retry(2_u32)
                .repeat(3_u32)
                .actions([button]),
        )
    },
    |c| {
        read(
            c.create_bot_handler("b-1", BotHandlerType::Menu)
                .script("return Map();")
                .permissions([Permission::Chat])
                .name("Menu")
                .icon("wand/627282")
                .sub_actions([SubAction::new("Sub").icon("wand/627282")]),
        )
    },
    |c| {
        read(
            c.get_bot_handler("b-1", BotHandlerType::Menu)
                .handler_id("19013"),
        )
    },
    |c| {
        read(
            c.update_bot_handler("b-1", BotHandlerType::Menu)
                .handler_id("19013")
                .script("return Map();")
                .permissions([Permission::Message])
                .name("Menu")
                .icon("wand/627282")
                .sub_actions([SubAction::new("Sub").icon("wand/627282")]),
        )
    },
    |c| {
        done(
            c.delete_bot_handler("b-1", BotHandlerType::Menu)
                .handler_id("19013"),
        )
    },
    |c| {
        done(
            c.add_bot_to_channel("ticketbot", "launch")
                .extension_key("c4n4ry"),
        )
    },
    |c| {
        page(
            c.list_bot_subscribers("ticketbot")
                .limit(10_u32)
                .next_token("n")
                .sync_token("s")
                .extension_key("c4n4ry"),
        )
    },
    |c| {
        read(
            c.list_chats()
                .name("pro")
                .recipient("1")
                .muted(true)
                .limit(10_u32)
                .modified_before(time())
                .modified_after(1_711_929_600_000)
                .drafts(true)
                .pinned(true)
                .closed(false)
                .joined(true)
                .chat_ids(["CT_1", "CT_2"])
                .parent_chat_id("CT_3")
                .kind(ChatFilter::Direct),
        )
    },
    |c| read(c.create_direct_chat("1")),
    |c| read(c.create_group_chat("Launch", ["1", "2"])),
    |c| read(c.update_chats(ChatsUpdate::mark_as_read([("CT_1", "1_2")]))),
    |c| read(c.update_chats(ChatsUpdate::clear_unread(["CT_1"]))),
    |c| {
        read(
            c.search_chats()
                .title("launch")
                .limit(10_u32)
                .modified_before(time())
                .modified_after(time())
                .recipient("1")
                .chat_types([ChatType::GroupChat, ChatType::Channel])
                .parent_chat_id("CT_3")
                .sort_by(ChatOrder::Usage),
        )
    },
    |c| {
        let include = [ChatInclude::LastMessageInfo];
        read(
            c.get_chat("CT_1")
                .fields(["name", "pinned"])
                .include(include),
        )
    },
    |c| done(c.set_chat_title("CT_1", "Launch")),
    |c| done(c.set_chat_history("CT_1", Toggle::Disabled)),
    |c| done(c.mark_chat_as_read("CT_1", "1_2")),
    |c| done(c.mark_chat_as_unread("CT_1", "1_2")),
    |c| done(c.clear_chat_history("CT_1")),
    |c| done(c.close_chat("CT_1")),
    |c| read(c.list_chat_members("CT_1").fields([UserField::Name])),
    |c| read(c.add_chat_members("CT_1", ["1"])),
    |c| read(c.remove_chat_members("CT_1", ["1", "2"])),
    |c| {
        read(
            c.fork_chat("CT_1", "1_2", "Fork")
                .user_ids(["1", "2"])
                .include_participants(false),
        )
    },
    |c| done(c.send_chat_activity("CT_1", ChatActivity::Typing)),
    |c| done(c.leave_chat("CT_1")),
    |c| done(c.mute_chat("CT_1")),
    |c| done(c.unmute_chat("CT_1")),
    |c| message(c, "Hello"),
    |c| {
        message(
            c,
            Message::text("Hello")
                .reply_to("1_2")
                .sync_message(true)
                .mark_as_read(true),
        )
    },
    |c| message(c, format!("Hello {}", mention::user("873421"))),
    |c| {
        message(
            c,
            Message::text("Poll").card(Poll::new("Which?", ["This", "That"])),
        )
    },
    |c| message(c, Message::text("Card").card(card())),
    |c| {
        let prompt = Prompt::new("Deploy?", "Yes", InvokeFunction::new("deploy"));
        message(c, Message::text("Prompt").card(prompt))
    },
    |c| {
        let confirmation = Confirmation::new("Sure?", "Why?", "Yes");
        let button = Button::positive("Retry", InvokeFunction::new("retry")).confirm(confirmation);
        message(c, Message::text("Buttons").button(button))
    },
    |c| {
        let button = InstantButton::new("Ok", InvokeFunction::new("ok")).argument("id", 7);
        message(c, Message::text(Text::new().push("Press ").button(button)))
    },
    |c| {
        message(
            c,
            Message::text("Table").slide(Table::new(["A", "B"]).row(["1", "2"])),
        )
    },
    |c| {
        message(
            c,
            Message::text("List").slide(List::new(["one", "two"]).bullet(Bullet::Decimal)),
        )
    },
    |c| message(c, Message::text("Label").slide(Labels::new([("a", "b")]))),
    |c| {
        message(
            c,
            Message::text("Image").slide(Images::new(["https://example.com/a.png"])),
        )
    },
    |c| {
        message(
            c,
            Message::text("Chart").slide(Chart::pie().value("a", 1.0).value("b", 2.0)),
        )
    },
    |c| {
        let graph = Graph::trend()
            .x_axis("Day")
            .y_axis("Calls")
            .category("a", [("x", 1.0)]);
        message(c, Message::text("Graph").slide(graph))
    },
    |c| {
        read(
            c.send_channel_message(
                "P1",
                Message::text("Hello").reply_to("1_2").sync_message(true),
            )
            .bot_unique_name("ticketbot")
            .appkey("c4n4ry")
            .mark_as_read(true),
        )
    },
    |c| {
        read(
            c.send_channel_message_by_name(
                "launch",
                Message::text("Hello").reply_to("1_2").sync_message(true),
            )
            .bot_unique_name("ticketbot")
            .appkey("c4n4ry")
            .mark_as_read(true),
        )
    },
    |c| {
        let card = card().button("Open", OpenUrl::new("https://example.com"));
        read(c.send_channel_card("launch", Message::text("Card").card(card)))
    },
    |c| {
        let message = Message::text("Hello")
            .reply_to("1_2")
            .sync_message(true)
            .mark_as_read(true);
        read(c.send_direct_message("ryan@zylker.com", message))
    },
    |c| {
        let recipients = ForwardRecipients::default()
            .chats(["CT_2"])
            .users(["1", "2"])
            .as_group(true)
            .show_original_sender(true)
            .title("Minutes");
        read(c.forward_messages(ForwardSource::new("CT_1", ["1_2"]), recipients))
    },
    |c| {
        read(
            c.delete_messages("CT_1", ["1_2", "3_4"])
                .reason(DeletionReason::Others)
                .comment("Posted by accident"),
        )
    },
    |c| {
        page(
            c.search_messages()
                .query("proposal")
                .limit(10_u32)
                .next_token("1")
                .from_user_ids(["1"])
                .to_user_ids(["2"])
                .mentioned_user_ids(["3"])
                .chat_ids(["CT_1"])
                .chat_type(ChatType::Channel)
                .parent_chat_id("CT_2")
                .channel_type(ChannelType::Team)
                .team_ids([4_u64])
                .include_allowed_channels(true)
                .from_time(time())
                .to_time(time())
                .file_names(["report*"])
                .file_types(["application/pdf"])
                .file_content_query("budget")
                .message_type(SearchedType::File)
                .is_pinned(false)
                .has_mentions(true)
                .star_types([StarType::Important])
                .include_bot_messages(true),
        )
    },
    |c| {
        read(
            c.list_messages("CT_1")
                .from_time(time())
                .to_time(time())
                .limit(20_u32),
        )
    },
    |c| read(c.get_message("CT_1", "1_2")),
    |c| done(c.edit_message("CT_1", "1_2", "Better").notify_edit(true)),
    |c| done(c.delete_message("CT_1", "1_2")),
    |c| read(c.list_reactions("CT_1", "1_2")),
    |c| done(c.add_reaction("CT_1", "1_2", ":smile:")),
    |c| done(c.remove_reaction("CT_1", "1_2", ":smile:")),
    |c| {
        page(
            c.list_mentions()
                .from_time(time())
                .to_time(time())
                .limit(10_u32)
                .next_token("n")
                .chat_id("CT_1")
                .chat_ids(["CT_1"])
                .user_ids(["1"])
                .activities(ActivityFilter::All),
        )
    },
    |c| {
        page(
            c.list_message_actions()
                .limit(10_u32)
                .sync_token("s")
                .next_token("n"),
        )
    },
    |c| {
        read(
            c.create_message_action("Ticket", "Creates a ticket")
                .execution_type(ExecutionType::Deluge)
                .execution_url("https://example.com")
                .scope(AccessScope::Personal)
                .team_ids([1_u64])
                .multi_selectable(true)
                .image("aGk=")
                .message_types([ActionMessageType::Text]),
        )
    },
    |c| read(c.get_message_action("5")),
    |c| {
        read(
            c.update_message_action("5")
                .execution_url("https://example.com")
                .name("Ticket")
                .hint("Creates a ticket")
                .scope(AccessScope::Personal)
                .team_ids([1_u64])
                .multi_selectable(true)
                .image("aGk=")
                .message_types([ActionMessageType::Link]),
        )
    },
    |c| done(c.delete_message_action("5")),
    |c| read(c.get_message_action_handler("5", MessageActionHandlerType::Execution)),
    |c| {
        read(
            c.update_message_action_handler("5", MessageActionHandlerType::Execution)
                .script("return Map();")
                .permissions([Permission::Attachments]),
        )
    },
    |c| {
        page(
            c.list_commands()
                .limit(10_u32)
                .sync_token("s")
                .next_token("n"),
        )
    },
    |c| {
        read(
            c.create_command("report", "Reports", AccessScope::Team)
                .execution_type(ExecutionType::Deluge)
                .execution_url("https://example.com")
                .description("Generates a report")
                .options(pairs("period", "The month".to_owned()))
                .team_ids([1_u64])
                .image("aGk=")
                .max_suggestions(5_u32),
        )
    },
    |c| read(c.get_command("6")),
    |c| {
        read(
            c.update_command("6")
                .execution_url("https://example.com")
                .name("report")
                .hint("Reports")
                .description("Generates a report")
                .options(pairs("period", "The month".to_owned()))
                .scope(AccessScope::Personal)
                .team_ids([1_u64])
                .image("aGk=")
                .max_suggestions(5_u32),
        )
    },
    |c| done(c.delete_command("6")),
    |c| {
        read(
            c.create_command_handler("6", CommandHandlerType::Execution)
                .script("return Map();")
                .permissions([Permission::Location]),
        )
    },
    |c| read(c.get_command_handler("6", CommandHandlerType::Suggestion)),
    |c| {
        read(
            c.update_command_handler("6", CommandHandlerType::Suggestion)
                .script("return Map();")
                .permissions([Permission::User]),
        )
    },
    |c| done(c.delete_command_handler("6", CommandHandlerType::Suggestion)),
    |c| {
        page(
            c.list_functions()
                .limit(10_u32)
                .sync_token("s")
                .next_token("n"),
        )
    },
    |c| {
        read(
            c.create_function("approve", "Approves", FunctionType::Button)
                .execution_type(ExecutionType::Webhook)
                .execution_url("https://example.com"),
        )
    },
    |c| read(c.get_function("7")),
    |c| {
        read(
            c.update_function("7")
                .name("approve")
                .description("Approves")
                .execution_url("https://example.com"),
        )
    },
    |c| done(c.delete_function("7")),
    |c| {
        read(
            c.create_function_handler("7", FunctionHandlerType::FormView)
                .script("return Map();")
                .permissions([Permission::User]),
        )
    },
    |c| read(c.get_function_handler("7", FunctionHandlerType::Button)),
    |c| {
        read(
            c.update_function_handler("7", FunctionHandlerType::Button)
                .script("return Map();")
                .permissions([Permission::Chat]),
        )
    },
    |c| done(c.delete_function_handler("7", FunctionHandlerType::Button)),
    |c| {
        page(
            c.list_datastores()
                .limit(10_u32)
                .sync_token("s")
                .next_token("n"),
        )
    },
    |c| {
        let field = NewField::new("empid", "Employee ID", FieldType::Number)
            .mandatory(true)
            .masked(false)
            .default_value("0");
        read(
            c.create_datastore("empdir", "Employees", "All", [field])
                .unique_keys([["empid"]]),
        )
    },
    |c| read(c.get_datastore("8")),
    |c| {
        read(
            c.update_datastore("8")
                .unique_name("empdir")
                .name("Employees")
                .description("All")
                .unique_keys([["empid"]]),
        )
    },
    |c| done(c.delete_datastore("8")),
    |c| {
        let field = NewField::new("note", "Note", FieldType::LargeText)
            .mandatory(true)
            .masked(false)
            .default_value("-");
        read(c.add_datastore_fields("8", [field]))
    },
    |c| {
        let field = FieldUpdate::new("9")
            .unique_name("note")
            .name("Note")
            .mandatory(true)
            .masked(false)
            .default_value("-");
        read(c.update_datastore_fields("8", [field]))
    },
    |c| done(c.delete_datastore_fields("8", ["9", "10"])),
    |c| {
        page(
            c.list_records("empdir")
                .criteria("(empname=John)")
                .limit(10_u32)
                .order_by("empname desc")
                .sync_token("s")
                .next_token("n")
                .extension_key("c4n4ry"),
        )
    },
    |c| read(c.insert_record("empdir", values()).extension_key("c4n4ry")),
    |c| {
        done(
            c.update_records("empdir", values(), "(empname=John)")
                .extension_key("c4n4ry"),
        )
    },
    |c| {
        done(
            c.delete_records("empdir")
                .criteria("(empname=John)")
                .ids(["1", "2"])
                .extension_key("c4n4ry"),
        )
    },
    |c| read(c.get_record("empdir", "11").extension_key("c4n4ry")),
    |c| {
        read(
            c.update_record("empdir", "11", values())
                .extension_key("c4n4ry"),
        )
    },
    |c| done(c.delete_record("empdir", "11").extension_key("c4n4ry")),
    |c| {
        done(
            c.export_datastore("8", ExportType::Pdf)
                .password_protected(true)
                .password("Pa55word!"),
        )
    },
    |c| {
        done(
            c.install_extension("12", "c4n4ry", AccessScope::Team)
                .team_ids([1_u64]),
        )
    },
    |c| done(c.upgrade_extension("12", "c4n4ry", AccessScope::Organization)),
    |c| read(c.get_extension_properties("12", "c4n4ry", ["api_key", "region"])),
    |c| {
        let properties = pairs("api_key", "value".to_owned());
        read(c.set_extension_properties("12", "c4n4ry", properties))
    },
    |c| read(c.get_extension_property("12", "api_key", "c4n4ry")),
    |c| done(c.delete_extension_property("12", "api_key", "c4n4ry")),
    |c| {
        let fields = [ChatFolderField::Chats, ChatFolderField::RecipientsSummary];
        read(c.list_chat_folders().include_fields(fields))
    },
    |c| {
        read(
            c.create_chat_folder("Work")
                .symbol(":briefcase:")
                .chat_ids(["CT_1"]),
        )
    },
    |c| done(c.unpin_chats(["CT_1", "CT_2"])),
    |c| {
        let update = ChatFolderUpdate::Appearance {
            title: Some("Work".into()),
            symbol: Some(":briefcase:".into()),
            state: Some(ChatFolderState::Collapsed),
        };
        done(c.update_chat_folder("13", update))
    },
    |c| {
        let update = ChatFolderUpdate::MoveChat {
            chat_id: "CT_1".into(),
            pin_above: Some("CT_2".into()),
            last_sync_time: time().into(),
        };
        done(c.update_chat_folder("13", update))
    },
    |c| {
        let update = ChatFolderUpdate::Move {
            pin_above: Some("14".into()),
            last_sync_time: time().into(),
        };
        done(c.update_chat_folder("13", update))
    },
    |c| {
        let update = ChatFolderUpdate::Chats {
            chat_ids: vec!["CT_1".into()],
            last_sync_time: Millis::from(1_745_068_184_000),
        };
        done(c.update_chat_folder("13", update))
    },
    |c| done(c.delete_chat_folder("13").unpin_all(true)),
    |c| read(c.pin_chat("CT_1").category_id("13")),
    |c| read(c.unpin_chat("CT_1")),
    |c| {
        page(
            c.list_pinned_messages("CT_1")
                .limit(10_u32)
                .next_token("n")
                .sync_token("s"),
        )
    },
    |c| read(c.get_primary_pinned_message("CT_1")),
    |c| {
        read(
            c.pin_message("CT_1", "1_2", Expiry::Never, true)
                .primary(true),
        )
    },
    |c| {
        done(
            c.move_pinned_message("CT_1", "1_2", time())
                .pin_above("3_4"),
        )
    },
    |c| done(c.unpin_messages("CT_1", ["1_2"])),
    |c| page(c.list_reminders("CT_1", 10_u32).next_token("n")),
    |c| done(c.complete_reminder("15")),
    |c| read(c.notify_reminder("15")),
    |c| read(c.reschedule_reminders([NewReminderTime::new("15", time())])),
    |c| {
        page(
            c.list_scheduled_messages()
                .limit(10_u32)
                .next_token("n")
                .sync_token("s"),
        )
    },
    |c| {
        page(
            c.list_chat_scheduled_messages("CT_1")
                .limit(10_u32)
                .next_token("n")
                .sync_token("s"),
        )
    },
    |c| done(c.send_scheduled_messages("CT_1", SendNow::All)),
    |c| done(c.send_scheduled_messages("CT_1", SendNow::One("84fe7397".into()))),
    |c| {
        let change = Reschedule::Time {
            time: time().into(),
            schedule_time: time().into(),
            schedule_timezone: Some("Asia/Kolkata".into()),
        };
        read(c.reschedule_messages("CT_1", change))
    },
    |c| {
        let change = Reschedule::Status {
            existing_status: SendingStatus::CheckIn,
            schedule_status: SendingStatus::CallEnd,
        };
        read(c.reschedule_messages("CT_1", change))
    },
    |c| done(c.delete_scheduled_messages("CT_1")),
    |c| {
        read(
            c.edit_scheduled_message("CT_1", "84fe7397")
                .text("Later")
                .schedule_time(time())
                .schedule_timezone("Asia/Kolkata")
                .schedule_status(SendingStatus::UserAvailable)
                .file_remove(true),
        )
    },
    |c| done(c.delete_scheduled_message("CT_1", "84fe7397")),
    |c| {
        read(
            c.list_starred_messages()
                .chat_id("CT_1")
                .star_type(StarFilter::All)
                .from_time(time())
                .to_time(time())
                .limit(10_u32)
                .next_token("n")
                .sync_token("s"),
        )
    },
    |c| read(c.star_message("CT_1", "1_2", StarType::ToDo)),
    |c| done(c.unstar_message("1_2")),
    |c| read(c.get_quiet_hours().keys(["quiet_hours"])),
    |c| {
        let days = [Weekday::Sunday, Weekday::Monday];
        done(
            c.update_quiet_hours()
                .quiet_hours("18:00-09:00")
                .quiet_days(days),
        )
    },
    |c| read(c.get_keyboard_shortcuts()),
    |c| {
        done(
            c.update_keyboard_shortcuts()
                .basic(shortcuts())
                .composer(shortcuts())
                .message_action(shortcuts())
                .annotate(shortcuts())
                .media(shortcuts())
                .networks(shortcuts())
                .custom(custom_shortcuts()),
        )
    },
    |c| {
        done(
            c.delete_keyboard_shortcuts()
                .basic(shortcuts())
                .composer(shortcuts())
                .message_action(shortcuts())
                .annotate(shortcuts())
                .media(shortcuts())
                .networks(shortcuts())
                .custom(custom_shortcuts())
                .kind(ShortcutKind::Custom),
        )
    },
    |c| read(c.get_mobile_settings().keys(["last_seen"]).fetch_all(true)),
    |c| {
        let gallery: GallerySettings = filled("images camera_captures videos", "enabled");
        let download: DownloadSettings = filled("images videos others", "wifi");
        done(
            c.update_mobile_settings()
                .av_noise_cancellation(Toggle::Enabled)
                .media_to_gallery(gallery)
                .conference_recording(Toggle::Enabled)
                .last_seen(Toggle::Enabled)
                .file_summary(Toggle::Enabled)
                .media_upload_quality(Toggle::Enabled)
                .notification(notifications())
                .media_auto_download(download)
                .huddle_join_video_muted(Toggle::Enabled)
                .av_hd_video(Toggle::Enabled)
                .chat_summary(Toggle::Enabled),
        )
    },
    |c| read(c.get_user_preferences().keys(["dark_mode"])),
    |c| {
        done(
            c.update_user_preferences()
                .dark_mode(Toggle::Enabled)
                .ui_theme("4")
                .lhs_theme(Toggle::Enabled)
                .smileys(Toggle::Enabled)
                .translation_mode(Toggle::Enabled)
                .av_noise_cancellation(Toggle::Enabled)
                .av_hd_video(Toggle::Enabled)
                .sound_notification(Toggle::Enabled)
                .desktop_notification(Toggle::Enabled)
                .reading_mask(Toggle::Enabled)
                .vision_assistive(Toggle::Enabled)
                .cliq_font("-1")
                .cliq_font_size("2")
                .conference_recording(Toggle::Enabled)
                .video_background("none")
                .video_filter("none")
                .last_seen(Toggle::Enabled)
                .linkpreview_status(Toggle::Enabled),
        )
    },
    |c| {
        page(
            c.list_channels()
                .name("launch")
                .status(ChannelStatus::Created)
                .limit(10_u32)
                .level(ChannelLevel::Organization)
                .modified_before(time())
                .modified_after(time())
                .created_before(time())
                .created_after(time())
                .channel_ids(["P1", "P2"])
                .chat_ids(["CT_1"])
                .team_ids([1_u64])
                .created_by("1")
                .order_by(ChannelOrder::ModifiedDescending)
                .next_token("n")
                .sync_token("s")
                .pinned(true)
                .joined(true),
        )
    },
    |c| {
        read(
            c.create_channel("Launch", ChannelLevel::Team)
                .description("The launch")
                .invite_only(true)
                .team_ids(["1"])
                .user_ids(["2"])
                .email_ids(["ryan@zylker.com"])
                .image_data("aGk=")
                .config(config())
                .admin_permission(permissions())
                .moderator_permission(permissions())
                .member_permission(permissions()),
        )
    },
    |c| read(c.get_channel("P1")),
    |c| {
        read(
            c.update_channel("P1")
                .name("Launch")
                .description("The launch")
                .image_data("aGk=")
                .config(config())
                .admin_permission(permissions())
                .moderator_permission(permissions())
                .member_permission(permissions()),
        )
    },
    |c| done(c.delete_channel("P1")),
    |c| read(c.list_channel_members("P1")),
    |c| done(c.add_channel_members("P1", ["1"])),
    |c| done(c.remove_channel_members("P1", ["1"]).silent(true)),
    |c| done(c.set_channel_role("P1", "1", ChannelRole::Moderator)),
    |c| done(c.approve_channel("P1")),
    |c| done(c.reject_channel("P1")),
    |c| read(c.join_channel("P1")),
    |c| done(c.leave_channel("P1")),
    |c| done(c.archive_channel("P1")),
    |c| done(c.unarchive_channel("P1")),
    |c| streamed(c.download_file("16")),
    |c| {
        done(
            c.upload_to_chat("CT_1", [file()])
                .comments(["Hello"])
                .bot_unique_name("ticketbot")
                .bot_name("Tickets")
                .bot_image("https://example.com/a.png"),
        )
    },
    |c| {
        done(
            c.upload_to_channel("launch", [file(), file()])
                .comments(["Hello", "again"])
                .bot_unique_name("ticketbot")
                .mark_as_read(true)
                .bot_name("Tickets")
                .bot_image("https://example.com/a.png"),
        )
    },
    |c| {
        done(
            c.upload_as_bot("ticketbot", [file()])
                .comments(["Hello"])
                .user_id("1")
                .bot_name("Tickets")
                .bot_image("https://example.com/a.png"),
        )
    },
    |c| {
        done(
            c.upload_to_user("ryan@zylker.com", [file()])
                .comments(["Hello"])
                .bot_unique_name("ticketbot")
                .mark_as_read(true)
                .bot_name("Tickets")
                .bot_image("https://example.com/a.png"),
        )
    },
    |c| {
        page(
            c.list_users()
                .status(UserStatus::Active)
                .plan_type(PlanType::Paid)
                .fields([UserProfileField::All])
                .limit(10_u32)
                .search("ryan")
                .sort_by(UserOrder::Usage)
                .modified_after(time())
                .next_token("n"),
        )
    },
    |c| read(c.create_users([user()])),
    |c| read(c.get_user("1").fields([UserProfileField::Mobile])),
    |c| read(c.update_user("1", [user()])),
    |c| read(c.list_user_teams("1")),
    |c| read(c.get_user_layout().unique_name("user")),
];
