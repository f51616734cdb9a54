//! `send`: the shortest way from a shell to a message.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use cliq_api::cliq::bots::Bots as _;
use cliq_api::cliq::files::Files as _;
use cliq_api::cliq::message::{
    AnyTable, BotMessage, Button, Message, ModernInline, OpenUrl, Poll, Section,
};
use cliq_api::cliq::messages::Messages as _;
use cliq_api::{Client, Endpoint, Part, RequestExt as _};
use serde_json::Value;

use super::csv;
use crate::calling;
use crate::command::{App, flag, option};
use crate::endpoint::read_stdin;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::progress::Progress;

const TARGETS: [&str; 6] = ["channel", "channel-id", "chat", "thread", "user", "bot"];

pub(super) fn command() -> Command {
    Command::new("send")
        .about("Sends a message to a channel, a chat, a thread or a user")
        .after_help(
            "Examples:\n  \
             cliq send --channel ops \"Deploy failed\"\n  \
             make 2>&1 | tail -20 | cliq send --user jo@example.com\n  \
             cliq send --channel ops \"Nightly\" --table results.csv --button \"Open=https://ci.example.com/7\"\n  \
             cliq send --channel ops \"Deploy\" --card title=\"Deploy 4.2\" Branch=main State=failed",
        )
        .arg(
            Arg::new("text")
                .value_name("TEXT")
                .help("The text. Defaults to standard input, unless that is a terminal"),
        )
        .arg(option("channel", "NAME", "To the channel with this unique name"))
        .arg(option("channel-id", "ID", "To the channel with this id"))
        .arg(option("chat", "ID", "To the chat with this id"))
        .arg(option("thread", "ID", "To the thread with this chat id"))
        .arg(option("user", "EMAIL", "To the user with this email address"))
        .arg(option(
            "bot",
            "NAME",
            "As this bot: alone to those who subscribed to it, with another target to that one",
        ))
        .group(ArgGroup::new("target").args(TARGETS).multiple(true).required(true))
        .arg(
            flag("broadcast", "With --bot: to all who subscribed to the bot").requires("bot"),
        )
        .arg(
            option(
                "card",
                "KEY=VALUE",
                "Adds a card: title=…, theme=modern-inline or poll, thumbnail=URL, option=… of a poll; any other key is a field of the card",
            )
            .num_args(1..)
            .action(ArgAction::Append)
            .value_parser(pair),
        )
        .arg(
            option("button", "LABEL=URL", "Adds a button that opens a URL; may be repeated")
                .action(ArgAction::Append)
                .value_parser(pair),
        )
        .arg(
            option("table", "FILE.csv", "Adds a table, whose headers are the first line; may be repeated")
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            option("file", "FILE", "Uploads a file, with the text as its comment; may be repeated")
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(option("reply-to", "ID", "Replies to the message with this id"))
        .arg(
            flag("sync", "Waits until the message is posted, and prints its id"),
        )
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE; the text comes before, or after another option".to_owned()),
    }
}

/// Where a message goes.
#[derive(Debug, Clone)]
enum Target {
    Channel(String),
    ChannelId(String),
    Chat(String),
    User(String),
    Subscribers,
}

impl Target {
    fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let given = TARGETS[..5].iter().filter(|name| text(name).is_some());
        if given.count() > 1 {
            return Err(Failure::usage(
                "a message has one target; give one of --channel, --channel-id, --chat, --thread and --user",
            ));
        }
        Ok(text("channel")
            .map(Self::Channel)
            .or_else(|| text("channel-id").map(Self::ChannelId))
            .or_else(|| text("chat").or_else(|| text("thread")).map(Self::Chat))
            .or_else(|| text("user").map(Self::User))
            .unwrap_or(Self::Subscribers))
    }
}

/// Sends a message.
pub(super) async fn run(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let output = Output::new(matches)?;
    let target = Target::new(matches)?;
    let files: Vec<&PathBuf> = matches.get_many("file").into_iter().flatten().collect();
    let text = text(matches, !files.is_empty() || has_parts(matches)).await?;
    let parts = files
        .iter()
        .map(|file| {
            Part::file(file)
                .map_err(|error| Failure::usage(format!("can't read {}: {error}", file.display())))
        })
        .collect::<Result<Vec<Part>, Failure>>()?;
    let as_comment = !parts.is_empty() && !has_parts(matches);
    let message = message(matches, if as_comment { None } else { text.clone() })?;
    if !as_comment {
        // Before anything is sent: the files would otherwise be there without their message.
        message
            .check()
            .map_err(|problem| Failure::usage(problem.to_string()))?;
    }
    let connection = calling::connect(app, matches).await?;
    let sending = Sending {
        client: &connection.client,
        matches,
        bot: matches.get_one::<String>("bot").cloned(),
        target,
    };
    let mut result = Value::Null;
    if !as_comment {
        result = sending.post(message).await?;
    }
    if !parts.is_empty() {
        let comments = text.filter(|_| as_comment);
        sending.upload(parts, comments).await?;
    }
    if output.is_table() && !output.has_query() {
        let id = ["message_id", "/data/id"]
            .iter()
            .find_map(|name| result.get(name).or_else(|| result.pointer(name)));
        return match id.and_then(Value::as_str) {
            Some(id) => output.text(id),
            None => Ok(()),
        };
    }
    output.print(result, &[])
}

fn has_parts(matches: &ArgMatches) -> bool {
    ["card", "button", "table"]
        .iter()
        .any(|name| matches.contains_id(name))
}

/// The text; `None` if there is none, and none is needed.
async fn text(matches: &ArgMatches, optional: bool) -> Result<Option<String>, Failure> {
    let text = match matches.get_one::<String>("text").map(String::as_str) {
        Some("-") => read_stdin().await?,
        Some(text) => text.to_owned(),
        None if optional => return Ok(None),
        None if std::io::stdin().is_terminal() => String::new(),
        None => read_stdin().await?,
    };
    let text = text.trim_end();
    if !text.is_empty() {
        return Ok(Some(text.to_owned()));
    }
    if optional {
        return Ok(None);
    }
    Err(Failure::usage(
        "there is no text; give it as an argument or on standard input",
    ))
}

fn message(matches: &ArgMatches, text: Option<String>) -> Result<Message, Failure> {
    let pairs = |name: &str| {
        let pairs = matches.get_many::<(String, String)>(name);
        pairs.into_iter().flatten().cloned().collect::<Vec<_>>()
    };
    let mut message = text.map_or_else(Message::default, Message::text);
    let card = pairs("card");
    if !card.is_empty() {
        message = add_card(message, card)?;
    }
    for (label, url) in pairs("button") {
        message = message.button(Button::new(label, OpenUrl::new(url)));
    }
    for file in matches.get_many::<PathBuf>("table").into_iter().flatten() {
        message = message.slide(table(file)?);
    }
    if let Some(id) = matches.get_one::<String>("reply-to") {
        message = message.reply_to(id);
    }
    if matches.get_flag("sync") {
        message = message.sync_message(true);
    }
    Ok(message)
}

fn add_card(message: Message, pairs: Vec<(String, String)>) -> Result<Message, Failure> {
    let (mut title, mut theme, mut thumbnail) = (None, None, None);
    let (mut fields, mut options) = (Vec::new(), Vec::new());
    for (key, value) in pairs {
        match &*key {
            "title" => title = Some(value),
            "theme" => theme = Some(value),
            "thumbnail" => thumbnail = Some(value),
            "option" => options.push(value),
            _ => fields.push((key, value)),
        }
    }
    match theme.as_deref() {
        None | Some("modern-inline") => {
            let mut card = title.map_or_else(ModernInline::untitled, ModernInline::new);
            if let Some(url) = thumbnail {
                card = card.thumbnail(url);
            }
            if !fields.is_empty() {
                let section = fields
                    .into_iter()
                    .fold(Section::new(), |section, (name, value)| {
                        section.field(name, value)
                    });
                card = card.section(section);
            }
            Ok(message.card(card))
        }
        Some("poll") => {
            let title = title.ok_or_else(|| Failure::usage("a poll needs --card title=…"))?;
            Ok(message.card(Poll::of(title, options)))
        }
        Some(other) => {
            let problem = format!("unknown theme {other:?}; expected modern-inline or poll");
            Err(Failure::usage(problem).advice("others can be sent with cliq messages and --json"))
        }
    }
}

fn table(file: &PathBuf) -> Result<AnyTable, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("can't read {name}: {error}")))?;
    let mut rows = csv::rows(&text)
        .map_err(|problem| Failure::usage(format!("{name}: {problem}")))?
        .into_iter();
    let headers = rows
        .next()
        .ok_or_else(|| Failure::usage(format!("{name} is empty")))?;
    let columns = headers.len();
    rows.enumerate()
        .try_fold(AnyTable::new(headers), |table, (index, row)| {
            if row.len() == columns {
                return Ok(table.row(row));
            }
            let (row, found) = (index + 2, row.len());
            let problem = format!("{name}: row {row} has {found} cells; expected {columns}");
            Err(Failure::usage(problem))
        })
}

/// A client, and where it sends to.
struct Sending<'a> {
    client: &'a Client,
    matches: &'a ArgMatches,
    bot: Option<String>,
    target: Target,
}

impl Sending<'_> {
    /// Makes a call with the options of the command line.
    async fn call<R>(&self, call: R) -> Result<Value, Failure>
    where
        R: Endpoint + IntoFuture<Output = Result<R::Response, cliq_api::Error>>,
        R::Response: serde::Serialize,
    {
        let meta = R::META;
        let call = call.options(|options| calling::options(options, meta, self.matches));
        let progress = Progress::new(self.client, meta);
        let posted = progress.watch(call.into_future()).await;
        let posted = posted.map_err(|failure| match self.target {
            Target::Channel(_) | Target::ChannelId(_) if failure.is_not_found() => {
                failure.advice("cliq channels list shows those that you can see")
            }
            _ => failure,
        })?;
        serde_json::to_value(posted).map_err(|error| Failure::new(Exit::Other, error.to_string()))
    }

    async fn post(&self, message: Message) -> Result<Value, Failure> {
        let (client, bot) = (self.client, self.bot.clone());
        match self.target.clone() {
            Target::Channel(name) => {
                let call = client.send_channel_message_by_name(name, message);
                self.call(call.with(bot, |call, bot| call.bot_unique_name(bot)))
                    .await
            }
            Target::ChannelId(id) => {
                let call = client.send_channel_message(id, message);
                self.call(call.with(bot, |call, bot| call.bot_unique_name(bot)))
                    .await
            }
            Target::Chat(id) => {
                let call = client.send_message(id, message);
                self.call(call.with(bot, |call, bot| call.bot_unique_name(bot)))
                    .await
            }
            Target::User(_) if bot.is_some() => Err(Failure::usage(
                "a bot can't post to a user by the email address; use cliq bots send-message",
            )),
            Target::User(email) => self.call(client.send_direct_message(email, message)).await,
            Target::Subscribers => {
                let mut message = BotMessage::from(message);
                if self.matches.get_flag("broadcast") {
                    message = message.broadcast(true);
                }
                self.call(client.send_bot_message(bot.unwrap_or_default(), message))
                    .await
            }
        }
    }

    async fn upload(&self, files: Vec<Part>, comment: Option<String>) -> Result<(), Failure> {
        let (client, bot) = (self.client, self.bot.clone());
        let comments = comment.map(|comment| [comment]);
        let done = match self.target.clone() {
            Target::Channel(name) => {
                let call = client
                    .upload_to_channel(name, files)
                    .with(comments, |call, comments| call.comments(comments));
                self.call(call.with(bot, |call, bot| call.bot_unique_name(bot)))
                    .await
            }
            Target::ChannelId(_) => Err(Failure::usage(
                "a file can't be sent to a channel's id; use --channel with its unique name",
            )),
            Target::Chat(id) => {
                let call = client
                    .upload_to_chat(id, files)
                    .with(comments, |call, comments| call.comments(comments));
                self.call(call.with(bot, |call, bot| call.bot_unique_name(bot)))
                    .await
            }
            Target::User(email) => {
                let call = client
                    .upload_to_user(email, files)
                    .with(comments, |call, comments| call.comments(comments));
                self.call(call.with(bot, |call, bot| call.bot_unique_name(bot)))
                    .await
            }
            Target::Subscribers => {
                let call = client
                    .upload_as_bot(bot.unwrap_or_default(), files)
                    .with(comments, |call, comments| call.comments(comments));
                self.call(call).await
            }
        };
        done.map(drop)
    }
}
