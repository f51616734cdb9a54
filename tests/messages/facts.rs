//! The constraints that Zoho publishes for messages: the builders check each of them.
//!
//! `declared/v3` holds the facts of the documents. They are compared with the tables of
//! [`limits`](crate::limits) and with the messages of [`payloads`](crate::payloads).

use std::collections::{BTreeMap, BTreeSet};

use cliq_api::cliq::message::{
    Background, BotMessage, Button, Confirmation, CopyText, Emotion, InstantButton, InvokeBot,
    InvokeFunction, Message, ModernInline, OpenUrl, Paragraph, PreviewUrl, SystemApi, Text,
};
use serde_json::{Value, to_value};

use crate::limits::{COUNTS, LENGTHS};
use crate::payloads;

const DOCUMENTS: [&str; 6] = [
    include_str!("../declared/v3/bots.yaml"),
    include_str!("../declared/v3/buttons.yaml"),
    include_str!("../declared/v3/mentions.yaml"),
    include_str!("../declared/v3/messagecards.yaml"),
    include_str!("../declared/v3/messageformat.yaml"),
    include_str!("../declared/v3/messages.yaml"),
];

/// The operations that post a message.
const OPERATIONS: usize = 22;

/// Constraints that no table covers, and why.
const EXCEPTIONS: [(&str, &str, &str); 8] = [
    (
        "text",
        "minLength",
        "`limits` has the message that is empty",
    ),
    (
        "text",
        "maxLength 10000",
        "`limits` has the longer text of a message to a chat",
    ),
    (
        "slides[].data.styles.width[]",
        "minimum",
        "`limits` has widths that don't add up, and one of 0",
    ),
    (
        "slides[].data.styles.width[]",
        "maximum",
        "follows from their sum",
    ),
    (
        "slides[].data.styles.sticky.rows",
        "minimum",
        "the type has no smaller number",
    ),
    (
        "slides[].data.styles.sticky.rows",
        "maximum",
        "`limits` has a larger one",
    ),
    (
        "slides[].data.styles.sticky.columns",
        "minimum",
        "the type has no smaller number",
    ),
    (
        "slides[].data.styles.sticky.columns",
        "maximum",
        "`limits` has a larger one",
    ),
];

/// Returns the schemas of the bodies, by document and operation.
fn bodies() -> BTreeMap<(String, String), Value> {
    let mut bodies = BTreeMap::new();
    for document in DOCUMENTS {
        let document: Value = serde_saphyr::from_str(document).unwrap();
        for operation in document["operations"].as_array().unwrap() {
            let (method, path) = operation["operation"]
                .as_str()
                .unwrap()
                .split_once(' ')
                .unwrap();
            let posts = path.ends_with("/messages") || path.ends_with("/message");
            // That operation forwards messages.
            if method == "POST" && posts && path != "/messages" {
                let name = |value: &Value| value.as_str().unwrap().to_owned();
                let key = (
                    name(&document["document"]),
                    name(&operation["operation_id"]),
                );
                let schema = operation["body"]["content"]["application/json"].clone();
                bodies.insert(key, schema);
            }
        }
    }
    assert_eq!(bodies.len(), OPERATIONS);
    bodies
}

/// Calls `found` for each constraint of a schema: its place, name and value.
fn constraints(schema: &Value, at: &str, found: &mut dyn FnMut(&str, &str, &Value)) {
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            "type" | "format" | "additionalProperties" | "required" => {}
            "properties" => {
                for (name, schema) in value.as_object().unwrap() {
                    constraints(schema, &member(at, name), found);
                }
            }
            "items" => constraints(value, &format!("{at}[]"), found),
            keyword => found(at, keyword, value),
        }
    }
}

/// Returns where the builders check a constraint of a documented member.
fn sent_at(path: &str) -> String {
    // The description and the example have it in an action; the schema, next to the buttons.
    match path.strip_prefix("confirm.") {
        Some(rest) => format!("buttons[].action.confirm.{rest}"),
        None => path.to_owned(),
    }
}

/// Returns the path of an object's member.
pub(crate) fn member(at: &str, name: &str) -> String {
    match at {
        "" => name.to_owned(),
        _ => format!("{at}.{name}"),
    }
}

/// Minimum and maximum number of characters or items, by path.
pub(crate) type Limits = BTreeMap<String, (usize, usize)>;

/// Returns the published limits; if documents contradict each other, the smaller one, as for bots.
pub(crate) fn limits() -> Limits {
    let mut limits = Limits::new();
    for schema in bodies().values() {
        constraints(schema, "", &mut |path, keyword, value| {
            let value = value.as_u64().and_then(|value| usize::try_from(value).ok());
            let Some(value) = value else { return };
            let (min, max) = limits.entry(sent_at(path)).or_insert((0, usize::MAX));
            match keyword {
                "minLength" | "minItems" => *min = value.max(*min),
                "maxLength" | "maxItems" => *max = value.min(*max),
                _ => {}
            }
        });
    }
    limits
}

/// Returns the path of an error without indexes.
pub(crate) fn general(path: &str) -> String {
    let mut general = String::new();
    for character in path.chars().filter(|character| !character.is_ascii_digit()) {
        general.push(character);
    }
    general.replace("references..", "references.reference_key.")
}

#[test]
fn every_published_limit_is_checked() {
    let lengths: BTreeSet<_> = LENGTHS
        .iter()
        .map(|(path, max, _)| (general(path), *max as u64))
        .collect();
    let counts: BTreeSet<_> = COUNTS
        .iter()
        .flat_map(|(path, min, max, _)| {
            [("min", *min), ("max", *max)]
                .map(|(which, count)| (which, general(path), count as u64))
        })
        .collect();
    let mut unused: BTreeSet<_> = EXCEPTIONS
        .iter()
        .map(|(path, keyword, _)| (*path, *keyword))
        .collect();
    let mut missing = BTreeSet::new();
    let mut covered = 0;
    for schema in bodies().values() {
        constraints(schema, "", &mut |path, keyword, value| {
            let path = sent_at(path);
            let is_covered = match (keyword, value.as_u64()) {
                ("maxLength", Some(max)) => lengths.contains(&(path.clone(), max)),
                ("minItems", Some(min)) => counts.contains(&("min", path.clone(), min)),
                ("maxItems", Some(max)) => counts.contains(&("max", path.clone(), max)),
                // Checked by `every_documented_value_can_be_sent`.
                ("enum", None) => true,
                _ => false,
            };
            let with_value = format!("{keyword} {value}");
            let exception = EXCEPTIONS.iter().find(|(at, excepted, _)| {
                *at == path && (*excepted == keyword || *excepted == with_value)
            });
            match exception {
                _ if is_covered => covered += 1,
                Some((path, keyword, _)) => {
                    unused.remove(&(*path, *keyword));
                }
                None => {
                    missing.insert(format!("{path}: {with_value}"));
                }
            }
        });
    }
    assert_eq!(missing, BTreeSet::new());
    assert_eq!(unused, BTreeSet::new(), "exceptions that aren't needed");
    assert!(covered > 50, "{covered}");
}

/// Returns messages with each value of each documented enumeration.
fn of_everything() -> Vec<Value> {
    let run = || InvokeFunction::new("run");
    let open = || OpenUrl::new("https://example.com");
    let confirmation = |mandatory| Confirmation::new("?", "Why", "Run").mandatory(mandatory);
    let mut messages: Vec<BotMessage> = [
        Background::Red,
        Background::Yellow,
        Background::Green,
        Background::Blue,
        Background::Grey,
    ]
    .map(|background| Message::text("text").background(background).into())
    .into();
    messages.extend(
        [Emotion::Positive, Emotion::Neutral, Emotion::Negative].map(|emotion| {
            let confirmation = confirmation(emotion == Emotion::Negative).emotion(emotion);
            Message::text("text")
                .button(Button::new("Run", run()).confirm(confirmation))
                .into()
        }),
    );
    messages.push(
        Message::text("text")
            .button(Button::positive("Run", run()))
            .button(Button::negative("Open", open()))
            .button(Button::new("Call", SystemApi::LocationPermission))
            .button(Button::new("Show", PreviewUrl::new("https://example.com")))
            .button(Button::new("Copy", CopyText::new("text")))
            .slide(Paragraph::new("text"))
            .into(),
    );
    messages.push(
        Text::new()
            .button(InstantButton::positive("Run", run()))
            .button(InstantButton::negative(
                "Call",
                SystemApi::LocationPermission,
            ))
            .button(InstantButton::new("Copy", CopyText::new("text")))
            .into(),
    );
    messages.push(
        ModernInline::new("Card")
            .button("Open", open())
            .button("Run", run())
            .button("Call", SystemApi::LocationPermission)
            .button("Ask", InvokeBot::new("bot", "Hello"))
            .button("Show", PreviewUrl::new("https://example.com"))
            .into(),
    );
    let values = messages.iter().map(|message| to_value(message).unwrap());
    values.chain(payloads::all()).collect()
}

/// Collects the scalars of a message with their paths.
fn scalars(value: &Value, at: &str, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                scalars(value, &member(at, name), found);
            }
        }
        Value::Array(items) => {
            let at = format!("{at}[]");
            for item in items {
                scalars(item, &at, found);
            }
        }
        Value::String(text) => {
            found.insert((general(at), text.clone()));
        }
        _ => {}
    }
}

#[test]
fn every_documented_value_can_be_sent() {
    let mut sent = BTreeSet::new();
    for message in of_everything() {
        scalars(&message, "", &mut sent);
    }
    let mut values = 0;
    for schema in bodies().values() {
        constraints(schema, "", &mut |path, keyword, value| {
            if keyword != "enum" {
                return;
            }
            for value in value.as_array().unwrap() {
                let value = value.as_str().unwrap().to_owned();
                let expected = (sent_at(path), value);
                assert!(sent.contains(&expected), "{expected:?}");
                values += 1;
            }
        });
    }
    assert!(values > 50, "{values}");
}

/// According to the schemas, some actions are only for a card's buttons, and some only for others.
#[test]
fn every_payload_fits_its_published_schema() {
    let bodies = bodies();
    for payloads::Published {
        document,
        operation,
        example,
        payload,
    } in payloads::published()
    {
        let name = format!("{document}: {example}");
        let mut schema = bodies[&(document, operation)].clone();
        if let Some(data) = schema.pointer_mut("/properties/slides/items/properties/data/items") {
            // Zoho's description has URLs, its schema has objects.
            if name == "messageformat: image" {
                data["type"] = "string".into();
            }
        }
        let validator = jsonschema::validator_for(&schema).unwrap();
        if let Err(error) = validator.validate(&payload) {
            panic!("{name}: {error}");
        }
    }
}
