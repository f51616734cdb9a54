//! An endpoint as a command: its arguments and options, and the call that they make.

use std::io;
use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use cliq_api::{Body, Client, DynamicCall, EndpointMeta, Part, Place, ResponseKind, Scopes, Shape};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::names::kebab;
use crate::spec::{Kind, Spec};
use crate::text;

/// Names of options that every command has. A parameter of that name is `--param-NAME`.
const TAKEN: [&str; 15] = [
    "all",
    "data-center",
    "field",
    "help",
    "json",
    "log",
    "output",
    "profile",
    "query",
    "sandbox",
    "start-at",
    "timeout",
    "to",
    "version",
    "wait",
];

/// An argument or option of a command, and what it sets.
struct Input {
    id: String,
    /// `None`: it is positional.
    long: Option<String>,
    sets: Sets,
    spec: Spec,
    is_required: bool,
}

/// What an input sets; the number is that of the parameter.
enum Sets {
    Value(usize),
    /// A member of a typed body.
    Property(usize, String),
    /// A body of bytes, from a file.
    Content(usize),
    /// A part of a multipart body, from a file.
    File(usize),
}

/// Whether the body of an endpoint is JSON, or fields that can be written as JSON.
fn takes_json(meta: &EndpointMeta) -> bool {
    meta.params().iter().any(|param| match param.place() {
        Place::Field => true,
        Place::Body => param.shape() == Shape::Json,
        _ => false,
    })
}

fn inputs(meta: &EndpointMeta) -> Vec<Input> {
    let mut names: Vec<String> = TAKEN.map(str::to_owned).to_vec();
    let mut name = |name: &str, place: &str| {
        let plain = kebab(name);
        let long = [
            plain.clone(),
            format!("param-{plain}"),
            format!("{place}-{plain}"),
        ]
        .into_iter()
        .find(|name| !name.is_empty() && !names.contains(name))
        .unwrap_or_else(|| format!("{place}-{plain}-{}", names.len()));
        names.push(long.clone());
        long
    };
    let mut inputs = Vec::new();
    for (index, param) in meta.params().iter().enumerate() {
        let id = format!("p{index}");
        let (place, is_required) = (param.place(), param.required());
        let mut add = |sets, long: Option<String>, spec, is_required| {
            inputs.push(Input {
                id: id.clone(),
                long,
                sets,
                spec,
                is_required,
            });
        };
        match (place, param.shape()) {
            (Place::Path, _) => add(
                Sets::Value(index),
                None,
                Spec::of_param(meta, index),
                is_required,
            ),
            (Place::Body, Shape::Json) => {
                for property in Spec::properties(meta, index) {
                    let long = name(&property.name, "body");
                    inputs.push(Input {
                        id: format!("p{index}.{}", property.name),
                        long: Some(long),
                        sets: Sets::Property(index, property.name),
                        spec: property.spec,
                        is_required: is_required && property.is_required,
                    });
                }
            }
            (_, Shape::Bytes(_)) => {
                let long = name("body", "content");
                add(
                    Sets::Content(index),
                    Some(long),
                    Spec::of_param(meta, index),
                    is_required,
                );
            }
            (_, Shape::File | Shape::Files) => {
                let long = name(param.name(), "part");
                let spec = Spec {
                    is_list: param.shape() == Shape::Files,
                    ..Spec::of_param(meta, index)
                };
                add(Sets::File(index), Some(long), spec, is_required);
            }
            _ => {
                let long = name(param.name(), &place.to_string());
                add(
                    Sets::Value(index),
                    Some(long),
                    Spec::of_param(meta, index),
                    is_required,
                );
            }
        }
    }
    inputs
}

/// Returns the command of an endpoint, with its arguments.
pub(crate) fn command(name: String, meta: &'static EndpointMeta) -> Command {
    let takes_json = takes_json(meta);
    let body_required = meta.params().iter().any(|param| {
        param.place() == Place::Body && param.shape() == Shape::Json && param.required()
    });
    let inputs = inputs(meta);
    let has_properties = inputs
        .iter()
        .any(|input| matches!(input.sets, Sets::Property(..)));
    let body_is_unknown = has_body(meta) && takes_json && !has_properties;
    let mut command = about(Command::new(name), meta).after_help(facts(meta));
    for input in inputs {
        command = command.arg(arg(meta, input, takes_json));
    }
    if takes_json {
        let json = Arg::new("json").long("json").value_name("JSON|@FILE|-");
        let json = if body_required && body_is_unknown {
            json.required_unless_present("field")
        } else {
            json
        };
        command = command.arg(
            json
                .help("The body as JSON: as it is, from a file, or from standard input. Options replace its members"),
        );
    }
    if has_body(meta) && takes_json {
        command = command.arg(
            Arg::new("field")
                .long("field")
                .short('f')
                .value_name("NAME=TEXT|NAME:=JSON")
                .action(ArgAction::Append)
                .value_parser(member)
                .help("A member of the body that has no option: a text, or behind := a number, true, false, a list or an object"),
        );
    }
    if meta.page().is_some() {
        command = command
            .arg(
                Arg::new("all")
                    .long("all")
                    .action(ArgAction::SetTrue)
                    .help("Fetches all pages, and prints their items"),
            )
            .arg(
                Arg::new("start-at")
                    .long("start-at")
                    .value_name("TOKEN")
                    .help("With --all: starts with the page that this token asks for"),
            );
    }
    if matches!(meta.kind(), ResponseKind::Bytes | ResponseKind::Download) {
        command = command.arg(
            Arg::new("to")
                .long("to")
                .value_name("FILE")
                .value_parser(clap::value_parser!(std::path::PathBuf))
                .help("Writes the content to this file, once it is complete. Defaults to standard output"),
        );
    }
    command
}

/// `text=Done`, `sync_message:=true`.
fn member(text: &str) -> Result<(String, Value), String> {
    let wrong = || "expected NAME=TEXT or NAME:=JSON".to_owned();
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => {
            let json = serde_json::from_str(value);
            (
                name,
                json.map_err(|error| format!("expected JSON behind `:=`: {error}"))?,
            )
        }
        None => (name, value.into()),
    };
    if name.is_empty() {
        return Err(wrong());
    }
    Ok((name.to_owned(), value))
}

/// The same without its arguments, for lists.
pub(crate) fn about(command: Command, meta: &EndpointMeta) -> Command {
    let whole = kebab(meta.name());
    let command = if command.get_name() == whole {
        command
    } else {
        command.alias(whole)
    };
    match meta.summary() {
        "" => command.about(meta.to_string()),
        summary => command.about(text::title(summary)),
    }
}

fn arg(meta: &EndpointMeta, input: Input, takes_json: bool) -> Arg {
    let param = match &input.sets {
        Sets::Value(index)
        | Sets::Property(index, _)
        | Sets::Content(index)
        | Sets::File(index) => &meta.params()[*index],
    };
    let is_body = matches!(param.place(), Place::Field | Place::Body);
    let Spec {
        kind,
        is_list,
        ref choices,
        is_open,
        ref summary,
        ..
    } = input.spec;
    let mut help = text::plain(summary);
    if let Some(notation) = input.spec.notation() {
        text::add(&mut help, notation);
    }
    let mut arg = Arg::new(input.id);
    if input.is_required && input.long.is_some() {
        arg = if takes_json && is_body {
            text::add(&mut help, "Required, here or in --json");
            let elsewhere: &[&str] = match param.place() {
                Place::Body => &["json", "field"],
                _ => &["json"],
            };
            arg.required_unless_present_any(elsewhere.iter().copied())
        } else {
            text::add(&mut help, "Required");
            arg.required(true)
        };
    }
    if input.long.is_none() {
        arg = arg.required(input.is_required);
    }
    if is_list {
        arg = arg.action(ArgAction::Append);
        if input.long.is_some() {
            text::add(&mut help, "May be repeated");
        }
    }
    match input.long {
        None => arg = arg.value_name(param.name()),
        Some(long) => arg = arg.long(long),
    }
    match input.sets {
        Sets::Content(_) | Sets::File(_) => {
            text::add(&mut help, "From a file, or from standard input with -");
            return arg
                .value_name("FILE|-")
                .value_hint(ValueHint::FilePath)
                .help(help)
                .value_parser(clap::value_parser!(String));
        }
        Sets::Value(_) | Sets::Property(..) => {}
    }
    if param.place() != Place::Path {
        arg = arg.value_name(input.spec.value_name());
    }
    if kind == Kind::Boolean && !is_list && param.place() != Place::Path {
        arg = arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true);
    }
    if param.shape() == Shape::Csv {
        arg = arg.value_delimiter(',');
    }
    if choices.is_empty() {
        let spec = input.spec.clone();
        return arg
            .help(help)
            .value_parser(ValueParser::new(move |text: &str| spec.parse(text)));
    }
    if is_open {
        let known: Vec<_> = choices.iter().map(|choice| &*choice.value).collect();
        text::add(&mut help, &format!("Known values: {}", known.join(", ")));
        let spec = input.spec.clone();
        return arg
            .help(help)
            .value_parser(ValueParser::new(move |text: &str| spec.parse(text)));
    }
    let values = choices.iter().map(|choice| {
        let value = PossibleValue::new(choice.value.clone());
        if choice.summary.is_empty() {
            value
        } else {
            value.help(text::plain(&choice.summary))
        }
    });
    arg.help(help)
        .value_name("VALUE")
        .value_parser(PossibleValuesParser::new(values).map(Value::from))
}

/// The request, what it needs, and what limits it.
pub(crate) fn facts(meta: &EndpointMeta) -> String {
    let mut lines = vec![meta.to_string()];
    let names = meta.scopes().names();
    match meta.scopes() {
        Scopes::Any(_) if names.len() > 1 => {
            lines.push(format!("Scope: any of {}", names.join(", ")));
        }
        Scopes::All(_) if names.len() > 1 => lines.push(format!("Scopes: {}", names.join(", "))),
        _ if names.is_empty() => {}
        _ => lines.push(format!("Scope: {}", names.join(""))),
    }
    if let Some(limits) = limits(meta) {
        lines.push(format!("Limit: {limits}"));
    }
    lines.join("\n")
}

/// `20/min, then locked for 10m`.
pub(crate) fn limits(meta: &EndpointMeta) -> Option<String> {
    let limits: Vec<_> = meta.limits().iter().map(ToString::to_string).collect();
    if limits.is_empty() {
        return None;
    }
    let mut line = limits.join(" and ");
    if let Some(lock) = meta.lock() {
        line.push_str(", then locked for ");
        line.push_str(&text::duration(lock));
    }
    Some(line)
}

/// Returns the call that a command line asks for.
pub(crate) async fn call(
    client: &Client,
    meta: &'static EndpointMeta,
    matches: &ArgMatches,
) -> Result<DynamicCall, Failure> {
    let mut stdin = Stdin::default();
    let mut call = client.call(meta);
    let json = matches.try_get_one::<String>("json").ok().flatten();
    let mut body = match json {
        Some(json) => {
            let json = stdin.json(json).await?;
            if has_body(meta) {
                Some(json)
            } else {
                call = set_fields(call, json)?;
                None
            }
        }
        None => None,
    };
    let fields = matches
        .try_get_many::<(String, Value)>("field")
        .ok()
        .flatten();
    for (name, value) in fields.into_iter().flatten() {
        set_member(&mut body, name.clone(), value.clone())?;
    }
    for input in inputs(meta) {
        let id = &*input.id;
        match input.sets {
            Sets::Value(index) => {
                let param = &meta.params()[index];
                if let Some(value) = value(matches, id, input.spec.is_list) {
                    call = call.set_in(param.place(), param.name(), &value);
                }
            }
            Sets::Property(_, name) => {
                if let Some(value) = value(matches, id, input.spec.is_list) {
                    set_member(&mut body, name, value)?;
                }
            }
            Sets::Content(_) => {
                if let Some(file) = matches.get_one::<String>(id) {
                    call = call.body(stdin.body(file)?);
                }
            }
            Sets::File(index) => {
                for file in matches.get_many::<String>(id).into_iter().flatten() {
                    call = call.part(meta.params()[index].name(), stdin.part(file)?);
                }
            }
        }
    }
    if let Some(body) = body {
        let param = meta
            .params()
            .iter()
            .find(|param| param.place() == Place::Body);
        if let Some(param) = param {
            call = call.set_in(Place::Body, param.name(), &body);
        }
    }
    Ok(call)
}

fn set_member(body: &mut Option<Value>, name: String, value: Value) -> Result<(), Failure> {
    let members = body.get_or_insert_with(|| Value::Object(Map::new()));
    let members = members
        .as_object_mut()
        .ok_or_else(|| Failure::usage("--json has to be an object if options set its members"))?;
    members.insert(name, value);
    Ok(())
}

fn has_body(meta: &EndpointMeta) -> bool {
    meta.params()
        .iter()
        .any(|param| param.place() == Place::Body)
}

/// Sets fields from the members of a JSON object. Options come afterwards, and replace them.
fn set_fields(mut call: DynamicCall, json: Value) -> Result<DynamicCall, Failure> {
    let Value::Object(members) = json else {
        return Err(Failure::usage(
            "--json has to be an object: its members are the fields",
        ));
    };
    let fields = || {
        let params = call.endpoint().params().iter();
        params.filter(|param| param.place() == Place::Field)
    };
    let flattened = fields()
        .find(|param| param.shape() == Shape::Flatten)
        .map(|param| param.name());
    let names: Vec<_> = fields()
        .filter(|param| param.shape() != Shape::Flatten)
        .map(|param| param.name())
        .collect();
    let mut rest = Map::new();
    for (name, value) in members {
        if names.contains(&&*name) {
            call = call.set_in(Place::Field, &name, &value);
        } else if flattened.is_some() {
            rest.insert(name, value);
        } else {
            let problem = format!(
                "--json has the member {name:?}; the fields are {}",
                names.join(", ")
            );
            return Err(Failure::usage(problem));
        }
    }
    if let (Some(name), false) = (flattened, rest.is_empty()) {
        call = call.set_in(Place::Field, name, &rest);
    }
    Ok(call)
}

fn value(matches: &ArgMatches, id: &str, is_list: bool) -> Option<Value> {
    if is_list {
        let values = matches.get_many::<Value>(id)?;
        return Some(values.cloned().collect());
    }
    matches.get_one::<Value>(id).cloned()
}

/// Reads standard input as text, on a separate thread: Ctrl-C ends the wait.
pub(crate) async fn read_stdin() -> Result<String, Failure> {
    let read = tokio::task::spawn_blocking(|| io::read_to_string(io::stdin()));
    let text = read.await.map_err(io::Error::other).flatten();
    text.map_err(|error| Failure::io("can't read standard input", &error))
}

/// Standard input, which one option can read.
#[derive(Default)]
struct Stdin {
    is_taken: bool,
}

impl Stdin {
    fn take(&mut self) -> Result<io::Stdin, Failure> {
        if std::mem::replace(&mut self.is_taken, true) {
            return Err(Failure::usage("only one option can read standard input"));
        }
        Ok(io::stdin())
    }

    /// JSON as it is written, from `@file`, or from `-`.
    async fn json(&mut self, text: &str) -> Result<Value, Failure> {
        let (what, json) = match text.strip_prefix('@') {
            Some(file) => {
                let json = tokio::fs::read_to_string(file)
                    .await
                    .map_err(|error| Failure::usage(format!("can't read {file}: {error}")))?;
                (file, json)
            }
            None if text == "-" => {
                self.take()?;
                ("standard input", read_stdin().await?)
            }
            None => ("the value of --json", text.to_owned()),
        };
        serde_json::from_str(&json)
            .map_err(|error| Failure::usage(format!("{what} is not JSON: {error}")))
    }

    fn body(&mut self, file: &str) -> Result<Body, Failure> {
        if file == "-" {
            return Ok(Body::reader(self.take()?));
        }
        Body::file(file).map_err(|error| Failure::usage(format!("can't read {file}: {error}")))
    }

    fn part(&mut self, file: &str) -> Result<Part, Failure> {
        if file == "-" {
            return Ok(Part::new(Body::reader(self.take()?)).file_name("stdin"));
        }
        Part::file(Path::new(file))
            .map_err(|error| Failure::usage(format!("can't read {file}: {error}")))
    }
}
