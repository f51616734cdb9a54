//! Schemas whose references are resolved: the values that they describe, and the members of those.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use crate::pointer::part;

/// For a string that the document has no example of: no character of it may be lost on the way.
const TEXT: &str = "ä b,c&d=e/f%20";

/// Which example is taken where a list or an object has one and its members have some too.
#[derive(Clone, Copy)]
pub(crate) enum Examples {
    Outer,
    Inner,
}

/// A value that the schema describes, made of its examples; where it has none, some value of its
/// type.
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

/// A member that a schema describes, however deep.
pub(crate) struct Member {
    /// Where it is in an instance.
    pub(crate) pointer: String,
    pub(crate) required: bool,
    /// Whether an exception allows that the model has no field for it, and only keeps it.
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

/// Whether the schema requires the member.
pub(crate) fn required(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|names| names.iter().any(|required| required == name))
}

/// The values that the schema is limited to; empty where it isn't.
pub(crate) fn enumerated(schema: &Value) -> &[Value] {
    schema["enum"].as_array().map_or(&[], Vec::as_slice)
}

/// Those of the schema, which is called `name`, and of all members in it.
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

/// The schema, with each object closed that does not say that it is open: what it does not name is
/// an error then.
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

/// What the value violates.
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    // What OpenAPI 3.0 took its schemas from; its own keywords mean nothing to a validator.
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
