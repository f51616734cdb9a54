//! The command line as a whole: from arguments to an exit code.

use std::cell::RefCell;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use cliq_api::{Client, ClientBuilder, Endpoints, Error};

use crate::calling;
use crate::catalog::{Catalog, Entry, Group};
use crate::endpoint;
use crate::failure::{Exit, Failure};
use crate::host::{Host, Plain};
use crate::listing;
use crate::output::{self, Output};
use crate::shells;
use crate::text;

/// How long calls that were sent may take to be recorded, at the end.
const CLOSING: Duration = Duration::from_secs(2);

/// A program made from declared endpoints: each is a command, and a tool of its MCP server.
///
/// Of several traits, each is a group of commands: `desk tickets close 42`. The commands of a
/// single one are the program's own: `tickets close 42`. What a trait is about is left out of its
/// commands, so `close_ticket` of `Tickets` is `close`; the whole name works as well.
///
/// Rate limits are shared by all processes of the user, in files below
/// `$XDG_STATE_HOME/<program>` (`~/.local/state`).
///
/// | variable | |
/// |---|---|
/// | `<PROGRAM>_TOKEN` | a bearer token |
/// | `<PROGRAM>_URL` | another base URL |
/// | `<PROGRAM>_USER` | the key that rate limits are counted under; defaults to `default` |
/// | `<PROGRAM>_STATE_DIR` | where rate limits are kept |
#[must_use = "a command does nothing until it is run"]
pub struct Command {
    name: String,
    about: String,
    version: String,
    tables: Vec<&'static Endpoints>,
    host: Kind,
}

enum Kind {
    Plain(Plain),
    #[cfg(feature = "zoho")]
    Cliq(crate::cliq::Cliq),
}

impl Kind {
    /// What a user set is never ignored: it makes another program of `cliq`.
    fn into_plain(self) -> Plain {
        match self {
            Self::Plain(plain) => plain,
            #[cfg(feature = "zoho")]
            Self::Cliq(_) => Plain::default(),
        }
    }
}

impl Command {
    /// Starts a program of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            about: String::new(),
            version: String::new(),
            tables: Vec::new(),
            host: Kind::Plain(Plain::default()),
        }
    }

    /// Sets the first text of `--help`. Defaults to the documentation of the trait.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// Sets the program's version. Without one there is no `--version`.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Adds tables of endpoints, which `#[endpoints]` puts next to its traits.
    pub fn apis(mut self, tables: impl IntoIterator<Item = &'static Endpoints>) -> Self {
        self.tables.extend(tables);
        self
    }

    /// Sets the base URL, as in [`Client::builder`].
    pub fn base_url(self, url: impl Into<String>) -> Self {
        self.plain(|plain| plain.base_url = Some(url.into()))
    }

    /// Sets how the client is built, for other authorization than a bearer token, or for a
    /// provider. The program adds its endpoints, the user, and the store of rate limits.
    ///
    /// ```no_run
    /// use cliq_api::prelude::*;
    /// # #[endpoints]
    /// # pub trait Tickets { #[endpoint(GET "/a")] fn list_tickets(&self) -> Vec<String>; }
    ///
    /// cliq_cli::Command::new("tickets").apis([TICKETS]).client(|| {
    ///     let key = std::env::var("TICKETS_KEY").unwrap_or_default();
    ///     Ok(Client::builder("https://desk.example.com").header_key("X-Api-Key", key))
    /// });
    /// ```
    pub fn client(self, build: impl Fn() -> Result<ClientBuilder, Error> + 'static) -> Self {
        self.plain(|plain| plain.build = Some(Box::new(build)))
    }

    fn plain(mut self, set: impl FnOnce(&mut Plain)) -> Self {
        let mut plain = self.host.into_plain();
        set(&mut plain);
        self.host = Kind::Plain(plain);
        self
    }

    /// Returns `cliq`, the command for Zoho Cliq.
    #[cfg(feature = "zoho")]
    pub fn cliq() -> Self {
        Self {
            host: Kind::Cliq(crate::cliq::Cliq),
            ..Self::new("cliq")
                .about("Zoho Cliq from the command line, and as tools for assistants")
                .version(env!("CARGO_PKG_VERSION"))
                .apis(cliq_api::cliq::APIS.iter().copied())
        }
    }

    /// Runs it with the arguments of the process.
    pub fn run(self) -> ExitCode {
        self.run_from(std::env::args_os())
    }

    /// Runs it with these arguments, of which the first is the program's name.
    pub fn run_from(self, args: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let app = App::new(self);
        if let Some(completed) = shells::complete(&app, &args) {
            return app.ended(completed, false);
        }
        match app.command(&Wanted::by(&args)).try_get_matches_from(args) {
            Ok(matches) => app.run(&matches),
            Err(error) => {
                // Help can be piped into a pager that ends.
                let _ = error.print();
                ExitCode::from(u8::from(error.use_stderr()) * Exit::Usage as u8)
            }
        }
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Command")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Which commands are built with all that they have. The others are only named, as help lists them:
/// with hundreds of endpoints that is most of what a start costs.
#[derive(Debug)]
pub(crate) enum Wanted {
    All,
    Named(Vec<String>),
}

impl Wanted {
    /// Those whose names occur in the arguments.
    pub(crate) fn by(args: &[OsString]) -> Self {
        let args = args.iter().skip(1).filter_map(|arg| arg.to_str());
        Self::Named(args.map(str::to_owned).collect())
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|named| named == name),
        }
    }
}

/// A program that runs.
pub(crate) struct App {
    name: String,
    about: String,
    version: String,
    tables: Vec<&'static Endpoints>,
    pub(crate) catalog: Catalog,
    host: Box<dyn Host>,
    /// The client that was built, whose calls are recorded at the end.
    client: RefCell<Option<Client>>,
}

impl App {
    fn new(command: Command) -> Self {
        let mut catalog = Catalog::default();
        for table in &command.tables {
            catalog.add(table);
        }
        let mut about = command.about;
        if let (true, [group]) = (about.is_empty(), catalog.groups()) {
            about = text::title(group.summary);
        }
        Self {
            name: command.name,
            about,
            version: command.version,
            tables: command.tables,
            catalog,
            host: match command.host {
                Kind::Plain(plain) => Box::new(plain),
                #[cfg(feature = "zoho")]
                Kind::Cliq(cliq) => Box::new(cliq),
            },
            client: RefCell::new(None),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    #[cfg(feature = "mcp")]
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn tables(&self) -> &[&'static Endpoints] {
        &self.tables
    }

    /// Finds the endpoints that a user names: a group, or one.
    pub(crate) fn named(&self, name: &str) -> Result<Vec<(&Group, &Entry)>, Failure> {
        let found = self.catalog.find(name);
        if found.is_empty() {
            return Err(Failure::usage(format!(
                "there is no group or command {name:?}; see {} api list",
                self.name
            )));
        }
        Ok(found)
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// The endpoints of a single trait are commands of the program itself, unless one has the name
    /// of another command.
    pub(crate) fn flat(&self) -> Option<&Group> {
        let [group] = self.catalog.groups() else {
            return None;
        };
        let own = own_commands();
        let is_free =
            |name: &str| name != group.name && own.iter().all(|command| command.get_name() != name);
        let is_plain = self.host.commands().is_empty();
        (is_plain && group.endpoints.iter().all(|entry| is_free(&entry.command))).then_some(group)
    }

    /// The command line, as clap knows it.
    pub(crate) fn command(&self, wanted: &Wanted) -> clap::Command {
        let mut command = clap::Command::new(self.name.clone())
            .about(self.about.clone())
            .subcommand_required(true)
            .arg_required_else_help(true)
            .disable_help_subcommand(false)
            .after_help(Exit::HELP)
            .args(common())
            .args(self.host.args());
        if !self.version.is_empty() {
            command = command.version(self.version.clone());
        }
        for own in self.host.commands() {
            command = command.subcommand(own);
        }
        if let Some(group) = self.flat() {
            command = command.subcommands(entries(group, wanted));
        } else {
            for group in self.catalog.groups() {
                command = command.subcommand(group_command(group, wanted));
            }
        }
        command.subcommands(own_commands())
    }

    fn run(&self, matches: &ArgMatches) -> ExitCode {
        let Some((name, of_command)) = matches.subcommand() else {
            return Exit::Usage.into();
        };
        // The options of all commands are in what is typed last.
        let mut last = of_command;
        while let Some((_, matches)) = last.subcommand() {
            last = matches;
        }
        let wants_json = Output::wants_json_errors(last);
        let result = init_log(last).and_then(|()| match name {
            "api" => listing::run(self, of_command),
            "completions" => shells::completions(self, of_command),
            "man" => shells::man(self, of_command),
            _ => self.run_async(name, of_command),
        });
        self.ended(result, wants_json)
    }

    fn ended(&self, result: Result<(), Failure>, wants_json: bool) -> ExitCode {
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                self.report(&failure, wants_json);
                failure.exit.into()
            }
        }
    }

    fn report(&self, failure: &Failure, wants_json: bool) {
        use std::io::Write as _;
        let line = match failure.exit {
            // Whoever caused it knows.
            Exit::ClosedPipe | Exit::Interrupted | Exit::Terminated => return,
            _ if wants_json => serde_json::json!({ "error": failure.to_json() }).to_string(),
            _ => format!("{}: {failure}", self.name),
        };
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn run_async(&self, name: &str, matches: &ArgMatches) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("can't start", &error))?;
        let result = runtime.block_on(async {
            let ending = ending()?;
            let result = tokio::select! {
                biased;
                exit = ending => Err(Failure::new(exit, "interrupted")),
                result = self.dispatch(name, matches) => result,
            };
            // However it ended: what was sent is recorded, so that others count it.
            let client = self.client.take();
            if let Some(client) = client {
                client.close(CLOSING).await;
            }
            result
        });
        // A thread may wait for standard input, which nobody needs any more.
        runtime.shutdown_timeout(Duration::from_millis(100));
        result
    }

    async fn dispatch(&self, name: &str, matches: &ArgMatches) -> Result<(), Failure> {
        #[cfg(feature = "mcp")]
        if name == "mcp" {
            return crate::mcp::run(self, matches).await;
        }
        let (endpoint, matches) = match (self.flat(), self.catalog.group(name)) {
            (Some(group), _) => (group.entry(name), matches),
            (None, Some(group)) => {
                let Some((name, matches)) = matches.subcommand() else {
                    return Err(Failure::usage("a command is missing"));
                };
                (group.entry(name), matches)
            }
            (None, None) => (None, matches),
        };
        match endpoint {
            Some(entry) => calling::run(self, entry.meta, matches).await,
            None => self.host.run(self, name, matches).await,
        }
    }

    /// Notes the client, so that its calls are recorded at the end.
    pub(crate) fn note(&self, client: &Client) {
        *self.client.borrow_mut() = Some(client.clone());
    }
}

fn group_command(group: &Group, wanted: &Wanted) -> clap::Command {
    let about = match group.summary {
        "" => format!("Endpoints of {}", group.name),
        summary => text::title(summary),
    };
    let command = clap::Command::new(group.name.clone())
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true);
    if wanted.has(&group.name) {
        command.subcommands(entries(group, wanted))
    } else {
        command
    }
}

fn entries<'a>(group: &'a Group, wanted: &'a Wanted) -> impl Iterator<Item = clap::Command> + 'a {
    group.endpoints.iter().map(|entry| {
        let whole = crate::names::kebab(entry.meta.name());
        let name = entry.command.clone();
        if wanted.has(&name) || wanted.has(&whole) {
            endpoint::command(name, entry.meta)
        } else {
            endpoint::about(clap::Command::new(name), entry.meta)
        }
    })
}

/// The commands of every program.
fn own_commands() -> Vec<clap::Command> {
    let mut commands = vec![listing::command()];
    #[cfg(feature = "mcp")]
    commands.push(crate::mcp::command());
    commands.extend(shells::commands());
    commands
}

/// The options of every command.
fn common() -> Vec<Arg> {
    let mut args: Vec<Arg> = output::args().into();
    args.push(
        Arg::new("wait")
            .long("wait")
            .value_name("TIME")
            .value_parser(time)
            .default_value("5m")
            .hide_default_value(true)
            .help("How long a call may wait for a rate limit or a lockout; 0 fails at once. Defaults to 5m"),
    );
    args.push(
        Arg::new("timeout")
            .long("timeout")
            .value_name("TIME")
            .value_parser(time)
            .help("How long one attempt of a call may take. Defaults to 30s, or to what the endpoint says"),
    );
    args.push(
        Arg::new("log")
            .long("log")
            .value_name("LEVEL")
            .value_parser(PossibleValuesParser::new([
                "error", "warn", "info", "debug", "trace",
            ]))
            .hide_possible_values(true)
            .help("Logs to standard error: error, warn, info, debug or trace"),
    );
    shared(args)
}

/// An option with a value.
#[cfg(feature = "zoho")]
pub(crate) fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// An option that is given or not.
#[cfg(feature = "zoho")]
pub(crate) fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(clap::ArgAction::SetTrue)
        .help(help)
}

/// Makes options those of every command. `-h` leaves them out.
pub(crate) fn shared(args: impl IntoIterator<Item = Arg>) -> Vec<Arg> {
    args.into_iter()
        .map(|arg| {
            arg.global(true)
                .help_heading("Common options")
                .hide_short_help(true)
        })
        .collect()
}

/// `90`, `90s`, `5m`, `1h`.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a time such as 90s, 5m or 1h".to_owned())?;
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => return Err("expected a time in s, m or h".to_owned()),
    };
    number
        .checked_mul(unit)
        .map(Duration::from_secs)
        .filter(|time| *time <= Duration::from_hours(24 * 365))
        .ok_or_else(|| "expected a shorter time".to_owned())
}

fn init_log(matches: &ArgMatches) -> Result<(), Failure> {
    let Some(level) = matches.get_one::<String>("log") else {
        return Ok(());
    };
    let level: tracing::level_filters::LevelFilter = level
        .parse()
        .map_err(|_| Failure::usage(format!("unknown level {level:?}")))?;
    // A second one, in a test, is no reason to fail.
    let _ = tracing::subscriber::set_global_default(
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .finish(),
    );
    Ok(())
}

/// Waits until somebody ends the program.
#[cfg(unix)]
fn ending() -> Result<impl Future<Output = Exit>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let listen = |kind| signal(kind).map_err(|error| Failure::io("can't handle signals", &error));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Exit::Interrupted,
            _ = terminate.recv() => Exit::Terminated,
        }
    })
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn ending() -> Result<impl Future<Output = Exit>, Failure> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
        Exit::Interrupted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time("90"), Ok(Duration::from_secs(90)));
        assert_eq!(time("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(time("1h"), Ok(Duration::from_hours(1)));
        for wrong in ["", "m", "5d", "-1s", "1.5s", "99999999999999999999s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
