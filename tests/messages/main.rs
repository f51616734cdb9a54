//! Messages: the JSON that the builders create, and messages that they reject before sending.

mod calls;
mod facts;
mod limits;
mod payloads;
mod random;
mod sandbox;
