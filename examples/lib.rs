//! Small programs, each showing one thing. Run one with `cargo run --example NAME`.
//!
//! - `quickstart`: all of the Threads API, against a sandbox on this machine or against Cliq
//!   itself.
//! - `custom_endpoint`: an endpoint of your own, on the same client.
//! - `code_host`: an API like GitHub's, which needs most of what a declaration can say.
//! - `bot`: a small bot, and how it is tested.
//! - `own_command`: a command line and an MCP server for your own API.
//! - `incident`: a bot that reads a channel and answers with a card, a file, a reaction and a
//!   reminder.
//! - `sign_in`: every way of signing in, against a sandbox on this machine.
