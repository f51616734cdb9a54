//! Descriptions of worlds. Tests build them in code, files hold them as JSON; both pass the same
//! checks on the way to a [`World`](crate::world::World).

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
