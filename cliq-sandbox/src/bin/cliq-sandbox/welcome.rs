//! The welcome text: address, tokens, and first commands to try.

use std::fmt::Write as _;

use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Sandbox, SandboxUser, Server};

use super::args::Args;

/// The maximum number of ids shown per kind.
const MOST: usize = 20;

pub(crate) fn text(server: &Server, args: &Args) -> String {
    let (url, sandbox) = (server.base_url(), server.sandbox());
    let limits = if args.limits == Limits::off() {
        "off"
    } else {
        &args.limits_name
    };
    let reach = if args.address.ip().is_loopback() {
        "this machine only"
    } else {
        "whoever reaches the address"
    };
    let end = match &args.save {
        Some(file) => format!("Ctrl-C ends it and writes its world to {}.", file.display()),
        None => "Ctrl-C ends it and discards its world.".to_owned(),
    };
    let mut text = format!("Cliq is at {url}, for {reach}. {end}\n\n");
    line(&mut text, "limits", limits);
    line(&mut text, "seed", sandbox.seed());
    let tokens: Vec<_> = sandbox
        .users()
        .into_iter()
        .map(|user| (sandbox.token(&user.id), user))
        .collect();
    people(&mut text, sandbox, &tokens);
    channels(&mut text, sandbox);
    if args.app {
        app(&mut text, sandbox, &tokens, &url);
    }
    examples(&mut text, sandbox, &tokens, &url);
    text
}

/// Writing to a text can't fail.
fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "  {name:<17} {value}");
}

/// Lists all users: their tokens are shown nowhere else.
fn people(text: &mut String, sandbox: &Sandbox, tokens: &[(String, SandboxUser)]) {
    text.push_str("\n  Users, with their ids and access tokens:\n");
    let members: Vec<String> = sandbox
        .channels()
        .into_iter()
        .flat_map(|channel| channel.member_ids)
        .collect();
    for (token, user) in tokens {
        let remark = match (user.is_external, members.contains(&user.id)) {
            (true, _) => "   (of another organization)",
            (false, false) => "   (in no channel)",
            (false, true) => "",
        };
        line(
            text,
            &user.name,
            format_args!("{:<11} {token}{remark}", user.id),
        );
    }
}

fn channels(text: &mut String, sandbox: &Sandbox) {
    let channels = sandbox.channels();
    for channel in channels.iter().take(MOST) {
        text.push('\n');
        line(text, "channel", &channel.id);
        line(text, "its unique name", &channel.unique_name);
        line(text, "its chat id", &channel.chat_id);
        if !channel.bot_unique_names.is_empty() {
            line(text, "bots in it", channel.bot_unique_names.join(", "));
        }
        let threads = sandbox.threads(&channel.id);
        let messages = sandbox.messages(&channel.chat_id);
        let is_free = |id: &String| threads.iter().all(|thread| thread.main_message_id != *id);
        if let Some(message) = messages.iter().rev().find(|message| is_free(&message.id)) {
            line(text, "a message", &message.id);
        }
        if let Some(thread) = threads.last() {
            line(text, "a thread", &thread.chat_id);
        }
    }
    if channels.len() > MOST {
        line(
            text,
            "and",
            format_args!("{} channels more", channels.len() - MOST),
        );
    }
}

/// Shows the OAuth app of the user in the examples.
fn app(text: &mut String, sandbox: &Sandbox, tokens: &[(String, SandboxUser)], url: &str) {
    let Some(user) = beginner(sandbox, tokens).map(|(_, user)| user) else {
        return;
    };
    let app = sandbox.app(&user.id);
    text.push('\n');
    line(text, "OAuth server", url);
    line(text, "client id", &app.client_id);
    line(text, "client secret", &app.client_secret);
    line(
        text,
        "refresh token",
        format_args!("{}   (of {})", app.refresh_token, user.name),
    );
}

/// Returns a user who is in a channel with a thread, else any user.
fn beginner<'t>(
    sandbox: &Sandbox,
    tokens: &'t [(String, SandboxUser)],
) -> Option<&'t (String, SandboxUser)> {
    let channels = sandbox.channels();
    let member = channels.iter().find_map(|channel| {
        let has_thread = !sandbox.threads(&channel.id).is_empty();
        channel.member_ids.first().filter(|_| has_thread)
    });
    tokens
        .iter()
        .find(|(_, user)| member.is_none_or(|id| user.id == *id))
}

/// Shows calls that succeed, with the token of a user who may make them.
fn examples(text: &mut String, sandbox: &Sandbox, tokens: &[(String, SandboxUser)], url: &str) {
    let channels = sandbox.channels();
    let found = channels.iter().find_map(|channel| {
        let thread = sandbox.threads(&channel.id).pop()?;
        channel.member_ids.first()?;
        Some(thread.chat_id)
    });
    let Some((token, _)) = beginner(sandbox, tokens) else {
        return;
    };
    let _ = writeln!(
        text,
        "\nTo begin with:\n\n  export CLIQ={url} TOKEN={token}"
    );
    let curl = "curl -H \"Authorization: Bearer $TOKEN\"";
    if let Some(thread) = found {
        let _ = write!(
            text,
            "  {curl} $CLIQ/api/v3/threads/{thread}\n  \
             {curl} -X POST $CLIQ/api/v3/threads/{thread}/follow\n  \
             {curl} -H 'Content-Type: application/json' -d '{{\"text\": \"Hello.\", \"sync_message\": true}}' \
             $CLIQ/api/v3/chats/{thread}/messages\n"
        );
    } else if let Some(channel) = channels.first() {
        let _ = writeln!(
            text,
            "  {curl} $CLIQ/api/v2/channels/{}/threads",
            channel.id
        );
    }
    text.push('\n');
}
