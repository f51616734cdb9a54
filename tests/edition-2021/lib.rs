//! Holds nothing: the tests of `tests/hygiene` are compiled here once more, in edition 2021.
