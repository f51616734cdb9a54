//! Tables: rows of objects, or the members of one object.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::text;

/// What people look for first.
const FIRST: [&str; 8] = [
    "command", "name", "title", "text", "id", "email_id", "type", "status",
];
/// How wide a column gets, where there are others.
const WIDEST: usize = 48;
/// What a column needs at least.
const NARROWEST: usize = 6;
const GAP: usize = 2;
/// How deep objects are shown by their members.
const DEEPEST: usize = 3;

/// Renders a value within so many columns; `None`: as wide as it is.
pub(crate) fn render(value: &Value, columns: Option<usize>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(rows) if rows.is_empty() => String::new(),
        Value::Array(rows) => match objects(rows) {
            Some(rows) => grid(&rows, columns),
            None => rows.iter().fold(String::new(), |mut out, row| {
                out.push_str(&cell(row));
                out.push('\n');
                out
            }),
        },
        Value::Object(members) => match only_list(members) {
            Some(rows) => grid(&rows, columns),
            None => list(members, columns),
        },
        value => {
            let mut line = cell(value).into_owned();
            line.push('\n');
            line
        }
    }
}

fn objects(rows: &[Value]) -> Option<Vec<&Map<String, Value>>> {
    rows.iter().map(Value::as_object).collect()
}

/// The rows of an object that holds nothing but a list.
fn only_list(members: &Map<String, Value>) -> Option<Vec<&Map<String, Value>>> {
    let mut values = members.values();
    match (values.next(), values.next()) {
        (Some(Value::Array(rows)), None) if !rows.is_empty() => objects(rows),
        _ => None,
    }
}

/// One line for each member.
fn list(members: &Map<String, Value>, columns: Option<usize>) -> String {
    let members = flat(members);
    let name = members.iter().map(|(name, _)| text::width(name)).max();
    let name = name.unwrap_or_default();
    let left = columns.map(|columns| columns.saturating_sub(name + GAP).max(20));
    let mut out = String::new();
    for (member, value) in &members {
        let value = cell(value);
        push(&mut out, &text::one_line(member), name + GAP);
        out.push_str(&left.map_or(Cow::Borrowed(&*value), |left| text::cut(&value, left)));
        end(&mut out);
    }
    out
}

/// Members by their names; those of an object in it are `object.member`.
fn flat(members: &Map<String, Value>) -> Vec<(String, &Value)> {
    fn add<'v>(
        prefix: &str,
        members: &'v Map<String, Value>,
        depth: usize,
        out: &mut Vec<(String, &'v Value)>,
    ) {
        for (name, value) in members {
            let name = format!("{prefix}{name}");
            match value {
                Value::Object(members) if !members.is_empty() && depth < DEEPEST => {
                    add(&format!("{name}."), members, depth + 1, out);
                }
                value => out.push((name, value)),
            }
        }
    }
    let mut out = Vec::new();
    add("", members, 0, &mut out);
    out
}

/// A header, and one line for each row.
fn grid(rows: &[&Map<String, Value>], columns: Option<usize>) -> String {
    let rows: Vec<Vec<(String, &Value)>> = rows.iter().map(|row| flat(row)).collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, value) in rows.iter().flatten() {
        let is_shown = !cell(value).is_empty();
        if is_shown && !names.contains(&&**name) {
            names.push(name);
        }
    }
    let is_nested = |name: &str| {
        let mut values = rows.iter().flatten().filter(|(other, _)| other == name);
        name.contains('.') || values.any(|(_, value)| value.is_object() || value.is_array())
    };
    names.sort_by_cached_key(|name| (is_nested(name), rank(name)));
    let cells: Vec<Vec<Cow<'_, str>>> = rows
        .iter()
        .map(|row| {
            let cell = |name: &&str| {
                let found = row.iter().find(|(other, _)| other == name);
                found.map_or(Cow::Borrowed(""), |(_, value)| cell(value))
            };
            names.iter().map(cell).collect()
        })
        .collect();
    let headers: Vec<String> = names.iter().map(|name| header(name)).collect();
    let natural: Vec<usize> = (0..names.len())
        .map(|at| {
            let cells = cells.iter().map(|row| text::width(&row[at]));
            cells.chain([text::width(&headers[at])]).max().unwrap_or(0)
        })
        .collect();
    let (widths, hidden) = fit(&natural, columns);
    let mut out = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        for (cell, width) in cells.zip(&widths) {
            push(&mut out, &text::cut(cell, *width), width + GAP);
        }
        end(&mut out);
    };
    line(&mut headers.iter().map(|header| &**header));
    for row in &cells {
        line(&mut row.iter().map(|cell| &**cell));
    }
    if hidden > 0 {
        let noun = if hidden == 1 { "column" } else { "columns" };
        let hidden = hidden.to_string();
        out.extend(["(", &hidden, " more ", noun, ": --output json)\n"]);
    }
    out
}

/// JSON objects have no order: what people look for comes first.
fn rank(name: &str) -> usize {
    let first = FIRST.iter().position(|first| *first == name);
    first.unwrap_or(FIRST.len())
}

/// The widths of the columns that fit, and how many don't.
fn fit(natural: &[usize], columns: Option<usize>) -> (Vec<usize>, usize) {
    let Some(columns) = columns else {
        return (natural.to_vec(), 0);
    };
    let mut widths = Vec::new();
    let mut left = columns;
    for (at, &width) in natural.iter().enumerate() {
        let gap = if at == 0 { 0 } else { GAP };
        let width = width.min(WIDEST);
        if left < gap + width {
            // The last one may be cut.
            if left >= gap + NARROWEST.max(width / 2) {
                widths.push(left - gap);
            }
            break;
        }
        left -= gap + width;
        widths.push(width);
    }
    if widths.is_empty() {
        widths.push(columns);
    }
    let hidden = natural.len() - widths.len().min(natural.len());
    (widths, hidden)
}

/// `CHAT ID`.
fn header(name: &str) -> String {
    crate::names::words(name).join(" ").to_uppercase()
}

fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(value) => text::one_line(value),
        Value::Array(values) => Cow::Owned(several(values)),
        Value::Object(members) => Cow::Owned(short(members)),
        value => Cow::Owned(value.to_string()),
    }
}

/// `a, b`; of objects what people look for first.
fn several(values: &[Value]) -> String {
    let cells: Vec<_> = values.iter().map(cell).collect();
    cells.join(", ")
}

/// The name of an object, or how much is in it.
fn short(members: &Map<String, Value>) -> String {
    let texts = FIRST.iter().filter_map(|name| members.get(*name));
    let named = texts.map(cell).find(|text| !text.is_empty());
    match (named, members.len()) {
        (Some(name), _) => name.into_owned(),
        (None, 0) => String::new(),
        (None, count) => format!("{{{count}}}"),
    }
}

fn push(out: &mut String, cell: &str, width: usize) {
    out.push_str(cell);
    let pad = width.saturating_sub(text::width(cell));
    out.extend(std::iter::repeat_n(' ', pad));
}

/// Without spaces at the end.
fn end(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_a_grid() {
        let rows = json!([
            { "id": "1", "title": "Slow sign-in", "is_open": true },
            { "id": "22", "title": "日本", "note": null, "tags": ["a", "b"] },
        ]);
        assert_eq!(
            render(&rows, None),
            "TITLE         ID  IS OPEN  TAGS\n\
             Slow sign-in  1   true\n\
             日本          22           a, b\n"
        );
        assert_eq!(
            render(&rows, Some(20)),
            "TITLE         ID\nSlow sign-in  1\n日本          22\n(2 more columns: --output json)\n"
        );
        assert_eq!(
            render(&json!({ "data": rows }), Some(20)),
            render(&rows, Some(20))
        );
    }

    #[test]
    fn an_object_is_a_list() {
        let object = json!({ "chat_id": "CT_1", "state": { "is_open": true }, "none": null });
        assert_eq!(
            render(&object, None),
            "chat_id        CT_1\nnone\nstate.is_open  true\n"
        );
    }

    #[test]
    fn what_is_in_a_value_has_a_short_form() {
        let rows = json!([
            { "sender": { "id": "5", "name": "Ryan West" }, "to": [{ "name": "A" }, { "x": 1, "y": 2 }] },
            { "sender": null, "to": [], "deep": { "a": { "b": { "c": { "d": 1 } } } }, "empty": {} },
        ]);
        let last = format!("{:32}{{1}}\n", "");
        assert_eq!(
            render(&rows, None),
            "SENDER ID  SENDER NAME  TO      DEEP A B C\n\
             5          Ryan West    A, {2}\n"
                .to_owned()
                + &last
        );
    }

    #[test]
    fn nothing_in_a_cell_is_obeyed() {
        assert_eq!(render(&json!(["a\u{1b}[2Jb\nc"]), None), "a\\u{1b}[2Jb⏎c\n");
        assert_eq!(render(&json!([]), None), "");
        assert_eq!(render(&Value::Null, None), "");
        assert_eq!(render(&json!(5), None), "5\n");
    }
}
