//! Measures the cost of one more endpoint.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::cargo::{Cargo, Run, Sample};
use crate::generate::{Case, Layout};
use crate::options::{BASE, Command, Mode, Options};
use crate::variant::Variant;

/// All samples of one crate in one mode.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) case: Case,
    pub(crate) mode: Mode,
    pub(crate) samples: Vec<Sample>,
}

/// The time to compare.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    Wall,
    Cpu,
}

impl Series {
    /// Returns the minimum, because other processes only ever add to it.
    pub(crate) fn least(&self, clock: Clock) -> Option<Duration> {
        self.times(clock).map(|times| times[0])
    }

    /// Returns how far the median exceeds the minimum, relative to the minimum.
    pub(crate) fn noise(&self) -> f64 {
        self.times(Clock::Wall).map_or(0.0, |times| {
            times[times.len() / 2].as_secs_f64() / times[0].as_secs_f64() - 1.0
        })
    }

    fn times(&self, clock: Clock) -> Option<Vec<Duration>> {
        let time = |sample: &Sample| match clock {
            Clock::Wall => Some(sample.wall),
            Clock::Cpu => sample.cpu,
        };
        let mut times = self.samples.iter().map(time).collect::<Option<Vec<_>>>()?;
        times.sort_unstable();
        if times.is_empty() { None } else { Some(times) }
    }
}

/// Compiles all crates alternately, so that other load affects all alike.
pub(crate) fn measure(
    options: &Options,
    layout: &Layout,
    target: &Path,
) -> Result<Vec<Series>, String> {
    let variants: Vec<Variant> = Variant::ALL
        .into_iter()
        .filter(|v| options.peers || !v.is_peer())
        .collect();
    let sizes: Vec<usize> = [BASE]
        .into_iter()
        .chain(options.endpoints.iter().copied())
        .collect();
    let cases_of = |variant: Variant| -> Vec<Case> {
        let of_command = |command| {
            sizes.iter().map(move |&endpoints| Case {
                variant,
                command,
                endpoints,
            })
        };
        options
            .commands
            .iter()
            .copied()
            .flat_map(of_command)
            .collect()
    };
    for &variant in &variants {
        layout
            .write(variant, &cases_of(variant))
            .map_err(|error| format!("the crates can't be written: {error}"))?;
    }
    let mut all = Vec::new();
    for &mode in &options.modes {
        let bench = Bench {
            layout,
            target,
            mode,
        };
        for &variant in &variants {
            eprintln!("preparing: {}, {}", variant.label(), mode.name());
            for case in cases_of(variant)
                .iter()
                .filter(|case| mode == Mode::Touch || case.endpoints == BASE)
            {
                bench.prepare(case)?;
            }
        }
        for &command in &options.commands {
            let cases = sizes.iter().flat_map(|&endpoints| {
                variants.iter().map(move |&variant| Case {
                    variant,
                    command,
                    endpoints,
                })
            });
            let mut series: Vec<Series> = cases
                .map(|case| Series {
                    case,
                    mode,
                    samples: Vec::new(),
                })
                .collect();
            for repeat in 1..=options.repeats {
                for size in series.chunks_mut(variants.len()) {
                    // Another variant starts each round.
                    size.rotate_left(1);
                    for one in size {
                        let sample = bench.sample(&one.case, repeat)?;
                        let seconds = sample.wall.as_secs_f64();
                        let package = one.case.package();
                        eprintln!(
                            "{repeat}/{}: {package}, {}: {seconds:.2} s",
                            options.repeats,
                            mode.name()
                        );
                        one.samples.push(sample);
                    }
                }
            }
            all.append(&mut series);
        }
    }
    Ok(all)
}

struct Bench<'a> {
    layout: &'a Layout,
    target: &'a Path,
    mode: Mode,
}

impl Bench<'_> {
    fn prepare(&self, case: &Case) -> Result<(), String> {
        let run = self.compile(case).map_err(|error| {
            let hint = if case.variant.is_peer() {
                "`--skip-peers` leaves it out"
            } else {
                ""
            };
            format!("{error}{hint}")
        })?;
        if run.warned {
            eprintln!(
                "note: there are warnings for {}, and to print them takes time",
                case.package()
            );
        }
        Ok(())
    }

    /// Edits the crate, and compiles only it.
    fn sample(&self, case: &Case, repeat: usize) -> Result<Sample, String> {
        const TRIES: u32 = 20;
        let package = case.package();
        let mut why = String::new();
        for again in 0..TRIES {
            self.layout
                .touch(case, repeat)
                .map_err(|error| format!("{package} can't be edited: {error}"))?;
            let run = self.compile(case)?;
            why = if run.compiled != [package.as_str()] {
                format!(
                    "{:?} was compiled (is the project being edited meanwhile?)",
                    run.compiled
                )
            } else if run.waited {
                "cargo waited for another cargo".to_owned()
            } else {
                return Ok(run.sample);
            };
            eprintln!("again: {package}: {why}");
            // Another cargo may be done soon.
            thread::sleep(Duration::from_millis(100) * again);
        }
        Err(format!(
            "{package} can't be timed alone, in {TRIES} tries: {why}"
        ))
    }

    fn compile(&self, case: &Case) -> Result<Run, String> {
        let incremental = self.mode == Mode::Touch;
        let cargo = Cargo {
            workspace: self.layout.workspace(case.variant),
            target: self.target.join("builds"),
            incremental,
        };
        cargo.run(&[case.command.name(), "--package", &case.package()])
    }
}

/// Returns the cost of one more endpoint, from the crate with [`BASE`] endpoints to the one with
/// `endpoints`.
pub(crate) fn cost(all: &[Series], case: &Case, mode: Mode, clock: Clock) -> Option<f64> {
    let least = |endpoints: usize| {
        let case = Case { endpoints, ..*case };
        all.iter()
            .find(|one| one.case == case && one.mode == mode)?
            .least(clock)
    };
    #[allow(clippy::cast_precision_loss, reason = "numbers of endpoints are small")]
    let added = (case.endpoints - BASE) as f64;
    Some((least(case.endpoints)?.as_secs_f64() - least(BASE)?.as_secs_f64()) / added)
}

/// Returns the measured commands and modes, in order.
pub(crate) fn measured(options: &Options) -> Vec<(Command, Mode)> {
    options
        .commands
        .iter()
        .flat_map(|&command| options.modes.iter().map(move |&mode| (command, mode)))
        .collect()
}
