//! Empty: compiles the tests of `tests/hygiene` a second time, in edition 2021.
