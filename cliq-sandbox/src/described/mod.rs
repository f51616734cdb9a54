//! Descriptions of worlds. Code and files use the same ones, which become a
//! [`World`](crate::world::World) through the same checks.

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
