//! Compares operations and endpoints, one to one: method, path, parameters, scopes, limit and lock.

use std::collections::{BTreeMap, BTreeSet};

use cliq_api::threads::THREADS;
use cliq_api::{EndpointMeta, Scopes};
use serde_json::{Value, json};

use crate::calls::{DRIVERS, Driver};
use crate::differences::Differences;
use crate::document::{Document, Operation};

/// Returns each operation that has an endpoint, with the endpoint.
pub(crate) fn matched(
    document: &Document,
) -> impl Iterator<Item = (&Operation, &'static EndpointMeta, Driver)> {
    let endpoints: BTreeMap<_, _> = THREADS
        .iter()
        .map(|meta| (meta.to_string(), *meta))
        .collect();
    document.operations.iter().filter_map(move |operation| {
        let meta = *endpoints.get(&operation.to_string())?;
        let (_, driver) = DRIVERS.iter().find(|(name, _)| *name == meta.name())?;
        Some((operation, meta, *driver))
    })
}

pub(crate) fn differences(document: &Document) -> Differences {
    let mut differences = Differences::default();

    let operations = sorted(document.operations.iter().map(ToString::to_string));
    differences.compare(
        "operations",
        "all",
        &operations,
        &sorted(THREADS.iter().map(ToString::to_string)),
    );
    let driven = sorted(DRIVERS.iter().map(|(name, _)| *name));
    differences.compare(
        "endpoints",
        "driven here",
        &driven,
        &sorted(THREADS.iter().map(|meta| meta.name())),
    );

    for (operation, meta, _) in matched(document) {
        let inputs = operation
            .inputs
            .iter()
            .map(|input| (input.place.to_string(), input.name.clone(), input.required));
        let params = meta.params().iter().map(|param| {
            (
                param.place().to_string(),
                param.name().to_owned(),
                param.required(),
            )
        });
        differences.compare(operation, "parameters", &sorted(inputs), &sorted(params));

        differences.compare(operation, "scopes", &operation.scopes, &scopes(meta));
        for scope in &operation.scopes {
            if !document.scopes.contains(scope) {
                differences.add(
                    operation,
                    format_args!("the security scheme does not list the scope {scope}"),
                );
            }
        }

        let limit = meta.limits().first().map_or(Value::Null, |limit| {
            json!([limit.calls, limit.per.as_secs()])
        });
        differences.compare(operation, "limit", &operation.limit, &limit);
        differences.compare(
            operation,
            "lock",
            &operation.lock,
            &json!(meta.lock().map(|lock| lock.as_secs())),
        );
    }
    differences
}

/// Returns the scopes that are all required, as in the document.
fn scopes(meta: &EndpointMeta) -> Vec<String> {
    match meta.scopes() {
        Scopes::Any(scopes) if scopes.len() > 1 => vec![format!("any of {scopes:?}")],
        scopes => scopes.names().iter().map(ToString::to_string).collect(),
    }
}

/// Schemas are compared with their operations, so each needs one.
pub(crate) fn schemas_without_operation(document: &Document) -> Differences {
    let mut differences = Differences::default();
    let left: BTreeSet<_> = document
        .schemas
        .difference(&document.schemas_in_use)
        .collect();
    for schema in left {
        differences.add("schemas", format_args!("no operation refers to {schema}"));
    }
    differences
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.collect();
    items.sort();
    items
}
