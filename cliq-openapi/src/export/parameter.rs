//! Exports arguments and constants in the path, the query and headers.

use cliq_api::{EndpointMeta, Param, Place, Shape};

use super::operation::without_links;
use super::pair;
use super::schema::Schemas;
use crate::node::Node;

/// Names that OpenAPI ignores as parameters.
const IGNORED: [&str; 3] = ["accept", "authorization", "content-type"];

pub(super) fn parameters(
    meta: &EndpointMeta,
    schemas: &mut Schemas,
    operation: &mut Node,
) -> Vec<Node> {
    let params = meta.params().iter().enumerate();
    let mut parameters: Vec<_> = params
        .filter_map(|(index, param)| {
            let schema = meta.param_schema(index).map(|schema| schemas.add(schema()));
            parameter(param, schema)
        })
        .collect();
    parameters.extend(constant_query(meta, operation));
    parameters.extend(constant_headers(meta, operation));
    if let Some(header) = meta.idempotency_key() {
        let mut key = placed(header, "header");
        key.set("schema", scalar());
        parameters.push(key);
    }
    parameters
}

fn parameter(param: &Param, schema: Option<Node>) -> Option<Node> {
    let place = match param.place() {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        _ => return None,
    };
    let mut parameter = placed(param.name(), place);
    if !param.summary().is_empty() {
        parameter.set("description", without_links(param.summary()));
    }
    if param.required() {
        parameter.set("required", true);
    }
    let of_items = || list_of(Node::empty());
    let schema = match param.shape() {
        Shape::Repeated => {
            parameter.set("explode", true);
            schema.unwrap_or_else(of_items)
        }
        Shape::Csv if place == "path" => schema.unwrap_or_else(of_items),
        Shape::Csv => {
            parameter.set("explode", false);
            schema.unwrap_or_else(of_items)
        }
        Shape::Flatten => {
            parameter.set("explode", true);
            parameter.set("x-flatten", true);
            schema.unwrap_or_else(|| Node::object([pair(("type", "object"))]))
        }
        Shape::Deep => {
            parameter.set("style", "deepObject");
            parameter.set("explode", true);
            schema.unwrap_or_else(Node::empty)
        }
        Shape::Segments => {
            parameter.set("x-segments", true);
            scalar()
        }
        _ => schema.unwrap_or_else(Node::empty),
    };
    parameter.set("schema", schema);
    Some(parameter)
}

fn placed(name: &str, place: &str) -> Node {
    Node::object([pair(("name", name)), pair(("in", place))])
}

pub(super) fn scalar() -> Node {
    Node::object([pair(("type", "string"))])
}

pub(super) fn list_of(items: Node) -> Node {
    Node::object([pair(("type", "array")), ("items", items)])
}

/// Returns a schema of a single value.
pub(super) fn constant(value: Node) -> Node {
    Node::object([("const", value)])
}

fn constant_query(meta: &EndpointMeta, operation: &mut Node) -> Vec<Node> {
    if meta.query().is_empty() {
        return Vec::new();
    }
    let pairs = form_urlencoded::parse(meta.query().as_bytes());
    let pairs: Vec<_> = pairs.into_owned().collect();
    let again = |(name, value): &(String, String)| format!("{name}={value}");
    let plain: Vec<_> = pairs.iter().map(again).collect();
    if plain.join("&") != meta.query() {
        operation.set("x-query", meta.query());
    }
    let parameter = |(name, value): (String, String)| {
        let mut parameter = placed(&name, "query");
        parameter.set("required", true);
        parameter.set("schema", constant(Node::from(value)));
        parameter
    };
    pairs.into_iter().map(parameter).collect()
}

fn constant_headers(meta: &EndpointMeta, operation: &mut Node) -> Vec<Node> {
    let is_ignored = |name: &str| IGNORED.iter().any(|it| it.eq_ignore_ascii_case(name));
    let headers = meta.headers().iter();
    let (ignored, sent): (Vec<_>, Vec<_>) = headers.partition(|(name, _)| is_ignored(name));
    if !ignored.is_empty() {
        let pairs = meta
            .headers()
            .iter()
            .map(|(name, value)| pair((name, value)));
        operation.set("x-headers", Node::object(pairs));
    }
    let parameter = |(name, value): &(&str, &str)| {
        let mut parameter = placed(name, "header");
        parameter.set("required", true);
        parameter.set("schema", constant(Node::from(*value)));
        parameter
    };
    sent.into_iter().map(parameter).collect()
}
