//! Facts that the document lacks, in a list of named exceptions (`exceptions.yaml`). An exception
//! that is no longer needed is an error.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::differences::Differences;
use crate::document::{Document, schemas_in};
use crate::pointer::put;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    name: String,
    reason: String,
    /// The values to add, by their places in the document.
    adds: BTreeMap<String, Value>,
}

/// Adds the exceptions to the document, and returns those that aren't needed or possible.
pub(crate) fn add_to(document: &mut Value) -> Vec<String> {
    let exceptions: Vec<Exception> =
        serde_saphyr::from_str(include_str!("exceptions.yaml")).expect("a list of exceptions");
    let published = document.clone();
    let in_use = schemas_in(&published["paths"], &published);
    let mut problems = Vec::new();
    for Exception { name, reason, adds } in exceptions {
        assert!(
            !reason.trim().is_empty(),
            "{name}: an exception needs a reason"
        );
        for (pointer, value) in adds {
            if published.pointer(&pointer).is_some() {
                problems.push(format!("{name}: not needed, the document has {pointer}"));
            }
            if let Some(schema) = schemas_in(&value, &published).intersection(&in_use).next() {
                problems.push(format!(
                    "{name}: not needed, an operation of the document refers to {schema}"
                ));
            }
            if put(document, &pointer, value).is_none() {
                problems.push(format!("{name}: the document has no place {pointer}"));
            }
        }
    }
    problems
}

pub(crate) fn differences(document: &Document) -> Differences {
    let mut differences = Differences::default();
    for problem in &document.exceptions {
        differences.add("exceptions", problem);
    }
    differences
}
