//! Ends that come early: Ctrl-C, a pipe that nobody reads.

use std::io::Read as _;
use std::process::Stdio;

use cliq_sandbox::limits::Limits;

use crate::support::World;
#[cfg(unix)]
use crate::support::signal;

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

/// Wherever it is: it ends at once, and nothing is left of what it was doing.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_it_at_any_moment() {
    use std::io::Write as _;

    use rustix::process::Signal;

    let world = World::new();
    // A server that never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let (channel, thread) = (&*world.demo.channel_unique_name, world.thread());
    let cases: [(&str, &[&str]); 5] = [
        ("before the text", &["send", "--channel", channel]),
        (
            "before the body",
            &["threads", "send-message", thread, "--json", "-"],
        ),
        ("before the answer", &["threads", "follow", thread]),
        ("between two looks", &["tail", "--channel", channel]),
        ("before a tool is called", &["mcp"]),
    ];
    let mut open = Vec::new();
    for (when, args) in cases {
        let mut command = world.as_user(args);
        if when == "before the answer" {
            command.env("CLIQ_DATA_CENTER", &address);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        match when {
            "before the answer" => {
                let (mut stream, _) = silent.accept().unwrap();
                assert_eq!(stream.read(&mut [0]).unwrap(), 1);
                open.push(stream);
            }
            "between two looks" => {
                let out = child.stdout.as_mut().unwrap();
                assert_eq!(out.read(&mut [0]).unwrap(), 1);
            }
            "before a tool is called" => {
                let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
                writeln!(child.stdin.as_mut().unwrap(), "{hello}").unwrap();
                let out = child.stdout.as_mut().unwrap();
                assert_eq!(out.read(&mut [0]).unwrap(), 1);
            }
            _ => handles_signals(&child),
        }
        // Its end isn't what ends the program.
        let input = child.stdin.take();
        signal(&child, Signal::INT);
        let ended = crate::support::Ended::from(child.wait_with_output().unwrap());
        drop(input);
        assert_eq!(
            (ended.code, &*ended.err),
            (Some(130), ""),
            "{when}: {ended:?}"
        );
    }
    let mut left = Vec::new();
    crate::support::visit(world.home.path(), &mut |path, _| left.push(path.to_owned()));
    let is_half = |path: &&std::path::PathBuf| {
        path.extension()
            .is_some_and(|end| end == "part" || end == "tmp")
    };
    assert_eq!(left.iter().find(is_half), None);
    // Whatever it was doing, the next one works.
    world.run(["threads", "follow", thread]).ok();
}

/// Waits until the program handles Ctrl-C itself.
#[cfg(target_os = "linux")]
fn handles_signals(child: &std::process::Child) {
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
        // SIGINT is the second, SIGTERM the fifteenth, and handled after it.
        if caught & (1 << 14) != 0 {
            return;
        }
        std::thread::yield_now();
    }
}

/// Lines that nobody reads are not fetched on.
#[test]
fn a_pipe_that_is_closed_later_ends_it_quietly() {
    let world = World::new();
    let sandbox = &world.demo.sandbox;
    let mut child = world
        .as_user([
            "tail",
            "--channel",
            &world.demo.channel_unique_name,
            "--every",
            "5s",
            "-o",
            "jsonl",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    assert_eq!(out.read(&mut [0]).unwrap(), 1);
    drop(out);
    sandbox.post_message(
        &world.demo.channel_id,
        &world.demo.user_id,
        "Nobody reads this",
    );
    let ended = crate::support::Ended::from(child.wait_with_output().unwrap());
    assert_eq!((ended.code, &*ended.err), (Some(141), ""), "{ended:?}");
}
