//! Reproducible random numbers.

/// The environment variable with the default seed.
const SEED_VARIABLE: &str = "CLIQ_SANDBOX_SEED";

/// Returns the seed of the environment, else a constant: a test passes or fails the same way in
/// each run.
pub(crate) fn default_seed() -> u64 {
    std::env::var(SEED_VARIABLE)
        .ok()
        .and_then(|seed| seed.trim().parse().ok())
        .unwrap_or(0)
}

/// The hint in a failed test.
pub(crate) fn how_to_repeat(seed: u64) -> String {
    format!(
        "cliq-sandbox: the seed was {seed}; {SEED_VARIABLE}={seed} or `SandboxBuilder::seed` repeats it"
    )
}

/// `SplitMix64`: small, fast, and good enough for random faults.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Returns the random numbers of the `call`th call of `stream`, which depend on no other calls
    /// or streams.
    pub(crate) fn of_call(seed: u64, stream: &str, call: u64) -> Self {
        // FNV-1a: the hashes of `std` may change between versions.
        let stream = stream
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(Self(Self(seed).next() ^ stream).next().wrapping_add(call))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 to 1, excluding 1.
    #[allow(
        clippy::cast_precision_loss,
        reason = "53 bits are what an `f64` holds"
    )]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first values of the reference implementation for the seed 1234567.
    #[test]
    fn it_is_splitmix64() {
        let mut random = Random(1_234_567);
        assert_eq!(
            [random.next(), random.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }

    #[test]
    fn units_are_spread_evenly() {
        let units: Vec<f64> = (0..10_000)
            .map(|call| Random::of_call(7, "a", call).unit())
            .collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        for tenth in 0..10 {
            let from = f64::from(tenth) / 10.0;
            let count = units
                .iter()
                .filter(|unit| (from..from + 0.1).contains(*unit))
                .count();
            assert!((850..1150).contains(&count), "{tenth}: {count}");
        }
    }

    #[test]
    fn seeds_streams_and_calls_differ() {
        let first = Random::of_call(0, "a", 0).next();
        assert_eq!(Random::of_call(0, "a", 0).next(), first);
        assert_ne!(Random::of_call(1, "a", 0).next(), first);
        assert_ne!(Random::of_call(0, "b", 0).next(), first);
        assert_ne!(Random::of_call(0, "a", 1).next(), first);
    }
}
