//! Whatever servers, networks and callers do: no lock, ever.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_sandbox::limits::{Limits, Stamps, Trips, Window};
use fastrand::Rng;

use crate::SIMULATED;
use crate::latency::Latency;
use crate::world::Scenario;

/// How many calls are simulated in all; `CLIQ_SIMULATED_CALLS` says otherwise.
const CALLS: u64 = 600_000;

/// A number from the environment.
pub(crate) fn env(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.replace('_', "").parse().expect("a number"))
}

/// The seed from which the seeds of single scenarios come: another one in each run, or
/// `CLIQ_LIMITS_SEED`.
pub(crate) fn seed() -> u64 {
    env("CLIQ_LIMITS_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed") >> 1)
}

impl Scenario {
    /// Anything that a server, a network and callers may do.
    pub(crate) fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let limited: Vec<_> = SIMULATED
            .iter()
            .filter(|endpoint| endpoint.limit().is_some())
            .collect();
        let stamps = if rng.bool() {
            Stamps::Exact
        } else {
            Stamps::WholeSeconds
        };
        let mut server = Limits::harsh()
            .window(if rng.u8(..3) == 0 {
                Window::Fixed
            } else {
                Window::Rolling
            })
            .trips(if rng.bool() {
                Trips::AtLimit
            } else {
                Trips::PastLimit
            })
            .stamps(stamps);
        let skew = Duration::from_micros(rng.u64(..3_600_000_000));
        server = if rng.bool() {
            server.clock_ahead(skew)
        } else {
            server.clock_behind(skew)
        };
        let mut rarely = |most: u16| if rng.bool() { rng.u16(0..most) } else { 0 };
        let [lost, retried, unauthorized] = [rarely(30), rarely(200), rarely(200)];
        let [cancelled_before, cancelled_after] = [rarely(300), rarely(300)];
        Self {
            endpoint: rng.choice(limited).unwrap(),
            server,
            // A second's stamp takes the whole margin.
            drift: if stamps == Stamps::Exact {
                rng.i64(-1000..1000)
            } else {
                0
            },
            settings: LimitSettings::new().cold_start(rng.bool()),
            callers: rng.u16(1..=64),
            latency: Latency::random(&mut rng),
            preparing: if rng.bool() { rng.u64(..2_000_000) } else { 0 },
            pausing: if rng.bool() { rng.u64(..20_000_000) } else { 0 },
            lost,
            retried,
            unauthorized,
            cancelled_before,
            cancelled_after,
            calls: 2_000,
            seed: rng.u64(..),
        }
    }
}

#[test]
fn no_lock_ever() {
    let calls = env("CLIQ_SIMULATED_CALLS").unwrap_or(CALLS);
    let first = seed();
    let mut seed = first;
    let mut sent = 0;
    let mut filled = 0;
    let mut runs = 0;
    while sent < calls {
        let scenario = Scenario::random(seed);
        let report = scenario.run();
        assert_eq!(
            report.locks, 0,
            "again with CLIQ_LIMITS_SEED={seed}: {report:?} of {scenario:#?}"
        );
        sent += report.sent;
        runs += 1;
        // That it could have happened: the server saw as many as it may.
        filled += u64::from(report.fullest + 1 >= scenario.endpoint.limit().unwrap().calls);
        seed += 1;
    }
    println!(
        "{sent} calls in {runs} scenarios from seed {first}, {filled} of which came as near the limit as they may"
    );
    assert!(
        2 * filled > runs,
        "only {filled} of {runs} scenarios from seed {first} filled a window"
    );
}

/// What a scenario does follows from its seed: one that fails can be repeated.
#[test]
fn a_seed_repeats() {
    let again = || {
        let report = Scenario::random(42).run();
        (
            report.sent,
            report.fullest,
            report.took.to_bits(),
            report.mean_latency.to_bits(),
        )
    };
    assert_eq!(again(), again());
}
