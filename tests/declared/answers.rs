//! Published responses, decoded by a user's call, and encoded again.

use cliq_api::http::{Request, Response, StatusCode};
use cliq_api::{Body, Bytes, Client, DataCenter, Error, Exchange, Transport};
use serde_json::{Map, Value, json};

use crate::calls::{CALLS, Make};
use crate::endpoints::{Declared, declared};
use crate::exceptions::Differences;
use crate::facts::{list, members};
use crate::requests::has_calls;

/// An in-memory server with one response.
struct Canned {
    status: StatusCode,
    body: Bytes,
}

impl Transport for Canned {
    fn send(&self, _: Request<Body>) -> Exchange<'_> {
        let mut response = Response::new(self.body.clone().into());
        *response.status_mut() = self.status;
        Box::pin(async { Ok(response) })
    }
}

/// Returns a client whose calls all get this response.
pub(crate) fn client(status: StatusCode, body: impl Into<Bytes>) -> Client {
    let body = body.into();
    Client::cliq(DataCenter::US)
        .transport(Canned { status, body })
        .build()
        .expect("a client")
}

fn answered(make: Make, status: u16, body: &Value) -> Result<Option<Value>, Error> {
    let status = StatusCode::from_u16(status).expect("a status");
    let body = if status == StatusCode::NO_CONTENT {
        String::new()
    } else {
        body.to_string()
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(make(&client(status, body)).answer)
}

fn make(name: &str) -> Make {
    let client = client(StatusCode::OK, "");
    *CALLS
        .iter()
        .find(|make| make(&client).meta.name() == name)
        .expect("every endpoint has a call")
}

/// Each published example of a successful response is decoded and encoded without loss, except
/// placeholders of nothing.
#[test]
fn published_responses_are_decoded() {
    let mut differences = Differences::default();
    let mut examples = 0;
    for Declared { meta, operations } in declared().0 {
        if !has_calls(meta) {
            continue;
        }
        let make = make(meta.name());
        for operation in &operations {
            for answer in operation
                .answers
                .iter()
                .filter(|answer| answer.status < 300)
            {
                if answer.status == 204 {
                    let read = answered(make, 204, &Value::Null);
                    if let Err(error) = read {
                        differences.add(meta.name(), format_args!("nothing: {error}"));
                    }
                }
                for (number, example) in answer.examples.iter().enumerate() {
                    examples += 1;
                    let place = format!("{operation}, example {}", number + 1);
                    match answered(make, answer.status, example) {
                        Err(error) => {
                            differences.add(meta.name(), format_args!("{place}: {error}"));
                        }
                        Ok(None) => {}
                        Ok(Some(read)) => {
                            let published = select(example, meta.response());
                            if let Some(lost) = lost(published, &read, "") {
                                differences.add(meta.name(), format_args!("{place}: lost {lost}"));
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(examples > 90, "{examples} examples");
    differences.expect_only_exceptions("answers");
}

/// Each member in the schema of a successful response is decoded by name: another type is rejected.
/// Times aren't: unknown formats are kept.
#[test]
fn schemas_of_responses_match_the_models() {
    let mut differences = Differences::default();
    for Declared { meta, operations } in declared().0 {
        if !has_calls(meta) {
            continue;
        }
        let make = make(meta.name());
        for operation in &operations {
            for answer in operation
                .answers
                .iter()
                .filter(|answer| answer.status < 300)
            {
                let Some(schema) = answer
                    .schema
                    .as_ref()
                    .filter(|schema| says_something(schema))
                else {
                    continue;
                };
                let whole = instance(schema);
                match answered(make, answer.status, &whole) {
                    Err(error) => {
                        differences.add(meta.name(), format_args!("{operation}: {whole}: {error}"));
                        continue;
                    }
                    Ok(None) => continue,
                    Ok(Some(read)) => {
                        let published = select(&whole, meta.response());
                        if let Some(lost) = lost(published, &read, "") {
                            differences.add(meta.name(), format_args!("{operation}: lost {lost}"));
                        }
                    }
                }
                let within = match meta.page() {
                    Some(page) => page.items(),
                    None => meta.response(),
                };
                let within: String = within.iter().flat_map(|member| ["/", member]).collect();
                for (pointer, misfit) in misfits(schema, "") {
                    if !pointer.starts_with(&format!("{within}/")) {
                        continue;
                    }
                    let mut other = whole.clone();
                    *other.pointer_mut(&pointer).expect("the instance has it") = misfit;
                    if answered(make, answer.status, &other).is_ok() {
                        differences.add(
                            meta.name(),
                            format_args!("{operation}: no model has {pointer}"),
                        );
                    }
                }
            }
        }
    }
    differences.expect_only_exceptions("models");
}

fn select<'a>(answer: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(answer, |value, member| &value[*member])
}

/// Returns which part of the published value the decoded one lost.
fn lost(published: &Value, read: &Value, at: &str) -> Option<String> {
    match (published, read) {
        (Value::Object(published), Value::Object(read)) => {
            published.iter().find_map(|(name, value)| {
                let at = format!("{at}/{name}");
                match read.get(name) {
                    Some(read) => lost(value, read, &at),
                    None if value.is_null() => None,
                    None => Some(at),
                }
            })
        }
        (Value::Array(published), Value::Array(read)) if published.len() == read.len() => published
            .iter()
            .zip(read)
            .enumerate()
            .find_map(|(index, (published, read))| lost(published, read, &format!("{at}/{index}"))),
        _ if published == read || is_same_scalar(published, read) => None,
        _ => Some(format!("{at}: {published} became {read}")),
    }
}

/// Times in another form, and numbers that are decoded as identifiers.
fn is_same_scalar(published: &Value, read: &Value) -> bool {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    if text(published) == text(read) {
        return true;
    }
    let time = |value: &Value| -> Option<i128> {
        let text = text(value);
        if let Ok(millis) = text.parse::<i128>() {
            return Some(millis * 1_000_000);
        }
        let wrapped = json!({ "pin_information": { "created_time": text } });
        let message: cliq_api::cliq::pinned_messages::PinnedMessage =
            serde_json::from_value(wrapped).ok()?;
        Some(
            message
                .pin_information?
                .created_time?
                .unix_timestamp_nanos(),
        )
    };
    time(published).is_some_and(|published| Some(published) == time(read))
}

/// Returns a value of a schema.
fn instance(schema: &Value) -> Value {
    if let Some(first) = list(&schema["oneOf"]).next() {
        return instance(first);
    }
    if let Some(value) = list(&schema["enum"]).next() {
        return value.clone();
    }
    match schema["type"].as_str() {
        Some("object") | None if schema.get("properties").is_some() => {
            members(&schema["properties"])
                .map(|(name, property)| (name.clone(), instance(property)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("object") => match &schema["additionalProperties"] {
            Value::Object(of) if !of.is_empty() => {
                json!({ "not named": instance(&schema["additionalProperties"]) })
            }
            _ => json!({}),
        },
        Some("array") => json!([instance(&schema["items"])]),
        Some("string") if schema["format"] == "date-time" => json!("2026-07-08T09:15:14+00:00"),
        Some("string") => json!("ä b,c&d=e/f%20"),
        Some("integer") => json!(7),
        Some("number") => json!(7.5),
        Some("boolean") => json!(true),
        _ => json!({}),
    }
}

/// Some schemas accept any object, and only their examples are specific.
fn says_something(schema: &Value) -> bool {
    schema.get("properties").is_some() || schema["type"] != "object"
}

/// Returns each member of a schema with a value of another type, except for times, which are kept
/// if they can't be parsed, for placeholders of nothing, and for the envelope around `data`.
fn misfits(schema: &Value, at: &str) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (name, property) in members(&schema["properties"]) {
        let is_around = at.is_empty()
            && matches!(name.as_str(), "url" | "type")
            && schema.pointer("/properties/data").is_some();
        if name.ends_with("time") || name.replace('_', " ") == "Response Code" || is_around {
            continue;
        }
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        all.extend(misfits(property, &pointer));
        let misfit = match property["type"].as_str() {
            _ if property["format"] == "date-time" || property.get("oneOf").is_some() => continue,
            Some("object" | "array") => json!("text"),
            Some(_) => json!([]),
            None => continue,
        };
        all.push((pointer, misfit));
    }
    if schema.get("items").is_some() {
        all.extend(misfits(&schema["items"], &format!("{at}/0")));
    }
    all
}
