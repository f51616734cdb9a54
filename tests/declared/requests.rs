//! Compares requests: path, query, and bodies that the documents' schemas accept.

use std::collections::{BTreeMap, BTreeSet};

use cliq_api::cliq::APIS;
use cliq_api::http::{Request, StatusCode};
use cliq_api::{Body, EndpointMeta, Place};
use jsonschema::Draft;
use serde_json::Value;

use crate::answers::client;
use crate::calls::{CALLS, Call};
use crate::endpoints::{Declared, declared, shape_of};
use crate::exceptions::Differences;
use crate::facts::{list, members, shape};
use crate::parameters::whole_body;

/// `conformance` has the calls of threads.
pub(crate) fn has_calls(meta: &EndpointMeta) -> bool {
    meta.api() != "Threads"
}

/// Returns the calls of each endpoint, by name.
pub(crate) fn calls() -> BTreeMap<&'static str, Vec<Call>> {
    let client = client(StatusCode::OK, "");
    let mut calls: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for make in CALLS {
        let call = make(&client);
        calls.entry(call.meta.name()).or_default().push(call);
    }
    calls
}

#[test]
fn every_endpoint_has_a_call() {
    let all: BTreeSet<_> = APIS
        .iter()
        .flat_map(|table| table.iter())
        .filter(|meta| has_calls(meta))
        .map(|meta| meta.name())
        .collect();
    let called: BTreeSet<_> = calls().into_keys().collect();
    assert_eq!(all, called);
}

#[test]
fn requests_have_the_form_of_their_declaration() {
    for (name, calls) in calls() {
        for call in calls {
            let request = call
                .request
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(request.method(), call.meta.method(), "{name}");
            let ours = shape_of(call.meta);
            let sent: Vec<_> = request.uri().path().split('/').collect();
            let segments = ours.split_once(' ').expect("a path").1.split('/');
            let path: Vec<_> = segments
                .zip(&sent)
                .map(|(declared, sent)| if declared == "{}" { declared } else { sent })
                .collect();
            assert_eq!(
                shape(request.method().as_str(), &path.join("/")),
                ours,
                "{name}"
            );
            let query = request.uri().query().unwrap_or_default();
            let sent: BTreeSet<_> = query
                .split('&')
                .filter_map(|pair| Some(pair.split_once('=')?.0))
                .collect();
            let of_query = call
                .meta
                .params()
                .iter()
                .filter(|param| param.place() == Place::Query);
            let mut declared: BTreeSet<_> = of_query.map(|param| param.name()).collect();
            declared.extend(
                call.meta
                    .query()
                    .split('&')
                    .filter_map(|pair| Some(pair.split_once('=')?.0)),
            );
            // Several calls post to a chat.
            assert!(sent.is_subset(&declared), "{name}: {sent:?}");
            assert_eq!(sent, declared, "{name}");
        }
    }
}

/// Each documented body has a call, and each of its members is in a call.
#[test]
fn bodies_are_those_of_the_documents() {
    let mut differences = Differences::default();
    let calls = calls();
    for Declared { meta, operations } in declared().0 {
        if !has_calls(meta) || meta.multipart() {
            continue;
        }
        let sent: Vec<Value> = calls[meta.name()]
            .iter()
            .filter_map(|call| json(call.request.as_ref().expect("a request")))
            .collect();
        let mut documented = BTreeSet::new();
        let mut fits = vec![false; sent.len()];
        for operation in &operations {
            let Some(schema) = &operation.body else {
                continue;
            };
            documented.extend(paths_of_schema(schema, ""));
            let mut problems = BTreeSet::new();
            for (body, fits) in sent.iter().zip(&mut fits) {
                match violation(schema, body) {
                    None => *fits = true,
                    Some(problem) => {
                        problems.insert(problem);
                    }
                }
            }
            if problems.len() == sent.len() || sent.is_empty() {
                let problems: Vec<_> = problems.into_iter().collect();
                differences.add(
                    meta.name(),
                    format_args!("no call fits {operation}: {}", problems.join("; ")),
                );
            }
        }
        for (body, fits) in sent.iter().zip(fits) {
            if !fits {
                differences.add(meta.name(), format_args!("no operation takes {body}"));
            }
        }
        if !whole_body(meta) || meta.name().starts_with("update_") || meta.name().starts_with("re")
        {
            let sent: BTreeSet<String> = sent.iter().flat_map(|body| paths_of(body, "")).collect();
            for path in documented {
                let parents: Vec<_> = sent
                    .iter()
                    .filter(|sent| sent.starts_with(&format!("{path}/")))
                    .collect();
                if !sent.contains(&path) && parents.is_empty() {
                    differences.add(meta.name(), format_args!("no call sends {path}"));
                }
            }
        }
    }
    differences.expect_only_exceptions("bodies");
}

fn json(request: &Request<Body>) -> Option<Value> {
    let body = request.body().as_bytes()?;
    serde_json::from_slice(body).ok()
}

/// Returns the first violation of a body.
fn violation(schema: &Value, body: &Value) -> Option<String> {
    let validator = jsonschema::options()
        .with_draft(Draft::Draft4)
        .build(&without_nulls(schema))
        .expect("a JSON schema");
    let error = validator.iter_errors(body).next()?;
    Some(
        format!("{} {error}", error.instance_path())
            .trim()
            .to_owned(),
    )
}

/// The facts have `type: null` if a document has no type.
fn without_nulls(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        plain => plain.clone(),
    }
}

/// Returns the members of a schema: two levels, and those of lists' items.
fn paths_of_schema(schema: &Value, at: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (name, property) in members(&schema["properties"]) {
        let path = format!("{at}/{name}");
        if at.matches('/').count() < 1 {
            paths.extend(paths_of_schema(property, &path));
            paths.extend(paths_of_schema(&property["items"], &path));
        }
        paths.push(path);
    }
    paths
}

fn paths_of(value: &Value, at: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (name, value) in members(value) {
        let path = format!("{at}/{name}");
        paths.extend(paths_of(value, &path));
        for item in list(value) {
            paths.extend(paths_of(item, &path));
        }
        paths.push(path);
    }
    paths
}
