//! What safety costs: of slots × W / (W + margin + mean latency) at least 98 % are used.

use cliq_api::limit::LimitSettings;
use cliq_sandbox::limits::Limits;

use crate::SIMULATED;
use crate::latency::Latency;
use crate::simulations::seed;
use crate::world::Scenario;

#[test]
fn nearly_all_that_is_allowed() {
    let first = seed();
    let limited: Vec<_> = SIMULATED
        .iter()
        .filter(|endpoint| endpoint.limit().is_some())
        .collect();
    let latencies = [
        Latency::Constant(200_000),
        Latency::Uniform(0, 2_000_000),
        Latency::Exponential(400_000),
        Latency::HeavyTailed(100_000),
    ];
    for (index, (endpoint, latency)) in limited
        .iter()
        .flat_map(|endpoint| latencies.map(|latency| (endpoint, latency)))
        .enumerate()
    {
        let seed = first + index as u64;
        let limit = endpoint.limit().unwrap();
        let scenario = Scenario {
            endpoint,
            server: Limits::harsh(),
            settings: LimitSettings::new().cold_start(false),
            drift: 0,
            callers: 64,
            latency,
            preparing: 0,
            pausing: 0,
            lost: 0,
            // Each takes a slot like any other.
            retried: 50,
            unauthorized: 50,
            cancelled_before: 0,
            cancelled_after: 0,
            calls: u64::from(limit.calls) * 200,
            seed,
        };
        let report = scenario.run();
        assert_eq!(
            report.locks, 0,
            "again with CLIQ_LIMITS_SEED={seed}: {report:?} of {scenario:#?}"
        );
        let window = limit.per.as_secs_f64();
        let slots = f64::from(limit.calls - 1);
        let allowed = slots / (window + 1.0 + report.mean_latency);
        let made = report.sent as f64 / report.took;
        println!(
            "{} {latency:?}: {made:.3} calls a second, {:.1} %",
            endpoint.name(),
            made / allowed * 100.0
        );
        assert!(
            made >= 0.98 * allowed,
            "{made} of {allowed} calls a second with CLIQ_LIMITS_SEED={seed}: {report:?}"
        );
    }
}
