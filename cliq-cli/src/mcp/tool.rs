//! The tools: which endpoints are offered, and how they are described.

use std::sync::Arc;

use cliq_api::http::Method;
use cliq_api::{
    Client, DynamicCall, EndpointMeta, NextPage, Param, Part, Place, ResponseKind, Shape,
};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::catalog::{Entry, Group};
use crate::command::App;
use crate::endpoint;
use crate::failure::Failure;
use crate::names;
use crate::spec;
use crate::text;

/// The longest name that clients accept.
const MAX_NAME: usize = 64;
/// The argument of all tools that selects a part of the result.
pub(super) const SELECT: &str = "result_query";

/// An endpoint that is offered.
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) meta: &'static EndpointMeta,
    /// The names of its arguments, in the order of its parameters.
    pub(super) arguments: Vec<String>,
}

/// All tools.
pub(super) struct Tools {
    pub(super) offers: Vec<Offer>,
    /// Whether some are left out because they change something.
    pub(super) is_read_only: bool,
}

impl Tools {
    /// Those that were named, or all; of these, what only reads or everything; and of these, what
    /// the token may do.
    pub(super) fn new(
        app: &App,
        client: &Client,
        names: &[&String],
        write: bool,
    ) -> Result<Self, Failure> {
        let mut wanted: Vec<(&Group, &Entry)> = Vec::new();
        for name in names {
            wanted.extend(app.named(name)?);
        }
        if names.is_empty() {
            wanted.extend(app.catalog.all());
        }
        let mut offers: Vec<Offer> = Vec::new();
        for (group, entry) in wanted {
            let meta = entry.meta;
            let may_call = client.has_scopes_for(meta).unwrap_or(true);
            // An answer without an end is no result.
            let ends = meta.kind() != ResponseKind::Events;
            if !may_call || !ends || (!write && !only_reads(meta)) {
                continue;
            }
            let mut name = snake(&format!("{}-{}", group.name, entry.command));
            if name.len() > MAX_NAME {
                meta.name().clone_into(&mut name);
            }
            if offers.iter().all(|offer| offer.name != name) {
                offers.push(Offer {
                    name,
                    meta,
                    arguments: arguments(meta),
                });
            }
        }
        Ok(Self {
            offers,
            is_read_only: !write,
        })
    }

    pub(super) fn find(&self, name: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.name == name)
    }
}

fn only_reads(meta: &EndpointMeta) -> bool {
    matches!(*meta.method(), Method::GET | Method::HEAD | Method::OPTIONS)
}

fn snake(name: &str) -> String {
    names::words(name).join("_")
}

/// Names for the parameters: theirs, or with their places where one occurs twice.
fn arguments(meta: &EndpointMeta) -> Vec<String> {
    let mut taken = vec![SELECT.to_owned()];
    meta.params()
        .iter()
        .map(|param| {
            let plain = snake(param.name());
            let name = if plain.is_empty() || taken.contains(&plain) {
                format!("{}_{plain}_{}", param.place(), taken.len())
            } else {
                plain
            };
            taken.push(name.clone());
            name
        })
        .collect()
}

impl Offer {
    /// Describes it to a client.
    pub(super) fn describe(&self) -> Tool {
        let meta = self.meta;
        let mut description = text::plain(meta.summary());
        if description.is_empty() {
            description = meta.to_string();
        }
        if let Some(limits) = endpoint::limits(meta) {
            description.extend(["\n\nRate limit: ", &limits, "."]);
        }
        if let Some(page) = meta.page() {
            description.extend(["\n\nReturns one page. ", &next_page(meta, page.next())]);
        }
        let annotations = ToolAnnotations::new()
            .read_only(only_reads(meta))
            .destructive(is_destructive(meta))
            .idempotent(meta.idempotent())
            .open_world(true);
        Tool::new(self.name.clone(), description, Arc::new(self.schema()))
            .with_annotations(annotations)
    }

    /// The JSON schema of its arguments.
    fn schema(&self) -> JsonObject {
        let mut schema = spec::arguments(self.meta, &self.arguments);
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for (param, name) in self.meta.params().iter().zip(&self.arguments) {
                if let Some(content) = content_schema(param) {
                    properties.insert(name.clone(), content);
                }
            }
            properties.insert(
                SELECT.to_owned(),
                json!({
                    "type": "string",
                    "description": "A JMESPath expression: returns only what it selects from the result",
                }),
            );
        }
        schema
    }

    /// Returns the call with these arguments.
    pub(super) fn call(
        &self,
        client: &Client,
        arguments: &JsonObject,
    ) -> Result<DynamicCall, Failure> {
        for name in arguments.keys() {
            if name != SELECT && !self.arguments.contains(name) {
                let problem = format!(
                    "there is no argument {name:?}; expected {}",
                    self.arguments.join(", ")
                );
                return Err(Failure::usage(problem));
            }
        }
        let mut call = client.call(self.meta);
        for (param, name) in self.meta.params().iter().zip(&self.arguments) {
            // `null` is what assistants send for what they leave out.
            let Some(value) = arguments.get(name).filter(|value| !value.is_null()) else {
                continue;
            };
            call = match param.shape() {
                Shape::Bytes(_) => call.body(content(name, value)?),
                Shape::File | Shape::Files => {
                    let parts = match value {
                        Value::Array(parts) => &parts[..],
                        part => std::slice::from_ref(part),
                    };
                    for value in parts {
                        call = call.part(param.name(), part(name, value)?);
                    }
                    call
                }
                _ => call.set_in(param.place(), param.name(), value),
            };
        }
        Ok(call)
    }
}

/// Whether it may destroy something, by its method.
fn is_destructive(meta: &EndpointMeta) -> bool {
    matches!(*meta.method(), Method::DELETE | Method::PUT | Method::PATCH)
}

fn next_page(meta: &EndpointMeta, next: NextPage) -> String {
    let argument = |param: usize| meta.params().get(param).map_or("", Param::name);
    match next {
        NextPage::Token { member, param, .. } => format!(
            "For the next one, pass `{}` of the result as `{}`.",
            member.join("."),
            argument(param)
        ),
        NextPage::Number { param, .. } => {
            format!("For the next one, add 1 to `{}`.", argument(param))
        }
        NextPage::Offset { param, .. } => format!(
            "For the next one, add the number of its items to `{}`.",
            argument(param)
        ),
        _ => "Later pages can't be fetched by this tool.".to_owned(),
    }
}

/// The schema of content that is no JSON.
fn content_schema(param: &Param) -> Option<Value> {
    let summary = text::plain(param.summary());
    let part = json!({
        "type": "object",
        "description": summary,
        "properties": {
            "text": { "type": "string", "description": "The content, which is text" },
            "file_name": { "type": "string" },
            "content_type": { "type": "string" },
        },
        "required": ["text"],
        "additionalProperties": false,
    });
    match (param.place(), param.shape()) {
        (_, Shape::Bytes(_)) => Some(json!({
            "type": "string",
            "description": format!("{summary} The content, which is text").trim(),
        })),
        (Place::Part, Shape::File) => Some(part),
        (Place::Part, Shape::Files) => Some(json!({ "type": "array", "items": part })),
        _ => None,
    }
}

fn content(name: &str, value: &Value) -> Result<String, Failure> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| Failure::usage(format!("{name:?} has to be a string")))
}

fn part(name: &str, value: &Value) -> Result<Part, Failure> {
    let empty = Map::new();
    let members = value.as_object().unwrap_or(&empty);
    let text = |member: &str| members.get(member).and_then(Value::as_str);
    let content = text("text")
        .ok_or_else(|| Failure::usage(format!("{name:?} has to be an object with `text`")))?;
    let mut part = Part::new(content.to_owned()).file_name(text("file_name").unwrap_or("file.txt"));
    if let Some(content_type) = text("content_type") {
        part = part.content_type(content_type);
    }
    Ok(part)
}
