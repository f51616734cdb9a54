//! Measures a call over loopback, with a token, a limit, retries, a deadline and traces.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use futures_util::future::join_all;
use tokio::runtime::Runtime;

use crate::median::Sides;
use crate::server::{self, Place};
use crate::sides::{Ours, OverHyper, OverReqwest, WithOctocrab, WithRustify};

const ROUNDS: usize = 61;
const CALLS: usize = 512;
/// The number of calls with a response of 1 MiB.
const LARGE_CALLS: usize = 16;

/// The first one equals the last: their difference shows the precision.
const NAMES: [&str; 9] = [
    "reqwest",
    "reqwest, careful",
    "hyper-util",
    "hyper-util, careful",
    "octocrab",
    "rustify",
    "ours over reqwest",
    "ours over hyper",
    "reqwest, once more",
];
const BARE: usize = 0;
const HYPER: usize = 2;

/// With `save`, measures no more than what is plotted, and writes it there.
pub(crate) fn measure(save: Option<&Path>) {
    println!("a call over loopback ({ROUNDS} rounds)");
    let small = server::start(0, false);
    let mut data = format!(
        "# A POST with a small response over loopback, without TLS; medians of {ROUNDS} rounds of \
         {CALLS} calls, {} cores. With this crate a call has a limit, retries, a deadline and \
         traces.\nclient;in_flight;us;over_reqwest\n",
        thread::available_parallelism().map_or(0, usize::from)
    );
    for in_flight in [1, 64] {
        for (name, time, ratio) in compare(&small, in_flight, CALLS, "a small response") {
            let name = name.replace("ours", "this crate");
            let _ = writeln!(data, "{name};{in_flight};{time:.2};{ratio:.3}");
        }
    }
    if let Some(path) = save {
        fs::write(path, data).expect("the file can be written");
        return;
    }
    let one_kib = server::start(1 << 10, false);
    compare(&one_kib, 1, CALLS, "a response of 1 KiB");
    let one_mib = server::start(1 << 20, false);
    for in_flight in [1, 16] {
        compare(&one_mib, in_flight, LARGE_CALLS, "a response of 1 MiB");
    }
    let with_tls = server::start(0, true);
    for in_flight in [1, 64] {
        compare(&with_tls, in_flight, CALLS, "a small response over TLS");
    }
    // From here on, traces are formatted and discarded.
    tracing_subscriber::fmt().with_writer(io::sink).init();
    for in_flight in [1, 64] {
        let what = "a small response, traces are written from INFO on";
        compare(&small, in_flight, CALLS, what);
    }
}

/// The name of each side, its µs for a call, and how often that is what bare `reqwest` takes.
fn compare(
    place: &Place,
    in_flight: usize,
    calls: usize,
    what: &str,
) -> Vec<(&'static str, f64, f64)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let entered = runtime.enter();
    let (bare, careful) = (OverReqwest::bare(place), OverReqwest::careful(place));
    let (hyper, careful_hyper) = (OverHyper::bare(place), OverHyper::careful(place));
    // octocrab can't be given a certificate.
    let octocrab = place
        .certificate
        .is_none()
        .then(|| WithOctocrab::new(place));
    let rustify = WithRustify::new(place);
    let (over_reqwest, over_hyper) = (Ours::over_reqwest(place), Ours::over_hyper(place));
    drop(entered);
    let time = |side| -> Duration {
        macro_rules! of {
            ($side:expr, $is_good:ident) => {
                time(&runtime, in_flight, calls, || async {
                    $side.send_message().await.$is_good()
                })
            };
        }
        match side {
            1 => of!(careful, is_ok),
            2 => of!(hyper, is_some),
            3 => of!(careful_hyper, is_some),
            4 => octocrab
                .as_ref()
                .map_or(Duration::ZERO, |octocrab| of!(octocrab, is_ok)),
            5 => of!(rustify, is_ok),
            6 => of!(over_reqwest, is_ok),
            7 => of!(over_hyper, is_ok),
            _ => of!(bare, is_ok),
        }
    };
    let sides = Sides::<{ NAMES.len() }>::measure(ROUNDS, time);
    println!("  {what}, {in_flight} in flight");
    let mut all = Vec::new();
    for (side, name) in NAMES.into_iter().enumerate() {
        let time = sides.median(side).as_secs_f64() * 1e6 / calls as f64;
        if time > 0.0 {
            let (bare, hyper) = (sides.ratio(side, BARE), sides.ratio(side, HYPER));
            println!(
                "    {name:<20} {time:>8.2} µs a call  {bare:>5.3} x reqwest, {hyper:>5.3} x \
                 hyper-util"
            );
            all.push((name, time, bare));
        }
    }
    all
}

/// Measures this many calls, with this many in flight, over established connections.
fn time<F: Future<Output = bool>>(
    runtime: &Runtime,
    in_flight: usize,
    calls: usize,
    call: impl Fn() -> F,
) -> Duration {
    let all = |each| {
        let callers = (0..in_flight).map(|_| async {
            for _ in 0..each {
                assert!(call().await, "a call failed");
            }
        });
        runtime.block_on(join_all(callers));
    };
    all(1);
    let begun = Instant::now();
    all(calls / in_flight);
    begun.elapsed()
}
