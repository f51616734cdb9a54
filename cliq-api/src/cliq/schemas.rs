//! JSON schemas of the API's types, for the feature `schema`. They say what a server documents:
//! members that the models keep in `other` are allowed, and not named.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

/// An email address.
pub(super) struct Email;

impl JsonSchema for Email {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Email".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "email" })
    }
}

/// A member of an object.
pub(super) struct Property {
    name: &'static str,
    about: &'static [&'static str],
    is_required: bool,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Property {
    pub(super) const fn required(
        name: &'static str,
        about: &'static [&'static str],
        schema: fn(&mut SchemaGenerator) -> Schema,
    ) -> Self {
        Self {
            name,
            about,
            is_required: true,
            schema,
        }
    }

    pub(super) const fn optional(
        name: &'static str,
        about: &'static [&'static str],
        schema: fn(&mut SchemaGenerator) -> Schema,
    ) -> Self {
        Self {
            is_required: false,
            ..Self::required(name, about, schema)
        }
    }
}

/// An object with these members. `about` is its documentation, by lines.
pub(super) fn object(
    generator: &mut SchemaGenerator,
    about: &[&str],
    properties: &[Property],
) -> Schema {
    let mut schema = json_schema!({ "type": "object", "properties": {} });
    describe(&mut schema, about);
    for property in properties {
        let mut member = (property.schema)(generator);
        describe(&mut member, property.about);
        schema.ensure_object()["properties"][property.name] = member.to_value();
    }
    let required = properties.iter().filter(|property| property.is_required);
    let required: Vec<_> = required.map(|property| property.name).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

/// A text.
pub(super) fn text(about: &[&str]) -> Schema {
    let mut schema = json_schema!({ "type": "string" });
    describe(&mut schema, about);
    schema
}

/// A text of which these are known.
pub(super) fn names(about: &[&str], names: &[&str]) -> Schema {
    let mut schema = json_schema!({ "type": "string", "enum": names });
    describe(&mut schema, about);
    schema
}

fn describe(schema: &mut Schema, about: &[&str]) {
    let paragraph = about.iter().map(|line| line.trim());
    let paragraph: Vec<_> = paragraph.take_while(|line| !line.is_empty()).collect();
    if paragraph.is_empty() {
        return;
    }
    let text = paragraph.join(" ");
    // What a setter does is what its member is.
    let text = match text.strip_prefix("Sets ") {
        Some(text) => text[..1].to_uppercase() + &text[1..],
        None => text,
    };
    schema.insert("description".to_owned(), text.into());
}

/// Makes of a derived schema that of what is sent: a member that isn't set is left out, and isn't
/// `null`. Of its documentation the first paragraph remains: examples are in Rust.
pub(super) fn as_sent(schema: &mut Schema) {
    if let Some(members) = schema.as_object_mut() {
        members.values_mut().for_each(not_null);
        for name in ["description", "title"] {
            if let Some(Value::String(text)) = members.get_mut(name) {
                let paragraph = text.split("\n\n").next().unwrap_or_default();
                *text = paragraph.replace('\n', " ");
            }
        }
    }
}

fn not_null(node: &mut Value) {
    let is_null = |value: &Value| value == "null" || value["type"] == "null";
    match node {
        Value::Object(members) => {
            for key in ["type", "anyOf"] {
                let Some(Value::Array(several)) = members.get_mut(key) else {
                    continue;
                };
                several.retain(|one| !is_null(one));
                if let [one] = &mut several[..] {
                    let one = one.take();
                    members.remove(key);
                    match one {
                        Value::Object(one) => members.extend(one),
                        one => {
                            members.insert(key.to_owned(), one);
                        }
                    }
                }
            }
            members.values_mut().for_each(not_null);
        }
        Value::Array(values) => values.iter_mut().for_each(not_null),
        _ => {}
    }
}
