//! Assigns operations to methods and traits.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::api::Api;
use super::content::success;
use super::docs;
use super::limits::Patterns;
use super::names::{Subject, group};
use super::operations::{Reader, nested_references, references_in, shared_placeholders};
use super::schema::kind;
use super::source::Source;
use super::types::Types;
use super::words::{camel, plural, snake};
use crate::node::Node;

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// An operation of the document, before its types are known.
pub(super) struct Operation<'s> {
    pub(super) path: &'s str,
    pub(super) item: &'s Node,
    pub(super) verb: &'s str,
    pub(super) node: &'s Node,
    pub(super) group: String,
    pub(super) name: String,
}

/// The traits, and what was omitted.
pub(super) struct Declared {
    pub(super) apis: Vec<Api>,
    /// Operations that can't be declared, with the reason.
    pub(super) skipped: Vec<(String, String)>,
    pub(super) operations: usize,
}

/// Assigns names: of traits, methods, and the items that the macros generate.
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

    /// Finds the trait of each operation: by its tag, or by operations with a similar path.
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
            operation.group.clone_from(&names[&key]);
        }
        self.groups = names.into_values().collect();
    }

    /// Chooses the name of each method. All methods of the module are methods of a client, so they
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
        // Operations with equal names all take their next candidate.
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

    /// Returns the names that types can't have.
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

/// Returns whether the module uses the name otherwise.
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
