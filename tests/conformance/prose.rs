//! Parses facts in the document's prose into members of operations and schemas.

use serde_json::{Value, json};

/// Adds `x-limit` (calls and seconds) and `x-lock` (seconds) to operations, and `maxLength` to
/// members of schemas.
pub(crate) fn as_members(mut document: Value) -> Value {
    for operation in values(&mut document["paths"]).flat_map(values) {
        add(operation, "x-limit", "Threshold limit:", limit);
        add(operation, "x-lock", "Lock period:", lock);
    }
    for schema in values(&mut document["components"]["schemas"]) {
        for property in schema.get_mut("properties").into_iter().flat_map(values) {
            add(property, "maxLength", "Maximum length:", length);
        }
    }
    document
}

/// Prose that can't be parsed is kept as text, so it differs from any declaration.
fn add(to: &mut Value, member: &str, label: &str, read: fn(&str) -> Option<Value>) {
    let prose = to["description"].as_str().unwrap_or_default();
    let told = prose
        .lines()
        .find_map(|line| line.split_once(label))
        .map(|(_, words)| words.trim());
    if let Some(value) = told.map(|words| read(words).unwrap_or_else(|| json!(words))) {
        to[member] = value;
    }
}

/// Parses `20 requests per min per user`.
fn limit(words: &str) -> Option<Value> {
    let (calls, per) = words
        .strip_suffix(" per user")?
        .split_once(" requests per ")?;
    Some(json!([calls.parse::<u32>().ok()?, seconds(per)?]))
}

/// Parses `10 minutes`.
fn lock(words: &str) -> Option<Value> {
    let (count, unit) = words.split_once(' ')?;
    Some(json!(count.parse::<u64>().ok()? * seconds(unit)?))
}

/// Parses `5000 characters.`
fn length(words: &str) -> Option<Value> {
    Some(json!(
        words.strip_suffix(" characters.")?.parse::<usize>().ok()?
    ))
}

fn seconds(unit: &str) -> Option<u64> {
    match unit.trim_end_matches('s') {
        "sec" | "second" => Some(1),
        "min" | "minute" => Some(60),
        "hour" => Some(3600),
        _ => None,
    }
}

fn values(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    object
        .as_object_mut()
        .into_iter()
        .flat_map(|members| members.values_mut())
}
