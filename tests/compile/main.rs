//! What must not compile: with which message, and with nothing else turning red.
//!
//! After a deliberate change of a message, bless the snapshots and the table of them:
//! `TRYBUILD=overwrite cargo test -p cliq-tests-compile`, twice, as the table is made from the
//! snapshots.

mod table;

#[test]
fn declarations() {
    // No case that must compile is among them: with one, trybuild would compile each alone,
    // which takes five times as long.
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}
