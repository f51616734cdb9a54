//! A command that is an endpoint: makes the call and prints what comes back.

use std::path::Path;
use std::time::Duration;

use clap::ArgMatches;
use cliq_api::{DynamicCall, EndpointMeta, NextPage, Options, ResponseKind};
use serde_json::Value;

use crate::command::App;
use crate::endpoint;
use crate::failure::{Exit, Failure};
use crate::host::Connection;
use crate::output::{self, Output};
use crate::place::Partial;
use crate::progress::Progress;

/// How long an attempt may take by default, as the client has it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a call may wait for its rate limit, by default.
const WAIT: Duration = Duration::from_mins(5);

/// Runs the command of an endpoint.
pub(crate) async fn run(
    app: &App,
    meta: &'static EndpointMeta,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let output = Output::new(matches)?;
    let connection = connect(app, matches).await?;
    let call = endpoint::call(&connection.client, meta, matches).await?;
    let call = with_options(call, matches);
    let progress = Progress::new(&connection.client, meta);
    match meta.kind() {
        ResponseKind::Bytes | ResponseKind::Download => {
            let to = matches.get_one::<std::path::PathBuf>("to");
            download(call, to.map(|path| &**path), &output, &progress).await
        }
        ResponseKind::Events => events(call, &output, &progress).await,
        ResponseKind::JsonLines => lines(call, &output, &progress).await,
        ResponseKind::Text => match progress.watch(call.into_future()).await? {
            Value::String(text) => output.text(&text),
            value => output.print(value, &[]),
        },
        _ if meta.page().is_some() && matches.get_flag("all") => {
            let start = matches.get_one::<String>("start-at").cloned();
            pages(call, start, &output, &progress).await
        }
        _ => {
            let value = progress.watch(call.into_future()).await?;
            print(value, meta, &output)
        }
    }
}

/// Builds the client, and has its calls recorded at the end.
pub(crate) async fn connect(app: &App, matches: &ArgMatches) -> Result<Connection, Failure> {
    let connection = app.host().connect(app, matches).await?;
    app.note(&connection.client);
    Ok(connection)
}

/// Applies the options that all calls have.
pub(crate) fn with_options(call: DynamicCall, matches: &ArgMatches) -> DynamicCall {
    let meta = call.endpoint();
    call.options(|set| options(set, meta, matches))
}

/// The options that the command line has for a call.
pub(crate) fn options(options: Options, meta: &EndpointMeta, matches: &ArgMatches) -> Options {
    let timeout = matches.get_one::<Duration>("timeout").copied();
    let wait = matches.get_one::<Duration>("wait").copied();
    within(options, meta, timeout, wait.unwrap_or(WAIT))
}

/// Limits an attempt, and how long the call may wait for its rate limit.
pub(crate) fn within(
    options: Options,
    meta: &EndpointMeta,
    timeout: Option<Duration>,
    wait: Duration,
) -> Options {
    let options = match timeout {
        Some(timeout) => options.timeout(timeout),
        None => options,
    };
    if wait.is_zero() {
        return options.fail_fast();
    }
    let attempt = timeout.or(meta.timeout()).unwrap_or(TIMEOUT);
    options.through_locks().deadline(wait + 2 * attempt)
}

fn print(value: Value, meta: &'static EndpointMeta, output: &Output) -> Result<(), Failure> {
    let Some(page) = meta.page() else {
        return output.print(value, &[]);
    };
    let more = next_token(&value, page.next());
    output.print(value, page.items())?;
    if more && output.is_table() && output.is_terminal() {
        eprintln!("There are more: --all fetches all pages.");
    }
    Ok(())
}

fn next_token(value: &Value, next: NextPage) -> bool {
    let (NextPage::Token { member, .. } | NextPage::Url { member, .. }) = next else {
        return false;
    };
    let found = member.iter().try_fold(value, |value, name| value.get(name));
    match found {
        Some(Value::String(token)) => !token.is_empty(),
        Some(value) => !value.is_null(),
        None => false,
    }
}

/// All pages. Lines are printed as they come; a list needs its end.
async fn pages(
    call: DynamicCall,
    start: Option<String>,
    output: &Output,
    progress: &Progress,
) -> Result<(), Failure> {
    let mut pages = call.pages();
    if let Some(start) = start {
        pages = pages.start_at(start);
    }
    let mut all = Vec::new();
    let mut count = 0;
    while let Some(page) = progress.watch(async { Ok(pages.next().await) }).await? {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                let failure = Failure::from(error);
                // What was fetched so far was printed, or is of no use without the rest.
                return Err(match pages.token() {
                    Some(token) => failure.advice(&format!("--start-at {token:?} continues there")),
                    None => failure,
                });
            }
        };
        count += page.items.len();
        progress.note(format!("{count} items"));
        if output.is_jsonl() {
            for item in page.items {
                output.line(item)?;
            }
        } else {
            all.extend(page.items);
        }
    }
    if output.is_jsonl() {
        return Ok(());
    }
    output.print(Value::Array(all), &[])
}

async fn events(call: DynamicCall, output: &Output, progress: &Progress) -> Result<(), Failure> {
    let mut events = progress.watch(call.events()).await?;
    progress.clear();
    while let Some(event) = events.next().await {
        output.line(event?.data)?;
    }
    Ok(())
}

async fn lines(call: DynamicCall, output: &Output, progress: &Progress) -> Result<(), Failure> {
    let mut lines = progress.watch(call.lines()).await?;
    progress.clear();
    while let Some(line) = lines.next().await {
        output.line(line?)?;
    }
    Ok(())
}

/// Content that is no JSON: into a file, which has its name once it is complete, or to standard
/// output.
async fn download(
    call: DynamicCall,
    to: Option<&Path>,
    output: &Output,
    progress: &Progress,
) -> Result<(), Failure> {
    if output.has_query() {
        return Err(Failure::usage(
            "--query needs JSON, and this endpoint returns other content",
        ));
    }
    if to.is_none() && output.is_terminal() {
        return Err(Failure::usage(
            "this endpoint returns content that may not be text; write it to a file with --to, or into a pipe",
        ));
    }
    let problem = |error| {
        let name = to.map_or("the output".into(), Path::to_string_lossy);
        Failure::io(format_args!("can't write {name}"), &error)
    };
    // Before anything is sent, so that a call isn't made in vain.
    let mut file = to
        .map(|to| Partial::create(to, false))
        .transpose()
        .map_err(problem)?;
    let response = progress.watch(call.stream()).await?;
    let mut body = response.into_body();
    let mut size = 0;
    while let Some(piece) = progress.watch(async { Ok(body.data().await) }).await? {
        let piece = piece.map_err(|error| {
            Failure::new(Exit::Network, format!("the content broke off: {error}"))
        })?;
        size += piece.len();
        progress.note(format!("{} KiB", size / 1024));
        match &mut file {
            Some(file) => file.write(&piece).map_err(problem)?,
            None => output::write(&piece)?,
        }
    }
    match file {
        Some(file) => file.finish().map_err(problem),
        None => Ok(()),
    }
}
