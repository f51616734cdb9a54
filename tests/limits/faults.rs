//! The simulations find what they look for: with each of these faults put in on purpose there is a
//! lock, and without it there is none.

use cliq_sandbox::limits::{Limits, Stamps, Trips};

use crate::SIMULATED;
use crate::gate::{Gate, Misuse};
use crate::latency::Latency;
use crate::simulations::seed;
use crate::world::Scenario;

/// Busy callers of an ordinary endpoint over an ordinary network, and a server as harsh as it may
/// be.
fn busy(seed: u64) -> Scenario {
    Scenario {
        endpoint: SIMULATED[0],
        server: Limits::harsh(),
        drift: 0,
        callers: 32,
        latency: Latency::Exponential(400_000),
        preparing: 0,
        pausing: 0,
        lost: 0,
        retried: 0,
        unauthorized: 0,
        cancelled_before: 0,
        cancelled_after: 0,
        calls: 5_000,
        ..Scenario::random(seed)
    }
}

/// Both ways with the same chances, from a few seeds.
fn bites(scenario: impl Fn(u64) -> Scenario, faulty: impl Fn(&Scenario) -> Gate) {
    let first = seed();
    for seed in first..first + 3 {
        let scenario = scenario(seed);
        let report = scenario.run();
        assert_eq!(
            report.locks, 0,
            "no fault, and yet a lock with CLIQ_LIMITS_SEED={seed}: {report:?}"
        );
        let report = scenario.run_with(faulty(&scenario));
        assert!(
            report.locks > 0,
            "the fault was not found with CLIQ_LIMITS_SEED={seed}: {report:?}"
        );
    }
}

fn misused(scenario: &Scenario, misuse: Misuse) -> Gate {
    Gate::bucket(scenario.endpoint, &scenario.settings, Some(misuse))
}

#[test]
fn stamped_at_sending() {
    // Even where the server trips late, and by exact stamps.
    let scenario = |seed| Scenario {
        server: Limits::published(),
        latency: Latency::HeavyTailed(200_000),
        ..busy(seed)
    };
    bites(scenario, |scenario| {
        misused(scenario, Misuse::StampAtSending)
    });
}

#[test]
fn slot_freed_on_cancel() {
    let scenario = |seed| Scenario {
        cancelled_after: 200,
        ..busy(seed)
    };
    bites(scenario, |scenario| misused(scenario, Misuse::FreeOnCancel));
}

#[test]
fn no_grace() {
    let scenario = |seed| Scenario {
        lost: 100,
        ..busy(seed)
    };
    bites(scenario, |scenario| {
        Gate::bucket(
            scenario.endpoint,
            &scenario.settings.clone().grace(std::time::Duration::ZERO),
            None,
        )
    });
}

#[test]
fn all_slots_where_the_last_one_trips() {
    let scenario = |seed| Scenario {
        server: Limits::published().trips(Trips::AtLimit),
        ..busy(seed)
    };
    bites(scenario, |scenario| {
        Gate::bucket(
            scenario.endpoint,
            &scenario.settings.clone().headroom(0),
            None,
        )
    });
}

#[test]
fn no_margin_where_stamps_are_whole_seconds() {
    let server = Limits::published()
        .trips(Trips::AtLimit)
        .stamps(Stamps::WholeSeconds);
    let scenario = |seed| Scenario {
        server,
        latency: Latency::Constant(50_000),
        ..busy(seed)
    };
    bites(scenario, |scenario| {
        Gate::bucket(
            scenario.endpoint,
            &scenario.settings.clone().margin(std::time::Duration::ZERO),
            None,
        )
    });
}

#[test]
fn a_token_bucket_in_its_place() {
    let scenario = |seed| Scenario {
        server: Limits::published(),
        ..busy(seed)
    };
    bites(scenario, |scenario| Gate::governor(scenario.endpoint));
}
