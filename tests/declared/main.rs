//! Compares all declarations of Cliq with the facts of Zoho's documents: 22 of API v3 and 5 of v2.
//!
//! The documents are read when the tests run. If a declaration differs, `exceptions.yaml` has the
//! reason. `conformance` has complete published requests and responses for threads, and `messages`
//! for posted messages.

mod answers;
mod calls;
mod endpoints;
mod exceptions;
mod facts;
mod files;
mod limits;
mod names;
mod oddities;
mod page;
mod parameters;
mod requests;
mod rules;
mod secrets;

use std::collections::BTreeSet;

use endpoints::{declared, shape_of};
use exceptions::Differences;
use facts::{operations, shape};

#[test]
fn the_documents_have_158_operations_of_126_requests() {
    let v3 = operations("v3");
    let requests: BTreeSet<_> = v3
        .iter()
        .map(|operation| shape(&operation.method, &operation.path))
        .collect();
    assert_eq!((v3.len(), requests.len()), (158, 126));
    assert_eq!(operations("v2").len(), 46);
}

#[test]
fn every_operation_has_an_endpoint_and_every_endpoint_an_operation() {
    let (declared, left) = declared();
    let mut differences = Differences::default();
    for operation in left {
        differences.add(&operation, "isn't declared");
    }
    for endpoint in declared {
        if endpoint.operations.is_empty() {
            differences.add(endpoint.meta.name(), "isn't documented");
        }
    }
    differences.expect_only_exceptions("operations");
}

#[test]
fn every_request_is_declared_once() {
    let (declared, _) = declared();
    let mut seen = BTreeSet::new();
    let mut differences = Differences::default();
    for endpoint in declared {
        let query = endpoint.meta.query();
        if !seen.insert(format!("{}?{query}", shape_of(endpoint.meta))) {
            differences.add(endpoint.meta.name(), "shares its URL with another endpoint");
        }
    }
    differences.expect_only_exceptions("urls");
}
