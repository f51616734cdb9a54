//! Mentions, to be written into a text.
//!
//! Each function returns what the text has to contain.
//!
//! ```
//! use cliq_api::cliq::message::{Message, mention};
//! use cliq_api::threads::UserId;
//!
//! let author = UserId::from("873421");
//! let text = format!("{}, please look at {}", mention::user(&author), mention::channel("P197"));
//! assert_eq!(text, "{@873421}, please look at {#P197}");
//! let message = Message::text(text);
//! ```
//!
//! Zoho documents no way to write these characters without a mention: a message that repeats what
//! others wrote mentions whom they mention.

use std::fmt::Display;

use crate::cliq::threads::{ChannelId, UserId};

/// Mentions a user, who is notified.
pub fn user(id: impl Into<UserId>) -> String {
    format!("{{@{}}}", id.into())
}

/// Mentions the user with this email address, who is notified.
pub fn email(address: impl Display) -> String {
    format!("{{@{address}}}")
}

/// Mentions a team, whose members are notified. Only in channels of teams and of the organization.
pub fn team(id: impl Display) -> String {
    format!("{{@{id}}}")
}

/// Mentions a channel. The members of a channel of a team or of the organization are notified, and
/// the channel shows that it was mentioned.
pub fn channel(id: impl Into<ChannelId>) -> String {
    format!("{{#{}}}", id.into())
}

/// Mentions all members of the channel.
///
/// The server rejects the message of a user who isn't permitted to mention all.
pub fn all() -> String {
    "{@all}".to_owned()
}

/// Mentions the members of the channel who are available now.
///
/// The server rejects the message of a user who isn't permitted to mention them.
pub fn available() -> String {
    "{@available}".to_owned()
}

/// Mentions a user under this name, without a notification. It works in all texts of a message, not
/// only in the main one.
pub fn silent_user(name: impl Display, id: impl Into<UserId>) -> String {
    format!("[{name}](zohoid:{})", id.into())
}

/// Mentions the user with this email address under this name, without a notification. It works in
/// all texts of a message, not only in the main one.
pub fn silent_email(name: impl Display, address: impl Display) -> String {
    format!("[{name}](mail:{address})")
}
