//! How often a stub is to be called.

use std::fmt;
use std::ops::{RangeFrom, RangeFull, RangeInclusive, RangeToInclusive};

/// How often a stub is to be called: a number, or a range such as `1..`, `..=3`, `2..=3` or `..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    least: usize,
    most: Option<usize>,
}

impl Times {
    pub(super) fn allow(self, count: usize) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }

    pub(super) fn is_never(self) -> bool {
        self.most == Some(0)
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
            least: count,
            most: Some(count),
        }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self {
            least: range.start,
            most: None,
        }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self {
            least: *range.start(),
            most: Some(*range.end()),
        }
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(range: RangeToInclusive<usize>) -> Self {
        Self {
            least: 0,
            most: Some(range.end),
        }
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        Self {
            least: 0,
            most: None,
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (_, Some(0)) => f.write_str("no call"),
            (least, Some(most)) if least == most => f.write_str(&calls(most)),
            (0, Some(most)) => write!(f, "at most {}", calls(most)),
            (least, Some(most)) => write!(f, "{least} to {}", calls(most)),
            (0, None) => f.write_str("any number of calls"),
            (least, None) => write!(f, "at least {}", calls(least)),
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
    fn each_form_says_what_it_means() {
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
