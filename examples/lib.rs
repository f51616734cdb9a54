//! Small programs that each show one topic. Run one with `cargo run --example NAME`.
//!
//! - `quickstart`: all of the Threads API, with a local sandbox or with Cliq.
//! - `custom_endpoint`: an endpoint of your own, called with the same client.
//! - `code_host`: an API like GitHub's, which uses most features of declarations.
//! - `bot`: a small bot and its tests.
//! - `own_command`: a command line and an MCP server for your own API.
//! - `incident`: a bot that reads a channel and reacts with a card, a file, a reaction and a
//!   reminder.
//! - `sign_in`: all ways to sign in, with a local sandbox.
