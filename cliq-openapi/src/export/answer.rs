//! The response of an endpoint, in the envelope that the server sends.

use cliq_api::{EndpointMeta, NextPage, PageMeta, ResponseKind};

use super::body::binary;
use super::pair;
use super::parameter::{list_of, scalar};
use super::schema::Schemas;
use crate::node::Node;

pub(super) fn responses(meta: &EndpointMeta, schemas: &mut Schemas, operation: &mut Node) {
    let value = meta.response_schema().map(|schema| schemas.add(schema()));
    let mut success = Node::object([pair(("description", "Success."))]);
    if let Some(page) = meta.page() {
        operation.set("x-page", page_keys(meta, page));
        if page.next() == NextPage::Link {
            let link = Node::object([("schema", scalar())]);
            success.set("headers", Node::object([("Link", link)]));
        }
    }
    if !meta.response().is_empty() {
        operation.set("x-response", meta.response().join("."));
    }
    if meta.kind() == ResponseKind::Download {
        operation.set("x-stream", true);
    }
    let mut status = "200";
    match content(meta, value) {
        Some((content_type, schema)) => {
            let content = Node::object([("schema", schema)]);
            success.set("content", Node::object([(content_type, content)]));
        }
        // The response is ignored, so its form isn't described.
        None => status = "204",
    }
    operation.set("responses", Node::object([(status, success)]));
}

fn content(meta: &EndpointMeta, value: Option<Node>) -> Option<(&'static str, Node)> {
    let content = match meta.kind() {
        ResponseKind::Bytes | ResponseKind::Download => ("*/*", binary()),
        ResponseKind::Text => ("text/plain", scalar()),
        ResponseKind::Events => ("text/event-stream", value.unwrap_or_else(Node::empty)),
        ResponseKind::JsonLines => ("application/x-ndjson", value.unwrap_or_else(Node::empty)),
        _ => ("application/json", json(meta, value)?),
    };
    Some(content)
}

/// Returns the schema of a JSON response; `None` if it is ignored.
fn json(meta: &EndpointMeta, value: Option<Node>) -> Option<Node> {
    if let Some(page) = meta.page() {
        let mut schema = Member::default();
        schema.put(
            page.items(),
            list_of(value.unwrap_or_else(Node::empty)),
            true,
        );
        match page.next() {
            NextPage::Token { member, .. } | NextPage::Url { member, .. } => {
                schema.put(member, scalar(), false);
            }
            _ => {}
        }
        if let Some(more) = page.more() {
            let flag = Node::object([pair(("type", "boolean"))]);
            schema.put(more, flag, false);
        }
        return Some(schema.into_schema());
    }
    if !meta.response().is_empty() {
        let mut schema = Member::default();
        let value = value.unwrap_or_else(Node::empty);
        schema.put(meta.response(), value, !meta.optional());
        return Some(schema.into_schema());
    }
    // In a trait with schemas, an endpoint without one returns nothing.
    let has_schemas = meta.table().iter().any(|meta| {
        let params = 0..meta.params().len();
        let mut params = params.map(|index| meta.param_schema(index));
        meta.response_schema().is_some() || params.any(|schema| schema.is_some())
    });
    match value {
        None if has_schemas => None,
        value => Some(value.unwrap_or_else(Node::empty)),
    }
}

/// A schema, or an object of further members.
#[derive(Default)]
struct Member {
    schema: Option<Node>,
    /// With whether each is required.
    members: Vec<(String, bool, Member)>,
}

impl Member {
    fn put(&mut self, path: &[&str], schema: Node, required: bool) {
        let Some((first, rest)) = path.split_first() else {
            self.schema = Some(schema);
            return;
        };
        let found = self.members.iter().position(|(name, ..)| name == first);
        let index = found.unwrap_or_else(|| {
            let member = ((*first).to_owned(), false, Member::default());
            self.members.push(member);
            self.members.len() - 1
        });
        let (_, is_required, member) = &mut self.members[index];
        *is_required |= required;
        member.put(rest, schema, required);
    }

    fn into_schema(self) -> Node {
        if let Some(schema) = self.schema {
            return schema;
        }
        let required = self.members.iter().filter(|(_, required, _)| *required);
        let required: Vec<_> = required
            .map(|(name, ..)| Node::from(name.as_str()))
            .collect();
        let properties = self.members.into_iter();
        let properties = properties.map(|(name, _, member)| (name, member.into_schema()));
        let mut object = Node::object([pair(("type", "object"))]);
        object.set("properties", Node::object(properties));
        if !required.is_empty() {
            object.set("required", required);
        }
        object
    }
}

/// Returns the keys of `page(…)`.
fn page_keys(meta: &EndpointMeta, page: &PageMeta) -> Node {
    let param = |index: usize| meta.params()[index].name();
    let mut keys = Node::empty();
    if !page.items().is_empty() {
        keys.set("items", page.items().join("."));
    }
    match page.next() {
        NextPage::Token {
            member,
            param: index,
            ..
        } => {
            keys.set("token", member.join("."));
            if member.last() != Some(&param(index)) {
                keys.set("param", param(index));
            }
        }
        NextPage::Url { member, .. } => keys.set("next", member.join(".")),
        NextPage::Number {
            param: index,
            first,
            ..
        } => {
            keys.set("number", param(index));
            if first != 1 {
                keys.set("first", first);
            }
        }
        NextPage::Offset { param: index, .. } => keys.set("offset", param(index)),
        _ => keys.set("next", "link"),
    }
    if let Some(more) = page.more() {
        keys.set("more", more.join("."));
    }
    keys
}
