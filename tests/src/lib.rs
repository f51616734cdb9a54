//! What the tests of several targets need: a server that misbehaves as it is told, and the faults that a client can meet.

pub mod faults;
pub mod server;
pub mod tls;
