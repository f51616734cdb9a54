//! Names in the API.

use std::collections::BTreeMap;

use cliq_api::cliq::APIS;

/// Users can import all traits without ambiguous methods.
#[test]
fn no_two_endpoints_have_the_same_name() {
    let mut seen = BTreeMap::new();
    for meta in APIS.iter().flat_map(|table| table.iter()) {
        if let Some(other) = seen.insert(meta.name(), meta.api()) {
            panic!("`{}` is in {other} and in {}", meta.name(), meta.api());
        }
    }
}

#[test]
fn every_endpoint_and_every_argument_that_can_be_left_out_is_described() {
    for meta in APIS.iter().flat_map(|table| table.iter()) {
        assert!(!meta.summary().is_empty(), "{meta}");
        for param in meta.params() {
            let described = !param.summary().is_empty() || param.required();
            assert!(described, "{}: {}", meta.name(), param.name());
        }
    }
}
