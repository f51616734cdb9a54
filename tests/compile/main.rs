//! What must compile, and what must not: with which message, and with nothing else turning red.
//!
//! After a deliberate change of a message, bless the snapshots and the table of them:
//! `TRYBUILD=overwrite cargo test -p cliq-tests-compile`, twice, as the table is made from the snapshots.

mod table;

#[test]
fn declarations() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}
