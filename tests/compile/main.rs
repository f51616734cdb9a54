//! Declarations that must not compile: each has one misuse, and rustc reports the expected message
//! and no other.
//!
//! After a deliberate change of a message, bless the snapshots and the table of them:
//! `TRYBUILD=overwrite cargo test -p cliq-tests-compile`, twice, as the table is generated from the
//! snapshots.

mod table;

#[test]
fn declarations() {
    // Without `pass` cases: with one, trybuild would compile each case separately, which takes five
    // times as long.
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}
