//! `cliq-sandbox`: serves the sandbox for Zoho Cliq over HTTP, for `curl` and for programs in any
//! language.

mod args;
mod log;
mod welcome;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use cliq_sandbox::{Clock, Sandbox, ServeOptions};

use self::args::Args;

/// The timeout for a request's head, and for its body.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let args = args::read();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime.and_then(|runtime| runtime.block_on(run(&args))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cliq-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> io::Result<()> {
    let mut builder = Sandbox::builder()
        .clock(Clock::system())
        .limits(args.limits)
        .posts(args.posts);
    if let Some(seed) = args.seed {
        builder = builder.seed(seed);
    }
    if !args.quiet {
        builder = builder.watch(log::to_stderr());
    }
    let sandbox = match &args.world {
        // Goes through JSON, so that a saved and reloaded demo has the same tokens.
        None => builder
            .json(&Sandbox::demo().sandbox.to_json())
            .map_err(io::Error::other)?
            .build(),
        Some(file) => builder
            .load(file)
            .map_err(|error| {
                io::Error::other(format!("there is no world in {}: {error}", file.display()))
            })?
            .build(),
    };
    // Saves at the start as well: a path that isn't writable is reported now, not when the work
    // would be lost.
    save(&sandbox, args)?;
    let everywhere = sandbox.faults().everywhere();
    if let Some(latency) = args.latency {
        everywhere.latency(latency);
    }
    for (fault, chance) in &args.faults {
        everywhere.sometimes(*chance, fault.clone());
    }

    // Registered before the server starts, so that no early signal is lost.
    let ending = signal()?;
    let options = ServeOptions::at(args.address)
        .loopback_hosts()
        .read_timeout(READ_TIMEOUT);
    let options = args.hosts.iter().fold(options, ServeOptions::allow_host);
    let server = sandbox.serve_with(options).await.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("can't listen at {}: {error}", args.address),
        )
    })?;
    if !args.address.ip().is_loopback() {
        eprintln!(
            "cliq-sandbox: warning: {} can be reached from other machines. Whoever does can use the sandbox, and what goes \
             to and fro can be read on the way.",
            args.address.ip()
        );
    }
    // stdout may be closed; that is no reason to exit.
    let _ = io::stdout().write_all(welcome::text(&server, args).as_bytes());
    ending.await;
    server.close().await;
    save(&sandbox, args)
}

fn save(sandbox: &Sandbox, args: &Args) -> io::Result<()> {
    let Some(file) = &args.save else {
        return Ok(());
    };
    sandbox.save(file).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("can't write {}: {error}", file.display()),
        )
    })
}

/// Waits for Ctrl-C or a supervisor's `SIGTERM`.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
