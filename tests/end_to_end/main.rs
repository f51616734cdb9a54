//! Calls over real HTTP on loopback: what arrives, what comes back, and how it fails.

mod answers;
mod bodies;
mod failures;
mod listener;
mod pages;
mod requests;
mod secrets;
mod threads;
