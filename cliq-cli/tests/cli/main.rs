//! `cliq`, as a user runs it: through the program, against a sandbox.

mod calls;
mod endings;
#[cfg(unix)]
mod failing;
mod help;
mod many;
mod mcp;
mod outputs;
mod secrets;
mod sending;
mod signing_in;
mod support;
#[cfg(unix)]
mod terminal;
