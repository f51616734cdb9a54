//! Users of the organization.

use serde_json::{Value, json};

use super::cursor::page;
use super::require_inside;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::{User, UserKey, World};

const MAX_PAGE: usize = 100;
/// The id of the only organization.
pub(super) const ORGANIZATION: &str = "55743301";

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let users = world.user_keys().filter(|&user| {
        let user = &world[user];
        let is_found = |words: &str| {
            let words = words.to_lowercase();
            user.name.to_lowercase().contains(&words) || user.email.to_lowercase().contains(&words)
        };
        !user.external && call.query("search").is_none_or(is_found)
    });
    let (users, next) = page(call, users.collect::<Vec<_>>(), MAX_PAGE, MAX_PAGE)?;
    let data: Vec<Value> = users.iter().map(|&user| shown(&world[user])).collect();
    let mut answer = json!({ "data": data, "has_more": next.is_some() });
    if let Some(next) = next {
        answer["next_token"] = next.into();
    }
    Ok(Reply::Json(answer))
}

/// Finds a user by id or e-mail address; `me` is the token's user.
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    require_inside(world, call)?;
    let user = find(world, call)?;
    let user = &world[user];
    let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let mut data = shown(user);
    let more = json!({
        "first_name": first,
        "last_name": last,
        "full_name": user.name,
        "status": "active",
        "timezone": "UTC",
        "timeoffset": 0,
        "language": "en",
        "country": "us",
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    Ok(Reply::Json(json!({ "data": data })))
}

fn find(world: &World, call: &Call<'_>) -> Result<UserKey, Refusal> {
    let found = match call.subject() {
        "me" => Some(call.user),
        name => world.find_user(name).filter(|&user| !world[user].external),
    };
    found.ok_or_else(|| Refusal::not_found("user_not_found", "there is no such user"))
}

fn shown(user: &User) -> Value {
    json!({
        "id": user.id,
        "zuid": user.id,
        "zoid": ORGANIZATION,
        "organization_id": ORGANIZATION,
        "email_id": user.email,
        "name": user.name,
        "display_name": user.name,
    })
}
