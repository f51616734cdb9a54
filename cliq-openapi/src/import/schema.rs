//! Reads single schemas.

use super::docs;
use super::source::reference;
use super::types::Ty;
use super::words::camel;
use crate::node::Node;

/// Returns the types of values, without null.
pub(super) fn kind(schema: &Node) -> Vec<&str> {
    let kinds = match schema.at("type") {
        Node::Text(kind) => vec![kind.as_str()],
        Node::List(kinds) => kinds.iter().filter_map(Node::text).collect(),
        _ if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() => {
            vec!["object"]
        }
        _ if schema.get("items").is_some() => vec!["array"],
        _ => Vec::new(),
    };
    kinds.into_iter().filter(|kind| *kind != "null").collect()
}

pub(super) fn is_null(schema: &Node) -> bool {
    let only_null = schema.at("enum").items();
    schema.at("type").text() == Some("null")
        || matches!(only_null, [Node::Null])
        || schema
            .at("type")
            .items()
            .iter()
            .all(|kind| kind.text() == Some("null"))
            && !schema.at("type").items().is_empty()
}

pub(super) fn is_nullable(schema: &Node) -> bool {
    let types = schema.at("type").items();
    schema.at("nullable").is_true()
        || types.iter().any(|kind| kind.text() == Some("null"))
        || schema.at("enum").items().iter().any(Node::is_null)
}

pub(super) fn is_nullable_choice(schema: &Node) -> bool {
    let choices = ["oneOf", "anyOf"].map(|key| schema.at(key).items());
    choices.into_iter().flatten().any(is_null)
}

/// Returns whether a schema accepts any text, and nothing else.
pub(super) fn text_only(schema: &Node) -> bool {
    kind(schema) == ["string"] && schema.get("format").is_none()
}

pub(super) fn variant_of_kind(kind: &str) -> &'static str {
    match kind {
        "string" => "Text",
        "integer" => "Integer",
        "number" => "Number",
        "boolean" => "Flag",
        "array" => "List",
        "object" => "Object",
        _ => "Value",
    }
}

pub(super) fn integer(schema: &Node) -> Ty {
    let least = match schema.at("minimum") {
        Node::Number(number) => number.as_f64(),
        _ => None,
    };
    Ty::Plain(match schema.at("format").text() {
        Some("int32" | "int16" | "int8") => "i32",
        Some("int64") => "i64",
        Some("uint32") => "u32",
        Some("uint8") => "u8",
        Some("uint16") => "u16",
        Some("uint" | "uint64") => "u64",
        _ if least.is_some_and(|least| least >= 0.0) => "u64",
        _ => "i64",
    })
}

pub(super) fn text(schema: &Node) -> Ty {
    match schema.at("format").text() {
        Some("date-time") => Ty::Time,
        Some("binary") => Ty::Binary,
        _ if schema.get("contentMediaType").is_some()
            && schema.get("contentEncoding").is_none() =>
        {
            Ty::Binary
        }
        _ => Ty::text(),
    }
}

/// Returns a value as text, without quotes.
pub(super) fn plain(value: &Node) -> String {
    match value {
        Node::Text(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Returns the name of an inline variant: its title, or the value of its discriminating member.
pub(super) fn title(schema: &Node, tag: Option<&str>) -> Option<String> {
    let name = schema
        .at("title")
        .text()
        .map(camel)
        .filter(|name| !name.is_empty());
    name.or_else(|| {
        let properties = schema.at("properties");
        let constant = |property: &Node| match property.at("enum").items() {
            [one] => one.text().map(camel),
            _ => property.at("const").text().map(camel),
        };
        match tag {
            Some(tag) => constant(properties.at(tag)),
            None => properties
                .entries()
                .find_map(|(_, property)| constant(property)),
        }
    })
}

/// Returns the values of the discriminator for a reference's target.
pub(super) fn mapped(discriminator: &Node, target: &str) -> Vec<String> {
    let name = target.rsplit('/').next().unwrap_or_default();
    let mapping = discriminator.at("mapping").entries();
    let values: Vec<_> = mapping
        .filter(|(_, to)| to.text().is_some_and(|to| to == target || to == name))
        .map(|(value, _)| value.to_owned())
        .collect();
    if values.is_empty() {
        vec![name.to_owned()]
    } else {
        values
    }
}

/// Returns an inline schema. A reference's target is documented elsewhere.
pub(super) fn in_place<'n>(schema: &Node, followed: &'n Node) -> &'n Node {
    static NULL: Node = Node::Null;
    if reference(schema).is_some() {
        &NULL
    } else {
        followed
    }
}

/// Returns a schema's description, or that of its target, and its default.
pub(super) fn described(own: &Node, followed: &Node) -> Vec<String> {
    let text = |schema: &Node| schema.at("description").text().map(str::to_owned);
    let text = text(own).or_else(|| text(followed)).unwrap_or_default();
    let mut lines = docs::lines(&text);
    let default = own.get("default").or_else(|| followed.get("default"));
    let default =
        default.filter(|value| matches!(value, Node::Text(_) | Node::Number(_) | Node::Bool(_)));
    let default = default.map(plain).filter(|value| {
        let is_simple = !value.is_empty() && value.len() < 40 && !value.contains(['`', '\n']);
        is_simple && !text.to_ascii_lowercase().contains("default")
    });
    let values = own
        .get("enum")
        .or_else(|| followed.get("enum"))
        .map(Node::items);
    let numbers: Vec<_> = values
        .into_iter()
        .flatten()
        .filter(|value| matches!(value, Node::Number(_)))
        .map(plain)
        .collect();
    if !numbers.is_empty() && numbers.len() < 20 && !lines.is_empty() {
        lines.extend([String::new(), format!("One of {}.", numbers.join(", "))]);
    }
    if let Some(default) = default {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("Defaults to `{default}`."));
    }
    lines
}

/// Returns what the type of a schema doesn't express.
pub(super) fn todos(schema: &Node) -> Vec<String> {
    let mut todos = Vec::new();
    let values = schema.at("enum").items();
    let is_mixed = values
        .iter()
        .any(|value| matches!(value, Node::Object(_) | Node::List(_)));
    if is_mixed {
        todos.push("one of certain values".to_owned());
    }
    if schema.get("not").is_some() {
        todos.push("what `not` excludes".to_owned());
    }
    todos
}
