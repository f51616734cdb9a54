//! `--sandbox`: everything without an account.

use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use cliq_api::shared::FileLimitStore;
use cliq_api::{Client, DataCenter, zoho};
use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Clock, Demo, Sandbox, ServeOptions};
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};
use crate::host::Connection;
use crate::place;

/// How long the head of a request may take, and its body.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a sandbox that was started may take to answer a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// Which sandbox is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One that runs on this machine, or one for this command alone.
    Any,
    At(String),
}

pub(super) fn arg() -> Arg {
    Arg::new("sandbox")
        .long("sandbox")
        .value_name("URL")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("")
        .help("Uses a sandbox in place of an account: the one at this URL, the one that runs here, or one for this command alone")
}

pub(super) fn command() -> Command {
    Command::new("sandbox")
        .about("Runs a sandbox, which commands with --sandbox use")
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("PORT")
                .default_value("8787")
                .value_parser(value_parser!(u16))
                .help("The port to listen at, on this machine only; 0 is a free one"),
        )
        .arg(
            Arg::new("limits")
                .long("limits")
                .value_name("KIND")
                .default_value("published")
                .value_parser(["published", "harsh", "off"])
                .help("How rate limits and lockouts behave"),
        )
}

/// What runs, for other processes of the user.
#[derive(Serialize, Deserialize)]
struct Running {
    url: String,
    token: String,
    /// Limits are counted separately for each: it knows nothing of calls to others.
    run: String,
}

pub(super) fn wanted(matches: &ArgMatches) -> Result<Option<Wanted>, Failure> {
    let text = match matches.get_one::<String>("sandbox") {
        Some(url) => Some(url.clone()),
        None => place::text_variable("CLIQ_SANDBOX")?,
    };
    Ok(text.map(|text| match &*text {
        "" | "1" | "true" => Wanted::Any,
        _ => Wanted::At(text),
    }))
}

fn demo(limits: Limits) -> Demo {
    Sandbox::builder()
        .clock(Clock::system())
        .limits(limits)
        .demo()
}

/// Builds a client of a sandbox.
pub(super) async fn connect(wanted: &Wanted) -> Result<Connection, Failure> {
    // A token of an account is never sent to a sandbox, so this is another variable.
    let own = place::text_variable("CLIQ_SANDBOX_TOKEN")?;
    let (url, token, run) = match wanted {
        Wanted::At(url) => (url.clone(), None, String::new()),
        Wanted::Any => match running().await {
            Some(running) => (running.url, Some(running.token), running.run),
            None => return alone(),
        },
    };
    // That of the world for first steps is the same one each time.
    let token = own.or(token).unwrap_or_else(|| demo(Limits::off()).token);
    let limits = place::state("cliq")?.join("sandbox-limits");
    let client = Client::cliq(DataCenter::US)
        .base_url(url)
        .access_token(token)
        .user(format!("sandbox {run}"))
        // What was sent before the first call is known: nothing.
        .limits(zoho::limits().cold_start(false))
        .limit_store(FileLimitStore::open(limits)?)
        .build()?;
    Ok(Connection {
        client,
        _guard: None,
    })
}

/// A sandbox within this process. It is gone with it.
fn alone() -> Result<Connection, Failure> {
    if std::io::stderr().is_terminal() {
        eprintln!("A new sandbox, for this command alone; `cliq sandbox` runs one that stays.");
    }
    let demo = demo(Limits::published());
    let client = demo
        .sandbox
        .client_builder()
        .access_token(&*demo.token)
        .limits(zoho::limits().cold_start(false))
        .build()?;
    Ok(Connection {
        client,
        _guard: Some(Box::new(demo)),
    })
}

fn file() -> Result<std::path::PathBuf, Failure> {
    Ok(place::state("cliq")?.join("sandbox.json"))
}

/// The sandbox of `cliq sandbox`, if it still runs.
async fn running() -> Option<Running> {
    let text = tokio::fs::read_to_string(file().ok()?).await.ok()?;
    let running: Running = serde_json::from_str(&text).ok()?;
    let address: SocketAddr = running.url.strip_prefix("http://")?.parse().ok()?;
    let connect = tokio::net::TcpStream::connect(address);
    tokio::time::timeout(CONNECT_TIMEOUT, connect)
        .await
        .ok()?
        .ok()?;
    Some(running)
}

/// Runs one until it is ended.
pub(super) async fn serve(matches: &ArgMatches) -> Result<(), Failure> {
    let limits = match matches.get_one::<String>("limits").map(String::as_str) {
        Some("off") => Limits::off(),
        Some("harsh") => Limits::harsh(),
        _ => Limits::published(),
    };
    let port = matches.get_one("port").copied().unwrap_or_default();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let options = ServeOptions::at(address)
        .loopback_hosts()
        .read_timeout(READ_TIMEOUT);
    let demo = demo(limits);
    let server = demo
        .sandbox
        .serve_with(options)
        .await
        .map_err(|error| Failure::io(format_args!("can't listen at {address}"), &error))?;
    let url = server.base_url();
    let _known = Known::tell(&Running {
        url: url.clone(),
        token: demo.token.clone(),
        run: format!("{} {}", std::process::id(), demo.sandbox.now()),
    })?;
    let Demo {
        channel_unique_name: channel,
        thread_chat_id: thread,
        ..
    } = &demo;
    let text = format!(
        "Cliq is at {url}, for this machine only, until Ctrl-C.\n\n  \
         channel  {channel}\n  thread   {thread}\n\n\
         Try it in another shell:\n\n  \
         cliq --sandbox send --thread {thread} \"Hello\"\n  \
         cliq --sandbox threads get {thread}\n",
    );
    crate::output::write(text.as_bytes())?;
    // Whoever ends it ends this.
    std::future::pending().await
}

/// Other processes know of the sandbox until this is dropped.
struct Known;

impl Known {
    fn tell(running: &Running) -> Result<Self, Failure> {
        let path = file()?;
        let text = serde_json::to_vec(running)
            .map_err(|error| Failure::new(Exit::Other, error.to_string()))?;
        place::write_private(&path, &text)
            .map_err(|error| Failure::io(format_args!("can't write {}", path.display()), &error))?;
        Ok(Self)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        if let Ok(path) = file() {
            let _ = std::fs::remove_file(path);
        }
    }
}
