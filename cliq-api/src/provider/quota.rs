//! Reads the quota that a response reports.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HeaderMap, HeaderName};

use crate::limit::Quota;

/// The names of one family of headers. Parsed once, as each response is asked for them.
struct Names {
    limit: HeaderName,
    remaining: HeaderName,
    reset: HeaderName,
}

static STANDARD: Names = Names {
    limit: HeaderName::from_static("ratelimit-limit"),
    remaining: HeaderName::from_static("ratelimit-remaining"),
    reset: HeaderName::from_static("ratelimit-reset"),
};
static CUSTOMARY: Names = Names {
    limit: HeaderName::from_static("x-ratelimit-limit"),
    remaining: HeaderName::from_static("x-ratelimit-remaining"),
    reset: HeaderName::from_static("x-ratelimit-reset"),
};
/// The header that holds all three, and the one that describes the limits.
static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

impl Quota {
    /// Reads the headers of the IETF's draft, `RateLimit` or `RateLimit-Remaining` and
    /// `RateLimit-Reset`, or else the `X-RateLimit-…` headers.
    ///
    /// `RateLimit` is read in the draft's later form (`"default";r=50;t=30`) and in its earlier one
    /// (`limit=100, remaining=50, reset=30`). Of several quotas, the one with the fewest calls left
    /// is returned.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        // Most responses have none, and few headers to look at.
        let is_one = |name: &HeaderName| {
            let name = name.as_str();
            name.strip_prefix("x-")
                .unwrap_or(name)
                .starts_with("ratelimit")
        };
        if !headers.keys().any(is_one) {
            return None;
        }
        rate_limit(headers)
            .or_else(|| {
                let (remaining, reset) = STANDARD.numbers(headers)?;
                let quota = Self::new(remaining, seconds(reset));
                Some(quota.of_header(headers, &STANDARD.limit))
            })
            .or_else(|| Self::x_rate_limit(headers))
    }

    /// Reads `X-RateLimit-Remaining` and `X-RateLimit-Reset`, which is a number of seconds, or a
    /// Unix time where it is too large for one.
    pub fn x_rate_limit(headers: &HeaderMap) -> Option<Self> {
        // No limit lasts for thirty years.
        const UNIX_TIMES: u64 = 1_000_000_000;
        let (remaining, reset) = CUSTOMARY.numbers(headers)?;
        let reset = match reset {
            UNIX_TIMES.. => {
                let now = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                seconds(reset).saturating_sub(now)
            }
            _ => seconds(reset),
        };
        Some(Self::new(remaining, reset).of_header(headers, &CUSTOMARY.limit))
    }

    /// Sets the limit that the header names, if it does.
    fn of_header(self, headers: &HeaderMap, name: &HeaderName) -> Self {
        let text = headers.get(name).and_then(|value| value.to_str().ok());
        // Followed by policies in some versions of the draft: `100, 100;w=60`.
        let first = text.and_then(|text| text.split([',', ';']).next());
        match first.and_then(|number| number.trim().parse().ok()) {
            Some(limit) => self.of(limit),
            None => self,
        }
    }
}

impl Names {
    /// Returns what remains, and the seconds until the reset.
    fn numbers(&self, headers: &HeaderMap) -> Option<(u32, u64)> {
        let text = |name: &HeaderName| headers.get(name)?.to_str().ok();
        Some((
            calls(text(&self.remaining)?)?,
            whole_seconds(text(&self.reset)?)?,
        ))
    }
}

/// Reads `RateLimit`.
fn rate_limit(headers: &HeaderMap) -> Option<Quota> {
    if !headers.contains_key(&RATE_LIMIT) {
        return None;
    }
    let items = items(headers, &RATE_LIMIT);
    if let Some(quota) = earlier_form(&items) {
        return Some(quota);
    }
    let policies = self::items(headers, &POLICY);
    let quotas = items.iter().filter_map(|item| {
        let policy = policies.iter().find(|policy| policy.name == item.name);
        let reset = item.parameter("t").or_else(|| policy?.parameter("w"))?;
        let quota = Quota::new(calls(item.parameter("r")?)?, seconds(whole_seconds(reset)?));
        let limit = policy.and_then(|policy| calls(policy.parameter("q")?));
        Some(limit.map_or(quota, |limit| quota.of(limit)))
    });
    quotas.min_by_key(|quota| quota.remaining)
}

/// Reads the earlier form, in which each number is an item.
fn earlier_form(items: &[Item<'_>]) -> Option<Quota> {
    let number = |name: &str| {
        let values = items.iter().filter_map(|item| item.name.split_once('='));
        values
            .filter(|(key, _)| key.trim() == name)
            .map(|(_, value)| value)
            .next()
    };
    let reset = seconds(whole_seconds(number("reset")?)?);
    let quota = Quota::new(calls(number("remaining")?)?, reset);
    let limit = number("limit").and_then(calls);
    Some(limit.map_or(quota, |limit| quota.of(limit)))
}

/// An item of a list of structured fields (RFC 9651, section 3.1).
struct Item<'h> {
    name: &'h str,
    parameters: Vec<&'h str>,
}

impl Item<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self
            .parameters
            .iter()
            .filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(key, _)| key.trim() == name)
            .map(|(_, value)| value)
            .next()
    }
}

fn items<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Vec<Item<'h>> {
    let texts = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let items = texts.flat_map(|text| unquoted(text, ',')).map(|item| {
        let mut parts = unquoted(item, ';').into_iter();
        Item {
            name: parts.next().unwrap_or_default().trim(),
            parameters: parts.collect(),
        }
    });
    items.collect()
}

/// Splits at the separators that aren't part of a quoted name.
fn unquoted(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let is_separator = |found: char| {
        let is_escaped = escaped;
        escaped = quoted && found == '\\' && !is_escaped;
        quoted ^= found == '"' && !is_escaped;
        found == separator && !quoted
    };
    text.split(is_separator).collect()
}

/// Reads a number of calls.
fn calls(text: &str) -> Option<u32> {
    let calls: u64 = text.trim().parse().ok()?;
    Some(u32::try_from(calls).unwrap_or(u32::MAX))
}

/// Reads a number of seconds, rounded up.
fn whole_seconds(text: &str) -> Option<u64> {
    let seconds: f64 = text.trim().parse().ok()?;
    Some(Duration::try_from_secs_f64(seconds.ceil()).ok()?.as_secs())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(headers: &[(&'static str, &str)]) -> Option<Quota> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        Quota::read(&headers)
    }

    #[test]
    fn both_families_of_headers() {
        let minute = Some(Quota::new(3, Duration::from_mins(1)));
        assert_eq!(
            quota(&[("ratelimit-remaining", "3"), ("ratelimit-reset", "60")]),
            minute
        );
        assert_eq!(
            quota(&[
                ("x-ratelimit-remaining", "3"),
                ("x-ratelimit-reset", "59.2")
            ]),
            minute
        );
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let unix = (now + 60).to_string();
        let read = quota(&[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", &unix)]).unwrap();
        assert!((58..=60).contains(&read.reset.as_secs()), "{read:?}");
        let limited = quota(&[
            ("x-ratelimit-limit", "100, 100;w=60"),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "60"),
        ]);
        assert_eq!(limited.unwrap().limit, Some(100));
        for unreadable in [
            &[("x-ratelimit-remaining", "3")][..],
            &[("x-ratelimit-remaining", "-3"), ("x-ratelimit-reset", "60")],
            &[
                ("x-ratelimit-remaining", "3"),
                ("x-ratelimit-reset", "soon"),
            ],
        ] {
            assert_eq!(quota(unreadable), None);
        }
    }

    #[test]
    fn the_header_that_holds_all() {
        let fifty = Quota::new(50, Duration::from_secs(30));
        for (headers, expected) in [
            (&[("ratelimit", "\"default\";r=50;t=30")][..], fifty),
            (&[("ratelimit", " \"default\" ; r=50 ; t=30 ")], fifty),
            (
                &[
                    ("ratelimit", "\"a, \\\"b;r=1\";r=50;t=30"),
                    (
                        "ratelimit-policy",
                        "\"b\";q=1;w=1, \"a, \\\"b;r=1\";q=100;w=60",
                    ),
                ],
                fifty.of(100),
            ),
            // Defaults to a whole window.
            (
                &[
                    ("ratelimit", "\"default\";r=50"),
                    ("ratelimit-policy", "\"default\";q=100;w=30"),
                ],
                fifty.of(100),
            ),
            (
                &[("ratelimit", "\"day\";r=900;t=80000, \"minute\";r=50;t=30")],
                fifty,
            ),
            (
                &[("ratelimit", "limit=100, remaining=50, reset=30")],
                fifty.of(100),
            ),
            (&[("ratelimit", "remaining=50,reset=29.5")], fifty),
            // It is the newest form: others beside it are for clients that don't know it.
            (
                &[
                    ("ratelimit", "\"default\";r=50;t=30"),
                    ("x-ratelimit-remaining", "7"),
                    ("x-ratelimit-reset", "1"),
                ],
                fifty,
            ),
        ] {
            assert_eq!(quota(headers), Some(expected), "{headers:?}");
        }
        for unreadable in [
            "",
            "default",
            "\"default\";r=50",
            "\"default\";t=30",
            "\"default\";r=-1;t=30",
            "\"default\";r=50;t=soon",
            "\"r=50;t=30",
            "limit=100, remaining=50",
            "r=50;t=30;",
        ] {
            let read = quota(&[("ratelimit", unreadable)]);
            assert_eq!(read, None, "{unreadable}");
        }
    }
}
