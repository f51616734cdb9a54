//! Compares the sandbox with the document: each of its responses, successful or not, is a
//! documented one.

mod answers;
mod judge;
mod look;
mod model;
mod outside;
mod refusals;
mod stage;
mod walk;
