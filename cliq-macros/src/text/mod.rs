//! The small languages inside the strings of a declaration, parsed as plain text: no tokens, no
//! spans, so that they can be tested and fuzzed alone.

pub(crate) mod method;
pub(crate) mod path;
pub(crate) mod suggest;
pub(crate) mod units;
