//! Enums that stay open: a name that is not known is kept, so that a newer server breaks nothing.

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
                /// One that is not known here.
                Other(String),
            }

            impl $name {
                /// The name that goes over the wire.
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
    /// Whether a thread takes messages.
    ThreadState {
        /// It does.
        Open = "open",
        /// It was closed.
        Closed = "closed",
    }

    /// What to do with a thread.
    ThreadAction {
        /// Close it: nobody can post to it any more.
        Close = "close",
        /// Open it again.
        Reopen = "reopen",
        /// Follow it.
        Follow = "follow",
        /// Stop following it.
        Unfollow = "unfollow",
    }

    /// Which threads of a channel are asked for.
    FollowState {
        /// Those that one follows.
        Followed = "followed",
        /// Those that one does not follow.
        NotFollowed = "not_followed",
        /// Both.
        All = "all",
    }

    /// Whether the members of a channel are to follow its new threads by themselves.
    AutoFollow {
        /// They are.
        Enable = "enable",
        /// They are not.
        Disable = "disable",
    }

    /// Whether the members of a channel follow its new threads by themselves.
    AutoFollowStatus {
        /// They do.
        Enabled = "enabled",
        /// They do not.
        Disabled = "disabled",
    }

    /// What is told of a member.
    UserField {
        /// [`User::user_id`](super::User::user_id).
        UserId = "user_id",
        /// [`User::email_id`](super::User::email_id).
        EmailId = "email_id",
        /// [`User::name`](super::User::name).
        Name = "name",
    }

    /// What a message is.
    MessageType {
        /// Text.
        Text = "text",
    }

    /// What is mentioned.
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
