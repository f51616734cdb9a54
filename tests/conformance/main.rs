//! Compares the declarations in `cliq_api::threads` with Zoho's published document of the Threads
//! API, which is read when the tests run.
//!
//! Each comparison returns all differences from a document: none for the published one, and the
//! change for one that was changed ([`mutations`]).

mod answers;
mod calls;
mod canned;
mod differences;
mod document;
mod exceptions;
mod facts;
mod mutations;
mod names;
mod operations;
mod pointer;
mod prose;
mod requests;
mod sandbox;
mod schema;

use differences::Differences;
use document::{Document, published};

/// All comparisons.
const COMPARISONS: [fn(&Document) -> Differences; 6] = [
    exceptions::differences,
    operations::differences,
    operations::schemas_without_operation,
    requests::differences,
    answers::differences,
    names::differences,
];

#[test]
fn the_document_has_its_17_operations() {
    // Counted in the text, so that an operation that isn't parsed is noticed.
    let in_text = document::text().matches("operationId:").count();
    let without_exceptions = Document::new(&published());
    assert_eq!((in_text, without_exceptions.operations.len()), (17, 17));
}

#[test]
fn every_exception_is_needed() {
    exceptions::differences(&Document::published()).expect_none();
}

#[test]
fn operations_and_endpoints_match_one_to_one() {
    operations::differences(&Document::published()).expect_none();
}

#[test]
fn every_schema_is_compared() {
    operations::schemas_without_operation(&Document::published()).expect_none();
}

#[test]
fn every_choice_of_optional_parameters_makes_the_published_request() {
    requests::differences(&Document::published()).expect_none();
}

#[test]
fn every_published_response_survives_decoding() {
    answers::differences(&Document::published()).expect_none();
}

#[test]
fn every_enumerated_name_is_a_variant() {
    names::differences(&Document::published()).expect_none();
}
