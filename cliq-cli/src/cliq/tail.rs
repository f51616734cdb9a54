//! `tail`: the latest messages of a chat, and those that come.

use std::collections::HashSet;
use std::time::Duration;

use clap::{ArgGroup, ArgMatches, Command, value_parser};
use cliq_api::cliq::channels::Channels as _;
use cliq_api::cliq::messages::{ChatMessage, Content, ListMessagesRequest, Messages as _};
use cliq_api::{Client, Endpoint as _, Error, OffsetDateTime, PagedExt as _, RequestExt as _};
use serde_json::Value;

use crate::calling;
use crate::command::{App, flag, option, time};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::progress::Progress;
use crate::text;

/// How often it looks for new messages, at most: the server allows 15 looks in a minute.
const SHORTEST: Duration = Duration::from_secs(5);

pub(super) fn command() -> Command {
    Command::new("tail")
        .about("Shows the latest messages of a channel, a chat or a thread, and follows it")
        .arg(option(
            "channel",
            "NAME",
            "The channel with this unique name",
        ))
        .arg(option("chat", "ID", "The chat with this id"))
        .arg(option("thread", "ID", "The thread with this chat id"))
        .group(
            ArgGroup::new("source")
                .args(["channel", "chat", "thread"])
                .required(true),
        )
        .arg(
            option("lines", "NUMBER", "How many messages to show first")
                .short('n')
                .default_value("10")
                .value_parser(value_parser!(u32).range(1..=100)),
        )
        .arg(
            option(
                "every",
                "TIME",
                "How often to look for new messages; 5s at least",
            )
            .default_value("10s")
            .value_parser(time),
        )
        .arg(flag("no-follow", "Ends after the messages that there are"))
}

pub(super) async fn run(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let output = Output::new(matches)?;
    let connection = calling::connect(app, matches).await?;
    let client = &connection.client;
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let chat = match (text("channel"), text("chat").or_else(|| text("thread"))) {
        (Some(name), _) => chat_of(client, &name, matches).await?,
        (None, chat) => chat.unwrap_or_default(),
    };
    let lines = matches.get_one("lines").copied().unwrap_or(10);
    let every = matches
        .get_one("every")
        .copied()
        .unwrap_or(SHORTEST)
        .max(SHORTEST);
    let follow = !matches.get_flag("no-follow");
    let mut seen = Seen::default();
    let mut first = Some(lines);
    let mut was_down = false;
    loop {
        let call = client.list_messages(&*chat);
        let call = call
            .with(first, |call, lines| call.limit(lines))
            .with(seen.last, |call, last| call.from_time(last));
        let call =
            call.options(|options| calling::options(options, ListMessagesRequest::META, matches));
        let listed = Progress::new(client, ListMessagesRequest::META)
            .watch(call.into_future())
            .await;
        match listed {
            Ok(messages) => {
                was_down = false;
                first = None;
                for message in seen.unseen(messages) {
                    print(message, &output)?;
                }
            }
            // What may pass doesn't end it.
            Err(failure) if follow && first.is_none() && failure.exit == Exit::Network => {
                if !std::mem::replace(&mut was_down, true) {
                    eprintln!(
                        "{}: {failure}; it goes on when the server answers",
                        app.name()
                    );
                }
            }
            Err(failure) => return Err(failure),
        }
        if !follow {
            return Ok(());
        }
        tokio::time::sleep(every).await;
    }
}

/// The chat of a channel, which its unique name finds.
async fn chat_of(client: &Client, name: &str, matches: &ArgMatches) -> Result<String, Failure> {
    let call = client.list_channels().name(name);
    let call = call.options(|options| {
        calling::options(
            options,
            cliq_api::cliq::channels::ListChannelsRequest::META,
            matches,
        )
    });
    let mut channels = call.items();
    while let Some(channel) = channels.next().await {
        let channel = channel.map_err(|error: Error| Failure::from(error))?;
        let unique = channel.unique_name.as_ref().map(AsRef::as_ref);
        let is_it = unique == Some(name) || channel.name.as_deref() == Some(name);
        if let (true, Some(chat)) = (is_it, channel.chat_id) {
            return Ok(chat.as_str().to_owned());
        }
    }
    let problem = format!("there is no channel {name:?} that you can see");
    Err(Failure::new(Exit::Refused, problem))
}

/// Which messages were shown.
#[derive(Default)]
struct Seen {
    ids: HashSet<String>,
    /// When the latest was posted.
    last: Option<OffsetDateTime>,
}

impl Seen {
    /// The messages that weren't shown yet, oldest first.
    fn unseen(&mut self, mut messages: Vec<ChatMessage>) -> Vec<ChatMessage> {
        messages.sort_by_key(|message| message.time);
        messages.retain(|message| {
            let id = message.id.as_ref().map(|id| id.as_str().to_owned());
            id.is_none_or(|id| self.ids.insert(id))
        });
        if let Some(last) = messages.last().and_then(|message| message.time) {
            self.last = Some(last);
        }
        messages
    }
}

fn print(message: ChatMessage, output: &Output) -> Result<(), Failure> {
    if !output.is_table() || output.has_query() {
        let value = serde_json::to_value(message)
            .map_err(|error| Failure::new(Exit::Other, error.to_string()))?;
        return output.line(value);
    }
    let time = message.time.map(text::seconds).unwrap_or_default();
    let sender = message.sender.as_ref().and_then(|sender| sender.name());
    let content = match &message.content {
        Some(Content::Other(content)) if content.file.is_some() => {
            let comment = content.comment.as_deref().unwrap_or_default();
            format!("[file] {comment}")
        }
        Some(content) => content.text().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let content = match &message.message_type {
        // A card, or slides alone.
        Some(kind) if content.is_empty() => format!("[{kind}]"),
        _ => content,
    };
    output.line(Value::String(format!(
        "{time}  {}  {content}",
        sender.unwrap_or("-")
    )))
}
