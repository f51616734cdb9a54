//! What a command prints: a table for people, JSON for programs.

mod table;

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use jmespath::Expression;
use serde_json::Value;

use crate::failure::{Exit, Failure};
use crate::text;

/// How a result is printed.
pub(crate) struct Output {
    format: Format,
    query: Option<Expression<'static>>,
    is_terminal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Json,
    JsonLines,
}

/// The options that select it.
pub(crate) fn args() -> [Arg; 2] {
    [
        Arg::new("output")
            .long("output")
            .short('o')
            .value_name("FORMAT")
            .value_parser(PossibleValuesParser::new(["table", "json", "jsonl"]))
            .hide_possible_values(true)
            .help("table, json, or jsonl: a value on each line. Defaults to a table on a terminal, and to JSON elsewhere"),
        Arg::new("query")
            .long("query")
            .value_name("JMESPATH")
            .help("Prints what this expression selects from the result, such as [].name (jmespath.org)"),
    ]
}

impl Output {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let is_terminal = io::stdout().is_terminal();
        let format = matches.get_one::<String>("output").map(String::as_str);
        let query = matches.get_one::<String>("query");
        let query = query.map(|query| compiled(query)).transpose()?;
        Ok(Self {
            format: match format {
                Some("table") => Format::Table,
                Some("json") => Format::Json,
                Some("jsonl") => Format::JsonLines,
                _ if is_terminal => Format::Table,
                _ => Format::Json,
            },
            query,
            is_terminal,
        })
    }

    /// Whether errors are JSON too: a program asked for it.
    pub(crate) fn wants_json_errors(matches: &ArgMatches) -> bool {
        let format = matches.get_one::<String>("output").map(String::as_str);
        matches!(format, Some("json" | "jsonl"))
    }

    pub(crate) fn is_table(&self) -> bool {
        self.format == Format::Table
    }

    pub(crate) fn is_jsonl(&self) -> bool {
        self.format == Format::JsonLines
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    pub(crate) fn has_query(&self) -> bool {
        self.query.is_some()
    }

    /// Prints a result. `items` is where a table finds its rows.
    pub(crate) fn print(&self, value: Value, items: &[&str]) -> Result<(), Failure> {
        let (value, items) = match &self.query {
            Some(_) => (self.selected(value)?, &[][..]),
            None => (value, items),
        };
        let mut out = String::new();
        match self.format {
            Format::Table => {
                let rows = items.iter().try_fold(&value, |value, name| value.get(name));
                let columns = self.is_terminal.then(terminal_columns);
                out = table::render(rows.unwrap_or(&value), columns);
            }
            Format::Json => {
                out = self.json(&value);
                out.push('\n');
            }
            Format::JsonLines => {
                let rows = items.iter().try_fold(&value, |value, name| value.get(name));
                match rows.unwrap_or(&value) {
                    Value::Array(values) => {
                        for value in values {
                            out.push_str(&value.to_string());
                            out.push('\n');
                        }
                    }
                    value => {
                        out.push_str(&value.to_string());
                        out.push('\n');
                    }
                }
            }
        }
        write(out.as_bytes())
    }

    /// Prints a value of a stream, on a line.
    pub(crate) fn line(&self, value: Value) -> Result<(), Failure> {
        let value = match &self.query {
            Some(_) => self.selected(value)?,
            None => value,
        };
        // What the expression doesn't select is left out of a stream.
        if value.is_null() && self.query.is_some() {
            return Ok(());
        }
        let mut line = match (&value, self.format) {
            (Value::String(line), Format::Table) => text::one_line(line).into_owned(),
            (value, _) => value.to_string(),
        };
        line.push('\n');
        write(line.as_bytes())
    }

    /// Prints text as it is; on a terminal without what it would obey.
    pub(crate) fn text(&self, content: &str) -> Result<(), Failure> {
        if self.format != Format::Table || self.query.is_some() {
            return self.print(content.into(), &[]);
        }
        let mut out = if self.is_terminal {
            text::lines(content).into_owned()
        } else {
            content.to_owned()
        };
        if !out.ends_with('\n') {
            out.push('\n');
        }
        write(out.as_bytes())
    }

    fn json(&self, value: &Value) -> String {
        if self.is_terminal {
            serde_json::to_string_pretty(value).unwrap_or_default()
        } else {
            value.to_string()
        }
    }

    fn selected(&self, value: Value) -> Result<Value, Failure> {
        match &self.query {
            Some(query) => searched(query, &value),
            None => Ok(value),
        }
    }
}

fn compiled(query: &str) -> Result<Expression<'static>, Failure> {
    jmespath::compile(query).map_err(|error| {
        Failure::usage(format!(
            "the expression can't be read: {}",
            first_line(&error)
        ))
    })
}

fn searched(query: &Expression<'_>, value: &Value) -> Result<Value, Failure> {
    let found = query.search(value).map_err(|error| {
        Failure::usage(format!(
            "the expression fails on this result: {}",
            first_line(&error)
        ))
    })?;
    serde_json::to_value(&*found).map_err(|error| Failure::new(Exit::Other, error.to_string()))
}

/// Its other lines draw where it is.
fn first_line(error: &jmespath::JmespathError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

/// Returns what an expression selects; without a value only whether the expression can be read.
#[cfg(feature = "mcp")]
pub(crate) fn select(query: &str, value: Option<Value>) -> Result<Value, Failure> {
    let query = compiled(query)?;
    value.map_or(Ok(Value::Null), |value| searched(&query, &value))
}

fn terminal_columns() -> usize {
    console::Term::stdout().size().1.into()
}

/// Writes to standard output, whole.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map_err(|error| {
        if error.kind() == ErrorKind::BrokenPipe {
            return Failure::new(Exit::ClosedPipe, "nobody reads the output");
        }
        Failure::io("can't write the output", &error)
    })
}
