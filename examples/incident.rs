//! A bot that reads a channel and reacts to a report of an outage: with a card, the log, a reaction
//! and a reminder. `cargo run --example incident` runs it against a sandbox in this process.

use cliq_api::Part;
use cliq_api::cliq::files::Files;
use cliq_api::cliq::message::{
    Button, InvokeFunction, Message, ModernInline, OpenUrl, Table, mention,
};
use cliq_api::cliq::messages::{ChatMessage, Content, Messages};
use cliq_api::cliq::reminders::{NewReminderTime, Reminders};
use cliq_api::threads::ChatId;
use cliq_sandbox::Sandbox;
use time::{Duration, OffsetDateTime};

fn is_report(message: &ChatMessage) -> bool {
    let text = message.content.as_ref().and_then(Content::text);
    text.is_some_and(|text| text.contains("signing in"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = Sandbox::demo();
    let (cliq, chat) = (demo.client(), ChatId::from(&demo.channel_chat_id));

    let mut messages = cliq.list_messages(&chat).limit(20).await?.into_iter();
    let report = messages.find(is_report).and_then(|message| message.id);
    let report = report.ok_or("nobody reports anything")?;

    // Replies with a card that has buttons and a table.
    let on_call = mention::user(&demo.colleague_ids[1]);
    let latency = Table::new(["Page", "p50", "p99"])
        .row(["Sign-in", "31 s", "64 s"])
        .row(["Search", "0.2 s", "0.9 s"]);
    let dashboard = OpenUrl::new("https://status.example.com");
    let rollback = InvokeFunction::new("roll_back");
    let message = Message::text(format!("{on_call}, please have a look"))
        .card(ModernInline::new("Signing in is slow"))
        .button(Button::new("Dashboard", dashboard))
        .button(Button::negative("Roll back", rollback))
        .slide(latency.title("Latency"))
        .reply_to(&report)
        .sync_message(true);
    let posted = cliq.send_message(&chat, message).await?;
    println!("answered {report} with {:?}", posted.message_id);

    // Uploads the log, and adds a reaction.
    let log = Part::new("12:01 pool exhausted").file_name("sign-in.log");
    cliq.upload_to_chat(&chat, [log]).await?;
    cliq.add_reaction(&chat, &report, ":eyes:").await?;

    // The channel's reminder is due in an hour.
    let mut reminders = cliq.list_reminders(&chat, 1).await?.into_iter();
    if let Some(id) = reminders.next().and_then(|reminder| reminder.id) {
        let new = NewReminderTime::new(id, OffsetDateTime::now_utc() + Duration::hours(1));
        cliq.reschedule_reminders([new]).await?;
    }
    Ok(())
}
