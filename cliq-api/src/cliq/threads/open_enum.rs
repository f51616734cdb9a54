//! Open enums: they keep unknown names, so that new values of the server don't break decoding.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! open_enums {
    ($(
        $(#[$attribute:meta])*
        $name:ident { $($(#[$about:meta])* $variant:ident = $text:literal,)* }
    )*) => {
        $(
            $(#[$attribute])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[$about])* $variant,)*
                /// A value that this version doesn't know.
                Other(String),
            }

            impl $name {
                /// Returns the name that is sent.
                pub fn as_str(&self) -> &str {
                    match self {
                        $(Self::$variant => $text,)*
                        Self::Other(text) => text,
                    }
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    match text {
                        $($text => Self::$variant,)*
                        text => Self::Other(text.to_owned()),
                    }
                }
            }

            impl From<String> for $name {
                fn from(text: String) -> Self {
                    text.as_str().into()
                }
            }

            impl From<&$name> for $name {
                fn from(value: &$name) -> Self {
                    value.clone()
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                    out.serialize_str(self.as_str())
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
                    String::deserialize(value).map(Self::from)
                }
            }
        )*
    };
}

open_enums! {
    /// Whether a thread accepts messages.
    ThreadState {
        /// It accepts messages.
        Open = "open",
        /// It is closed.
        Closed = "closed",
    }

    /// What to do with a thread.
    ThreadAction {
        /// Closes it: it accepts no more messages.
        Close = "close",
        /// Reopens it.
        Reopen = "reopen",
        /// Follows it.
        Follow = "follow",
        /// Stops following it.
        Unfollow = "unfollow",
    }

    /// Filters threads by whether the authenticated user follows them.
    FollowState {
        /// Threads that the user follows.
        Followed = "followed",
        /// Threads that the user doesn't follow.
        NotFollowed = "not_followed",
        /// Both.
        All = "all",
    }

    /// Sets whether the members of a channel follow its new threads automatically.
    AutoFollow {
        /// Enables automatic following.
        Enable = "enable",
        /// Disables automatic following.
        Disable = "disable",
    }

    /// Whether the members of a channel follow its new threads automatically.
    AutoFollowStatus {
        /// They follow new threads.
        Enabled = "enabled",
        /// They don't follow new threads.
        Disabled = "disabled",
    }

    /// A field of a member to return.
    UserField {
        /// [`User::user_id`](super::User::user_id).
        UserId = "user_id",
        /// [`User::email_id`](super::User::email_id).
        EmailId = "email_id",
        /// [`User::name`](super::User::name).
        Name = "name",
    }

    /// The type of a message.
    MessageType {
        /// Text.
        Text = "text",
    }

    /// The kind of thing that is mentioned.
    MentionType {
        /// A user.
        User = "user",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_kept() {
        let state: ThreadState = serde_json::from_str("\"archived\"").unwrap();
        assert_eq!(state, ThreadState::Other("archived".to_owned()));
        assert_eq!(serde_json::to_string(&state).unwrap(), "\"archived\"");
        assert_eq!(ThreadAction::from("close"), ThreadAction::Close);
    }
}
