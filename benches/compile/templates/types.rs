//! Types that all variants share.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// A chat's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatId(pub String);

/// A message's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub String);

impl From<&str> for ChatId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<&str> for MessageId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The response to a GET.
#[derive(Debug, Clone, Deserialize)]
pub struct Thread {
    /// The thread's chat id.
    pub chat_id: ChatId,
    /// Its title.
    pub title: Option<String>,
    /// The number of followers.
    pub follower_count: Option<u32>,
    /// Whether it is closed.
    pub closed: Option<bool>,
}

/// The response to a POST.
#[derive(Debug, Clone, Deserialize)]
pub struct Posted {
    /// The new message's id.
    pub message_id: Option<MessageId>,
}

/// A boxed call, as a program would store it.
pub type Boxed<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;
