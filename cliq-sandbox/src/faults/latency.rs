//! Latencies of requests and responses.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::random::Random;

/// The maximum of random latencies, in seconds.
const LONGEST: f64 = 86_400.0;

/// The latency of requests or responses: constant, or random for each.
///
/// It can be parsed from text: `50ms`, `20ms..200ms`, `exp:80ms`, `heavy:40ms`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency(Kind);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Constant(Duration),
    Uniform(Duration, Duration),
    Exponential(Duration),
    HeavyTailed(Duration, f64),
}

impl Latency {
    /// No latency.
    pub const NONE: Self = Self(Kind::Constant(Duration::ZERO));

    /// Returns a constant latency.
    pub const fn constant(time: Duration) -> Self {
        Self(Kind::Constant(time))
    }

    /// Returns a latency that is uniformly distributed over the range.
    pub const fn uniform(range: RangeInclusive<Duration>) -> Self {
        Self(Kind::Uniform(*range.start(), *range.end()))
    }

    /// Returns an exponentially distributed latency with this mean.
    pub const fn exponential(mean: Duration) -> Self {
        Self(Kind::Exponential(mean))
    }

    /// Returns a latency of at least this, and occasionally much longer: a Pareto distribution. The
    /// lower `alpha`, the heavier its tail; with 1.2, one in a hundred is 46 times as long, and one
    /// in ten thousand 2154 times.
    pub const fn heavy_tailed(at_least: Duration, alpha: f64) -> Self {
        Self(Kind::HeavyTailed(at_least, alpha))
    }

    /// Returns whether the latency is random.
    pub(crate) fn is_chance(&self) -> bool {
        !matches!(self.0, Kind::Constant(_))
    }

    pub(crate) fn draw(&self, random: &mut Random) -> Duration {
        match self.0 {
            Kind::Constant(time) => time,
            Kind::Uniform(from, to) => {
                from + seconds(to.saturating_sub(from).as_secs_f64() * random.unit())
            }
            Kind::Exponential(mean) => seconds(-mean.as_secs_f64() * (1.0 - random.unit()).ln()),
            Kind::HeavyTailed(at_least, alpha) => seconds(
                at_least.as_secs_f64()
                    * (1.0 - random.unit()).powf(-1.0 / alpha.max(f64::MIN_POSITIVE)),
            ),
        }
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(if seconds < LONGEST {
        seconds.max(0.0)
    } else {
        LONGEST
    })
}

/// [`Latency::NONE`].
impl Default for Latency {
    fn default() -> Self {
        Self::NONE
    }
}

/// [`Latency::constant`].
impl From<Duration> for Latency {
    fn from(time: Duration) -> Self {
        Self::constant(time)
    }
}

/// [`Latency::uniform`].
impl From<RangeInclusive<Duration>> for Latency {
    fn from(range: RangeInclusive<Duration>) -> Self {
        Self::uniform(range)
    }
}

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(mean) = text.strip_prefix("exp:") {
            return Ok(Self::exponential(time(mean)?));
        }
        if let Some(at_least) = text.strip_prefix("heavy:") {
            return Ok(Self::heavy_tailed(time(at_least)?, 1.2));
        }
        match text.split_once("..") {
            Some((from, to)) => {
                let (from, to) = (time(from)?, time(to)?);
                if from > to {
                    Err("the range ends before it begins".to_owned())
                } else {
                    Ok(Self::uniform(from..=to))
                }
            }
            None => Ok(Self::constant(time(text)?)),
        }
    }
}

/// Parses `250ms`, `1.5s` or `2m`.
fn time(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => {
            return Err(format!(
                "`{text}` is no time, such as `250ms`, `1.5s` or `2m`"
            ));
        }
    };
    let number: f64 = number
        .parse()
        .map_err(|_| format!("`{text}` is no time, such as `250ms`, `1.5s` or `2m`"))?;
    Ok(seconds(number * unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn sorted(latency: Latency) -> Vec<Duration> {
        let mut drawn: Vec<_> = (0..10_000)
            .map(|call| latency.draw(&mut Random::of_call(1, "test", call)))
            .collect();
        drawn.sort();
        drawn
    }

    fn about(time: Duration, expected: Duration) {
        assert!(
            (time.as_secs_f64() / expected.as_secs_f64() - 1.0).abs() < 0.1,
            "{time:?}, not {expected:?}"
        );
    }

    #[test]
    fn each_distribution_is_as_it_says() {
        assert!(
            sorted(Latency::constant(5 * MS))
                .iter()
                .all(|time| *time == 5 * MS)
        );
        let uniform = sorted((10 * MS..=30 * MS).into());
        assert!(uniform[0] >= 10 * MS && uniform[9999] <= 30 * MS);
        about(uniform[5000], 20 * MS);
        let exponential = sorted(Latency::exponential(100 * MS));
        about(exponential.iter().sum::<Duration>() / 10_000, 100 * MS);
        about(exponential[5000], Duration::from_micros(69_315));
        let heavy = sorted(Latency::heavy_tailed(40 * MS, 1.2));
        assert!(heavy[0] >= 40 * MS);
        about(heavy[5000], Duration::from_micros(71_270));
        assert!(heavy[9900] > 40 * 40 * MS, "{:?}", heavy[9900]);
    }

    #[test]
    fn it_is_read_from_text() {
        for (text, latency) in [
            ("0ms", Latency::NONE),
            ("1.5s", Latency::constant(1500 * MS)),
            (
                "20ms..2m",
                Latency::uniform(20 * MS..=Duration::from_mins(2)),
            ),
            ("exp:80ms", Latency::exponential(80 * MS)),
            ("heavy:40ms", Latency::heavy_tailed(40 * MS, 1.2)),
        ] {
            assert_eq!(text.parse(), Ok(latency), "{text}");
        }
        for text in ["", "5", "ms", "5 ms", "-5ms", "5ms..1ms", "exp:", "1.2.3s"] {
            assert!(text.parse::<Latency>().is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_is_endless() {
        let latency = Latency::heavy_tailed(Duration::from_secs(1), 0.0);
        assert!(latency.draw(&mut Random::of_call(1, "test", 0)) <= Duration::from_hours(24));
    }
}
