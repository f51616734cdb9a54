//! Compares parameters: place, name and whether they are required. `requests` compares the members
//! of a body that is a single argument.

use std::collections::BTreeMap;

use cliq_api::{EndpointMeta, Place, Shape};

use crate::endpoints::{Declared, declared};
use crate::exceptions::Differences;
use crate::facts::{Operation, list, members, placeholders};

#[test]
fn parameters_are_those_of_the_documents() {
    let mut differences = Differences::default();
    for Declared { meta, operations } in declared().0 {
        if operations.is_empty() {
            continue;
        }
        let published = published(&operations, whole_body(meta));
        let ours = ours(meta);
        for ((place, name), required) in &published {
            match ours.get(&(*place, name.clone())) {
                None => differences.add(meta.name(), format_args!("no {place} parameter {name}")),
                Some(is) if is != required => {
                    let published = if *required { "required" } else { "optional" };
                    differences.add(
                        meta.name(),
                        format_args!("the {place} parameter {name} is published as {published}"),
                    );
                }
                Some(_) => {}
            }
        }
        for (place, name) in ours.keys() {
            if !published.contains_key(&(*place, name.clone())) {
                differences.add(
                    meta.name(),
                    format_args!("the {place} parameter {name} isn't published"),
                );
            }
        }
    }
    differences.expect_only_exceptions("parameters");
}

/// Returns whether the body is a single argument, or has a flattened struct.
pub(crate) fn whole_body(meta: &EndpointMeta) -> bool {
    meta.params().iter().any(|param| {
        param.place() == Place::Body
            || (param.place() == Place::Field && param.shape() == Shape::Flatten)
    })
}

type Parameters = BTreeMap<(&'static str, String), bool>;

/// Returns the parameters of several operations. One is required if all operations require it.
fn published(operations: &[Operation], whole_body: bool) -> Parameters {
    let mut all: BTreeMap<(&'static str, String), Vec<bool>> = BTreeMap::new();
    for operation in operations {
        let mut of_operation: Parameters = BTreeMap::new();
        for parameter in &operation.parameters {
            if parameter.place == Place::Query {
                of_operation.insert(("query", parameter.name.clone()), parameter.required);
            }
        }
        if let Some(body) = operation.body.as_ref().filter(|_| !whole_body) {
            for (name, _) in members(&body["properties"]) {
                let required = list(&body["required"]).any(|required| required == name);
                of_operation.insert(("body", name.clone()), required);
            }
        }
        for (key, required) in of_operation {
            all.entry(key).or_default().push(required);
        }
    }
    all.into_iter()
        .map(|(key, required)| {
            let required = required.len() == operations.len() && required.iter().all(|is| *is);
            (key, required)
        })
        .collect()
}

fn ours(meta: &EndpointMeta) -> Parameters {
    let constant = meta
        .query()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let mut all: Parameters = constant
        .map(|(name, _)| (("query", name.to_owned()), true))
        .collect();
    for param in meta.params() {
        let place = match param.place() {
            Place::Query => "query",
            Place::Field | Place::Part if param.shape() != Shape::Flatten => "body",
            _ => continue,
        };
        all.insert((place, param.name().to_owned()), param.required());
    }
    for (name, _) in meta.fields().iter().filter(|_| !whole_body(meta)) {
        all.insert(("body", (*name).to_owned()), true);
    }
    all
}

/// Each placeholder is a parameter, with its documented name except for a trailing number, which
/// distinguishes operations of one URL. Some are missing in the documents' parameters.
#[test]
fn placeholders_are_those_of_the_documents() {
    let mut differences = Differences::default();
    for Declared { meta, operations } in declared().0 {
        for operation in &operations {
            let published: Vec<_> = placeholders(&operation.path)
                .map(|name| name.trim_end_matches(|c: char| c.is_ascii_digit()))
                .collect();
            let ours: Vec<_> = placeholders(meta.path()).collect();
            if published != ours {
                differences.add(
                    meta.name(),
                    format_args!("{operation} has {published:?}, ours {ours:?}"),
                );
            }
            for name in placeholders(&operation.path) {
                let mut path = operation
                    .parameters
                    .iter()
                    .filter(|parameter| parameter.place == Place::Path);
                if !path.any(|parameter| parameter.name == name) {
                    differences.add(
                        meta.name(),
                        format_args!("{operation} doesn't declare the path parameter {name}"),
                    );
                }
            }
            if let Some(server) = &operation.server {
                differences.add(meta.name(), format_args!("{operation} is at {server}"));
            }
        }
    }
    differences.expect_only_exceptions("paths");
}
