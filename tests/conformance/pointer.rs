//! Changes JSON at a JSON pointer. [`Value::pointer`] reads it.

use serde_json::{Value, json};

/// Sets the value at a pointer, or appends it to a list; `None` if the place doesn't exist. Creates
/// missing objects on the way.
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

/// Removes the value at a pointer; `None` if there is none.
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

/// Escapes a member's name for a pointer.
pub(crate) fn part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
