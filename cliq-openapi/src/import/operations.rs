//! Imports operations as methods.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::api::{Arg, Method, Nouns, Place, Scopes};
use super::docs;
use super::limits::Patterns;
use super::plan::Operation;
use super::source::{Source, reference};
use super::types::Types;
use super::words::snake;
use crate::node::Node;

/// Setters with these names would hide methods that every call needs.
pub(super) const RESERVED_SETTERS: [&str; 5] =
    ["clone", "into_future", "send", "wait", "wait_send"];

pub(super) struct Reader<'s, 'p> {
    pub(super) source: &'s Source,
    pub(super) patterns: &'p Patterns,
    pub(super) nested: HashSet<String>,
    /// Schemas that other schemas reference.
    pub(super) within: HashSet<String>,
    pub(super) shared: HashSet<String>,
}

impl<'s> Reader<'s, '_> {
    pub(super) fn method(
        &self,
        operation: &Operation<'s>,
        types: &mut Types<'s>,
    ) -> Result<Method, String> {
        let node = operation.node;
        let nouns = Nouns::of(&operation.name);
        let mut method = Method {
            name: operation.name.clone(),
            verb: operation.verb.to_uppercase(),
            deprecated: node.at("deprecated").is_true(),
            docs: method_docs(node),
            ..Method::default()
        };
        let (path, placeholders) = self.path(operation.path)?;
        method.path = path;
        self.server(operation, &mut method);
        method.scopes = self.scopes(node, &mut method.todos);
        let limits = self.patterns.read(node, &mut method.todos);
        (method.limits, method.lock) = (limits.limits, limits.lock);
        let text = |key: &str| node.at(key).text().map(str::to_owned);
        method.bucket = text("x-bucket");
        method.idempotent = node.at("x-idempotent").flag();
        method.idempotency_key = text("x-idempotency-key");
        method.timeout = text("x-timeout");
        self.parameters(operation, &placeholders, &nouns, types, &mut method);
        self.body(node, &nouns, types, &mut method);
        self.returns(node, &nouns, types, &mut method);
        distinct_names(&mut method.args);
        order(node, &mut method.args);
        Ok(method)
    }

    /// Returns the path of a declaration, and its placeholders with their names in the document.
    fn path(&self, path: &str) -> Result<(String, Vec<(String, String)>), String> {
        let path = path.split('#').next().unwrap_or_default();
        let (path, query) = path
            .split_once('?')
            .map_or((path, None), |(path, query)| (path, Some(query)));
        let mut out = String::new();
        let mut placeholders: Vec<(String, String)> = Vec::new();
        let mut rest = path;
        if !rest.starts_with('/') {
            out.push('/');
        }
        while let Some(start) = rest.find('{') {
            let (before, after) = rest.split_at(start);
            out.push_str(before);
            let Some((name, behind)) = after[1..].split_once('}') else {
                return Err("a placeholder that isn't closed".to_owned());
            };
            if out.ends_with('>') {
                return Err("two placeholders next to each other".to_owned());
            }
            let is_rest = name.ends_with(['*', '+']) || name.starts_with('+');
            let plain = name.trim_matches(['*', '+', '?', ';']);
            let valid: String = plain
                .chars()
                .map(|it| {
                    if it.is_ascii_alphanumeric() || it == '-' {
                        it
                    } else {
                        '_'
                    }
                })
                .collect();
            let mut valid = if valid.starts_with(|it: char| it.is_ascii_digit()) {
                format!("n{valid}")
            } else {
                valid
            };
            if self.shared.contains(name) {
                let digits = |it: char| it.is_ascii_digit();
                valid.truncate(valid.trim_end_matches(digits).len());
            }
            let letters = |name: &str| snake(name).replace('_', "");
            let taken = |name: &str| {
                placeholders
                    .iter()
                    .any(|(_, other)| letters(other) == letters(name))
            };
            let numbered = (2..).map(|number| format!("{valid}{number}"));
            let mut names = std::iter::once(valid.clone()).chain(numbered);
            let valid = names.find(|name| !taken(name)).unwrap_or(valid);
            let ends_segment = behind.is_empty() || behind.starts_with('/');
            if is_rest && ends_segment && out.ends_with('/') {
                let _ = write!(out, "<{valid}..>");
            } else {
                let _ = write!(out, "<{valid}>");
            }
            placeholders.push((name.to_owned(), valid));
            rest = behind;
        }
        out.push_str(rest);
        while out.contains("//") {
            out = out.replace("//", "/");
        }
        let is_allowed =
            |it: char| it.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%/<>".contains(it);
        if let Some(character) = out.chars().find(|it| !is_allowed(*it)) {
            return Err(format!("`{character}` in the path"));
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            if query.contains(['{', '}']) {
                return Err("a placeholder in the query of the path".to_owned());
            }
            out.push('?');
            out.push_str(query);
        }
        Ok((out, placeholders))
    }

    fn server(&self, operation: &Operation<'s>, method: &mut Method) {
        let root = &self.source.root;
        let own =
            [operation.node, operation.item, root].map(|node| node.at("servers").items().first());
        let Some(server) = own.into_iter().flatten().next() else {
            return;
        };
        let (origin, base) = server_parts(server);
        let (main, _) = root
            .at("servers")
            .items()
            .first()
            .map(server_parts)
            .unwrap_or_default();
        if let Some(name) = server.at("x-server").text() {
            method.server = Some(name.to_owned());
        } else if !origin.is_empty() && origin != main && !main.is_empty() {
            method.server = Some(server_name(&origin));
        }
        if base.contains(['{', '<', '?', '#', ' ']) || base.contains("//") {
            method.todos.push(format!("the base `{base}`"));
        } else {
            method.base = base;
        }
    }

    fn scopes(&self, node: &Node, todos: &mut Vec<String>) -> Scopes {
        let written = node.at("x-scopes");
        let texts = |list: &Node| {
            list.items()
                .iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        if written.get("any").is_some() {
            return Scopes::Any(texts(written.at("any")));
        }
        if written.get("all").is_some() {
            return Scopes::All(texts(written.at("all")));
        }
        let security = node
            .get("security")
            .unwrap_or_else(|| self.source.root.at("security"));
        let alternatives: Vec<Vec<String>> = security
            .items()
            .iter()
            .map(|requirement| {
                requirement
                    .entries()
                    .flat_map(|(_, scopes)| texts(scopes))
                    .collect()
            })
            .collect();
        let is_scope = |scope: &String| {
            let inner = |byte: u8| matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x5B | 0x5D..=0x7E);
            !scope.is_empty()
                && scope.bytes().all(inner)
                && !scope.starts_with('.')
                && !scope.ends_with('.')
                && !scope.contains("..")
        };
        if let Some(scope) = alternatives.iter().flatten().find(|scope| !is_scope(scope)) {
            todos.push(format!("the scope `{scope}`"));
            return Scopes::None;
        }
        let with: Vec<_> = alternatives
            .iter()
            .filter(|scopes| !scopes.is_empty())
            .collect();
        if with.len() < alternatives.len() && !with.is_empty() {
            // Another authorization scheme needs no scopes.
            todos.push("a call without scopes, by another scheme of authorization".to_owned());
        }
        match with.as_slice() {
            [] => Scopes::None,
            [one] if one.len() == 1 => Scopes::Any((*one).clone()),
            [all] => Scopes::All(dedup((*all).clone())),
            several if several.iter().all(|scopes| scopes.len() == 1) => Scopes::Any(dedup(
                several
                    .iter()
                    .flat_map(|scopes| scopes.iter().cloned())
                    .collect(),
            )),
            several => {
                // Schemes often have the same scopes.
                if several.iter().any(|scopes| scopes != &several[0]) {
                    todos.push("a choice between sets of scopes; this is the first".to_owned());
                }
                match several[0].as_slice() {
                    [one] => Scopes::Any(vec![one.clone()]),
                    all => Scopes::All(dedup(all.to_vec())),
                }
            }
        }
    }
}

fn method_docs(node: &Node) -> Vec<String> {
    let summary = node.at("summary").text().unwrap_or_default().trim();
    let description = node.at("description").text().unwrap_or_default();
    let mut lines = if summary.is_empty() {
        Vec::new()
    } else {
        let ends = summary.ends_with(['.', '!', '?', ':', '`', ')']);
        docs::lines(&if ends {
            summary.to_owned()
        } else {
            format!("{summary}.")
        })
    };
    let more = docs::lines(description);
    let plain = |lines: &[String]| lines.join(" ").trim_end_matches('.').to_ascii_lowercase();
    if plain(&more) != plain(&lines) && !more.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(more);
    }
    lines
}

/// Returns the schemas that are referenced from anywhere but a request's body.
pub(super) fn nested_references(source: &Source) -> HashSet<String> {
    fn walk(node: &Node, is_body: bool, found: &mut HashSet<String>) {
        match node {
            Node::Object(members) => {
                if let Some(target) = reference(node)
                    && !is_body
                {
                    found.insert(target.to_owned());
                }
                for (name, value) in members {
                    if name == "requestBody" || name == "requestBodies" {
                        bodies(value, found);
                    } else {
                        walk(value, false, found);
                    }
                }
            }
            Node::List(items) => items.iter().for_each(|item| walk(item, false, found)),
            _ => {}
        }
    }
    /// Walks `content: {json: {schema: …}}`, or several bodies by name.
    fn bodies(node: &Node, found: &mut HashSet<String>) {
        if node.get("content").is_none() {
            for (_, body) in node.entries() {
                if body.get("content").is_some() {
                    bodies(body, found);
                }
            }
            return;
        }
        for (_, content) in node.at("content").entries() {
            walk(content.at("schema"), true, found);
        }
    }
    let mut found = HashSet::new();
    walk(&source.root, false, &mut found);
    found
}

/// Returns numbered placeholders of paths that exist several times: `{CHAT_ID1}` beside
/// `{CHAT_ID}`.
pub(super) fn shared_placeholders(source: &Source) -> HashSet<String> {
    let paths: HashSet<_> = source
        .root
        .at("paths")
        .entries()
        .map(|(path, _)| path)
        .collect();
    let mut shared = HashSet::new();
    for path in &paths {
        for placeholder in path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name)
        {
            let plain = placeholder.trim_end_matches(|it: char| it.is_ascii_digit());
            let other = path.replace(&format!("{{{placeholder}}}"), &format!("{{{plain}}}"));
            if plain != placeholder && !plain.is_empty() && paths.contains(other.as_str()) {
                shared.insert(placeholder.to_owned());
            }
        }
    }
    shared
}

/// Returns everything that a part of the document references.
pub(super) fn references_in(node: &Node) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match node {
            Node::Object(members) => {
                found.extend(reference(node).map(str::to_owned));
                open.extend(members.values());
            }
            Node::List(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

/// Returns the origin and the path of a server's URL.
pub(super) fn server_parts(server: &Node) -> (String, String) {
    let mut url = server.at("url").text().unwrap_or_default().to_owned();
    for (name, variable) in server.at("variables").entries() {
        let default = variable.at("default").text().unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let url = url.trim_end_matches('/');
    match url
        .match_indices('/')
        .nth(2)
        .filter(|_| url.contains("://"))
    {
        Some((slash, _)) => (url[..slash].to_owned(), url[slash..].to_owned()),
        None if url.contains("://") => (url.to_owned(), String::new()),
        None => (String::new(), url.to_owned()),
    }
}

/// Returns the name of another server: the first significant word of its host.
fn server_name(origin: &str) -> String {
    let host = origin.split("://").nth(1).unwrap_or(origin);
    let first = host.split(['.', ':']).next().unwrap_or(host);
    let name = snake(first);
    if name.is_empty() {
        "other".to_owned()
    } else {
        name
    }
}

fn dedup(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// Renames arguments whose names are taken by others, or by a builder's methods.
fn distinct_names(args: &mut [Arg]) {
    let mut taken: Vec<String> = Vec::new();
    for arg in args {
        let name = if arg.name.is_empty() {
            "value".to_owned()
        } else {
            arg.name.clone()
        };
        let is_reserved =
            |name: &String| !arg.required && RESERVED_SETTERS.contains(&name.as_str());
        let placed = format!("{}_{name}", arg.place.name());
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = [name.clone(), placed].into_iter().chain(numbered);
        let free = names.find(|name| !taken.contains(name) && !is_reserved(name));
        arg.name = free.unwrap_or(name);
        taken.push(arg.name.clone());
    }
}

/// Sorts the arguments by the document's `x-order`.
fn order(node: &Node, args: &mut [Arg]) {
    let order = node.at("x-order").items();
    if order.is_empty() {
        return;
    }
    let position = |arg: &Arg| {
        if arg.place == Place::Path {
            return 0;
        }
        let name = format!("{}.{}", arg.place.name(), arg.wire);
        let found = order.iter().position(|other| other.text() == Some(&name));
        found.map_or(usize::MAX, |index| index + 1)
    };
    args.sort_by_key(position);
}
