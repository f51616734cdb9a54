//! Paging tokens.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{Thread, World};

/// The prefix of the published tokens.
const VERSION: &str = "15";

/// A position in a list of threads, after a thread. The token is Base64 of a version, a time and
/// the thread's digits, like the published tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    millis: u64,
    /// Threads after the position have lower digits.
    pub(super) serial: u64,
}

impl Cursor {
    pub(super) fn behind(thread: &Thread) -> Self {
        Self {
            millis: thread.main_message.millis(),
            serial: thread.serial,
        }
    }

    /// The sync token of a client that has read everything up to now.
    pub(super) fn at(time: OffsetDateTime, serial: u64) -> Self {
        Self {
            millis: u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
            serial,
        }
    }

    /// A position in a list that doesn't grow meanwhile.
    fn at_offset(offset: usize) -> Self {
        Self {
            millis: 0,
            serial: offset as u64,
        }
    }

    pub(super) fn parse(token: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_STANDARD.decode(token).ok()?).ok()?;
        let (millis, serial) = text
            .strip_prefix(VERSION)?
            .strip_prefix('|')?
            .split_once('|')?;
        Some(Self {
            millis: millis.parse().ok()?,
            serial: serial.parse().ok()?,
        })
    }
}

/// Returns the requested page of a list, and the token of the next page.
pub(super) fn page<T>(
    call: &Call<'_>,
    items: impl IntoIterator<Item = T>,
    default: usize,
    most: usize,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let limit = call.limit(default, most)?;
    let offset = match call.query("next_token") {
        None | Some("") => 0,
        Some(token) => {
            let cursor = Cursor::parse(token).filter(|cursor| cursor.millis == 0);
            let offset = cursor.and_then(|cursor| usize::try_from(cursor.serial).ok());
            offset.ok_or_else(|| bad_value("next_token"))?
        }
    };
    let mut items = items.into_iter().skip(offset);
    let page: Vec<_> = items.by_ref().take(limit).collect();
    let next = items
        .next()
        .map(|_| Cursor::at_offset(offset + page.len()).to_string());
    Ok((page, next))
}

/// Responds with a page of a list, and the token of the next page.
pub(super) fn listed(
    world: &World,
    call: &Call<'_>,
    kind: &str,
    data: Vec<Value>,
    next: Option<String>,
) -> Reply {
    let mut answer = json!({
        "url": call.url,
        "type": kind,
        "sync_token": Cursor::at(call.now, world.last_serial()).to_string(),
    });
    answer["data"] = data.into();
    if let Some(next) = next {
        answer["next_token"] = next.into();
    }
    Reply::Json(answer)
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(format!("{VERSION}|{}|{}", self.millis, self.serial)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_token_is_parsed_and_formatted() {
        let token = "MTV8MTYxNjEzNTI3ODYzNnwxNzc1OTk4MDAxMTcwMDczMzAx";
        let cursor = Cursor::parse(token).unwrap();
        assert_eq!(
            cursor,
            Cursor {
                millis: 1_616_135_278_636,
                serial: 1_775_998_001_170_073_301
            }
        );
        assert_eq!(cursor.to_string(), token);
    }

    #[test]
    fn other_tokens_are_rejected() {
        for token in ["", "MTV8", "page two", "MTZ8MXwx", "MTV8YXxi"] {
            assert_eq!(Cursor::parse(token), None, "{token}");
        }
    }
}
