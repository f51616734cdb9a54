//! Changing JSON at a place that a JSON pointer names. Reading there is [`Value::pointer`].

use serde_json::{Value, json};

/// Puts a value at a place, in place of what is there, or behind a list's end; `None` where there
/// is no such place. An object on the way is made where an object has nothing.
pub(crate) fn put(value: &mut Value, pointer: &str, new: Value) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    let parent = parent
        .split('/')
        .skip(1)
        .try_fold(value, |value, part| match value {
            Value::Object(members) => Some(members.entry(plain(part)).or_insert_with(|| json!({}))),
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?),
            _ => None,
        })?;
    match parent {
        Value::Object(members) => _ = members.insert(plain(last), new),
        Value::Array(items) if last.parse() == Ok(items.len()) => items.push(new),
        Value::Array(items) => *items.get_mut(last.parse::<usize>().ok()?)? = new,
        _ => return None,
    }
    Some(())
}

/// Removes what is at a place; `None` where nothing is.
pub(crate) fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, last) = pointer.rsplit_once('/')?;
    match value.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&plain(last)),
        Value::Array(items) => last
            .parse()
            .ok()
            .filter(|index| *index < items.len())
            .map(|index| items.remove(index)),
        _ => None,
    }
}

/// A member's name as a part of a pointer.
pub(crate) fn part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
