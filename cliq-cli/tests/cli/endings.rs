//! Ends that come early: Ctrl-C, a pipe that nobody reads.

use std::io::Read as _;
use std::process::Stdio;

use cliq_sandbox::limits::Limits;

use crate::support::World;

#[cfg(unix)]
fn signal(child: &std::process::Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).unwrap();
}

#[test]
fn a_pipe_that_nobody_reads_ends_it_quietly() {
    let world = World::new();
    let mut child = world
        .as_user(["api", "list", "-o", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(141));
    assert_eq!(err, "");
}

/// While it waits for its rate limit, which is known from the file that all processes share.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_call_that_waits() {
    use rustix::process::Signal;

    let world = World::with(Limits::published());
    let thread = world.thread();
    let call =
        |wait: &str| world.as_user(["threads", "follow", thread, "--wait", wait, "--log", "info"]);
    while call("0").output().unwrap().status.success() {}
    let arrived = world.demo.sandbox.totals().arrivals;
    for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = call("5m")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It shows that it waits.
        let mut err = child.stderr.take().unwrap();
        let mut seen = Vec::new();
        let mut byte = [0];
        while !String::from_utf8_lossy(&seen).contains("wait_ms") {
            assert_eq!(
                err.read(&mut byte).unwrap(),
                1,
                "{}",
                String::from_utf8_lossy(&seen)
            );
            seen.push(byte[0]);
        }
        signal(&child, sent);
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
    // Nothing was sent, and nothing is half-written: the next call knows the same.
    assert_eq!(world.demo.sandbox.totals().arrivals, arrived);
    assert_eq!(call("0").output().unwrap().status.code(), Some(4));
}

/// A sandbox that is ended takes its name with it.
#[cfg(unix)]
#[test]
fn a_sandbox_is_known_while_it_runs() {
    use rustix::process::Signal;

    let world = World::new();
    let mut sandbox = world
        .command(["sandbox", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = sandbox.stdout.take().unwrap();
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"threads get ") {
        assert_eq!(out.read(&mut byte).unwrap(), 1);
        seen.push(byte[0]);
    }
    let thread = world.thread();
    let run = |args: &[&str]| {
        let mut all = args.to_vec();
        all.push("--sandbox");
        crate::support::Ended::from(world.command(all).output().unwrap())
    };
    let text = [
        "threads",
        "send-message",
        thread,
        "--text",
        "Hello",
        "--sync-message",
    ];
    run(&text).ok();
    // Another process sees what the first one did.
    let last = run(&[
        "threads",
        "get",
        thread,
        "--query",
        "last_message_information.text",
    ]);
    assert_eq!(last.json(), "Hello");
    let known = world.home.path().join(".local/state/cliq/sandbox.json");
    assert!(known.exists());
    signal(&sandbox, Signal::INT);
    assert_eq!(sandbox.wait().unwrap().code(), Some(130));
    assert!(!known.exists());
    // Then each command has one for itself.
    let last = run(&[
        "threads",
        "get",
        thread,
        "--query",
        "last_message_information.text",
    ]);
    assert_ne!(last.json(), "Hello");
}
