//! Shared by several test targets: a server that misbehaves on demand, the faults that a client can
//! meet, and a Redis server.

pub mod faults;
pub mod http2;
pub mod over;
pub mod redis;
pub mod server;
pub mod tls;
