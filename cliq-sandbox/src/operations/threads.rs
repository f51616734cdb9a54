//! The threads of a channel.

use serde_json::Value;

use super::cursor::{Cursor, listed};
use super::{channel_by_id, form};
use crate::call::{Call, bad_value};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{ThreadState, World};

/// Default and maximum number of threads per page. Neither is published.
const DEFAULT_PAGE: usize = 50;
const MAX_PAGE: usize = 100;

/// Which threads to list.
struct Filter {
    followed: Option<bool>,
    state: Option<ThreadState>,
    behind: Option<Cursor>,
    limit: usize,
}

/// Lists threads, newest first, so that new threads don't shift the pages.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    let filter = Filter::read(call)?;
    let mut matching = world.threads_of(channel).filter(|&key| {
        let thread = &world[key];
        filter
            .behind
            .is_none_or(|cursor| thread.serial < cursor.serial)
            && filter.state.is_none_or(|state| thread.state == state)
            && filter
                .followed
                .is_none_or(|followed| thread.is_follower(call.user) == followed)
    });
    let page: Vec<_> = matching.by_ref().take(filter.limit).collect();
    let data: Vec<Value> = page
        .iter()
        .map(|&thread| form::thread(world, thread, call.user))
        .collect();
    let next = match (page.last(), matching.next()) {
        (Some(&last), Some(_)) => Some(Cursor::behind(&world[last]).to_string()),
        _ => None,
    };
    Ok(listed(world, call, "chat_thread", data, next))
}

impl Filter {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            followed: match call.query("state") {
                None | Some("all") => None,
                Some("followed") => Some(true),
                Some("not_followed") => Some(false),
                Some(_) => return Err(bad_value("state")),
            },
            state: match call.query("type") {
                None => None,
                Some("open") => Some(ThreadState::Open),
                Some("closed") => Some(ThreadState::Closed),
                Some(_) => return Err(bad_value("type")),
            },
            behind: match call.query("next_token") {
                None => None,
                Some(token) => Some(Cursor::parse(token).ok_or_else(|| bad_value("next_token"))?),
            },
            limit: call.limit(DEFAULT_PAGE, MAX_PAGE)?,
        })
    }
}
