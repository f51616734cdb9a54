//! Worlds in words: what a test builds in code and what a file holds are the same descriptions, and
//! go the same way into a [`World`](crate::world::World), past the same checks.

mod file;
mod parts;
mod raise;
mod raise_more;
mod tell;

pub use self::file::WorldError;
pub(crate) use self::file::{read, write};
pub(crate) use self::parts::{NewBot, NewUser};
pub use self::parts::{NewChannel, NewMessage, NewThread};
pub(crate) use self::raise::{add_bot, add_channel, add_user};
