//! Schemas with resolved references: example values, and their members.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use crate::pointer::part;

/// For a string without an example. It shows whether any character is lost.
const TEXT: &str = "ä b,c&d=e/f%20";

/// Which example to use if both a list or an object and its members have one.
#[derive(Clone, Copy)]
pub(crate) enum Examples {
    Outer,
    Inner,
}

/// Returns a value of the schema, from its examples, or an arbitrary one of its type.
pub(crate) fn instance(schema: &Value, examples: Examples) -> Value {
    let composed = match (schema.get("properties"), schema.get("items")) {
        (Some(Value::Object(properties)), _) => Some(
            properties
                .iter()
                .map(|(name, property)| (name.clone(), instance(property, examples)))
                .collect::<Map<_, _>>()
                .into(),
        ),
        (_, Some(item)) => Some(json!([instance(item, examples)])),
        _ => None,
    };
    let example = schema.get("example").cloned();
    let found = match examples {
        Examples::Outer => example.or(composed),
        Examples::Inner => composed.or(example),
    };
    found
        .or_else(|| schema.pointer("/enum/0").cloned())
        .unwrap_or_else(|| match kind(schema) {
            "string" => json!(TEXT),
            "integer" => json!(7),
            "boolean" => json!(true),
            "object" => json!({ "not named": ["kept"] }),
            kind => panic!("no value is known for the type {kind:?} of {schema}"),
        })
}

/// A member that a schema describes, at any depth.
pub(crate) struct Member {
    /// The pointer to it in a value.
    pub(crate) pointer: String,
    pub(crate) required: bool,
    /// Whether an exception permits the model to store it without a field.
    pub(crate) kept: bool,
    /// A value of another type.
    pub(crate) misfit: Value,
}

pub(crate) fn members(schema: &Value) -> Vec<Member> {
    fn collect(schema: &Value, at: &str, members: &mut Vec<Member>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let pointer = format!("{at}/{}", part(name));
            collect(property, &pointer, members);
            let misfit = if matches!(kind(property), "object" | "array") {
                json!("text")
            } else {
                json!([])
            };
            let kept = property["x-kept"] == true;
            members.push(Member {
                pointer,
                required: required(schema, name),
                kept,
                misfit,
            });
        }
        if let Some(item) = schema.get("items") {
            collect(item, &format!("{at}/0"), members);
        }
    }
    let mut all = Vec::new();
    collect(schema, "", &mut all);
    all
}

/// Returns whether the schema requires the member.
pub(crate) fn required(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|names| names.iter().any(|required| required == name))
}

/// Returns the enumerated values of the schema; empty if it has none.
pub(crate) fn enumerated(schema: &Value) -> &[Value] {
    schema["enum"].as_array().map_or(&[], Vec::as_slice)
}

/// Calls `found` for each enumerated value of the schema `name`, and of its members.
pub(crate) fn each_enumerated(name: &str, schema: &Value, found: &mut impl FnMut(&str, &Value)) {
    for value in enumerated(schema) {
        found(name, value);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        each_enumerated(name, property, found);
    }
    if let Some(item) = schema.get("items") {
        each_enumerated(name, item, found);
    }
}

/// Returns the schema with all objects closed, except those that are declared as open: unknown
/// members are errors then.
pub(crate) fn closed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let is_object = kind(&schema) == "object";
    if let Some(members) = schema.as_object_mut() {
        if is_object {
            members
                .entry("additionalProperties")
                .or_insert(json!(false));
        }
        if let Some(item) = members.get_mut("items") {
            *item = closed(item);
        }
        for property in members
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(Map::values_mut)
        {
            *property = closed(property);
        }
    }
    schema
}

/// Returns how the value violates the schema.
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    // OpenAPI 3.0 is based on this draft; validators ignore its own keywords.
    let validator = jsonschema::options()
        .with_draft(Draft::Draft4)
        .build(schema)
        .expect("a JSON schema");
    validator
        .iter_errors(value)
        .map(|error| format!("at {:?}: {error}", error.instance_path().as_str()))
        .collect()
}

fn kind(schema: &Value) -> &str {
    schema["type"].as_str().unwrap_or_default()
}
