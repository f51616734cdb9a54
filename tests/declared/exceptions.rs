//! Named differences between the declarations and the documents, with reasons (`exceptions.yaml`).
//! An exception whose difference doesn't occur is an error.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    pub(crate) name: String,
    pub(crate) reason: String,
    /// Patterns of differences.
    differences: Vec<String>,
}

pub(crate) fn exceptions() -> Vec<Exception> {
    serde_saphyr::from_str(include_str!("exceptions.yaml")).expect("a list of exceptions")
}

/// The differences that a comparison found, one line each.
#[derive(Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    pub(crate) fn add(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }

    /// Panics on differences without an exception, and on exceptions of this topic without a
    /// difference. The topic is the first word of a difference.
    #[track_caller]
    pub(crate) fn expect_only_exceptions(self, topic: &str) {
        let mut found: BTreeSet<String> = self
            .0
            .iter()
            .map(|text| format!("{topic} {text}"))
            .collect();
        let mut problems = Vec::new();
        for Exception {
            name, differences, ..
        } in exceptions()
        {
            for pattern in differences {
                let (count, pattern) = counted(&pattern);
                if pattern.split(' ').next() != Some(topic) {
                    continue;
                }
                let excused: Vec<_> = found
                    .iter()
                    .filter(|text| matches(pattern, text))
                    .cloned()
                    .collect();
                if excused.len() != count {
                    problems.push(format!("{name}: {} of {count} × {pattern}", excused.len()));
                }
                for text in excused {
                    found.remove(&text);
                }
            }
        }
        problems.extend(found);
        assert!(
            problems.is_empty(),
            "{} differences:\n{}",
            problems.len(),
            problems.join("\n")
        );
    }
}

/// Parses `3 × pattern`, or a single pattern.
fn counted(pattern: &str) -> (usize, &str) {
    pattern
        .split_once(" × ")
        .and_then(|(count, pattern)| Some((count.parse().ok()?, pattern)))
        .unwrap_or((1, pattern))
}

/// Returns whether the text matches the pattern, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .any(|at| matches(rest, &text[at..]))
}

#[test]
fn every_exception_has_a_reason_and_differences() {
    for Exception {
        name,
        reason,
        differences,
    } in exceptions()
    {
        assert!(
            !reason.trim().is_empty() && !differences.is_empty(),
            "{name}"
        );
    }
    assert!(matches("a * c*", "a b c d") && matches("a", "a") && !matches("a*c", "a b"));
}
