//! Exports JSON schemas of types, named in the document's components.

use serde_json::Value;

use crate::node::{Members, Node};

const PREFIX: &str = "#/components/schemas/";

/// The document's named schemas.
#[derive(Default)]
pub(super) struct Schemas(Members);

impl Schemas {
    /// Adds a type's schema and everything that it references, and returns the schema to use in its
    /// place.
    pub(super) fn add(&mut self, schema: Value) -> Node {
        let mut schema = Node::from(schema);
        let Node::Object(members) = &mut schema else {
            return schema;
        };
        members.shift_remove("$schema");
        let definitions = members.shift_remove("$defs").unwrap_or_default();
        let title = members.get("title").and_then(Node::text).map(str::to_owned);
        let title = title.filter(|title| is_name(title));
        let whole = title.filter(|_| is_worth_a_name(members));
        // The names in the document: different types can have the same name.
        let mut names: Vec<(String, String)> = Vec::new();
        let mut given: Vec<(String, Node)> = Vec::new();
        for (name, definition) in definitions.entries() {
            names.push((name.to_owned(), self.free(name, definition)));
            given.push((name.to_owned(), definition.clone()));
        }
        if let Some(title) = &whole {
            names.push(("#".to_owned(), self.free(title, &schema)));
        }
        let renamed = |old: &str| {
            names
                .iter()
                .find(|(name, _)| name == old)
                .map(|(_, new)| new)
        };
        for (name, mut definition) in given {
            refer(&mut definition, &renamed);
            strip(&mut definition);
            if let Some(name) = renamed(&name) {
                self.0.insert(name.clone(), definition);
            }
        }
        refer(&mut schema, &renamed);
        strip(&mut schema);
        match renamed("#") {
            Some(name) => {
                self.0.insert(name.clone(), schema);
                Node::object([("$ref", Node::from(format!("{PREFIX}{name}")))])
            }
            None => schema,
        }
    }

    pub(super) fn into_members(self) -> Members {
        self.0
    }

    /// Returns the name, or the first unused numbered one.
    fn free(&self, name: &str, schema: &Node) -> String {
        let same = |taken: &Node| {
            // References in one of them are renamed already, so compare the rest.
            let shape = |node: &Node| {
                let names: Vec<_> = node
                    .at("properties")
                    .entries()
                    .map(|(name, _)| name.to_owned())
                    .collect();
                (
                    names,
                    node.at("description").clone(),
                    node.at("enum").clone(),
                )
            };
            shape(taken) == shape(schema)
        };
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let free = names.find(|name| self.0.get(name).is_none_or(same));
        free.unwrap_or_default()
    }
}

/// Returns whether a schema's title is the name of a type, not a phrase such as `Array_of_Ticket`.
fn is_name(title: &str) -> bool {
    let phrase = ["Array_", "Nullable_", "Map_", "Set_", "Tuple_"];
    title.starts_with(|first: char| first.is_ascii_uppercase())
        && title
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !phrase.iter().any(|start| title.starts_with(start))
}

/// Returns whether it is a struct or an enum. Other types are plain values in the API.
fn is_worth_a_name(schema: &Members) -> bool {
    ["properties", "oneOf", "anyOf", "enum"]
        .iter()
        .any(|key| schema.contains_key(*key))
}

/// Redirects references to the document's components.
fn refer<'n>(schema: &mut Node, renamed: &impl Fn(&str) -> Option<&'n String>) {
    match schema {
        Node::Object(members) => {
            for (name, value) in members.iter_mut() {
                let target = match value {
                    Node::Text(target) if name == "$ref" => target.clone(),
                    _ => {
                        refer(value, renamed);
                        continue;
                    }
                };
                let old = target.strip_prefix("#/$defs/").unwrap_or(&target);
                if let Some(new) = renamed(old) {
                    *value = Node::from(format!("{PREFIX}{new}"));
                }
            }
        }
        Node::List(items) => items.iter_mut().for_each(|item| refer(item, renamed)),
        _ => {}
    }
}

/// Removes the title, which is the type's name in Rust.
fn strip(schema: &mut Node) {
    if let Node::Object(members) = schema {
        members.shift_remove("title");
    }
}
