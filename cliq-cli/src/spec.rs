//! What a value has to be, by its JSON schema, or by the name of its type where there is none.

use cliq_api::{EndpointMeta, Place, Shape, ValueType};
#[cfg(feature = "mcp")]
use serde_json::Map;
use serde_json::{Number, Value};

#[cfg(feature = "mcp")]
use crate::text;

/// What a value has to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    /// Whether it is a list of such values.
    pub(crate) is_list: bool,
    pub(crate) choices: Vec<Choice>,
    /// Whether other values than the choices are possible.
    pub(crate) is_open: bool,
    /// The `format` of its schema.
    pub(crate) format: Option<String>,
    /// The first paragraph of its documentation.
    pub(crate) summary: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Boolean,
    Integer,
    Number,
    /// An object, or a list of what is no scalar.
    Json,
    /// A type of which only the name is known.
    Unknown,
}

/// One of the values that a text may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) summary: String,
}

/// A member of a typed body.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) is_required: bool,
    pub(crate) spec: Spec,
}

impl Spec {
    pub(crate) fn of(kind: Kind) -> Self {
        Self {
            kind,
            is_list: false,
            choices: Vec::new(),
            is_open: true,
            format: None,
            summary: String::new(),
        }
    }

    /// Returns what a parameter has to be.
    pub(crate) fn of_param(meta: &EndpointMeta, index: usize) -> Self {
        let param = meta.params()[index];
        let mut spec = match meta.param_schema(index) {
            Some(schema) => {
                let schema = schema();
                Self::read(&schema, &schema, 0)
            }
            None => Self {
                is_list: param.is_list(),
                ..Self::of(match param.value_type() {
                    ValueType::String => Kind::Text,
                    ValueType::Boolean => Kind::Boolean,
                    ValueType::Integer => Kind::Integer,
                    ValueType::Number => Kind::Number,
                    _ => Kind::Unknown,
                })
            },
        };
        // What goes into a path, a query or a header is a scalar, whatever its schema is.
        let is_scalar = matches!(param.shape(), Shape::Plain | Shape::Repeated | Shape::Csv);
        if is_scalar && matches!(spec.kind, Kind::Json | Kind::Unknown) {
            spec.kind = Kind::Text;
        }
        if matches!(param.shape(), Shape::Flatten | Shape::Deep) {
            spec.kind = Kind::Json;
            spec.is_list = false;
        }
        if param.shape() == Shape::Segments {
            spec = Self {
                summary: spec.summary,
                ..Self::of(Kind::Text)
            };
        }
        if !param.summary().is_empty() {
            param.summary().clone_into(&mut spec.summary);
        }
        spec
    }

    /// Returns the members of an endpoint's typed body, by its schema.
    pub(crate) fn properties(meta: &EndpointMeta, index: usize) -> Vec<Property> {
        let param = meta.params()[index];
        if param.place() != Place::Body || param.shape() != Shape::Json {
            return Vec::new();
        }
        let Some(schema) = meta.param_schema(index) else {
            return Vec::new();
        };
        let root = schema();
        Self::members(&root, &root, 0)
    }

    /// The members of an object; of one of several objects those of all, of which each has to have
    /// what all require.
    fn members(node: &Value, root: &Value, depth: u8) -> Vec<Property> {
        let node = resolved(node, root);
        let required = node.get("required").and_then(Value::as_array);
        let is_required = |name: &str| {
            required.is_some_and(|names| names.iter().any(|required| required == name))
        };
        let own = node.get("properties").and_then(Value::as_object);
        let own = own.into_iter().flatten().map(|(name, schema)| Property {
            name: name.clone(),
            is_required: is_required(name),
            spec: Self::read(schema, root, 0),
        });
        let mut members: Vec<Property> = own.collect();
        // Types that contain themselves.
        if depth > 8 {
            return members;
        }
        for key in ["oneOf", "anyOf"] {
            let Some(branches) = node.get(key).and_then(Value::as_array) else {
                continue;
            };
            let branches = branches.iter();
            let branches = branches.map(|branch| Self::members(branch, root, depth + 1));
            members.extend(branches.reduce(either).unwrap_or_default());
        }
        members
    }

    fn read(schema: &Value, root: &Value, depth: u8) -> Self {
        let summary = description(schema);
        let mut spec = Self::read_type(resolved(schema, root), root, depth);
        if let Some(summary) = summary {
            spec.summary = summary;
        }
        spec
    }

    fn read_type(node: &Value, root: &Value, depth: u8) -> Self {
        let summary = description(node).unwrap_or_default();
        let format = node.get("format").and_then(Value::as_str);
        let of = |kind| Self {
            format: format.map(str::to_owned),
            summary: summary.clone(),
            ..Self::of(kind)
        };
        // Types that contain themselves.
        if depth > 8 {
            return of(Kind::Json);
        }
        if let Some(value) = node.get("const").and_then(Value::as_str) {
            return Self {
                choices: vec![Choice {
                    value: value.to_owned(),
                    summary: summary.clone(),
                }],
                is_open: false,
                ..of(Kind::Text)
            };
        }
        if let Some(values) = node.get("enum").and_then(Value::as_array) {
            let texts: Option<Vec<_>> = values
                .iter()
                .filter(|value| !value.is_null())
                .map(Value::as_str)
                .collect();
            if let Some(texts) = texts {
                let choice = |value: &str| Choice {
                    value: value.to_owned(),
                    summary: String::new(),
                };
                return Self {
                    choices: texts.into_iter().map(choice).collect(),
                    is_open: false,
                    ..of(Kind::Text)
                };
            }
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(branches) = node.get(key).and_then(Value::as_array) {
                return Self {
                    summary,
                    ..Self::read_branches(branches, root, depth)
                };
            }
        }
        match type_name(node) {
            Some("string") => of(Kind::Text),
            Some("boolean") => of(Kind::Boolean),
            Some("integer") => of(Kind::Integer),
            Some("number") => of(Kind::Number),
            Some("array") => {
                let items = node
                    .get("items")
                    .map(|items| Self::read(items, root, depth + 1));
                match items {
                    Some(items) if !items.is_list => Self {
                        is_list: true,
                        summary,
                        ..items
                    },
                    _ => of(Kind::Json),
                }
            }
            Some(_) => of(Kind::Json),
            None => of(Kind::Unknown),
        }
    }

    /// Several possibilities: those of a text are put together, others are any JSON.
    fn read_branches(branches: &[Value], root: &Value, depth: u8) -> Self {
        branches
            .iter()
            .filter(|branch| type_name(branch) != Some("null"))
            .map(|branch| Self::read(branch, root, depth + 1))
            .reduce(Self::or)
            .unwrap_or(Self::of(Kind::Unknown))
    }

    fn or(mut self, next: Self) -> Self {
        if self.kind != next.kind || self.is_list != next.is_list {
            return Self {
                summary: self.summary,
                ..Self::of(Kind::Json)
            };
        }
        for choice in next.choices {
            if !self.choices.contains(&choice) {
                self.choices.push(choice);
            }
        }
        self.is_open |= next.is_open;
        self
    }

    /// Reads one value as it is written on a command line.
    pub(crate) fn parse(&self, text: &str) -> Result<Value, String> {
        match self.kind {
            Kind::Text => Ok(text.into()),
            Kind::Boolean => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err("expected `true` or `false`".to_owned()),
            },
            Kind::Integer => integer(text)
                .map(Value::Number)
                .ok_or_else(|| "expected a whole number".to_owned()),
            Kind::Number => text
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map(Value::Number)
                .ok_or_else(|| "expected a number".to_owned()),
            Kind::Json => {
                serde_json::from_str(text).map_err(|error| format!("expected JSON: {error}"))
            }
            // An object or a list is written as JSON; anything else is a text.
            Kind::Unknown => Ok(Some(text)
                .filter(|text| text.starts_with(['{', '[']))
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_else(|| text.into())),
        }
    }

    /// How a time is written, which its documentation leaves to its type.
    pub(crate) fn notation(&self) -> Option<&'static str> {
        match self.format.as_deref()? {
            "date-time" => Some("A time such as 2026-01-31T09:24:00Z"),
            "unix-millis" if !self.summary.contains("since 1970") => {
                Some("In milliseconds since 1970")
            }
            _ => None,
        }
    }

    /// The name of a value in help, such as `TEXT`.
    pub(crate) fn value_name(&self) -> &'static str {
        match self.kind {
            Kind::Text | Kind::Unknown => "TEXT",
            Kind::Boolean => "true|false",
            Kind::Integer | Kind::Number => "NUMBER",
            Kind::Json => "JSON",
        }
    }
}

/// The members of one object or the other.
fn either(mut one: Vec<Property>, other: Vec<Property>) -> Vec<Property> {
    for property in &mut one {
        let is_in = |known: &Property| known.is_required && known.name == property.name;
        property.is_required &= other.iter().any(is_in);
    }
    for property in other {
        match one.iter().position(|known| known.name == property.name) {
            Some(at) => {
                let known = &mut one[at].spec;
                *known = std::mem::replace(known, Spec::of(Kind::Json)).or(property.spec);
            }
            None => one.push(Property {
                is_required: false,
                ..property
            }),
        }
    }
    one
}

fn integer(text: &str) -> Option<Number> {
    text.parse::<u64>()
        .map(Number::from)
        .or_else(|_| text.parse::<i64>().map(Number::from))
        .ok()
}

/// The schema that a reference names: `#/$defs/Name`.
fn resolved<'v>(node: &'v Value, root: &'v Value) -> &'v Value {
    let mut node = node;
    for _ in 0..8 {
        let reference = node.get("$ref").and_then(Value::as_str);
        let Some(target) = reference.and_then(|reference| {
            let pointer = reference.strip_prefix('#')?;
            root.pointer(pointer)
        }) else {
            break;
        };
        node = target;
    }
    node
}

/// The type of a value, `null` aside.
fn type_name(node: &Value) -> Option<&str> {
    match node.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str);
            names.find(|name| *name != "null").or(Some("null"))
        }
        _ => None,
    }
}

fn description(node: &Value) -> Option<String> {
    description_of(node.get("description")?)
}

/// The first paragraph of a description, in one line.
fn description_of(text: &Value) -> Option<String> {
    let text = text.as_str()?;
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// Returns the JSON schema of an endpoint's arguments as one object, for tools. References in the
/// schemas of arguments stay valid: their definitions are put together.
#[cfg(feature = "mcp")]
pub(crate) fn arguments(meta: &EndpointMeta, names: &[String]) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut definitions = Map::new();
    for (index, (param, name)) in meta.params().iter().zip(names).enumerate() {
        let mut schema = match meta.param_schema(index) {
            Some(schema) => with_definitions(schema(), index, &mut definitions),
            None => untyped(meta, index),
        };
        if let Some(schema) = schema.as_object_mut() {
            let mut summary = text::plain(param.summary());
            if let Some(notation) = Spec::of_param(meta, index).notation() {
                text::add(&mut summary, notation);
            }
            if !summary.is_empty() {
                schema.insert("description".into(), summary.into());
            }
        }
        properties.insert(name.clone(), schema);
        if param.required() {
            required.push(Value::from(name.clone()));
        }
    }
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    if !definitions.is_empty() {
        schema.insert("$defs".into(), definitions.into());
    }
    schema
}

/// Moves the definitions of one schema into those of all, under distinct names.
#[cfg(feature = "mcp")]
fn with_definitions(
    mut schema: Value,
    index: usize,
    definitions: &mut Map<String, Value>,
) -> Value {
    let Some(members) = schema.as_object_mut() else {
        return schema;
    };
    members.remove("$schema");
    members.remove("title");
    let own = members.remove("$defs");
    let prefix = format!("#/$defs/a{index}_");
    if let Some(Value::Object(own)) = own {
        for (name, mut definition) in own {
            adapt(&mut definition, &prefix);
            definitions.insert(format!("a{index}_{name}"), definition);
        }
    }
    adapt(&mut schema, &prefix);
    schema
}

/// Leads references to the definitions of all, and takes markup and examples out of descriptions.
#[cfg(feature = "mcp")]
fn adapt(node: &mut Value, prefix: &str) {
    match node {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        if let Some(rest) = reference.strip_prefix("#/$defs/") {
                            *reference = format!("{prefix}{rest}");
                        }
                    }
                    Value::String(_) if name == "description" => {
                        let summary = description_of(value).unwrap_or_default();
                        *value = text::plain(&summary).into();
                    }
                    value => adapt(value, prefix),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| adapt(value, prefix)),
        _ => {}
    }
}

/// What is known of a type without its schema.
#[cfg(feature = "mcp")]
fn untyped(meta: &EndpointMeta, index: usize) -> Value {
    let param = meta.params()[index];
    let spec = Spec::of_param(meta, index);
    let scalar = match spec.kind {
        Kind::Text => serde_json::json!({ "type": "string" }),
        Kind::Boolean => serde_json::json!({ "type": "boolean" }),
        Kind::Integer => serde_json::json!({ "type": "integer" }),
        Kind::Number => serde_json::json!({ "type": "number" }),
        Kind::Json if param.shape() == Shape::Flatten => serde_json::json!({ "type": "object" }),
        Kind::Json | Kind::Unknown => serde_json::json!({}),
    };
    if spec.is_list {
        serde_json::json!({ "type": "array", "items": scalar })
    } else {
        scalar
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "it is written in place")]
    fn read(schema: Value) -> Spec {
        Spec::read(&schema, &schema, 0)
    }

    fn values(spec: &Spec) -> Vec<&str> {
        spec.choices.iter().map(|choice| &*choice.value).collect()
    }

    #[test]
    fn schemas_are_read() {
        for (schema, kind, is_list) in [
            (json!({ "type": "string" }), Kind::Text, false),
            (json!({ "type": ["integer", "null"] }), Kind::Integer, false),
            (
                json!({ "type": "array", "items": { "type": "boolean" } }),
                Kind::Boolean,
                true,
            ),
            (json!({ "type": "object" }), Kind::Json, false),
            (
                json!({ "type": "array", "items": { "type": "array", "items": { "type": "string" } } }),
                Kind::Json,
                false,
            ),
            (
                json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
                Kind::Json,
                false,
            ),
            (
                json!({ "anyOf": [{ "type": "number" }, { "type": "null" }] }),
                Kind::Number,
                false,
            ),
            (json!(true), Kind::Unknown, false),
            (
                json!({ "$ref": "#/$defs/A", "$defs": { "A": { "$ref": "#/$defs/B" }, "B": { "type": "integer" } } }),
                Kind::Integer,
                false,
            ),
        ] {
            let spec = read(schema.clone());
            assert_eq!((spec.kind, spec.is_list), (kind, is_list), "{schema}");
        }
        // A type that contains itself.
        read(
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "anyOf": [{ "$ref": "#/$defs/A" }] } } }),
        );
        read(json!({ "$ref": "#" }));
    }

    #[test]
    fn enums_have_choices() {
        let closed = read(
            json!({ "enum": ["open", "closed"], "type": "string", "description": "A\nstate.\n\nMore." }),
        );
        assert_eq!(
            (values(&closed), closed.is_open),
            (vec!["open", "closed"], false)
        );
        assert_eq!(closed.summary, "A state.");
        let described =
            read(json!({ "oneOf": [{ "const": "a", "description": "First." }, { "const": "b" }] }));
        assert_eq!(
            (values(&described), described.is_open),
            (vec!["a", "b"], false)
        );
        assert_eq!(described.choices[0].summary, "First.");
        let open = read(json!({ "anyOf": [{ "enum": ["a"] }, { "type": "string" }] }));
        assert_eq!((values(&open), open.is_open), (vec!["a"], true));
    }

    #[test]
    fn members_of_one_of_several_objects_are_those_of_all() {
        let schema = json!({ "oneOf": [
            { "properties": { "kind": { "const": "a" }, "id": { "type": "string" } }, "required": ["kind", "id"] },
            { "$ref": "#/$defs/B" },
        ], "$defs": {
            "B": { "properties": { "kind": { "const": "b" }, "id": { "type": "integer" } }, "required": ["kind"] },
        } });
        let members = Spec::members(&schema, &schema, 0);
        let members: Vec<_> = members
            .iter()
            .map(|member| {
                let spec = &member.spec;
                (&*member.name, member.is_required, spec.kind, values(spec))
            })
            .collect();
        assert_eq!(
            members,
            [
                ("id", false, Kind::Json, vec![]),
                ("kind", true, Kind::Text, vec!["a", "b"]),
            ]
        );
        let itself = json!({ "oneOf": [{ "$ref": "#" }] });
        assert!(Spec::members(&itself, &itself, 0).is_empty());
    }

    #[test]
    fn texts_become_values() {
        let parse = |kind, text: &str| Spec::of(kind).parse(text);
        assert_eq!(parse(Kind::Text, "[1]").unwrap(), json!("[1]"));
        assert_eq!(parse(Kind::Unknown, "[1]").unwrap(), json!([1]));
        assert_eq!(
            parse(Kind::Unknown, "[deploy] failed").unwrap(),
            json!("[deploy] failed")
        );
        assert_eq!(parse(Kind::Unknown, "1").unwrap(), json!("1"));
        assert_eq!(
            parse(Kind::Integer, "18446744073709551615").unwrap(),
            json!(u64::MAX)
        );
        assert_eq!(parse(Kind::Integer, "-1").unwrap(), json!(-1));
        for (kind, text) in [
            (Kind::Integer, "1.5"),
            (Kind::Number, "NaN"),
            (Kind::Boolean, "yes"),
            (Kind::Json, "{"),
        ] {
            assert!(parse(kind, text).is_err(), "{text}");
        }
    }
}
