//! `api list` and `api show`: what the declarations say.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use crate::catalog::{Entry, Group};
use crate::command::App;
use crate::endpoint;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::text;

pub(crate) fn command() -> Command {
    Command::new("api")
        .about("Lists the endpoints: paths, scopes, limits")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("list").about("Lists endpoints").arg(
                Arg::new("name")
                    .value_name("GROUP")
                    .help("Only those of this group"),
            ),
        )
        .subcommand(
            Command::new("show").about("Shows an endpoint").arg(
                Arg::new("name")
                    .value_name("NAME")
                    .num_args(1..=2)
                    .required(true)
                    .help(
                        "Its command, such as threads follow, or its name, such as follow_thread",
                    ),
            ),
        )
}

pub(crate) fn run(app: &App, matches: &ArgMatches) -> Result<(), Failure> {
    let Some((command, matches)) = matches.subcommand() else {
        return Err(Failure::usage("a command is missing"));
    };
    let output = Output::new(matches)?;
    let names = matches.get_many::<String>("name").into_iter().flatten();
    let name = names.cloned().collect::<Vec<_>>().join(" ");
    let found: Vec<_> = if name.is_empty() {
        app.catalog.all().collect()
    } else {
        app.named(&name)?
    };
    if command == "list" {
        let rows = found.iter().map(|(group, entry)| row(app, group, entry));
        return output.print(rows.collect(), &[]);
    }
    if output.is_table() && !output.has_query() {
        let texts = found.iter().map(|(group, entry)| page(app, group, entry));
        return output::write(texts.collect::<Vec<_>>().join("\n").as_bytes());
    }
    let mut values: Vec<Value> = found
        .iter()
        .map(|(group, entry)| whole(app, group, entry))
        .collect();
    let value = if values.len() == 1 {
        values.remove(0)
    } else {
        Value::Array(values)
    };
    output.print(value, &[])
}

/// As it is typed: `cliq threads follow`.
fn typed(app: &App, group: &Group, entry: &Entry) -> String {
    if app.flat().is_some() {
        entry.command.clone()
    } else {
        format!("{} {}", group.name, entry.command)
    }
}

fn row(app: &App, group: &Group, entry: &Entry) -> Value {
    let meta = entry.meta;
    json!({
        "command": typed(app, group, entry),
        "method": meta.method().as_str(),
        "path": format!("{}{}", meta.base(), meta.path()),
        "scope": meta.scopes().names().join(" "),
        "limit": endpoint::limits(meta),
    })
}

fn whole(app: &App, group: &Group, entry: &Entry) -> Value {
    let meta = entry.meta;
    let params: Vec<_> = meta
        .params()
        .iter()
        .map(|param| {
            json!({
                "name": param.name(),
                "place": param.place().to_string(),
                "required": param.required(),
                "summary": text::plain(param.summary()),
            })
        })
        .collect();
    json!({
        "name": meta.name(),
        "api": meta.api(),
        "command": typed(app, group, entry),
        "summary": text::plain(meta.summary()),
        "method": meta.method().as_str(),
        "path": format!("{}{}", meta.base(), meta.path()),
        "scopes": meta.scopes().names(),
        "needs_all_scopes": matches!(meta.scopes(), cliq_api::Scopes::All(_)),
        "limits": meta.limits().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "lock_seconds": meta.lock().map(|lock| lock.as_secs()),
        "idempotent": meta.idempotent(),
        "paged": meta.page().is_some(),
        "parameters": params,
    })
}

/// For people.
fn page(app: &App, group: &Group, entry: &Entry) -> String {
    let meta = entry.meta;
    let mut out = format!(
        "{} {}\n  {}\n",
        app.name(),
        typed(app, group, entry),
        text::plain(meta.summary()),
    );
    for line in endpoint::facts(meta).lines() {
        out.extend(["  ", line, "\n"]);
    }
    for param in meta.params() {
        let need = if param.required() { "" } else { ", optional" };
        let place = param.place().to_string();
        out.extend(["  ", param.name(), " (", &place, need, ")"]);
        if !param.summary().is_empty() {
            out.push_str(": ");
            out.push_str(&text::plain(param.summary()));
        }
        out.push('\n');
    }
    out
}
