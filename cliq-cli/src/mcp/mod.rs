//! The same endpoints as tools for assistants: a server of the Model Context Protocol, over
//! standard input and output, or over HTTP on this machine.
//!
//! It is narrow by default: tools that change something need `--write`, and what the token may not
//! do isn't offered. Rate limits are kept as they are for commands.

mod http;
mod rest;
mod server;
mod tool;

use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rmcp::ServiceExt as _;

use self::server::{Server, Settings};
use self::tool::Tools;
use crate::calling;
use crate::command::App;
use crate::failure::{Exit, Failure};

/// How long a call of a tool may wait for its rate limit. Clients give up after a minute or so, and
/// an assistant can do something else in the meantime.
const WAIT: Duration = Duration::from_secs(20);

pub(crate) fn command() -> Command {
    Command::new("mcp")
        .about("Serves the endpoints as tools for assistants (Model Context Protocol)")
        .after_help(
            "Over standard input and output, which is how assistants start it. The tools only read, unless \
             --write is given, and those that the token has no scope for are left out.",
        )
        .arg(
            Arg::new("write")
                .long("write")
                .action(ArgAction::SetTrue)
                .help("Offers the tools that change something as well"),
        )
        .arg(
            Arg::new("allow")
                .long("allow")
                .value_name("NAMES")
                .action(ArgAction::Append)
                .value_delimiter(',')
                .help("Offers only these groups or commands, such as threads,messages.list"),
        )
        .arg(
            Arg::new("max-result")
                .long("max-result")
                .value_name("BYTES")
                .default_value("32768")
                .value_parser(value_parser!(u32).range(1024..))
                .help("How much of a result is returned at once; a tool returns the rest"),
        )
        .arg(
            Arg::new("http")
                .long("http")
                .value_name("PORT")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("0")
                .value_parser(value_parser!(u16))
                .help("Serves over HTTP, on this machine only, for clients with the token that is printed"),
        )
}

/// Serves until the client goes away, or somebody ends it.
pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let names: Vec<&String> = matches.get_many("allow").into_iter().flatten().collect();
    let connection = calling::connect(app, matches).await?;
    let tools = Tools::new(app, &connection.client, &names, matches.get_flag("write"))?;
    let wait = match matches.value_source("wait") {
        Some(ValueSource::CommandLine) => matches.get_one("wait").copied().unwrap_or(WAIT),
        _ => WAIT,
    };
    let server = Server::new(
        app,
        &connection.client,
        tools,
        Settings {
            wait,
            timeout: matches.get_one("timeout").copied(),
            max_result: matches
                .get_one::<u32>("max-result")
                .map_or(32_768, |bytes| *bytes as usize),
        },
    );
    if let Some(port) = matches.get_one::<u16>("http") {
        return http::serve(server, *port, app.name()).await;
    }
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Other, format!("the client can't be served: {error}"))
    };
    let running = match server.serve(rmcp::transport::io::stdio()).await {
        Ok(running) => running,
        // A client that goes away before it has begun is no failure.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(failed(&error)),
    };
    running.waiting().await.map_err(|error| failed(&error))?;
    Ok(())
}
