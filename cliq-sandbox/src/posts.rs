//! The one place where the document and what was seen of Cliq differ.

use serde_json::json;

use crate::reply::Reply;

/// How a post is answered that asks for no id, which is one without `sync_message`.
///
/// The published document and what people have seen differ here. With `sync_message` the answer is
/// a 200 with the `message_id` in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Posts {
    /// As the document has it: 200 and the object that would hold the id, `{}`.
    #[default]
    Documented,
    /// As it was seen: 200 and `{"Response Code": "204 No response"}`.
    ResponseCode,
    /// As it was seen as well: 204.
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
