//! Where Cliq's document and its observed behaviour differ.

use serde_json::json;

use crate::reply::Reply;

/// The response to a post that requests no id, which is one without `sync_message`.
///
/// The published document and observations differ here. With `sync_message`, the response is always
/// 200 with the `message_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Posts {
    /// As documented: 200 and the object that would hold the id, `{}`.
    #[default]
    Documented,
    /// As observed: 200 and `{"Response Code": "204 No response"}`.
    ResponseCode,
    /// Also observed: 204.
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
