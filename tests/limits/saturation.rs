//! The cost of safety: at least 98 % of what the tightest limit permits, slots / (W + margin + mean
//! latency), is used.

use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_sandbox::limits::{Limits, Window};

use crate::SIMULATED;
use crate::faults::counted;
use crate::gate::Counted;
use crate::latency::Latency;
use crate::simulations::seed;
use crate::world::Scenario;

const LATENCIES: [Latency; 4] = [
    Latency::Constant(200_000),
    Latency::Uniform(0, 2_000_000),
    Latency::Exponential(400_000),
    Latency::HeavyTailed(100_000),
];

/// Callers who always want to call.
fn saturated(counted: Vec<Counted>, kinds: Vec<Vec<usize>>, latency: Latency) -> Scenario {
    Scenario {
        counted,
        kinds,
        users: 1,
        server: Limits::harsh(),
        window: Window::Rolling,
        settings: LimitSettings::new().cold_start(false),
        drift: 0,
        callers: 64,
        latency,
        preparing: 0,
        pausing: 0,
        lost: 0,
        // A retry takes a slot like any other call.
        retried: 50,
        unauthorized: 50,
        cancelled_before: 0,
        cancelled_after: 0,
        quotas: 0,
        calls: 0,
        time: Duration::MAX,
        seed: 0,
    }
}

/// `first` is the seed from which all scenarios of a test count up; it reproduces the test.
fn assert_used(scenario: &Scenario, first: u64, what: &str) {
    let (seed, latency) = (first, scenario.latency);
    let report = scenario.run();
    assert_eq!(
        report.locks, 0,
        "again with LIMITS_SEED={seed}: {report:?} of {scenario:#?}"
    );
    println!("{what}, {latency:?}: {:.1} %", report.used * 100.0);
    assert!(
        report.used >= 0.98,
        "{what}, {latency:?}: {:.1} % with LIMITS_SEED={seed}: {report:?}",
        report.used * 100.0
    );
}

#[test]
fn nearly_all_that_is_allowed() {
    let first = seed();
    let mut seed = first;
    for endpoint in SIMULATED.iter().copied() {
        let Some(limit) = endpoint.limits().first() else {
            continue;
        };
        for latency in LATENCIES {
            let one = Counted {
                endpoint,
                per_app: false,
            };
            let scenario = Scenario {
                calls: u64::from(limit.calls) * 200,
                seed,
                ..saturated(vec![one], vec![vec![0]], latency)
            };
            assert_used(&scenario, first, endpoint.name());
            seed += 1;
        }
    }
}

/// Several windows, limits per app beside limits per user, and lines that share a bucket: in each
/// line, one of the buckets is full. Its limit is much tighter than the line's others: of two
/// similar limits, either can be full, and neither is all the time.
#[test]
fn nearly_all_that_the_tightest_limit_leaves() {
    let first = seed();
    let mut seed = first;
    let [minute, minutes, seconds, second, many, hour] = [
        "/minute", "/minutes", "/seconds", "/second", "/many", "/hour",
    ]
    .map(|path| counted(path, false));
    let [app, hourly_app] = ["/many", "/hour"].map(|path| counted(path, true));
    for (what, counted, kinds, users) in [
        ("two windows", vec![second, many], vec![vec![0, 1]], 1),
        (
            "three windows",
            vec![minute, minutes, hour],
            vec![vec![2, 1, 0]],
            1,
        ),
        (
            "an app of three users",
            vec![minute, app],
            vec![vec![0, 1]],
            3,
        ),
        (
            "an app that is tighter",
            vec![minute, hourly_app],
            vec![vec![0, 1]],
            3,
        ),
        (
            "two kinds that share one",
            vec![minute, seconds, second],
            vec![vec![0, 2], vec![1, 2]],
            1,
        ),
        (
            "one alone and one with more",
            vec![minute, seconds],
            vec![vec![0, 1], vec![0]],
            2,
        ),
    ] {
        for latency in LATENCIES {
            for quotas in [0, 1000] {
                for window in [Window::Rolling, Window::Fixed] {
                    let scenario = Scenario {
                        users,
                        quotas,
                        server: Limits::harsh().window(window),
                        window,
                        calls: 4_000,
                        seed,
                        ..saturated(counted.clone(), kinds.clone(), latency)
                    };
                    assert_used(
                        &scenario,
                        first,
                        &format!("{what}, quotas {quotas}, {window:?}"),
                    );
                    seed += 1;
                }
            }
        }
    }
}
