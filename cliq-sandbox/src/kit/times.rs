//! The expected number of calls of a stub.

use std::fmt;
use std::ops::{RangeFrom, RangeFull, RangeInclusive, RangeToInclusive};

/// The expected number of calls of a stub: a number, or a range such as `1..`, `..=3`, `2..=3` or
/// `..`. Defaults to `1..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    min: usize,
    max: Option<usize>,
}

impl Times {
    pub(super) fn allow(self, count: usize) -> bool {
        count >= self.min && self.max.is_none_or(|max| count <= max)
    }

    pub(super) fn is_never(self) -> bool {
        self.max == Some(0)
    }
}

/// At least once.
impl Default for Times {
    fn default() -> Self {
        (1..).into()
    }
}

impl From<usize> for Times {
    fn from(count: usize) -> Self {
        Self {
            min: count,
            max: Some(count),
        }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self {
            min: range.start,
            max: None,
        }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self {
            min: *range.start(),
            max: Some(*range.end()),
        }
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(range: RangeToInclusive<usize>) -> Self {
        Self {
            min: 0,
            max: Some(range.end),
        }
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        Self { min: 0, max: None }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (_, Some(0)) => f.write_str("no call"),
            (min, Some(max)) if min == max => f.write_str(&calls(max)),
            (0, Some(max)) => write!(f, "at most {}", calls(max)),
            (min, Some(max)) => write!(f, "{min} to {}", calls(max)),
            (0, None) => f.write_str("any number of calls"),
            (min, None) => write!(f, "at least {}", calls(min)),
        }
    }
}

fn calls(count: usize) -> String {
    format!("{count} call{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_and_allowed_counts_of_each_form() {
        let cases: [(Times, &str, &[usize]); 7] = [
            (0.into(), "no call", &[0]),
            (1.into(), "1 call", &[1]),
            (2.into(), "2 calls", &[2]),
            ((1..).into(), "at least 1 call", &[1, 2, 3, 4]),
            ((..=2).into(), "at most 2 calls", &[0, 1, 2]),
            ((2..=3).into(), "2 to 3 calls", &[2, 3]),
            ((..).into(), "any number of calls", &[0, 1, 2, 3, 4]),
        ];
        for (times, text, allowed) in cases {
            assert_eq!(times.to_string(), text);
            assert_eq!(
                (0..5)
                    .filter(|count| times.allow(*count))
                    .collect::<Vec<_>>(),
                allowed,
                "{text}"
            );
        }
    }
}
