//! Responses that are read while they arrive: bytes, server-sent events, lines of JSON.

mod download;
mod events;
mod lines;
mod reconnecting;
mod source;

pub use self::download::Download;
pub use self::events::{Event, EventData, Events};
pub use self::lines::JsonLines;
pub use self::reconnecting::{EventsExt, Reconnecting};
