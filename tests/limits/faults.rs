//! The simulations detect bugs: each of these, injected deliberately, causes a lockout that doesn't
//! occur without it.

use cliq_sandbox::limits::{Limits, Stamps, Trips, Window};

use crate::SIMULATED;
use crate::gate::{Counted, Gate, Misuse};
use crate::latency::Latency;
use crate::simulations::seed;
use crate::world::Scenario;

/// Returns the limit of the endpoint with this path.
pub(crate) fn counted(path: &str, per_app: bool) -> Counted {
    let endpoint = SIMULATED.iter().copied().find(|it| it.path() == path);
    Counted {
        endpoint: endpoint.unwrap(),
        per_app,
    }
}

/// Busy callers of a typical endpoint, a typical network, and the harshest server.
fn busy(seed: u64) -> Scenario {
    Scenario {
        counted: vec![counted("/minute", false)],
        kinds: vec![vec![0]],
        users: 1,
        server: Limits::harsh(),
        window: Window::Rolling,
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
        quotas: 0,
        calls: 5_000,
        ..Scenario::random(seed)
    }
}

/// Runs both versions with the same seeds.
fn bites(scenario: impl Fn(u64) -> Scenario, faulty: impl Fn(&Scenario) -> Gate) {
    let first = seed();
    for seed in first..first + 3 {
        let scenario = scenario(seed);
        let report = scenario.run();
        assert_eq!(
            report.locks, 0,
            "no fault, and yet a lock with LIMITS_SEED={seed}: {report:?}"
        );
        let report = scenario.run_with(faulty(&scenario));
        assert!(
            report.locks > 0,
            "the fault was not found with LIMITS_SEED={seed}: {report:?}"
        );
    }
}

fn misused(scenario: &Scenario, misuse: Misuse) -> Gate {
    Gate::new(&scenario.counted, &scenario.settings, Some(misuse))
}

#[test]
fn stamped_at_sending() {
    // Detected even if the server trips late, with exact stamps.
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
        Gate::new(
            &scenario.counted,
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
        Gate::new(
            &scenario.counted,
            &scenario.settings.clone().headroom(0),
            None,
        )
    });
}

#[test]
fn no_margin_with_stamps_of_whole_seconds() {
    let server = Limits::published()
        .trips(Trips::AtLimit)
        .stamps(Stamps::WholeSeconds);
    let scenario = |seed| Scenario {
        server,
        latency: Latency::Constant(50_000),
        ..busy(seed)
    };
    bites(scenario, |scenario| {
        Gate::new(
            &scenario.counted,
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
    bites(scenario, |scenario| {
        Gate::governor(scenario.counted[0].endpoint)
    });
}

/// 100 per hour is stricter than 20 per minute in total, but looser within a minute: keeping only
/// the one with the lower rate breaks the other.
#[test]
fn only_the_stricter_of_two_limits() {
    let scenario = |seed| Scenario {
        counted: vec![counted("/minute", false), counted("/hour", false)],
        kinds: vec![vec![0, 1]],
        ..busy(seed)
    };
    bites(scenario, |scenario| misused(scenario, Misuse::StricterOnly));
}

#[test]
fn a_limit_per_app_counted_by_user() {
    let scenario = |seed| Scenario {
        counted: vec![counted("/minute", true)],
        users: 3,
        ..busy(seed)
    };
    bites(scenario, |scenario| misused(scenario, Misuse::ApartByUser));
}

/// It causes no lockout, but reduces utilization.
#[test]
fn slots_that_are_never_used() {
    let first = seed();
    for seed in first..first + 3 {
        let scenario = Scenario {
            counted: vec![
                counted("/minute", false),
                counted("/second", false),
                counted("/minutes", false),
            ],
            kinds: vec![vec![0, 1], vec![0, 2]],
            latency: Latency::Constant(100_000),
            time: std::time::Duration::from_mins(30),
            ..busy(seed)
        };
        let report = scenario.run();
        assert!(
            report.locks == 0 && report.used >= 0.98,
            "LIMITS_SEED={seed}: {report:?}"
        );
        let report = scenario.run_with(misused(&scenario, Misuse::KeepsWhatItGot));
        assert!(
            report.used < 0.98,
            "the fault was not found with LIMITS_SEED={seed}: {report:?}"
        );
    }
}
