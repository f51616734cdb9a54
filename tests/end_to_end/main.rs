//! Calls over real HTTP on loopback: what arrives, what is returned, and how they fail.

mod addresses;
mod answers;
mod authorities;
mod bodies;
mod failures;
mod forms;
mod lengths;
mod listener;
mod pages;
mod requests;
mod schema;
mod secrets;
mod threads;
mod throttled;
mod transports;
