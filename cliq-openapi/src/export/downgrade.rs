//! Converts a document from 3.1 to 3.0, whose schemas are an older dialect.

use crate::node::{Members, Node};

/// Schema keywords that 3.0 doesn't know and that can be omitted.
const UNKNOWN: [&str; 6] = [
    "$comment",
    "contentEncoding",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "$schema",
];

pub(super) fn to_3_0(mut document: Node) -> Node {
    walk(&mut document, false);
    document
}

/// Converts all schemas of the document: the values of `schema` and `schemas`, and of keywords that
/// contain schemas.
fn walk(node: &mut Node, is_schema: bool) {
    match node {
        Node::Object(members) => {
            if is_schema {
                for (name, value) in members.iter_mut() {
                    match name.as_str() {
                        "items" | "not" => walk(value, true),
                        "additionalProperties" if value.flag().is_none() => walk(value, true),
                        "properties" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => each(value),
                        _ => {}
                    }
                }
                schema(members);
            } else {
                for (name, value) in members.iter_mut() {
                    match name.as_str() {
                        "schema" => walk(value, true),
                        "schemas" => each(value),
                        _ => walk(value, false),
                    }
                }
            }
        }
        Node::List(items) => items.iter_mut().for_each(|item| walk(item, is_schema)),
        // `true` and `false` are schemas in 3.1.
        Node::Bool(any) if is_schema => {
            let nothing = Node::object([("not", Node::empty())]);
            *node = if *any { Node::empty() } else { nothing };
        }
        _ => {}
    }
}

fn each(values: &mut Node) {
    match values {
        Node::Object(members) => members.values_mut().for_each(|value| walk(value, true)),
        Node::List(items) => items.iter_mut().for_each(|item| walk(item, true)),
        _ => {}
    }
}

fn schema(members: &mut Members) {
    for name in UNKNOWN {
        members.shift_remove(name);
    }
    if let Some(value) = members.shift_remove("const") {
        members.insert("enum".to_owned(), Node::List(vec![value]));
    }
    if let Some(Node::List(mut examples)) = members.shift_remove("examples")
        && !examples.is_empty()
    {
        members.insert("example".to_owned(), examples.swap_remove(0));
    }
    if members.shift_remove("contentMediaType").is_some() {
        members.insert("format".to_owned(), Node::from("binary"));
    }
    if members.shift_remove("prefixItems").is_some() {
        members.insert("items".to_owned(), Node::empty());
    }
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if let Some(Node::Number(_)) = members.get(exclusive) {
            let value = members.shift_remove(exclusive).unwrap_or_default();
            members.insert(bound.to_owned(), value);
            members.insert(exclusive.to_owned(), Node::Bool(true));
        }
    }
    types(members);
    nullable_choice(members);
    // 3.0 ignores siblings of a reference.
    if members.len() > 1
        && let Some(target) = members.shift_remove("$ref")
    {
        let reference = Node::object([("$ref", target)]);
        members.insert("allOf".to_owned(), Node::List(vec![reference]));
    }
}

/// Converts `type: [string, "null"]`.
fn types(members: &mut Members) {
    match members.get("type") {
        Some(Node::List(types)) => {
            let is_null = |name: &&Node| name.text() == Some("null");
            let nullable = types.iter().any(|name| is_null(&name));
            let others: Vec<_> = types
                .iter()
                .filter(|name| !is_null(name))
                .cloned()
                .collect();
            if nullable {
                members.insert("nullable".to_owned(), Node::Bool(true));
            }
            match others.as_slice() {
                [one] => {
                    members.insert("type".to_owned(), one.clone());
                }
                several => {
                    let choices = several.iter();
                    let choices = choices.map(|name| Node::object([("type", name.clone())]));
                    let choices = Node::List(choices.collect());
                    members.shift_remove("type");
                    members.insert("anyOf".to_owned(), choices);
                }
            }
        }
        Some(name) if name.text() == Some("null") => {
            members.shift_remove("type");
            members.insert("nullable".to_owned(), Node::Bool(true));
            members.insert("enum".to_owned(), Node::List(vec![Node::Null]));
        }
        _ => {}
    }
    // In 3.0, an `enum` must contain null explicitly.
    let nullable = members.get("nullable").is_some_and(Node::is_true);
    if let Some(Node::List(values)) = members.get_mut("enum")
        && nullable
        && !values.iter().any(Node::is_null)
    {
        values.push(Node::Null);
    }
}

/// Converts `anyOf: [{…}, {type: "null"}]`.
fn nullable_choice(members: &mut Members) {
    for key in ["anyOf", "oneOf"] {
        let Some(Node::List(choices)) = members.get_mut(key) else {
            continue;
        };
        let is_null = |choice: &Node| {
            choice.at("enum").items() == [Node::Null] && choice.get("type").is_none()
        };
        let before = choices.len();
        choices.retain(|choice| !is_null(choice));
        if choices.len() == before {
            continue;
        }
        if let [_] = choices.as_slice() {
            let choices = members.shift_remove(key).unwrap_or_default();
            members.insert("allOf".to_owned(), choices);
        }
        members.insert("nullable".to_owned(), Node::Bool(true));
    }
}
