//! Latencies of a simulated network.

use fastrand::Rng;

/// The time from sending a call to its response, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Latency {
    Constant(u64),
    Uniform(u64, u64),
    /// With this mean.
    Exponential(u64),
    /// Mostly near this value, occasionally very long (Pareto).
    HeavyTailed(u64),
}

/// Less than the timeout.
const LONGEST: u64 = 25_000_000;

impl Latency {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let typical = 1_000 + (10.0_f64.powf(rng.f64() * 3.5) * 1000.0) as u64;
        match rng.u8(..4) {
            0 => Self::Constant(typical),
            1 => Self::Uniform(0, 2 * typical),
            2 => Self::Exponential(typical),
            _ => Self::HeavyTailed(typical),
        }
    }

    pub(crate) fn draw(self, rng: &mut Rng) -> u64 {
        let micros = match self {
            Self::Constant(micros) => micros,
            Self::Uniform(least, most) => rng.u64(least..=most),
            Self::Exponential(mean) => (-(1.0 - rng.f64()).ln() * mean as f64) as u64,
            Self::HeavyTailed(least) => (least as f64 * (1.0 - rng.f64()).powf(-1.0 / 1.2)) as u64,
        };
        micros.min(LONGEST)
    }
}
