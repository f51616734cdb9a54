//! The one place where the document and what was seen of Cliq differ.

use serde_json::json;

use crate::reply::Reply;

/// The response to a post that requests no id, which is one without `sync_message`.
///
/// The published document and what was seen differ here. With `sync_message` the response is a 200
/// with the `message_id` in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Posts {
    /// 200 and the object that would hold the id, `{}`, as documented.
    #[default]
    Documented,
    /// 200 and `{"Response Code": "204 No response"}`, as seen live.
    ResponseCode,
    /// 204, as seen live.
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
