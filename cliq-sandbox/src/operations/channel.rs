//! The threads of a channel.

use cliq_api::threads::SetThreadAutoFollowRequest;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cursor::Cursor;
use super::{channel_by_id, form};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{ThreadState, World};

/// Threads on a page: where nothing is asked for, and at most. Neither is published.
const DEFAULT_PAGE: usize = 50;
const MAX_PAGE: usize = 100;

#[derive(Deserialize)]
struct AutoFollow {
    auto_follow_threads: Switch,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    Enable,
    Disable,
}

/// Which threads a page shows.
struct Filter {
    followed: Option<bool>,
    state: Option<ThreadState>,
    behind: Option<Cursor>,
    limit: usize,
}

/// From the newest to the oldest, so that threads that are started meanwhile don't shift the pages.
pub(crate) fn list_threads(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
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
    let mut answer = json!({
        "url": call.url,
        "type": "chat_thread",
        "sync_token": Cursor::at(call.now, world.last_serial()).to_string(),
        "data": data,
    });
    if let (Some(&last), Some(_)) = (page.last(), matching.next()) {
        answer["next_token"] = Cursor::behind(&world[last]).to_string().into();
    }
    Ok(Reply::Json(answer))
}

impl Filter {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let refused = |name: &str| {
            Refusal::invalid_input(format_args!("`{name}` has a value that it can't have"))
        };
        Ok(Self {
            followed: match call.query("state") {
                None | Some("all") => None,
                Some("followed") => Some(true),
                Some("not_followed") => Some(false),
                Some(_) => return Err(refused("state")),
            },
            state: match call.query("type") {
                None => None,
                Some("open") => Some(ThreadState::Open),
                Some("closed") => Some(ThreadState::Closed),
                Some(_) => return Err(refused("type")),
            },
            behind: match call.query("next_token") {
                None => None,
                Some(token) => Some(Cursor::parse(token).ok_or_else(|| refused("next_token"))?),
            },
            limit: match call.query("limit").map(str::parse::<usize>) {
                None => DEFAULT_PAGE,
                Some(Ok(limit @ 1..)) => limit.min(MAX_PAGE),
                Some(_) => return Err(refused("limit")),
            },
        })
    }
}

pub(crate) fn set_auto_follow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let channel = channel_by_id(world, call)?;
    let (auto_follow, status) = match call
        .body::<SetThreadAutoFollowRequest, AutoFollow>()?
        .auto_follow_threads
    {
        Switch::Enable => (true, "enabled"),
        Switch::Disable => (false, "disabled"),
    };
    world[channel].auto_follow = auto_follow;
    Ok(Reply::Json(json!({ "status": status })))
}
