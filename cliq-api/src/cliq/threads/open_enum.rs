//! Open enums of threads.

use crate::cliq::macros::open_enums;

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
    MessageType [text] {
        /// Text.
        Text = "text",
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
