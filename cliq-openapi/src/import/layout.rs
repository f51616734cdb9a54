//! Line breaks and empty lines, after `prettyplease`.

use std::fmt::Write as _;

/// Separates items by empty lines, and puts the request line of each endpoint on one line.
pub(super) fn separated(code: &str) -> String {
    let mut out = String::new();
    let mut before = String::new();
    let mut in_trait = false;
    let mut in_imports = false;
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let line = if line.trim_start().starts_with("#[endpoint(") && !line.ends_with(")]") {
            request_line(line, &mut lines)
        } else {
            line.to_owned()
        };
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if line.starts_with("pub trait ") {
            in_trait = true;
        } else if line == "}" {
            in_trait = false;
        }
        let starts = ["//", "#[", "pub ", "fn ", "use "];
        let is_start = starts.iter().any(|start| bare.starts_with(start));
        let is_use = |line: &str| line.starts_with("use ");
        let ends_item = match indent {
            0 if is_use(bare) => !is_use(&before) && !in_imports || before.starts_with("use std"),
            0 => before == "}" || before.ends_with(';'),
            4 => in_trait && before.ends_with(';'),
            _ => false,
        };
        if is_start && ends_item && !before.is_empty() {
            out.push('\n');
        }
        // A `use a::{` can have several lines.
        in_imports = is_use(&line) && !line.ends_with(';') || in_imports && !before.ends_with(';');
        out.push_str(&line);
        out.push('\n');
        let last = line.lines().last().unwrap_or_default();
        before = if last.trim_start().starts_with("//") {
            "//".to_owned()
        } else {
            last.to_owned()
        };
    }
    out
}

/// Joins the lines of `#[endpoint(…)]` into one if it fits, else into one line per key.
fn request_line<'c>(first: &str, lines: &mut impl Iterator<Item = &'c str>) -> String {
    let indent = &first[..first.len() - first.trim_start().len()];
    let mut inside = String::new();
    for line in lines {
        let bare = line.trim();
        if bare == ")]" {
            break;
        }
        let opens = inside.ends_with(['(', '[']) || bare.starts_with([')', ']']);
        if !inside.is_empty() && !opens {
            inside.push(' ');
        }
        inside.push_str(bare);
    }
    let whole = format!("{first}{inside})]");
    if whole.chars().count() <= 100 {
        return whole;
    }
    let mut out = format!("{first}\n");
    for key in keys_of(&inside) {
        let _ = writeln!(out, "{indent}    {key}");
    }
    out.push_str(indent);
    out.push_str(")]");
    out
}

/// Splits the keys, each with its comma.
fn keys_of(inside: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut depth = 0_i32;
    let (mut quoted, mut escaped) = (false, false);
    for character in inside.chars() {
        match character {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        if let Some(key) = keys.last_mut()
            && !(key.is_empty() && character == ' ')
        {
            key.push(character);
        }
        if character == ',' && depth == 0 && !quoted {
            keys.push(String::new());
        }
    }
    keys.retain(|key| !key.is_empty());
    keys
}
