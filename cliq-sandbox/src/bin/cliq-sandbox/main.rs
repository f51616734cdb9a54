//! `cliq-sandbox`: Zoho Cliq on your own machine, for `curl` and for programs in any language.

mod args;
mod log;
mod welcome;

use std::io::{self, Write};
use std::process::ExitCode;

use cliq_sandbox::{Clock, Sandbox};

use self::args::Args;

fn main() -> ExitCode {
    let args = args::read();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(run(&args))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cliq-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> io::Result<()> {
    let mut builder = Sandbox::builder().clock(Clock::system()).limits(args.limits);
    if let Some(seed) = args.seed {
        builder = builder.seed(seed);
    }
    if !args.quiet {
        builder = builder.watch(log::to_stderr());
    }
    let demo = builder.demo();
    let everywhere = demo.sandbox.faults().everywhere();
    if let Some(latency) = args.latency {
        everywhere.latency(latency);
    }
    for (fault, chance) in &args.faults {
        everywhere.sometimes(*chance, fault.clone());
    }

    // From here on, so that a signal that comes early is not lost.
    let ending = signal()?;
    let server = demo
        .sandbox
        .serve_at(args.address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("can't listen at {}: {error}", args.address)))?;
    // Whoever started it may not care for what it says.
    let _ = io::stdout().write_all(welcome::text(&demo, &server, args).as_bytes());
    ending.await;
    server.close().await;
    Ok(())
}

/// Ends with Ctrl-C, or with what a supervisor sends.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
