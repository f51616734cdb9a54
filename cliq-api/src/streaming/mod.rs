//! Responses that are read while they arrive: bytes, server-sent events, lines of JSON.

mod download;

pub use self::download::Download;
