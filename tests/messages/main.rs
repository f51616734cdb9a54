//! Messages: what the builders make, what they refuse, and that nothing of it is sent.

mod calls;
mod facts;
mod limits;
mod payloads;
mod random;
mod sandbox;
