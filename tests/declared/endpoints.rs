//! Maps endpoints to documented operations.

use std::collections::BTreeMap;

use cliq_api::EndpointMeta;
use cliq_api::cliq::APIS;

use crate::facts::{Operation, operations, placeholders, shape};

/// An endpoint and its operations.
pub(crate) struct Declared {
    pub(crate) meta: &'static EndpointMeta,
    pub(crate) operations: Vec<Operation>,
}

/// Returns all endpoints, and the operations without an endpoint.
pub(crate) fn declared() -> (Vec<Declared>, Vec<Operation>) {
    let mut declared: Vec<Declared> = APIS
        .iter()
        .flat_map(|table| table.iter())
        .map(|meta| Declared {
            meta,
            operations: Vec::new(),
        })
        .collect();
    let mut by_shape: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, endpoint) in declared.iter().enumerate() {
        by_shape
            .entry(shape_of(endpoint.meta))
            .or_default()
            .push(index);
    }
    let mut left = Vec::new();
    for operation in operations("v3").into_iter().chain(operations("v2")) {
        let candidates = by_shape.get(&shape(&operation.method, &operation.path));
        let best = candidates
            .into_iter()
            .flatten()
            .copied()
            .max_by_key(|index| likeness(declared[*index].meta, &operation));
        match best {
            Some(index) => declared[index].operations.push(operation),
            None => left.push(operation),
        }
    }
    (declared, left)
}

pub(crate) fn shape_of(meta: &EndpointMeta) -> String {
    shape(
        meta.method().as_str(),
        &format!("{}{}", meta.base(), meta.path()),
    )
}

/// Ranks several endpoints of one URL: first by the document's subject, then by equal constant
/// query, then by equal name of the placeholder.
fn likeness(meta: &EndpointMeta, operation: &Operation) -> (bool, bool, bool) {
    let of_threads = meta.api() == "Threads";
    (
        of_threads == operation.document.ends_with("/threads"),
        meta.query() == operation.query.as_deref().unwrap_or_default(),
        placeholders(meta.path()).eq(placeholders(&operation.path)),
    )
}
