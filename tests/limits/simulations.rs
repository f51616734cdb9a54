//! Random servers, networks and callers: there is never a lockout.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_sandbox::limits::{Limits, Stamps, Trips, Window};
use fastrand::Rng;

use crate::SIMULATED;
use crate::gate::Counted;
use crate::latency::Latency;
use crate::world::Scenario;

/// The total number of simulated calls, unless `CLIQ_SIMULATED_CALLS` is set.
const CALLS: u64 = 300_000;

/// Reads a number from the environment.
pub(crate) fn env(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.replace('_', "").parse().expect("a number"))
}

/// Returns the base of the scenarios' seeds: `LIMITS_SEED`, else another one in each run.
pub(crate) fn seed() -> u64 {
    env("LIMITS_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed") >> 1)
}

impl Scenario {
    /// Returns a scenario with a random server, network and callers.
    pub(crate) fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let stamps = if rng.bool() {
            Stamps::Exact
        } else {
            Stamps::WholeSeconds
        };
        let window = if rng.u8(..3) == 0 {
            Window::Fixed
        } else {
            Window::Rolling
        };
        let mut server = Limits::harsh()
            .window(window)
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
        let quotas = rarely(1000);
        let counted = counted(&mut rng);
        let kinds = kinds(counted.len(), &mut rng);
        Self {
            counted,
            kinds,
            users: rng.u16(1..=4),
            server,
            window,
            // Stamps of whole seconds use up the margin.
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
            quotas,
            calls: 2_000,
            time: Duration::MAX,
            seed: rng.u64(..),
        }
    }
}

impl Scenario {
    /// Returns the scenario with callers who always want to make the same kind of call, and with
    /// nothing that leaves a slot unused.
    fn saturated(mut self) -> Self {
        self.kinds.truncate(1);
        Self {
            settings: LimitSettings::new().cold_start(false),
            callers: 64,
            preparing: 0,
            pausing: 0,
            lost: 0,
            cancelled_before: 0,
            cancelled_after: 0,
            ..self
        }
    }
}

impl Scenario {
    /// Returns whether one limit is so much tighter than the others that it alone determines the
    /// number of calls.
    fn has_a_tightest(&self) -> bool {
        let rate = |&index: &usize| {
            let Counted { endpoint, per_app } = self.counted[index];
            let limit = endpoint.limits()[0];
            let users = if per_app { 1 } else { self.users };
            f64::from((limit.calls - 1) * u32::from(users)) / (limit.per.as_secs_f64() + 1.0)
        };
        let mut rates: Vec<_> = self.kinds[0].iter().map(rate).collect();
        rates.sort_by(f64::total_cmp);
        rates.len() == 1 || 1.5 * rates[0] < rates[1]
    }
}

/// Returns one to four limits, each per user or per app.
fn counted(rng: &mut Rng) -> Vec<Counted> {
    let mut limited: Vec<_> = SIMULATED
        .iter()
        .copied()
        .filter(|endpoint| !endpoint.limits().is_empty())
        .collect();
    rng.shuffle(&mut limited);
    limited.truncate(rng.usize(1..=4));
    limited
        .into_iter()
        .map(|endpoint| Counted {
            endpoint,
            per_app: rng.u8(..3) == 0,
        })
        .collect()
}

/// Returns one to three kinds of calls, each of which counts in one to three of the limits.
fn kinds(counted: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut kinds = Vec::new();
    for _ in 0..rng.u8(1..=3) {
        let mut kind: Vec<_> = (0..counted).collect();
        rng.shuffle(&mut kind);
        kind.truncate(rng.usize(1..=3));
        kinds.push(kind);
    }
    kinds
}

#[test]
fn no_lock_ever() {
    let calls = env("CLIQ_SIMULATED_CALLS").unwrap_or(CALLS);
    let first = seed();
    let mut seed = first;
    let mut sent = 0;
    let (mut filled, mut several, mut saturated, mut runs) = (0, 0, 0, 0);
    let mut least = f64::INFINITY;
    while sent < calls {
        // Half of the scenarios have callers who always want to call, to measure utilization.
        let is_saturated = seed % 2 == 1;
        let scenario = Scenario::random(seed);
        let scenario = if is_saturated {
            scenario.saturated()
        } else {
            scenario
        };
        let report = scenario.run();
        assert_eq!(
            report.locks, 0,
            "again with LIMITS_SEED={seed}: {report:?} of {scenario:#?}"
        );
        sent += report.sent;
        runs += 1;
        // The test isn't vacuous: the server's windows were full.
        filled += u64::from(report.filled);
        if is_saturated && report.used.is_finite() && scenario.has_a_tightest() {
            saturated += 1;
            least = least.min(report.used_of_all);
            assert!(
                report.used_of_all >= 0.98,
                "{:.1} %, again with LIMITS_SEED={seed}: {report:?} of {scenario:#?}",
                report.used_of_all * 100.0
            );
        }
        several += u64::from(scenario.kinds.iter().any(|kind| kind.len() > 1));
        seed += 1;
    }
    println!(
        "{sent} calls in {runs} scenarios from seed {first}: {filled} came as near a limit as they may, {several} had calls with several buckets, {saturated} had callers who always wait, and used {:.1} % or more",
        least * 100.0
    );
    assert!(
        2 * filled > runs,
        "only {filled} of {runs} scenarios from seed {first} filled a window"
    );
}

/// A scenario depends only on its seed, so failures can be reproduced.
#[test]
fn a_seed_repeats() {
    let again = || {
        let report = Scenario::random(42).run();
        (
            report.sent,
            report.used.to_bits(),
            report.took.to_bits(),
            report.mean_latency.to_bits(),
        )
    };
    assert_eq!(again(), again());
}
