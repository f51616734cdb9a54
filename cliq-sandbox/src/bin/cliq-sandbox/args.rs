//! Command-line arguments.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use cliq_sandbox::limits::{Limits, Telling, Trips, Window};
use cliq_sandbox::{Fault, Latency, Posts};
use http::StatusCode;

const ABOUT: &str = "\
Zoho Cliq on your own machine: a small world of channels, threads and people, served over HTTP.

It prints its URL, access tokens and ids, and then a line for each request. Its world is discarded \
at exit, unless --save is given.";

const EXAMPLES: &str = "\
Faults: lose-request, lose-answer, reset, reset-after, unauthorized, fail, fail-after, redirect, \
late, truncate, wrong-length, not-json, oversize, gzip-bomb.

Examples:
  cliq-sandbox
  cliq-sandbox --save world.json           then edit it, and
  cliq-sandbox --world world.json
  cliq-sandbox --app                       for a program that signs in
  cliq-sandbox --port 0 --limits harsh --telling request-limit
  cliq-sandbox --latency exp:80ms --fault lose-answer=0.05 --fault fail=0.01 --seed 7";

/// The parsed arguments.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) address: SocketAddr,
    /// Host names that requests may use, in addition to those of this machine.
    pub(crate) hosts: Vec<String>,
    pub(crate) limits: Limits,
    /// The name of the limits, for display.
    pub(crate) limits_name: String,
    pub(crate) latency: Option<Latency>,
    pub(crate) faults: Vec<(Fault, f64)>,
    pub(crate) seed: Option<u64>,
    pub(crate) posts: Posts,
    /// The initial world.
    pub(crate) world: Option<PathBuf>,
    /// The file that the world is saved to.
    pub(crate) save: Option<PathBuf>,
    pub(crate) quiet: bool,
    /// Whether to register an OAuth app.
    pub(crate) app: bool,
}

/// Parses the arguments. Exits if they are invalid, or for `--help`.
pub(crate) fn read() -> Args {
    Args::new(&command().get_matches())
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .action(ArgAction::SetTrue)
}

/// Arguments for the address and the host names.
fn place() -> [Arg; 3] {
    [
            option("port", "PORT", "The port to listen at; 0 for a free one")
                .default_value("8787")
                .value_parser(value_parser!(u16)),
            option(
                "host",
                "ADDRESS",
                "The address to listen at. Anybody who reaches it can use the sandbox",
            )
            .default_value("127.0.0.1")
            .value_parser(value_parser!(IpAddr)),
            option(
                "allow-host",
                "NAME",
                "A host that requests may name, besides localhost and addresses of this machine; * for any. May be repeated",
            )
            .action(ArgAction::Append),
    ]
}

fn command() -> Command {
    Command::new("cliq-sandbox")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .after_help(EXAMPLES)
        .args(place())
        .arg(
            option(
                "world",
                "FILE",
                "Starts with the world of this file, in place of the one for first steps",
            )
            .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            option("save", "FILE", "Writes the world to this file, at start and at exit")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            option(
                "posts",
                "FORM",
                "The response to a post without sync_message: 200 and {} as documented; or as seen live, 200 and \
                 {\"Response Code\": …}, or 204",
            )
            .default_value("documented")
            .value_parser(PossibleValuesParser::new(["documented", "response-code", "no-content"])),
        )
        .arg(
            option(
                "limits",
                "KIND",
                "How limits and lockouts behave: as published, as strict as they may be, or off",
            )
            .default_value("published")
            .value_parser(PossibleValuesParser::new(["published", "harsh", "off"])),
        )
        .arg(
            option("window", "KIND", "Where a window begins: at any time, or at full minutes")
                .value_parser(PossibleValuesParser::new(["rolling", "fixed"])),
        )
        .arg(
            option(
                "trips",
                "CALL",
                "Which call starts a lockout: the first past the limit, or the one that reaches it",
            )
            .value_parser(PossibleValuesParser::new(["past-limit", "at-limit"])),
        )
        .arg(
            option(
                "telling",
                "KIND",
                "The response to a throttled call: 429, 429 with a code, 400, 400 with \"Try again after N minutes\"",
            )
            .value_parser(PossibleValuesParser::new([
                "too-many",
                "rate-limit",
                "request-limit",
                "url-throttles",
            ])),
        )
        .arg(flag("retry-after", "Sends Retry-After with throttled responses"))
        .arg(
            option(
                "latency",
                "TIME",
                "The latency of each way: 50ms, 20ms..200ms, exp:80ms (its mean), heavy:40ms (at least)",
            )
            .value_parser(|text: &str| text.parse::<Latency>()),
        )
        .arg(
            option("fault", "NAME=CHANCE", "A random fault, with a probability from 0 to 1. May be repeated")
                .action(ArgAction::Append)
                .value_parser(fault),
        )
        .arg(option("seed", "NUMBER", "The seed of random faults and latencies").value_parser(value_parser!(u64)))
        .arg(flag("app", "Registers an OAuth app, and prints its client id, client secret and a refresh token"))
        .arg(flag("quiet", "Logs no requests").short('q'))
}

impl Args {
    fn new(matches: &ArgMatches) -> Self {
        let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
        let mut limits = match text("limits") {
            Some("off") => Limits::off(),
            Some("harsh") => Limits::harsh(),
            _ => Limits::published(),
        };
        if text("window") == Some("fixed") {
            limits = limits.window(Window::Fixed);
        }
        match text("trips") {
            Some("at-limit") => limits = limits.trips(Trips::AtLimit),
            Some(_) => limits = limits.trips(Trips::PastLimit),
            None => {}
        }
        limits =
            limits
                .retry_after(matches.get_flag("retry-after"))
                .telling(match text("telling") {
                    Some("rate-limit") => Telling::RateLimitExceeded,
                    Some("request-limit") => Telling::RequestLimitExceeded,
                    Some("url-throttles") => Telling::UrlThrottlesLimitExceeded,
                    _ => Telling::TooManyRequests,
                });
        let host = matches
            .get_one("host")
            .copied()
            .unwrap_or(IpAddr::from([127, 0, 0, 1]));
        Self {
            address: (host, matches.get_one("port").copied().unwrap_or_default()).into(),
            hosts: matches
                .get_many("allow-host")
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            limits,
            limits_name: text("limits").unwrap_or_default().to_owned(),
            latency: matches.get_one("latency").copied(),
            faults: matches
                .get_many("fault")
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            seed: matches.get_one("seed").copied(),
            posts: match text("posts") {
                Some("response-code") => Posts::ResponseCode,
                Some("no-content") => Posts::NoContent,
                _ => Posts::Documented,
            },
            world: matches.get_one("world").cloned(),
            save: matches.get_one("save").cloned(),
            quiet: matches.get_flag("quiet"),
            app: matches.get_flag("app"),
        }
    }
}

/// Parses `lose-answer=0.05`.
fn fault(text: &str) -> Result<(Fault, f64), String> {
    let (name, chance) = text
        .split_once('=')
        .ok_or("it is written NAME=CHANCE, as in `lose-answer=0.05`")?;
    let chance = chance
        .parse()
        .ok()
        .filter(|chance| (0.0..=1.0).contains(chance));
    let chance = chance.ok_or("its chance is a number from 0 to 1")?;
    let fault = match name {
        "lose-request" => Fault::LoseRequest,
        "lose-answer" => Fault::LoseAnswer,
        "reset" => Fault::Reset,
        "reset-after" => Fault::ResetAfter,
        "unauthorized" => Fault::Unauthorized,
        "fail" => Fault::Fail(StatusCode::SERVICE_UNAVAILABLE),
        "fail-after" => Fault::FailAfter(StatusCode::GATEWAY_TIMEOUT),
        "redirect" => Fault::Redirect("https://cliq.example/elsewhere".to_owned()),
        "late" => Fault::Late(Duration::from_secs(45)),
        "truncate" => Fault::Truncate,
        "wrong-length" => Fault::WrongLength,
        "not-json" => Fault::NotJson,
        "oversize" => Fault::Oversize(64 * 1024 * 1024),
        "gzip-bomb" => Fault::GzipBomb(256),
        _ => return Err(format!("there is no fault `{name}`; --help names them")),
    };
    Ok((fault, chance))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn args(line: &str) -> Result<Args, clap::Error> {
        let words = std::iter::once("cliq-sandbox").chain(line.split_whitespace());
        command()
            .try_get_matches_from(words)
            .map(|matches| Args::new(&matches))
    }

    #[test]
    fn the_command_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn it_is_on_this_machine_and_limited_unless_told_otherwise() {
        let args = args("").unwrap();
        assert!(args.address.ip().is_loopback() && args.hosts.is_empty());
        assert_eq!(
            (args.limits, args.seed, args.quiet, args.app),
            (Limits::published(), None, false, false)
        );
        assert!(
            args.latency.is_none()
                && args.faults.is_empty()
                && args.world.is_none()
                && args.save.is_none()
        );
        assert_eq!(args.posts, Posts::Documented);
    }

    #[test]
    fn all_can_be_set() {
        let args = args(
            "--port 0 --host 0.0.0.0 --allow-host a.test --allow-host * --limits harsh --window fixed --trips past-limit --telling url-throttles --retry-after \
             --latency 5ms --fault reset=0.5 --fault late=1 --seed 7 -q --app \
             --world in.json --save out.json --posts no-content",
        )
        .unwrap();
        assert_eq!(args.address.to_string(), "0.0.0.0:0");
        assert_eq!(args.hosts, ["a.test", "*"]);
        let limits = Limits::harsh()
            .window(Window::Fixed)
            .trips(Trips::PastLimit)
            .retry_after(true);
        assert_eq!(
            args.limits,
            limits.telling(Telling::UrlThrottlesLimitExceeded)
        );
        assert_eq!(
            args.latency,
            Some(Latency::constant(Duration::from_millis(5)))
        );
        assert_eq!(
            args.faults,
            [
                (Fault::Reset, 0.5),
                (Fault::Late(Duration::from_secs(45)), 1.0)
            ]
        );
        assert_eq!(
            (args.seed, args.quiet, args.app, args.posts),
            (Some(7), true, true, Posts::NoContent)
        );
        let files = (args.world.as_deref(), args.save.as_deref());
        assert_eq!(
            files,
            (Some(Path::new("in.json")), Some(Path::new("out.json")))
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            "--port x",
            "--host here",
            "--limits some",
            "--posts some",
            "--world",
            "--latency 5",
            "--fault reset",
            "--fault x=1",
            "--fault reset=2",
            "x",
        ] {
            assert!(args(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_help_names_every_fault() {
        for name in EXAMPLES
            .lines()
            .next()
            .unwrap()
            .trim_start_matches("Faults: ")
            .trim_end_matches('.')
            .split(", ")
        {
            assert!(fault(&format!("{name}=1")).is_ok(), "{name}");
        }
    }
}
