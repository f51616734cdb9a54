//! The builders can create the published examples, which are in `payloads.yaml`.

use cliq_api::cliq::message::{
    Background, BotMessage, Bullet, Button, CallButton, Chart, Confirmation, CopyText, Emotion,
    Graph, Images, InstantButton, InvokeFunction, Labels, List, Message, ModernInline, OpenUrl,
    Poll, PreviewUrl, Prompt, SystemApi, Table, Text, mention,
};
use serde::Deserialize;
use serde_json::{Value, json, to_value};

#[derive(Deserialize)]
pub(crate) struct Published {
    pub(crate) document: String,
    pub(crate) operation: String,
    pub(crate) example: String,
    pub(crate) payload: Value,
}

pub(crate) fn published() -> Vec<Published> {
    serde_saphyr::from_str(include_str!("payloads.yaml")).unwrap()
}

/// Returns a card from the document about messages.
fn card(title: &str) -> ModernInline {
    ModernInline::new(title).thumbnail("https://example.com/announcement.png")
}

fn ticket() -> Table<2> {
    Table::new(["Field", "Value"])
        .title("Ticket")
        .row(["Number", "#892"])
        .row(["Priority", "critical"])
}

fn ticket_url() -> OpenUrl {
    OpenUrl::new("https://desk.example.com/tickets/892")
}

fn made() -> Vec<(&'static str, &'static str, Value)> {
    let mut messages = Vec::new();
    let mut make = |document, example, message: BotMessage| {
        message.check().unwrap();
        messages.push((document, example, to_value(message).unwrap()));
    };
    mentions(&mut make);
    cards(&mut make);
    buttons(&mut make);
    instant_buttons(&mut make);
    slides(&mut make);
    plots(&mut make);
    bots(&mut make);
    messages
}

/// Returns the payloads, created by the builders.
pub(crate) fn all() -> impl Iterator<Item = Value> {
    made().into_iter().map(|(_, _, payload)| payload)
}

type Make<'a> = &'a mut dyn FnMut(&'static str, &'static str, BotMessage);

fn mentions(make: Make<'_>) {
    let (id, address) = ("55743307", "scott.fisher@zylker.com");
    let morning = |who: String| format!("Morning {who}, the draft is ready for you");
    let wrote = |who: String| format!("{who} wrote most of it");
    let texts = [
        ("a user by id", morning(mention::user(id))),
        ("a user by email address", morning(mention::email(address))),
        (
            "a user by id, silently",
            wrote(mention::silent_user("Scott Fisher", "873421")),
        ),
        (
            "a user by email address, silently",
            wrote(mention::silent_email("Scott Fisher", address)),
        ),
        (
            "a channel",
            format!(
                "The rollout is discussed in {}",
                mention::channel("P1974166000016769023")
            ),
        ),
        ("all", mention::all() + ", the office is closed on Monday"),
        (
            "all who are available",
            mention::available() + ": who can look at the queue?",
        ),
        (
            "a team",
            mention::team(1_234_567_890) + ", the plan has changed",
        ),
    ];
    for (example, text) in texts {
        make("mentions", example, text.into());
    }
}

fn cards(make: Make<'_>) {
    let options = ["Single sign-on", "Export", "Dark mode", "Notifications"];
    let poll = Poll::new("Which feature is next?", options);
    let message = Message::text("Please vote until Friday.").card(poll);
    make("messagecards", "poll", message.into());

    let card = ModernInline::new("Payments time out")
        .button("Assign to Me", InvokeFunction::new("assign_ticket"))
        .button("View Ticket", ticket_url());
    let table = ticket().rows([
        ["Reported by", "olivia.palmer@zylker.com"],
        ["Module", "payments"],
        ["Since", "2026-04-16 09:14"],
    ]);
    let message = Message::text("A ticket needs attention.")
        .card(card)
        .slide(table);
    make("messagecards", "modern-inline", message.into());

    let approve = InvokeFunction::new("approve_deployment");
    let prompt = Prompt::new("Deploy 3.6.1?", "Approve", approve)
        .button("Reject", InvokeFunction::new("reject_deployment"))
        .button(
            "View Diff",
            OpenUrl::new("https://git.example.com/3.6.1/diff"),
        );
    let message = Message::text("A deployment waits for approval.").card(prompt);
    make("messagecards", "prompt", message.into());
}

fn buttons(make: Make<'_>) {
    let agenda = OpenUrl::new("https://events.example.com/2024");
    let calendar = InvokeFunction::new("add_to_calendar").owner("events@zylker.com");
    let message = Message::text("You are invited to the yearly meeting.")
        .card(ModernInline::untitled().thumbnail("/images/icon.png"))
        .button(Button::positive("Agenda", agenda).key("agenda"))
        .button(Button::positive("Add to Calendar", calendar).key("calendar"))
        .button(Button::positive("Join", SystemApi::video_call("9876543210")).key("join"))
        .button(
            Button::positive("Watch", PreviewUrl::new("https://media.example.com/promo"))
                .key("preview"),
        )
        .button(Button::positive("Copy", CopyText::new("MEETING-2024")).key("copy"));
    make("buttons", "message card buttons", message.into());

    let confirmation = Confirmation::new("Approve the budget", "Remark", "Approve")
        .description("Your remark is kept with it.")
        .emotion(Emotion::Positive)
        .cancel_button_label("Back")
        .mandatory(true);
    let approve = InvokeFunction::new("approve_budget").owner("finance@zylker.com");
    let message = Message::text("The budget can be reviewed.")
        .card(ModernInline::new("Budget"))
        .member("hint", "Please look at the figures before you approve.")
        .button(
            Button::positive("Approve", approve)
                .key("approve")
                .confirm(confirmation),
        );
    make("buttons", "confirmation", message.into());
}

fn instant_buttons(make: Make<'_>) {
    let call = || InstantButton::positive("Call Support", SystemApi::video_call("12345678"));
    let details = CopyText::new("Friday, 6 pm, stadium");
    let text = Text::from("Who joins the match on Friday? ")
        .button(InstantButton::positive(
            "Yes",
            InvokeFunction::new("join_match"),
        ))
        .push("  ")
        .button(call())
        .push("  ")
        .button(InstantButton::positive("Copy Details", details));
    make("buttons", "instant buttons", text.into());

    let help = InvokeFunction::new("help").owner("user@email.com");
    let help = InstantButton::positive("Help", help)
        .argument("key_1", "value_1")
        .argument("key_2", "value_2")
        .argument("key_3", "value_3");
    let text = Text::new().button(help).push("  ").button(call());
    make("buttons", "instant buttons with arguments", text.into());
}

fn slides(make: Make<'_>) {
    make("messageformat", "text", "Hello team".into());

    let table = Table::new(["Name", "Team", "Reporting To"])
        .title("Details")
        .row(["Paula Rojas", "Sales", "Li Jung"])
        .widths([50, 30, 20])
        .sticky(1, 2);
    let message = Message::text("Who starts in July")
        .card(card("Interns"))
        .slide(table);
    make("messageformat", "table", message.into());

    let list = List::new(["It counts time", "It sorts requirements"])
        .title("Features")
        .bullet(Bullet::LowerRoman);
    let message = Message::text("What the bot does")
        .card(card("Features"))
        .slide(list);
    make("messageformat", "list", message.into());

    let figures = [
        ("Revenue", "$500,000"),
        ("Growth", "25%"),
        ("Region", "North America"),
    ];
    let labels = Labels::new(figures).title("Figures");
    let message = Message::text("The month")
        .card(card("Revenue"))
        .slide(labels);
    make("messageformat", "label", message.into());

    let urls = [1, 2].map(|number| format!("https://images.example.com/{number}.png"));
    let images = Images::new(urls).title("Floor plan");
    let message = Message::text("The floor plan")
        .card(card("Office"))
        .slide(images);
    make("messageformat", "image", message.into());
}

fn plots(make: Make<'_>) {
    let chart = Chart::pie()
        .title("Sales")
        .value("Social Media", 40)
        .value("Growth", 25)
        .value("Region", 10);
    let message = Message::text("The quarter")
        .card(card("Sales"))
        .slide(chart);
    make("messageformat", "charts", message.into());

    let graph = Graph::trend()
        .x_axis("Months")
        .y_axis("Usage count")
        .category("Asana", [("Jan", 9), ("Feb", 6), ("Mar", 3)])
        .category("BitBucket", [("Jan", 12), ("Feb", 18), ("Mar", 14)]);
    let message = Message::text("How integrations were used")
        .sender_name("Apptics")
        .card(ModernInline::new("Usage"))
        .slide(graph);
    make("messageformat", "graphs", message.into());
}

fn bots(make: Make<'_>) {
    let users = ["55743307", "55622727"];
    let message = Message::text("A ticket needs attention.")
        .card(ModernInline::new("Payments time out"))
        .slide(ticket())
        .button(Button::new(
            "Assign to Me",
            InvokeFunction::new("assign_ticket"),
        ))
        .button(Button::new("View Ticket", ticket_url()));
    let message = BotMessage::from(message).user_ids(users).notify_edit(false);
    make("bots", "card", message);

    let message = Message::text("The pipeline has passed.")
        .post_in_parent(false)
        .sync_message(true);
    let message = BotMessage::from(message)
        .thread_chat_id("CT_1207124526552602256_60002085329-T-1291567019566818579")
        .user_ids(["55743307"]);
    make("bots", "thread", message);

    let message = Message::text("Here is your summary.").sync_message(true);
    let message = BotMessage::from(message).broadcast(false).user_ids(users);
    make("bots", "summary", message);

    let message = Message::text("Deployed")
        .sender_name("Deployment Bot")
        .sender_image("https://example.com/bot-avatar.png")
        .background(Background::Yellow)
        .markdown(true);
    make("bots", "sender and styles", message.into());
}

#[test]
fn every_published_example_can_be_made() {
    let made = made();
    let published = published();
    for Published {
        document,
        example,
        payload,
        ..
    } in &published
    {
        let found = made
            .iter()
            .find(|(by, name, _)| (*by, *name) == (document.as_str(), example.as_str()));
        let (_, _, message) = found.unwrap_or_else(|| panic!("{document}: {example}"));
        assert_eq!(message, payload, "{document}: {example}");
    }
    assert_eq!(made.len(), published.len());
}

/// The buttons in the published example of a call; an empty text is sent.
#[test]
fn buttons_of_calls_can_be_made() {
    let buttons = [
        CallButton::new("View details", OpenUrl::new("https://cliq.zoho.com")).icon("url"),
        CallButton::new("Acknowledge", InvokeFunction::new("test"))
            .icon("tick")
            .hint("")
            .key(""),
        CallButton::new("Delegate", SystemApi::audio_call("1234"))
            .icon("preview")
            .hint(""),
    ];
    let action =
        |kind: &str, name: &str, value: &str| json!({ "type": kind, "data": { name: value } });
    assert_eq!(
        to_value(buttons).unwrap(),
        json!([
            {
                "label": "View details",
                "icon": "url",
                "action": action("open.url", "web", "https://cliq.zoho.com"),
            },
            {
                "label": "Acknowledge",
                "icon": "tick",
                "hint": "",
                "action": action("invoke.function", "name", "test"),
                "key": "",
            },
            {
                "label": "Delegate",
                "icon": "preview",
                "hint": "",
                "action": action("system.api", "api", "audiocall/1234"),
            },
        ])
    );
}
