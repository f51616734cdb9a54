//! The sandbox against the document: each of its answers, successful or refused, is one that the
//! document has.

mod answers;
mod judge;
mod look;
mod model;
mod outside;
mod refusals;
mod stage;
mod walk;
