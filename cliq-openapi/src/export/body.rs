//! The body of a request: fields, parts, or one value.

use cliq_api::{EndpointMeta, Param, Place, Shape};

use super::operation::without_links;
use super::pair;
use super::parameter::{constant, list_of, scalar};
use super::schema::Schemas;
use crate::node::{Members, Node};

pub(super) fn request_body(meta: &EndpointMeta, schemas: &mut Schemas) -> Option<Node> {
    let params = || meta.params().iter().enumerate();
    let whole = params().find(|(_, param)| param.place() == Place::Body);
    if let Some((index, param)) = whole {
        let schema = meta.param_schema(index).map(|schema| schemas.add(schema()));
        return Some(one_value(param, schema));
    }
    let in_body = params().filter(|(_, param)| matches!(param.place(), Place::Field | Place::Part));
    let mut fields = Fields::default();
    for (name, value) in meta.fields() {
        let value = serde_json::from_str(value).unwrap_or_default();
        fields.add(name, constant(value), true);
    }
    for (index, param) in in_body {
        let schema = meta.param_schema(index).map(|schema| schemas.add(schema()));
        fields.param(param, schema);
    }
    if fields.properties.is_empty() && fields.flattened.is_empty() {
        return None;
    }
    let content_type = match () {
        () if meta.multipart() => "multipart/form-data",
        () if meta.form() => "application/x-www-form-urlencoded",
        () => "application/json",
    };
    let (schema, mut encoding) = fields.into_schema();
    let mut content = Node::object([("schema", schema)]);
    if meta.nested() {
        content.set("x-nested", true);
    }
    if content_type == "application/json" {
        encoding.clear();
    }
    if !encoding.is_empty() {
        content.set("encoding", Node::Object(encoding));
    }
    let mut body = Node::empty();
    if !meta.body_optional() {
        body.set("required", true);
    }
    body.set("content", Node::object([(content_type, content)]));
    Some(body)
}

fn one_value(param: &Param, schema: Option<Node>) -> Node {
    let mut body = Node::empty();
    if !param.summary().is_empty() {
        body.set("description", without_links(param.summary()));
    }
    if param.required() {
        body.set("required", true);
    }
    let (content_type, schema) = match param.shape() {
        Shape::Bytes(content_type) => (content_type, binary()),
        _ => ("application/json", schema.unwrap_or_else(Node::empty)),
    };
    let content = Node::object([("schema", schema)]);
    body.set("content", Node::object([(content_type, content)]));
    if param.name() != "body" {
        body.set("x-argument", param.name());
    }
    body
}

pub(super) fn binary() -> Node {
    Node::object([
        pair(("type", "string")),
        pair(("contentMediaType", "application/octet-stream")),
    ])
}

#[derive(Default)]
struct Fields {
    properties: Members,
    required: Vec<Node>,
    flattened: Vec<Node>,
    encoding: Members,
}

impl Fields {
    fn add(&mut self, name: &str, schema: Node, required: bool) {
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(Node::from(name));
        }
    }

    fn encode(&mut self, name: &str, style: &str, explode: bool) {
        let encoding = Node::object([pair(("style", style)), ("explode", Node::from(explode))]);
        self.encoding.insert(name.to_owned(), encoding);
    }

    fn param(&mut self, param: &Param, schema: Option<Node>) {
        let name = param.name();
        let list = |schema: Option<Node>| schema.unwrap_or_else(|| list_of(Node::empty()));
        let mut schema = match param.shape() {
            Shape::Flatten => {
                let schema = schema.unwrap_or_else(Node::empty);
                let mut part = Node::object([("allOf", Node::List(vec![schema]))]);
                part.set("x-flatten", name);
                if !param.required() {
                    part.set("x-optional", true);
                }
                self.flattened.push(part);
                return;
            }
            Shape::Csv => {
                self.encode(name, "form", false);
                let mut text = scalar();
                text.set("x-csv", true);
                text
            }
            Shape::Deep => {
                self.encode(name, "deepObject", true);
                schema.unwrap_or_else(Node::empty)
            }
            Shape::Repeated => list(schema),
            Shape::File => binary(),
            Shape::Files => list_of(binary()),
            _ => schema.unwrap_or_else(Node::empty),
        };
        if !param.summary().is_empty() {
            schema.set("description", without_links(param.summary()));
        }
        self.add(name, schema, param.required());
    }

    fn into_schema(self) -> (Node, Members) {
        let mut object = Node::object([pair(("type", "object"))]);
        let has_own = !self.properties.is_empty();
        if has_own {
            object.set("properties", Node::Object(self.properties));
        }
        if !self.required.is_empty() {
            object.set("required", self.required);
        }
        if self.flattened.is_empty() {
            return (object, self.encoding);
        }
        let mut parts = self.flattened;
        if has_own {
            parts.insert(0, object);
        }
        (Node::object([("allOf", Node::List(parts))]), self.encoding)
    }
}
