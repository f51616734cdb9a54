//! Imports the response of a call: its type, envelope and pages.

use super::api::{Arg, ArgTy, Method, Nouns, Place, Returns};
use super::content::{essence, is_json, preferred, success};
use super::operations::Reader;
use super::schema::{kind, plain};
use super::source::reference;
use super::types::{Additional, Merged, Ty, Types, is_scalar};
use super::words::snake;
use crate::node::Node;

/// Response members and parameters that contain the token of the next page.
const TOKENS: [&str; 14] = [
    "next_token",
    "nexttoken",
    "next_page_token",
    "nextpagetoken",
    "page_token",
    "pagetoken",
    "next_cursor",
    "nextcursor",
    "cursor",
    "continuation_token",
    "continuationtoken",
    "continue",
    "starting_after",
    "marker",
];

const MORE: [&str; 4] = ["has_more", "hasmore", "has_next", "hasnext"];

impl<'s> Reader<'s, '_> {
    pub(super) fn returns(
        &self,
        node: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let responses = node.at("responses").entries();
        let dangling = responses.filter_map(|(_, response)| self.source.dangling(response));
        method.todos.extend(dangling);
        let Some((response, content_type, schema)) = success(self.source, node) else {
            return;
        };
        if method.verb == "HEAD" {
            return;
        }
        method.todos.extend(self.source.dangling(schema));
        let statuses = || {
            node.at("responses")
                .entries()
                .filter(|(status, _)| status.starts_with('2'))
        };
        let others = statuses().filter(|(_, other)| {
            let other = self.source.follow(other);
            let content = preferred(other.at("content"));
            content.is_some_and(|(_, content)| content.at("schema") != schema)
        });
        if others.count() > 0 && !self.source.is_ours {
            method
                .todos
                .push("another response, by its status".to_owned());
        }
        let essence = essence(content_type);
        let followed = self.source.follow(schema);
        method.returns = match essence.as_str() {
            "text/event-stream" => {
                let ty = types.of(schema, &nouns.response()).present().clone();
                let is_text = matches!(ty, Ty::Json | Ty::Plain(_));
                Returns::Events((!is_text).then_some(ty))
            }
            "application/x-ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/json-seq" => {
                Returns::JsonLines(types.of(schema, &nouns.response()).present().clone())
            }
            _ if is_json(content_type) => {
                let is_empty = statuses().any(|(status, other)| {
                    let other = self.source.follow(other);
                    status == "204" || other.at("content").entries().next().is_none()
                });
                self.json_returns(node, response, schema, is_empty, nouns, types, method)
            }
            "*/*"
                if !self.source.is_ours
                    && kind(followed) != ["string"]
                    && schema.entries().next().is_some() =>
            {
                self.json_returns(node, response, schema, false, nouns, types, method)
            }
            _ if self.source.is_ours && essence == "*/*" && !node.at("x-stream").is_true() => {
                Returns::Bytes
            }
            "application/octet-stream"
            | "*/*"
            | "application/pdf"
            | "application/zip"
            | "application/gzip" => Returns::Download,
            _ if essence.starts_with("image/")
                || essence.starts_with("audio/")
                || essence.starts_with("video/") =>
            {
                Returns::Download
            }
            _ if types.of(schema, &nouns.response()) == Ty::Binary => Returns::Download,
            _ => {
                if essence.ends_with("xml") {
                    method.todos.push("XML, here as text".to_owned());
                }
                Returns::Text
            }
        };
    }

    #[expect(clippy::too_many_arguments, reason = "each is looked at")]
    fn json_returns(
        &self,
        node: &'s Node,
        response: &'s Node,
        schema: &'s Node,
        is_empty: bool,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) -> Returns {
        if let Some(page) = node.get("x-page") {
            method.page = page
                .entries()
                .map(|(key, value)| (key.to_owned(), page_value(key, value)))
                .collect();
            let items = page.at("items").text().unwrap_or_default();
            let list = self.member(schema, items).unwrap_or(schema);
            let item = self.source.follow(list).at("items");
            return Returns::Page(types.of(item, &nouns.item()));
        }
        if let Some(path) = node.at("x-response").text() {
            method.response = Some(path.to_owned());
            let (member, required) = self.required_member(schema, path);
            let ty = member.map_or(Ty::Json, |member| types.of(member, &nouns.item()));
            return Returns::Json(if required {
                ty
            } else {
                ty.nullable_even_json()
            });
        }
        if !self.source.is_ours {
            if let Some(returns) = self.page(response, schema, nouns, types, method) {
                return returns;
            }
            if let Some(returns) = self.envelope(schema, nouns, types, method) {
                return returns;
            }
        }
        let followed = self.source.follow(schema);
        let hint =
            if kind(followed) == ["array"] || method.verb == "GET" && nouns.method != nouns.noun {
                let mut hint = nouns.item();
                hint.names.push(format!("{}Response", nouns.method));
                hint
            } else {
                nouns.response()
            };
        let ty = types.of(schema, &hint);
        let ty = if ty == Ty::Binary { Ty::text() } else { ty };
        Returns::Json(if is_empty {
            ty.nullable_even_json()
        } else {
            ty
        })
    }

    /// Recognizes an envelope like `{"data": …}`, whose only member is the result.
    fn envelope(
        &self,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) -> Option<Returns> {
        let target = reference(schema);
        if target.is_some_and(|target| self.within.contains(target)) {
            return None;
        }
        let mut merged = Merged::default();
        types.merge(schema, &mut merged, 0);
        let is_plain = merged.unions.is_empty() && merged.additional == Additional::None;
        if merged.properties.len() != 1
            || !is_plain
            || kind(self.source.follow(schema)) == ["array"]
        {
            return None;
        }
        let (name, member) = merged.properties.first()?;
        let is_placeholder = snake(name).ends_with("response_code") || snake(name) == "status_code";
        if is_placeholder && name.contains(' ') {
            // A placeholder for an empty result.
            return Some(Returns::Nothing);
        }
        let followed = self.source.follow(member);
        let holds_something = kind(followed) == ["array"]
            || kind(followed) == ["object"]
            || followed.get("allOf").is_some();
        if !holds_something || !is_member(name) {
            return None;
        }
        method.response = Some((*name).to_owned());
        let hint = nouns.item();
        Some(Returns::Json(types.of(member, &hint)))
    }

    fn page(
        &self,
        response: &'s Node,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) -> Option<Returns> {
        let followed = self.source.follow(schema);
        if method.verb != "GET" {
            return None;
        }
        let has_link = response
            .at("headers")
            .entries()
            .any(|(name, _)| name.eq_ignore_ascii_case("link"));
        if kind(followed) == ["array"] && has_link {
            method.page = vec![("next".to_owned(), "link".to_owned())];
            return Some(Returns::Page(types.of(followed.at("items"), &nouns.item())));
        }
        let mut merged = Merged::default();
        types.merge(schema, &mut merged, 0);
        let lists: Vec<_> = merged
            .properties
            .iter()
            .filter(|(name, property)| {
                let property = self.source.follow(property);
                kind(property) == ["array"] && is_member(name)
            })
            .collect();
        let general = ["data", "items", "results", "values", "records"];
        let items =
            lists
                .iter()
                .find(|(name, _)| general.contains(name))
                .or(match lists.as_slice() {
                    [one] => Some(one),
                    _ => None,
                })?;
        let (items, list) = (*items.0, *items.1);
        let item = self.source.follow(list).at("items");
        if has_link {
            method.page = vec![
                ("items".to_owned(), format!("{items:?}")),
                ("next".to_owned(), "link".to_owned()),
            ];
            return Some(Returns::Page(types.of(item, &nouns.item())));
        }
        let mut keys = vec![("items".to_owned(), format!("{items:?}"))];
        keys.extend(self.token_keys(&merged, &method.args, types)?);
        method.page = keys;
        Some(Returns::Page(types.of(item, &nouns.item())))
    }

    /// Returns the keys of `page(…)` if the response has a token that a query parameter takes.
    fn token_keys(
        &self,
        merged: &Merged<'s>,
        args: &[Arg],
        types: &Types<'s>,
    ) -> Option<Vec<(String, String)>> {
        let is_plain = |arg: &&Arg| {
            arg.place == Place::Query
                && !arg.required
                && arg.option.is_none()
                && matches!(&arg.ty, ArgTy::Ty(ty) if is_scalar(ty, types))
        };
        let params: Vec<_> = args.iter().filter(is_plain).collect();
        let mut members: Vec<(String, &Node)> = Vec::new();
        for (name, property) in &merged.properties {
            let property = self.source.follow(property);
            members.push(((*name).to_owned(), property));
            let mut inner = Merged::default();
            types.merge(property, &mut inner, 0);
            for (inner, property) in inner.properties {
                members.push((format!("{name}.{inner}"), self.source.follow(property)));
            }
        }
        members.retain(|(path, _)| path.split('.').all(is_member));
        let name_of = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let is_one_of = |path: &str, names: &[&str]| {
            names.contains(&name_of(path).to_ascii_lowercase().as_str())
        };
        let letters = |name: &str| name.to_ascii_lowercase().replace('_', "");
        let takes = |member: &str| {
            let short = letters(member).replacen("next", "", 1);
            let same = params.iter().find(|arg| arg.wire == member);
            same.or_else(|| {
                let wires = [letters(member), short];
                params
                    .iter()
                    .find(|arg| wires.contains(&letters(&arg.wire)))
            })
        };
        let (token, param) = members.iter().find_map(|(path, schema)| {
            let is_scalar = matches!(kind(schema).as_slice(), ["string" | "integer"]);
            let is_token = is_scalar && is_one_of(path, &TOKENS);
            let param = takes(&name_of(path)).filter(|_| is_token)?;
            Some((path.clone(), param.wire.clone()))
        })?;
        let mut keys = vec![("token".to_owned(), format!("{token:?}"))];
        if param != name_of(&token) {
            keys.push(("param".to_owned(), format!("{param:?}")));
        }
        let more = members
            .iter()
            .find(|(path, schema)| is_one_of(path, &MORE) && kind(schema) == ["boolean"]);
        keys.extend(more.map(|(more, _)| ("more".to_owned(), format!("{more:?}"))));
        Some(keys)
    }

    /// Returns a member of an object's schema, by a path with dots.
    fn member(&self, schema: &'s Node, path: &str) -> Option<&'s Node> {
        let mut parts = path.split('.').filter(|part| !part.is_empty());
        parts.try_fold(schema, |schema, part| {
            self.source.follow(schema).at("properties").get(part)
        })
    }

    fn required_member(&self, schema: &'s Node, path: &str) -> (Option<&'s Node>, bool) {
        let mut required = true;
        let mut schema = schema;
        for part in path.split('.') {
            let followed = self.source.follow(schema);
            required &= followed
                .at("required")
                .items()
                .iter()
                .any(|name| name.text() == Some(part));
            match followed.at("properties").get(part) {
                Some(member) => schema = member,
                None => return (None, required),
            }
        }
        (Some(schema), required)
    }
}

impl Ty {
    /// Makes the type an `Option`, for a response that can be missing.
    fn nullable_even_json(self) -> Self {
        match self {
            Self::Nullable(_) => self,
            ty => Self::Nullable(Box::new(ty)),
        }
    }
}

/// Returns whether `response = "…"` accepts the name.
fn is_member(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'$'))
}

fn page_value(key: &str, value: &Node) -> String {
    match value {
        Node::Text(text) if key == "next" && text == "link" => text.clone(),
        Node::Text(text) => format!("{text:?}"),
        other => plain(other),
    }
}
