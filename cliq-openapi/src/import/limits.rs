//! Reads limits and lockouts from extensions and from descriptions.

use regex_lite::Regex;

use super::ImportError;
use super::docs::flat;
use crate::node::Node;

/// Regular expressions for limits in descriptions.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    limit: Option<Regex>,
    lock: Option<Regex>,
}

/// The limits of an operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Limits {
    /// In the form of declarations, such as `20/min`.
    pub(super) limits: Vec<String>,
    pub(super) lock: Option<String>,
}

impl Patterns {
    pub(super) fn set_limit(&mut self, pattern: &str) -> Result<(), ImportError> {
        let regex = compiled(pattern, &["calls", "per"])?;
        self.limit = Some(regex);
        Ok(())
    }

    pub(super) fn set_lock(&mut self, pattern: &str) -> Result<(), ImportError> {
        self.lock = Some(compiled(pattern, &["lock"])?);
        Ok(())
    }

    /// Reads the limits of an operation, and adds what it can't read to `todos`.
    pub(super) fn read(&self, operation: &Node, todos: &mut Vec<String>) -> Limits {
        let mut limits = Limits::default();
        let written = operation
            .at("x-limits")
            .items()
            .iter()
            .filter_map(Node::text);
        let written: Vec<_> = written.collect();
        for limit in &written {
            if is_limit(limit) {
                limits.limits.push((*limit).to_owned());
            } else {
                todos.push(format!("the limit `{limit}`"));
            }
        }
        if let Some(lock) = operation.at("x-lock").text() {
            if lock == "none" || duration(lock).is_some() {
                limits.lock = Some(lock.to_owned());
            } else {
                todos.push(format!("the lockout `{lock}`"));
            }
        }
        let prose = flat(operation.at("description").text().unwrap_or_default());
        if limits.limits.is_empty()
            && let Some(found) = self.limit.as_ref().and_then(|regex| regex.captures(&prose))
        {
            let text = |name| found.name(name).map_or("", |text| text.as_str());
            let calls = text("calls").replace([',', ' '], "");
            match (calls.parse::<u32>(), duration(text("per"))) {
                (Ok(calls), Some(per)) if calls > 0 => {
                    let per = per
                        .strip_prefix('1')
                        .filter(|unit| !unit.starts_with(|it: char| it.is_ascii_digit()))
                        .unwrap_or(&per)
                        .to_owned();
                    limits.limits.push(format!("{calls}/{per}"));
                }
                _ => todos.push(format!("the limit in `{}`", &found[0])),
            }
            // The limit's pattern can have a group for the lock.
            let lock = found.name("lock").and_then(|lock| duration(lock.as_str()));
            limits.lock = limits.lock.or(lock);
        }
        if limits.lock.is_none()
            && !limits.limits.is_empty()
            && let Some(found) = self.lock.as_ref().and_then(|regex| regex.captures(&prose))
        {
            limits.lock = duration(&found["lock"]);
            if limits.lock.is_none() {
                todos.push(format!("the lockout in `{}`", &found[0]));
            }
        }
        if limits.limits.is_empty() && limits.lock.as_deref() != Some("none") {
            limits.lock = None;
        }
        limits
    }
}

fn compiled(pattern: &str, groups: &[&str]) -> Result<Regex, ImportError> {
    let regex = Regex::new(pattern)
        .map_err(|error| ImportError::new(format!("invalid pattern `{pattern}`: {error}")))?;
    let names: Vec<_> = regex.capture_names().flatten().collect();
    match groups.iter().find(|group| !names.contains(group)) {
        Some(group) => Err(ImportError::new(format!(
            "the pattern `{pattern}` has no group `{group}`\nhelp: write it as `(?<{group}>…)`"
        ))),
        None => Ok(regex),
    }
}

/// Returns `10min` for `10 minutes` and `1min` for `min`; `None` for anything else.
fn duration(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = if number.is_empty() {
        1
    } else {
        number.parse().ok()?
    };
    let unit = match unit.trim().trim_end_matches('.') {
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "min",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "day",
        _ => return None,
    };
    (number > 0).then(|| format!("{number}{unit}"))
}

/// Returns whether a declaration accepts the limit.
fn is_limit(text: &str) -> bool {
    let text = text.strip_suffix(" per app").unwrap_or(text);
    let Some((calls, per)) = text.split_once('/') else {
        return false;
    };
    calls.parse::<u32>().is_ok_and(|calls| calls > 0) && duration(per).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(patterns: &Patterns, description: &str) -> (Limits, Vec<String>) {
        let operation = Node::object([("description", Node::from(description))]);
        let mut todos = Vec::new();
        let limits = patterns.read(&operation, &mut todos);
        (limits, todos)
    }

    #[test]
    fn limits_in_prose() {
        let mut patterns = Patterns::default();
        patterns
            .set_limit(r"(?<calls>\d+) requests? per (?<per>(\d+ )?\w+)")
            .unwrap();
        patterns.set_lock(r"Lock period: (?<lock>\d+ \w+)").unwrap();
        let text =
            "<b>Threshold limit</b>: 20 requests per min per user<br>Lock period: 10 minutes<br>";
        let (limits, todos) = read(&patterns, text);
        assert_eq!(
            (limits.limits, limits.lock),
            (vec!["20/min".to_owned()], Some("10min".to_owned()))
        );
        assert!(todos.is_empty());
        let (limits, _) = read(&patterns, "10 requests per 5 minutes");
        assert_eq!(limits.limits, ["10/5min"]);
        let (limits, todos) = read(&patterns, "10 requests per fortnight");
        assert!(limits.limits.is_empty());
        assert_eq!(todos, ["the limit in `10 requests per fortnight`"]);
        assert_eq!(read(&patterns, "no limit").0, Limits::default());
    }

    #[test]
    fn a_pattern_needs_its_groups() {
        let error = Patterns::default().set_limit(r"\d+").unwrap_err();
        assert!(error.to_string().contains("no group `calls`"), "{error}");
    }
}
