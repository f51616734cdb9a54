//! Prints the results.

use std::fmt::Write as _;
use std::thread;

use crate::clean::{Crates, Times, least};
use crate::generate::Case;
use crate::measure::{Clock, Series, cost, measured};
use crate::options::{BASE, Command, Mode, Options};
use crate::variant::Variant;

/// The number of endpoints for which there are budgets.
const BUDGETED: usize = 200;
const CRATES: usize = 100;
const CLEAN_BUILD: f64 = 1.15;

/// Returns the maximum cost of an endpoint, relative to handwritten code.
fn budget(case: &Case, mode: Mode) -> Option<f64> {
    match (case.variant, case.command, mode) {
        (Variant::Ours, Command::Check, Mode::Scratch) => Some(0.6),
        (Variant::Ours, Command::Check, Mode::Touch) => Some(1.0),
        _ => None,
    }
}

fn verdict(value: f64, budget: f64) -> String {
    format!(
        "<= {budget:.2} {}",
        if value <= budget { "kept" } else { "MISSED" }
    )
}

/// Returns the table of the costs of endpoints.
pub(crate) fn endpoints(options: &Options, all: &[Series]) -> String {
    let layout = match options.per_module {
        0 => "all in one module".to_owned(),
        per_module => format!("{per_module} in a module"),
    };
    let mut table = format!(
        "One more endpoint ({}, {layout}): ms, from {BASE} endpoints to N, least of {}\n\n{:<21}{:>4}  {:<17}{:>8}{:>9}{:>8}{:>9}{:>7}  budget\n",
        options.mix.name(),
        options.repeats,
        "",
        "N",
        "",
        "wall",
        "by hand",
        "cpu",
        "by hand",
        "noise",
    );
    for (command, mode) in measured(options) {
        for &endpoints in &options.endpoints {
            let title = format!("{} {}", command.name(), mode.name());
            for (row, variant) in Variant::ALL
                .into_iter()
                .filter(|v| options.peers || !v.is_peer())
                .enumerate()
            {
                let case = Case {
                    variant,
                    command,
                    endpoints,
                };
                let (title, size) = if row == 0 {
                    (title.as_str(), endpoints.to_string())
                } else {
                    ("", String::new())
                };
                let _ = write!(table, "{title:<21}{size:>4}  {:<17}", variant.label());
                let mut verdict_of_wall = String::new();
                for clock in [Clock::Wall, Clock::Cpu] {
                    let ratio = over_by_hand(all, &case, mode, clock);
                    let cost = cost(all, &case, mode, clock).map(|cost| cost * 1000.0);
                    let _ = write!(table, "{:>8}{:>9}", decimals(cost), times(ratio));
                    if let (Clock::Wall, Some(ratio), Some(budget)) =
                        (clock, ratio, budget(&case, mode))
                    {
                        verdict_of_wall = verdict(ratio, budget);
                        if endpoints != BUDGETED {
                            let _ = write!(verdict_of_wall, " (set for {BUDGETED})");
                        }
                    }
                }
                let noise = all
                    .iter()
                    .find(|one| one.case == case && one.mode == mode)
                    .map_or(0.0, Series::noise);
                let line = format!("{:>6.0}%  {verdict_of_wall}", noise * 100.0);
                let _ = writeln!(table, "{}", line.trim_end());
            }
        }
        table.push('\n');
    }
    table.truncate(table.trim_end().len());
    table.push('\n');
    table
}

/// Returns the cost of `cargo check` with the most endpoints, for the plot: CPU time, which hardly
/// depends on what else the machine does.
pub(crate) fn plotted(options: &Options, all: &[Series]) -> String {
    let endpoints = options.endpoints.last().copied().unwrap_or_default();
    let mut data = format!(
        "# cargo check of a crate with {endpoints} endpoints ({}), less that of one with {BASE}, by \
         endpoint: CPU time, least of {}, {} cores. After a touch: incremental, with one endpoint \
         edited.\nlibrary;mode;ms;over_by_hand\n",
        options.mix.name(),
        options.repeats,
        thread::available_parallelism().map_or(0, usize::from)
    );
    for mode in [Mode::Scratch, Mode::Touch] {
        for variant in Variant::ALL {
            let case = Case {
                variant,
                command: Command::Check,
                endpoints,
            };
            let cost = cost(all, &case, mode, Clock::Cpu);
            if let (Some(cost), Some(over)) = (cost, over_by_hand(all, &case, mode, Clock::Cpu)) {
                let name = match variant {
                    Variant::Ours => "this crate",
                    _ => variant.label(),
                };
                let (millis, mode) = (cost * 1000.0, mode.name());
                let _ = writeln!(data, "{name};{mode};{millis:.3};{over:.3}");
            }
        }
    }
    data
}

/// Reports whether twice the endpoints cost twice as much.
pub(crate) fn linear(options: &Options, all: &[Series]) -> Option<String> {
    let [.., fewer, more] = options.endpoints[..] else {
        return None;
    };
    let mut table = format!(
        "Linear: an endpoint's cost with {more} of them over that with {fewer} (1.00: linear)\n\n{:<23}{:>8}{:>8}\n",
        "", "wall", "cpu"
    );
    for (command, mode) in measured(options) {
        let _ = writeln!(table, "{} {}", command.name(), mode.name());
        for variant in Variant::ALL
            .into_iter()
            .filter(|v| options.peers || !v.is_peer())
        {
            let growth = |clock| {
                let cost = |endpoints| {
                    positive(cost(
                        all,
                        &Case {
                            variant,
                            command,
                            endpoints,
                        },
                        mode,
                        clock,
                    ))
                };
                Some(cost(more)? / cost(fewer)?)
            };
            let _ = writeln!(
                table,
                "  {:<21}{:>8}{:>8}",
                variant.label(),
                decimals(growth(Clock::Wall)),
                decimals(growth(Clock::Cpu))
            );
        }
    }
    Some(table)
}

fn over_by_hand(all: &[Series], case: &Case, mode: Mode, clock: Clock) -> Option<f64> {
    let by_hand = Case {
        variant: Variant::ByHand,
        ..*case
    };
    Some(positive(cost(all, case, mode, clock))? / positive(cost(all, &by_hand, mode, clock))?)
}

/// A cost below the noise can't be compared.
fn positive(cost: Option<f64>) -> Option<f64> {
    cost.filter(|&cost| cost > 0.0)
}

fn decimals(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

fn tenths(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"))
}

fn times(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("x {value:.2}"))
}

pub(crate) fn crates(crates: &Crates) -> String {
    let kept = if crates.ours <= CRATES {
        "kept"
    } else {
        "MISSED"
    };
    format!(
        "Crates in the default tree (normal edges, this platform)\n\n\
        {:<45}{:>5}  <= {CRATES} {kept}\n{:<45}{:>5}\n",
        "cliq-api", crates.ours, "reqwest, serde, serde_json, tokio as in it", crates.bare
    )
}

pub(crate) fn clean_build(times: &Times) -> Option<String> {
    let (ours, bare) = (
        least(&times.ours)?.as_secs_f64(),
        least(&times.bare)?.as_secs_f64(),
    );
    let cpu = |samples: &[crate::cargo::Sample]| {
        let cpu: Option<Vec<f64>> = samples
            .iter()
            .map(|sample| Some(sample.cpu?.as_secs_f64()))
            .collect();
        cpu?.into_iter().reduce(f64::min)
    };
    let (ours_cpu, bare_cpu) = (cpu(&times.ours), cpu(&times.bare));
    let ratio = ours / bare;
    let ratio_cpu = ours_cpu.zip(bare_cpu).map(|(ours, bare)| ours / bare);
    Some(format!(
        "Clean build: s, into a new target directory, least of {}\n\n{:<45}{:>8}{:>8}\n\
        {:<45}{ours:>8.1}{:>8}\n{:<45}{bare:>8.1}{:>8}\n{:<45}{ratio:>8.2}{:>8}  {}\n",
        times.ours.len(),
        "",
        "wall",
        "cpu",
        "cliq-api",
        tenths(ours_cpu),
        "reqwest, serde, serde_json, tokio as in it",
        tenths(bare_cpu),
        "ratio",
        decimals(ratio_cpu),
        verdict(ratio, CLEAN_BUILD)
    ))
}
