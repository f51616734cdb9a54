//! Responses to posts, where the document and observations of Cliq differ.

use serde_json::json;

use crate::reply::Reply;

/// The response to a post without `sync_message`, which doesn't ask for the message's id.
///
/// The published document and observations differ here. With `sync_message`, the response is always
/// a 200 with the `message_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Posts {
    /// As documented: 200 and `{}`, the object that could hold the id.
    #[default]
    Documented,
    /// As observed: 200 and `{"Response Code": "204 No response"}`.
    ResponseCode,
    /// As observed too: 204.
    NoContent,
}

impl Posts {
    pub(crate) fn reply(self) -> Reply {
        match self {
            Self::Documented => Reply::Json(json!({})),
            Self::ResponseCode => Reply::no_response(),
            Self::NoContent => Reply::NoContent,
        }
    }
}
