//! `cliq`, as a user runs it: through the program, against a sandbox.

mod calls;
mod endings;
mod help;
mod many;
mod mcp;
mod outputs;
mod secrets;
mod sending;
mod signing_in;
mod support;
