//! Operations as methods.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::api::{Api, Arg, ArgTy, BodyKind, Method, Nouns, Place, Returns, Scopes};
use super::docs;
use super::limits::Patterns;
use super::names::{Subject, group};
use super::source::{Source, reference};
use super::types::{Hint, Kind, Merged, Tag, Ty, Types, described, in_place, kind, plain, todos};
use super::words::{camel, plural, snake};
use crate::node::Node;

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Headers that follow from the request itself, or from the client.
const OWN_HEADERS: [&str; 10] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Setters of these names would hide what every call needs.
const RESERVED_SETTERS: [&str; 5] = ["clone", "into_future", "send", "wait", "wait_send"];

/// Members and parameters that carry the token of the next page.
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

/// An operation of the document, before its types are known.
struct Operation<'s> {
    path: &'s str,
    item: &'s Node,
    verb: &'s str,
    node: &'s Node,
    group: String,
    name: String,
}

/// The traits, and what was left out.
pub(super) struct Declared {
    pub(super) apis: Vec<Api>,
    /// Operations that can't be declared, with the reason.
    pub(super) skipped: Vec<(String, String)>,
    pub(super) operations: usize,
}

/// Names that the declarations take: traits, and what the macros generate beside them.
pub(super) struct Plan<'s> {
    operations: Vec<Operation<'s>>,
    groups: Vec<String>,
}

impl<'s> Plan<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        let mut operations = Vec::new();
        let mut tags: Vec<Option<&str>> = Vec::new();
        for (path, item) in source.root.at("paths").entries() {
            let item = source.follow(item);
            for (verb, node) in item.entries().filter(|(verb, _)| METHODS.contains(verb)) {
                let tag = node.at("tags").items().first().and_then(Node::text);
                tags.push(tag);
                operations.push(Operation {
                    path,
                    item,
                    verb,
                    node,
                    group: String::new(),
                    name: String::new(),
                });
            }
        }
        let mut plan = Self {
            operations,
            groups: Vec::new(),
        };
        plan.group(source, &tags);
        plan.name(source);
        plan
    }

    /// Finds the trait of each operation: by its tag, or by what its neighbours have.
    fn group(&mut self, source: &Source, tags: &[Option<&str>]) {
        let title = source.root.at("info").at("title").text().unwrap_or("Api");
        let tagged: HashSet<_> = tags.iter().flatten().collect();
        let first_segment = |path: &str| {
            let mut segments = path.split(['/', '?']).filter(|segment| !segment.is_empty());
            let is_noun = |segment: &&str| {
                !segment.contains('{') && *segment != "api" && !is_version(segment)
            };
            segments.find(is_noun).map(str::to_owned)
        };
        let mut keys = Vec::new();
        for (operation, tag) in self.operations.iter().zip(tags) {
            let segment = first_segment(operation.path);
            let key = match tag {
                Some(tag) => (*tag).to_owned(),
                None if tagged.len() == 1 => tags
                    .iter()
                    .flatten()
                    .next()
                    .map_or("", |tag| tag)
                    .to_owned(),
                None => {
                    let neighbours = self.operations.iter().zip(tags);
                    let mut same = neighbours.filter(|(other, tag)| {
                        tag.is_some() && first_segment(other.path) == segment
                    });
                    same.find_map(|(_, tag)| *tag).map_or_else(
                        || segment.unwrap_or_else(|| title.to_owned()),
                        str::to_owned,
                    )
                }
            };
            keys.push(key);
        }
        let declared = source.root.at("tags").items();
        let order = declared
            .iter()
            .filter_map(|tag| tag.at("name").text().map(str::to_owned));
        let used: HashSet<_> = keys.iter().cloned().collect();
        let mut ordered: Vec<String> = order.filter(|tag| used.contains(tag)).collect();
        for key in &keys {
            if !ordered.contains(key) {
                ordered.push(key.clone());
            }
        }
        let components: HashSet<String> = source
            .root
            .at("components")
            .at("schemas")
            .entries()
            .map(|(key, _)| camel(key.rsplit('.').next().unwrap_or(key)))
            .collect();
        let mut names: IndexMap<String, String> = IndexMap::new();
        for key in ordered {
            let summaries = self
                .operations
                .iter()
                .zip(&keys)
                .filter(|(_, other)| **other == key);
            let mut texts = vec![title];
            texts
                .extend(summaries.filter_map(|(operation, _)| operation.node.at("summary").text()));
            let name = if source.is_ours {
                key.clone()
            } else {
                group(&key, &texts)
            };
            let name = if name.is_empty() {
                "Api".to_owned()
            } else {
                name
            };
            let several = camel(&plural(&snake(&name)));
            let api = format!("{name}Api");
            let numbered = (2..).map(|number| format!("{name}{number}"));
            let mut candidates = [name.clone(), several, api].into_iter().chain(numbered);
            let is_free = |name: &String| {
                let call = format!("{name}Call");
                !components.contains(name)
                    && !components.contains(&call)
                    && !is_known(name)
                    && !names.values().any(|other| other == name)
            };
            let name = if source.is_ours {
                name
            } else {
                candidates.find(is_free).unwrap_or(name)
            };
            names.insert(key, name);
        }
        for (operation, key) in self.operations.iter_mut().zip(keys) {
            operation.group = names[&key].clone();
        }
        self.groups = names.into_values().collect();
    }

    /// Finds the name of each method. All methods of the module are methods of a client, so they
    /// differ across traits, too.
    fn name(&mut self, source: &Source) {
        let candidates: Vec<Vec<String>> = self
            .operations
            .iter()
            .map(|operation| {
                let id = operation.node.at("operationId").text();
                if let (true, Some(id)) = (source.is_ours, id) {
                    return vec![id.rsplit('.').next().unwrap_or(id).to_owned()];
                }
                let subject = Subject {
                    id,
                    summary: operation.node.at("summary").text().unwrap_or_default(),
                    method: operation.verb,
                    path: operation.path,
                    group: &operation.group,
                    is_list: returns_list(source, operation.node),
                };
                subject.candidates()
            })
            .collect();
        if source.is_ours {
            for (operation, mut names) in self.operations.iter_mut().zip(candidates) {
                operation.name = names.swap_remove(0);
            }
            return;
        }
        let mut level = vec![0_usize; candidates.len()];
        // Those of one name all take their next one.
        for _ in 0..8 {
            let mut seen: IndexMap<&str, Vec<usize>> = IndexMap::new();
            for (index, names) in candidates.iter().enumerate() {
                let name = names[level[index].min(names.len() - 1)].as_str();
                seen.entry(name).or_default().push(index);
            }
            let clashes: Vec<_> = seen
                .into_values()
                .filter(|same| same.len() > 1)
                .flatten()
                .collect();
            if clashes.is_empty() {
                break;
            }
            for index in clashes {
                level[index] += 1;
            }
        }
        let mut taken: HashSet<String> = HashSet::new();
        for (index, operation) in self.operations.iter_mut().enumerate() {
            let names = &candidates[index];
            let name = &names[level[index].min(names.len() - 1)];
            let numbered = (2..).map(|number| format!("{name}_{number}"));
            let mut names = std::iter::once(name.clone()).chain(numbered);
            operation.name = names.find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(operation.name.clone());
        }
    }

    /// Names that types can't have.
    pub(super) fn taken(&self) -> Vec<String> {
        let traits = self.groups.iter();
        let traits = traits.flat_map(|name| [name.clone(), format!("{name}Call")]);
        let builders = self.operations.iter();
        let builders = builders.map(|operation| format!("{}Request", camel(&operation.name)));
        traits.chain(builders).collect()
    }

    pub(super) fn declare(
        self,
        source: &'s Source,
        types: &mut Types<'s>,
        patterns: &Patterns,
    ) -> Declared {
        let nested = nested_references(source);
        let reader = Reader {
            source,
            patterns,
            nested,
            within: references_in(source.root.at("components").at("schemas")),
            shared: shared_placeholders(source),
        };
        let count = self.operations.len();
        let mut skipped = Vec::new();
        let mut apis: Vec<Api> = self
            .groups
            .iter()
            .map(|name| Api {
                name: name.clone(),
                docs: group_docs(source, name),
                methods: Vec::new(),
            })
            .collect();
        for operation in self.operations {
            match reader.method(&operation, types) {
                Ok(method) => {
                    let api = apis.iter_mut().find(|api| api.name == operation.group);
                    if let Some(api) = api {
                        api.methods.push(method);
                    }
                }
                Err(reason) => {
                    let what = format!("{} {}", operation.verb.to_uppercase(), operation.path);
                    skipped.push((what, reason));
                }
            }
        }
        apis.retain(|api| !api.methods.is_empty());
        Declared {
            apis,
            skipped,
            operations: count,
        }
    }
}

fn is_version(segment: &str) -> bool {
    let rest = segment.strip_prefix('v');
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// Whether the module uses the name for something else.
fn is_known(name: &str) -> bool {
    [
        "Bytes",
        "Body",
        "Download",
        "Events",
        "JsonLines",
        "Page",
        "Part",
        "Text",
        "Timestamp",
        "Value",
        "Vec",
        "Option",
        "String",
        "Box",
        "Default",
        "Debug",
        "Clone",
        "Copy",
        "Hash",
        "Send",
        "Sync",
        "Drop",
        "Fn",
        "From",
        "Into",
        "Iterator",
        "Serialize",
        "Deserialize",
    ]
    .contains(&name)
}

fn group_docs(source: &Source, name: &str) -> Vec<String> {
    let tags = source.root.at("tags").items();
    let tag = tags.iter().find(|tag| {
        tag.at("name")
            .text()
            .is_some_and(|tag| camel(tag).eq_ignore_ascii_case(name))
    });
    let text = tag
        .and_then(|tag| tag.at("description").text())
        .unwrap_or_default();
    docs::lines(text)
}

/// Schemas that something else refers to than the body of a request itself.
fn nested_references(source: &Source) -> HashSet<String> {
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
    /// `content: {json: {schema: …}}`, or several bodies by name.
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

/// Paths that are there several times, with numbered placeholders: `{CHAT_ID1}` beside `{CHAT_ID}`.
fn shared_placeholders(source: &Source) -> HashSet<String> {
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

fn returns_list(source: &Source, operation: &Node) -> bool {
    let Some((_, _, schema)) = success(source, operation) else {
        return false;
    };
    let schema = source.follow(schema);
    if kind(schema) == ["array"] {
        return true;
    }
    let properties: Vec<_> = schema.at("properties").entries().collect();
    let lists = properties
        .iter()
        .filter(|(_, property)| kind(source.follow(property)) == ["array"]);
    let names = ["data", "items", "results", "values", "records"];
    let is_list = lists.clone().any(|(name, _)| names.contains(name)) || properties.len() == 1;
    is_list && lists.count() > 0
}

/// The response that a call returns: its object, content type and schema.
fn success<'s>(source: &'s Source, operation: &'s Node) -> Option<(&'s Node, &'s str, &'s Node)> {
    let mut found = None;
    for (status, response) in operation.at("responses").entries() {
        let is_success = status.starts_with('2') && status != "204" && status != "205";
        let response = source.follow(response);
        if !is_success && !(status == "default" && found.is_none()) {
            continue;
        }
        if status == "default"
            && operation
                .at("responses")
                .entries()
                .any(|(status, _)| status.starts_with('2'))
        {
            continue;
        }
        if let Some((content_type, content)) = preferred(response.at("content")) {
            // What is most specific comes first.
            if found.is_none() {
                found = Some((response, content_type, content.at("schema")));
            }
        }
    }
    found
}

fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence.ends_with("+json") || essence == "text/json"
}

fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The content that is read or sent, if there are several.
fn preferred(content: &Node) -> Option<(&str, &Node)> {
    let all = || content.entries();
    let named = |name: &str| all().find(|(content_type, _)| essence(content_type) == name);
    named("application/json")
        .or_else(|| all().find(|(content_type, _)| is_json(content_type)))
        .or_else(|| named("application/x-www-form-urlencoded"))
        .or_else(|| named("multipart/form-data"))
        .or_else(|| named("text/event-stream"))
        .or_else(|| all().next())
}

struct Reader<'s, 'p> {
    source: &'s Source,
    patterns: &'p Patterns,
    nested: HashSet<String>,
    /// Schemas that are a part of others.
    within: HashSet<String>,
    shared: HashSet<String>,
}

impl<'s> Reader<'s, '_> {
    fn method(&self, operation: &Operation<'s>, types: &mut Types<'s>) -> Result<Method, String> {
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

    /// The path of a declaration, and its placeholders by the names in the document.
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
                valid = valid
                    .trim_end_matches(|it: char| it.is_ascii_digit())
                    .to_owned();
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
                out.push_str(&format!("<{valid}..>"));
            } else {
                out.push_str(&format!("<{valid}>"));
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
            // Another scheme needs none.
            todos.push("a call without scopes, by another scheme of authorization".to_owned());
        }
        match with.as_slice() {
            [] => Scopes::None,
            [one] if one.len() == 1 => Scopes::Any(one.to_vec()),
            [all] => Scopes::All(dedup(all.to_vec())),
            several if several.iter().all(|scopes| scopes.len() == 1) => Scopes::Any(dedup(
                several
                    .iter()
                    .flat_map(|scopes| scopes.iter().cloned())
                    .collect(),
            )),
            several => {
                // Two schemes often have the same scopes.
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

    fn parameters(
        &self,
        operation: &Operation<'s>,
        placeholders: &[(String, String)],
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let mut parameters: IndexMap<(&str, &str), &'s Node> = IndexMap::new();
        for node in [operation.item, operation.node] {
            for parameter in node.at("parameters").items() {
                let parameter = self.source.follow(parameter);
                let text = |key: &str| parameter.at(key).text();
                if let (Some(name), Some(place)) = (text("name"), text("in")) {
                    parameters.insert((place, name), parameter);
                }
            }
        }
        // Those of the path in its order, declared or not.
        for (name, valid) in placeholders {
            let parameter = parameters.shift_remove(&("path", name.as_str()));
            if parameter.is_some_and(|parameter| parameter.at("x-segments").is_true()) {
                method.path = method
                    .path
                    .replace(&format!("<{valid}>"), &format!("<{valid}..>"));
            }
            method
                .args
                .push(self.path_argument(name, valid, parameter, nouns, types));
        }
        let mut query: Vec<String> = Vec::new();
        if let Some(constant) = operation.node.at("x-query").text() {
            query.push(constant.to_owned());
        }
        for ((place, name), parameter) in parameters {
            let constant = constant_of(self.source.follow(parameter.at("schema")));
            let required = parameter.at("required").is_true();
            let mut in_path = operation.path.split(['?', '&']).skip(1);
            if place == "query" && in_path.any(|pair| pair.split('=').next() == Some(name)) {
                continue;
            }
            match (place, constant.filter(|_| required)) {
                ("query", Some(value)) if !name.is_empty() => {
                    if operation.node.get("x-query").is_none() {
                        let mut pair = form_urlencoded::Serializer::new(String::new());
                        pair.append_pair(name, &value);
                        query.push(unescaped(&pair.finish(), name, &value));
                    }
                }
                ("header", Some(value)) if is_header(name) && is_header_value(&value) => {
                    if operation.node.get("x-headers").is_none() {
                        method.headers.push((name.to_owned(), value));
                    }
                }
                ("query", _) => method
                    .args
                    .extend(self.query_argument(name, parameter, nouns, types)),
                ("header", _) => method.args.extend(self.header_argument(
                    name,
                    parameter,
                    nouns,
                    types,
                    &mut method.idempotency_key,
                )),
                ("path", _) => {}
                ("cookie", _) => method.todos.push(format!("the cookie `{name}`")),
                _ => method
                    .todos
                    .push(format!("the parameter `{name}` in `{place}`")),
            }
        }
        for (name, value) in operation.node.at("x-headers").entries() {
            method.headers.push((name.to_owned(), plain(value)));
        }
        if !query.is_empty() {
            let mark = if method.path.contains('?') { '&' } else { '?' };
            method.path.push(mark);
            method.path.push_str(&query.join("&"));
        }
    }

    fn path_argument(
        &self,
        name: &str,
        valid: &str,
        parameter: Option<&'s Node>,
        nouns: &Nouns,
        types: &mut Types<'s>,
    ) -> Arg {
        let mut arg = Arg {
            name: snake(valid),
            place: Place::Path,
            wire: valid.to_owned(),
            option: None,
            ty: ArgTy::Ty(Ty::text()),
            required: true,
            docs: Vec::new(),
            todos: Vec::new(),
        };
        let Some(parameter) = parameter else {
            arg.todos
                .push(format!("the document doesn't describe `{name}`"));
            return arg;
        };
        let schema = schema_of(parameter);
        let followed = self.source.follow(schema);
        arg.docs = described(parameter, in_place(schema, followed));
        if parameter.at("x-segments").is_true() {
            return arg;
        }
        let ty = types
            .of(schema, &member_hint(nouns, name, schema))
            .present()
            .clone();
        match ty {
            Ty::List(item) if is_scalar(&item, types) => {
                arg.option = Some("csv".to_owned());
                arg.ty = ArgTy::Ty(Ty::List(item));
            }
            Ty::Json | Ty::Binary => {}
            ty if is_scalar(&ty, types) => arg.ty = ArgTy::Ty(ty),
            _ => arg.todos.push("a value that isn't a scalar".to_owned()),
        }
        arg
    }

    fn query_argument(
        &self,
        name: &str,
        parameter: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
    ) -> Option<Arg> {
        let schema = schema_of(parameter);
        let followed = self.source.follow(schema);
        let is_list = kind(followed) == ["array"];
        let mut arg = Arg {
            name: snake(name),
            place: Place::Query,
            wire: name.to_owned(),
            option: None,
            ty: ArgTy::Ty(Ty::text()),
            required: parameter.at("required").is_true(),
            docs: described(parameter, in_place(schema, followed)),
            todos: todos(followed),
        };
        if name.is_empty() {
            return None;
        }
        if parameter.get("content").is_some() {
            arg.todos.push("a value as JSON, here as text".to_owned());
            return Some(arg);
        }
        let style = parameter.at("style").text().unwrap_or("form");
        let explode = parameter.at("explode").flag().unwrap_or(style == "form");
        let ty = types
            .of(schema, &member_hint(nouns, name, schema))
            .present()
            .clone();
        if parameter.at("x-flatten").is_true() {
            arg.option = Some("flatten".to_owned());
            arg.ty = ArgTy::Ty(if ty == Ty::Json {
                Ty::Map(Box::new(Ty::Json))
            } else {
                ty
            });
            return Some(arg);
        }
        if style == "deepObject" && !is_scalar(&ty, types) {
            arg.option = Some("deep".to_owned());
            arg.ty = ArgTy::Ty(ty);
            return Some(arg);
        }
        match ty {
            Ty::List(item) => {
                let item = if matches!(*item, Ty::Json | Ty::Binary) {
                    Ty::text()
                } else {
                    *item
                };
                let item = item.present().clone();
                if !is_scalar(&item, types) {
                    arg.option = Some("deep".to_owned());
                    arg.todos
                        .push("a list of objects, here with brackets".to_owned());
                    arg.ty = ArgTy::Ty(Ty::List(Box::new(item)));
                } else if matches!(style, "spaceDelimited" | "pipeDelimited") && !explode {
                    arg.todos
                        .push(format!("a list in the style `{style}`, here as text"));
                } else {
                    if !explode {
                        arg.option = Some("csv".to_owned());
                    }
                    arg.ty = ArgTy::Ty(Ty::List(Box::new(item)));
                }
            }
            Ty::Json | Ty::Binary => {}
            ty if is_scalar(&ty, types) => arg.ty = ArgTy::Ty(ty),
            ty => {
                let members = matches!(ty, Ty::Map(_)) || is_struct(&ty, types);
                if members && explode {
                    arg.option = Some("flatten".to_owned());
                    arg.wire = name.to_owned();
                } else {
                    arg.option = Some("deep".to_owned());
                    arg.todos.push("an object, here with brackets".to_owned());
                }
                arg.ty = ArgTy::Ty(ty);
            }
        }
        let _ = is_list;
        Some(arg)
    }

    fn header_argument(
        &self,
        name: &str,
        parameter: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        key: &mut Option<String>,
    ) -> Option<Arg> {
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) || !is_header(name) {
            return None;
        }
        if key.as_deref() == Some(name) {
            return None;
        }
        if name.eq_ignore_ascii_case("idempotency-key") && key.is_none() {
            *key = Some(name.to_owned());
            return None;
        }
        let schema = schema_of(parameter);
        let followed = self.source.follow(schema);
        let mut arg = Arg {
            name: snake(
                name.strip_prefix("X-")
                    .or_else(|| name.strip_prefix("x-"))
                    .unwrap_or(name),
            ),
            place: Place::Header,
            wire: name.to_owned(),
            option: None,
            ty: ArgTy::Ty(Ty::text()),
            required: parameter.at("required").is_true(),
            docs: described(parameter, in_place(schema, followed)),
            todos: todos(followed),
        };
        let ty = types
            .of(schema, &member_hint(nouns, name, schema))
            .present()
            .clone();
        match ty {
            Ty::Json | Ty::Binary => {}
            ty if is_scalar(&ty, types) => arg.ty = ArgTy::Ty(ty),
            _ => arg
                .todos
                .push("a header of several values, here as text".to_owned()),
        }
        Some(arg)
    }

    fn body(&self, node: &'s Node, nouns: &Nouns, types: &mut Types<'s>, method: &mut Method) {
        let Some(body) = node.get("requestBody") else {
            return;
        };
        let body = self.source.follow(body);
        let Some((content_type, content)) = preferred(body.at("content")) else {
            return;
        };
        let required = body.at("required").is_true();
        let schema = content.at("schema");
        let place = BodyPlace {
            body,
            content,
            required,
        };
        if matches!(method.verb.as_str(), "GET" | "HEAD" | "OPTIONS") {
            let verb = method.verb.clone();
            method
                .todos
                .push(format!("a body in a {verb} request, here in the query"));
            let mut merged = Merged::default();
            types.merge(schema, &mut merged, 0);
            for (name, property) in &merged.properties {
                let required = merged.required.contains(name);
                let taken = |arg: &Arg| arg.place == Place::Query && arg.wire == *name;
                if method.args.iter().any(taken) {
                    continue;
                }
                let field = types.field(name, property, required, &nouns.argument(), &[]);
                let mut arg = argument(
                    Place::Query,
                    field.name,
                    name,
                    field.ty.present().clone(),
                    field.docs,
                );
                arg.required = required;
                if !matches!(&arg.ty, ArgTy::Ty(ty) if is_scalar(ty, types)) {
                    arg.option = Some("deep".to_owned());
                }
                method.args.push(arg);
            }
            return;
        }
        let essence = essence(content_type);
        match essence.as_str() {
            "application/x-www-form-urlencoded" => self.form(&place, schema, nouns, types, method),
            "multipart/form-data" => self.multipart(schema, nouns, types, method),
            _ if is_json(content_type) => {
                if essence != "application/json"
                    && content_type.is_ascii()
                    && !method
                        .headers
                        .iter()
                        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
                {
                    method
                        .headers
                        .push(("Content-Type".to_owned(), essence.clone()));
                }
                self.json(&place, schema, nouns, types, method);
            }
            _ => {
                let content_type = if essence.contains('*') || !essence.contains('/') {
                    "application/octet-stream"
                } else {
                    &essence
                };
                let is_text = content_type.starts_with("text/")
                    || content_type.ends_with("xml")
                    || content_type.ends_with("yaml");
                let ty = if is_text && !self.source.is_ours {
                    ArgTy::Ty(Ty::text())
                } else {
                    ArgTy::Stream
                };
                let way = if ty == ArgTy::Stream {
                    "stream"
                } else {
                    "bytes"
                };
                let default = content_type == "application/octet-stream";
                let option = if default {
                    way.to_owned()
                } else {
                    format!("{way}, content_type = {content_type:?}")
                };
                let name = body.at("x-argument").text().unwrap_or("body");
                let mut arg = argument(
                    Place::Body,
                    name.to_owned(),
                    name,
                    Ty::text(),
                    described(body, body),
                );
                arg.option = Some(option);
                arg.ty = ty;
                arg.required = required || !self.source.is_ours;
                if content_type.ends_with("xml") {
                    arg.todos.push("XML, here as text".to_owned());
                }
                method.args.push(arg);
            }
        }
    }

    /// Fields of a JSON body, or the whole of it.
    fn json(
        &self,
        place: &BodyPlace<'s>,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let followed = self.source.follow(schema);
        let is_own = reference(schema).is_none_or(|target| !self.nested.contains(target));
        let named = place.body.at("x-argument").text();
        let has_fields = {
            let mut merged = Merged::default();
            types.merge(schema, &mut merged, 0);
            let is_object = !merged.properties.is_empty()
                && merged.unions.is_empty()
                && merged.additional.is_none();
            let is_array = kind(followed) == ["array"];
            is_object && !is_array && !is_nullable_body(followed)
        };
        let flattened = is_flattened(followed);
        if named.is_none()
            && (flattened
                || has_fields && (is_own || self.source.is_ours && reference(schema).is_none()))
        {
            self.fields(place, schema, Place::Field, nouns, types, method);
            return;
        }
        let name = named.unwrap_or("body");
        let ty = types.of(schema, &nouns.body());
        let mut arg = argument(
            Place::Body,
            name.to_owned(),
            name,
            ty.present().clone(),
            described(place.body, &Node::Null),
        );
        if ty == Ty::Binary {
            arg.ty = ArgTy::Ty(Ty::text());
        }
        // Nothing would be sent in place of a body that all but the word calls optional.
        arg.required = place.required;
        method.args.push(arg);
    }

    fn fields(
        &self,
        place: &BodyPlace<'s>,
        schema: &'s Node,
        to: Place,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let followed = self.source.follow(schema);
        let mut merged = Merged::default();
        let mut flattened = Vec::new();
        if is_flattened(followed) {
            for part in followed.at("allOf").items() {
                if part.at("x-flatten").text().is_some() {
                    flattened.push(part);
                } else {
                    types.merge(part, &mut merged, 0);
                }
            }
        } else {
            types.merge(schema, &mut merged, 0);
        }
        if merged.constraints {
            method
                .todos
                .push("which of the fields are required together".to_owned());
        }
        let hint = nouns.argument();
        let mut all_optional = true;
        for (name, property) in &merged.properties {
            let required = merged.required.contains(name);
            let followed = self.source.follow(property);
            if followed.at("readOnly").is_true() && !required {
                continue;
            }
            if let (true, Some(value)) = (required, literal_of(followed)) {
                method.fields.push(((*name).to_owned(), value));
                all_optional = false;
                continue;
            }
            all_optional &= !required;
            let field = types.field(name, property, required, &hint, &[]);
            let mut arg = argument(to, field.name, name, field.ty, field.docs);
            arg.required = required;
            arg.todos = field.todos;
            if followed.at("x-csv").is_true() {
                arg.option = Some("csv".to_owned());
                arg.ty = ArgTy::Ty(Ty::List(Box::new(Ty::text())));
            }
            self.encode(place, &mut arg, name, method.body, types);
            method.args.push(arg);
        }
        for part in flattened {
            let name = part.at("x-flatten").text().unwrap_or("fields");
            let inner = part.at("allOf").items().first().unwrap_or(part);
            let ty = types.of(inner, &nouns.body());
            let ty = if ty == Ty::Json {
                Ty::Map(Box::new(Ty::Json))
            } else {
                ty
            };
            let mut arg = argument(Place::Field, name.to_owned(), name, ty, Vec::new());
            arg.option = Some("flatten".to_owned());
            arg.required = !part.at("x-optional").is_true();
            method.args.push(arg);
        }
        method.body_optional = all_optional && !place.required && method.fields.is_empty();
    }

    /// How a field is written.
    fn encode(
        &self,
        place: &BodyPlace<'s>,
        arg: &mut Arg,
        name: &str,
        body: BodyKind,
        types: &Types<'s>,
    ) {
        let ArgTy::Ty(ty) = &arg.ty else { return };
        match body {
            BodyKind::Json => {
                if arg.required && ty.is_nullable() {
                    arg.todos.push("required, and may be null".to_owned());
                }
                if *ty == Ty::Binary {
                    arg.ty = ArgTy::Ty(Ty::text());
                }
            }
            BodyKind::Form | BodyKind::Nested => {
                let ty = ty.present().clone();
                let encoding = place.content.at("encoding").at(name);
                let is_csv = encoding.at("explode").flag() == Some(false)
                    && encoding
                        .at("style")
                        .text()
                        .is_none_or(|style| style == "form");
                arg.ty = ArgTy::Ty(match ty {
                    Ty::List(item) if body == BodyKind::Form && !is_scalar(&item, types) => {
                        Ty::List(Box::new(Ty::text()))
                    }
                    Ty::Json | Ty::Binary if body == BodyKind::Form => Ty::text(),
                    ty => ty,
                });
                let is_list = matches!(&arg.ty, ArgTy::Ty(Ty::List(_)));
                if is_csv && is_list {
                    arg.option = Some("csv".to_owned());
                }
            }
            BodyKind::Multipart => {}
        }
    }

    fn form(
        &self,
        place: &BodyPlace<'s>,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let mut merged = Merged::default();
        let followed = self.source.follow(schema);
        types.merge(schema, &mut merged, 0);
        if merged.properties.is_empty() && !is_flattened(followed) {
            if merged.unions.is_empty()
                && schema
                    .entries()
                    .next()
                    .is_some_and(|_| kind(followed) == ["object"])
                && followed.at("additionalProperties").members().is_none()
            {
                // A form without fields.
                return;
            }
            method.body = BodyKind::Form;
            let ty = types.of(schema, &nouns.body()).present().clone();
            let ty = if matches!(ty, Ty::Map(_)) || is_struct(&ty, types) {
                ty
            } else {
                Ty::Map(Box::new(Ty::text()))
            };
            let mut arg = argument(Place::Field, "fields".to_owned(), "fields", ty, Vec::new());
            arg.option = Some("flatten".to_owned());
            method.args.push(arg);
            return;
        }
        let encodings = place.content.at("encoding").entries();
        let is_deep = encodings
            .into_iter()
            .any(|(_, encoding)| encoding.at("style").text() == Some("deepObject"));
        let has_objects = merged.properties.values().any(|property| {
            let property = self.source.follow(property);
            let inner = self.source.follow(property.at("items"));
            let is_object = |schema: &Node| {
                kind(schema) == ["object"]
                    || ["oneOf", "anyOf", "allOf"].iter().any(|key| {
                        schema
                            .at(key)
                            .items()
                            .iter()
                            .any(|choice| kind(self.source.follow(choice)) == ["object"])
                    })
            };
            is_object(property) || is_object(inner)
        });
        let is_nested = place.content.at("x-nested").is_true()
            || is_deep
            || has_objects && !self.source.is_ours;
        method.body = if is_nested {
            BodyKind::Nested
        } else {
            BodyKind::Form
        };
        self.fields(place, schema, Place::Field, nouns, types, method);
        let has_fields = method.args.iter().any(|arg| arg.place == Place::Field);
        if !has_fields && method.fields.is_empty() {
            method.body = BodyKind::Json;
        }
    }

    fn multipart(
        &self,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        method.body = BodyKind::Multipart;
        let mut merged = Merged::default();
        types.merge(schema, &mut merged, 0);
        if merged.properties.is_empty() {
            let mut arg = argument(
                Place::Part,
                "file".to_owned(),
                "file",
                Ty::text(),
                Vec::new(),
            );
            arg.ty = ArgTy::Part;
            arg.todos
                .push("the document doesn't describe the parts".to_owned());
            method.args.push(arg);
            return;
        }
        for (name, property) in &merged.properties {
            let required = merged.required.contains(name);
            let field = types.field(name, property, required, &nouns.argument(), &[]);
            let mut arg = argument(Place::Part, field.name, name, Ty::text(), field.docs);
            arg.required = required;
            arg.ty = match field.ty.present() {
                Ty::Binary => ArgTy::Part,
                Ty::List(item) if **item == Ty::Binary => ArgTy::Parts,
                Ty::List(item) if is_scalar(item, types) => ArgTy::Ty(Ty::List(item.clone())),
                Ty::Json if self.source.is_ours => ArgTy::Ty(Ty::text()),
                Ty::List(item) if **item == Ty::Json => ArgTy::Ty(Ty::List(Box::new(Ty::text()))),
                ty if is_scalar(ty, types) => ArgTy::Ty(ty.clone()),
                _ => {
                    arg.todos
                        .push("a part as JSON: `Part::bytes(json).content_type(…)`".to_owned());
                    ArgTy::Part
                }
            };
            method.args.push(arg);
        }
        if merged.constraints {
            method
                .todos
                .push("which of the parts are required together".to_owned());
        }
    }

    fn returns(&self, node: &'s Node, nouns: &Nouns, types: &mut Types<'s>, method: &mut Method) {
        let Some((response, content_type, schema)) = success(self.source, node) else {
            return;
        };
        if method.verb == "HEAD" {
            return;
        }
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
            if let Some(returns) = self.page(node, response, schema, nouns, types, method) {
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

    /// `{"data": …}` and nothing else: its member is what is returned.
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
        let is_plain = merged.unions.is_empty() && merged.additional.is_none();
        if merged.properties.len() != 1
            || !is_plain
            || kind(self.source.follow(schema)) == ["array"]
        {
            return None;
        }
        let (name, member) = merged.properties.first()?;
        let is_placeholder = snake(name).ends_with("response_code") || snake(name) == "status_code";
        if is_placeholder && name.contains(' ') {
            // It says that there is nothing.
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
        node: &'s Node,
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
        let arguments = || {
            method.args.iter().filter(|arg| {
                arg.place == Place::Query
                    && !arg.required
                    && arg.option.is_none()
                    && matches!(&arg.ty, ArgTy::Ty(ty) if is_scalar(ty, types))
            })
        };
        let mut members: Vec<(String, &Node)> = Vec::new();
        for (name, property) in &merged.properties {
            let property = self.source.follow(property);
            members.push(((*name).to_owned(), property));
            if kind(property) == ["object"] || reference(property).is_some() {
                let mut inner = Merged::default();
                types.merge(property, &mut inner, 0);
                for (inner, property) in inner.properties {
                    members.push((format!("{name}.{inner}"), self.source.follow(property)));
                }
            }
        }
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let is_token = |name: &str| TOKENS.contains(&name.to_ascii_lowercase().as_str());
        let scalar = |schema: &Node| matches!(kind(schema).as_slice(), ["string" | "integer"]);
        let tokens = members.iter().filter(|(path, schema)| {
            let valid = path.split('.').all(is_member);
            valid && is_token(&last(path)) && scalar(schema)
        });
        let mut found = None;
        for (path, _) in tokens {
            let member = last(path);
            let short = member
                .to_ascii_lowercase()
                .replace('_', "")
                .replacen("next", "", 1);
            let param = arguments().find(|arg| arg.wire == member).or_else(|| {
                arguments().find(|arg| {
                    let wire = arg.wire.to_ascii_lowercase().replace('_', "");
                    wire == short || wire == member.to_ascii_lowercase().replace('_', "")
                })
            });
            if let Some(param) = param {
                found = Some((path.clone(), member, param.wire.clone()));
                break;
            }
        }
        let (token, member, param) = found?;
        let mut keys = vec![
            ("items".to_owned(), format!("{items:?}")),
            ("token".to_owned(), format!("{token:?}")),
        ];
        if param != member {
            keys.push(("param".to_owned(), format!("{param:?}")));
        }
        let more = members.iter().find(|(path, schema)| {
            MORE.contains(&last(path).to_ascii_lowercase().as_str())
                && kind(schema) == ["boolean"]
                && path.split('.').all(is_member)
        });
        if let Some((more, _)) = more {
            keys.push(("more".to_owned(), format!("{more:?}")));
        }
        let _ = node;
        method.page = keys;
        Some(Returns::Page(types.of(item, &nouns.item())))
    }

    /// The member of an object's schema at a path with dots.
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

struct BodyPlace<'s> {
    body: &'s Node,
    content: &'s Node,
    required: bool,
}

impl Ty {
    /// For a response that may be missing: `None` then.
    fn nullable_even_json(self) -> Self {
        match self {
            Self::Nullable(_) => self,
            ty => Self::Nullable(Box::new(ty)),
        }
    }
}

fn argument(place: Place, name: String, wire: &str, ty: Ty, docs: Vec<String>) -> Arg {
    Arg {
        name,
        place,
        wire: wire.to_owned(),
        option: None,
        ty: ArgTy::Ty(ty),
        required: true,
        docs,
        todos: Vec::new(),
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

fn schema_of(parameter: &Node) -> &Node {
    match parameter.get("schema") {
        Some(schema) => schema,
        None => {
            let content = parameter.at("content").entries().next();
            content.map_or(parameter.at("schema"), |(_, content)| content.at("schema"))
        }
    }
}

fn member_hint(nouns: &Nouns, name: &str, schema: &Node) -> Hint {
    nouns.argument().of_member(name, kind(schema) == ["array"])
}

/// The only value that a schema allows, as text.
fn constant_of(schema: &Node) -> Option<String> {
    let value = match schema.at("enum").items() {
        [one] => one,
        _ => schema.get("const")?,
    };
    match value {
        Node::Text(_) | Node::Number(_) | Node::Bool(_) => Some(plain(value)),
        _ => None,
    }
}

/// The same as a literal: text, a number or a boolean.
fn literal_of(schema: &Node) -> Option<String> {
    let value = match schema.at("enum").items() {
        [one] => one,
        _ => schema.get("const")?,
    };
    match value {
        Node::Text(text) => Some(format!("{text:?}")),
        Node::Number(_) | Node::Bool(_) => Some(plain(value)),
        _ => None,
    }
}

/// The pair as it is in a path, if that needs no escapes.
fn unescaped(escaped: &str, name: &str, value: &str) -> String {
    let is_plain = |text: &str| {
        text.chars()
            .all(|it| it.is_ascii_alphanumeric() || "-._~!$'()*,;:@/".contains(it))
    };
    if is_plain(name) && is_plain(value) {
        format!("{name}={value}")
    } else {
        escaped.replace('+', "%20")
    }
}

fn is_header(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_header_value(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value
}

/// Whether `response = "…"` can name it.
fn is_member(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'$'))
}

fn is_flattened(schema: &Node) -> bool {
    schema
        .at("allOf")
        .items()
        .iter()
        .any(|part| part.get("x-flatten").is_some())
}

fn is_nullable_body(schema: &Node) -> bool {
    schema.at("nullable").is_true()
}

/// All that a part of the document refers to.
fn references_in(node: &Node) -> HashSet<String> {
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

fn page_value(key: &str, value: &Node) -> String {
    match value {
        Node::Text(text) if key == "next" && text == "link" => text.clone(),
        Node::Text(text) => format!("{text:?}"),
        other => plain(other),
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

/// The origin and the path of a server's URL.
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

/// The name of another server: the first word of its host that tells something.
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

/// Whether a value is one word in a path or a query.
pub(super) fn is_scalar(ty: &Ty, types: &Types<'_>) -> bool {
    match ty {
        Ty::Plain(_) | Ty::Time => true,
        Ty::Named(id) => match &types.items[*id].kind {
            Kind::Enum { .. } => true,
            Kind::Union { variants, tag } => {
                !matches!(tag, Tag::Member(_))
                    && variants.iter().all(|variant| is_scalar(&variant.ty, types))
            }
            Kind::Newtype(ty) => is_scalar(ty, types),
            _ => false,
        },
        Ty::Nullable(ty) => is_scalar(ty, types),
        _ => false,
    }
}

fn is_struct(ty: &Ty, types: &Types<'_>) -> bool {
    matches!(ty, Ty::Named(id) if matches!(types.items[*id].kind, Kind::Struct { .. }))
}

/// Renames arguments that have the name of another, or one that a builder's methods have.
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

/// Brings the arguments into the order that the document has for them.
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
