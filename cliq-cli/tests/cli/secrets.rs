//! No secret is in what is printed, in the most talkative log, in arguments or the environment of
//! processes, or in a file that others can read.

use std::fs;

#[cfg(unix)]
use crate::support::visit;
use crate::support::{Ended, World, feed};

/// In all that must not be shown.
const CANARY: &str = "c4n4ry";

#[track_caller]
fn silent(ended: &Ended, world: &World) {
    for text in [&ended.out, &ended.err] {
        assert!(!text.contains(CANARY), "{text}");
        assert!(!text.contains(&world.demo.token), "{text}");
    }
}

#[test]
fn nothing_that_is_printed_holds_a_secret() {
    let world = World::new();
    let thread = world.thread();
    let signed_in = world.sign_in(&["--log", "trace"]);
    assert_eq!(signed_in.code, Some(0), "{signed_in:?}");
    silent(&signed_in, &world);
    // The tokens of the file: they are nowhere else.
    let credentials = world.home.path().join(".config/cliq/credentials.json");
    let credentials: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(credentials).unwrap()).unwrap();
    let refresh_token = credentials["default"]["refresh_token"].as_str().unwrap();
    for args in [
        &["threads", "get", thread, "--log", "trace"][..],
        &["threads", "get", "nothing", "--log", "trace", "-o", "json"],
        &["whoami", "--log", "trace"],
        &["logout", "--log", "trace"],
    ] {
        let ended = world.plain(args);
        silent(&ended, &world);
        assert!(!ended.out.contains(refresh_token) && !ended.err.contains(refresh_token));
    }
    // A token of the environment, in commands of each kind.
    let channel = &*world.demo.channel_unique_name;
    for args in [
        &["send", "--channel", channel, "Hello"][..],
        &["send", "--channel", "nowhere", "Hello", "-o", "json"],
        &["tail", "--channel", channel, "--no-follow"],
        &["channels", "list", "--all"],
        &["threads", "follow", thread, "--wait", "0"],
        &["api", "show", "threads"],
        &["whoami"],
        &["completions", "bash"],
    ] {
        let mut all = args.to_vec();
        all.extend(["--log", "trace"]);
        silent(&world.run(all), &world);
    }
    // Tools, whose input may ask for it.
    let asks = [
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"channels_list","arguments":{}}}"#,
        r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"threads_get","arguments":{"thread_chat_id":"nothing"}}}"#,
    ];
    let tools = feed(
        &mut world.as_user(["mcp", "--log", "trace"]),
        &(asks.join("\n") + "\n"),
    );
    assert!(tools.out.contains("\"id\":2"), "{tools:?}");
    silent(&tools, &world);
    let mut revoked = world.command(["threads", "get", thread, "--log", "trace"]);
    let revoked = revoked
        .env("CLIQ_DATA_CENTER", world.host())
        .env("CLIQ_REFRESH_TOKEN", "c4n4ry-refresh-token")
        .env("CLIQ_CLIENT_ID", "1000.OTHER")
        .env("CLIQ_CLIENT_SECRET", "c4n4ry-secret")
        .output()
        .unwrap();
    let revoked = Ended::from(revoked);
    assert_eq!(revoked.code, Some(6), "{revoked:?}");
    silent(&revoked, &world);
}

#[cfg(unix)]
#[test]
fn files_are_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    assert_eq!(world.sign_in(&[]).code, Some(0));
    world.plain(&["threads", "get", world.thread()]).ok();
    let mut found = Vec::new();
    let mut holding = Vec::new();
    for directory in [".config/cliq", ".local/state/cliq"] {
        let directory = world.home.path().join(directory);
        visit(&directory, &mut |path, metadata| {
            let mode = metadata.permissions().mode() & 0o777;
            let path = path.display().to_string();
            let content = fs::read(&path).unwrap_or_default();
            if String::from_utf8_lossy(&content).contains(CANARY) {
                holding.push(path.clone());
            }
            found.push((path, mode, metadata.is_dir()));
        });
    }
    // The client's secret is in one place.
    assert!(
        matches!(&holding[..], [path] if path.ends_with("/credentials.json")),
        "{holding:?}"
    );
    assert!(found.len() > 5, "{found:?}");
    for (path, mode, is_directory) in &found {
        // The lock is empty.
        if path.ends_with("cliq/lock") {
            continue;
        }
        assert_eq!(*mode, if *is_directory { 0o700 } else { 0o600 }, "{path}");
    }
    // A file that others can read is not used.
    let credentials = world.home.path().join(".config/cliq/credentials.json");
    fs::set_permissions(&credentials, fs::Permissions::from_mode(0o644)).unwrap();
    world
        .plain(&["threads", "get", world.thread()])
        .fails(2, "others can read");
}

/// Every process of the machine can read arguments.
#[test]
fn no_option_takes_a_secret() {
    let world = World::new();
    for option in [
        "--client-secret",
        "--access-token",
        "--refresh-token",
        "--token",
    ] {
        let err = world
            .plain(&["login", option, CANARY])
            .fails(2, "unexpected argument");
        assert!(!err.contains(CANARY), "{err}");
    }
}

/// The browser is a process that others can look at.
#[cfg(target_os = "linux")]
#[test]
fn a_browser_is_told_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    world.register(1);
    let bin = world.home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let told = world.home.path().join("told");
    let script = format!(
        "#!/bin/sh\n(echo \"$@\"; env) > {0}.part && mv {0}.part {0}\n",
        told.display()
    );
    fs::write(bin.join("xdg-open"), script).unwrap();
    fs::set_permissions(bin.join("xdg-open"), fs::Permissions::from_mode(0o755)).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let host = world.host();
    let mut login = world.command([
        "login",
        "--client-id",
        "1000.CLIENT",
        "--data-center",
        &host,
        "--redirect-port",
        &port,
    ]);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut child = login
        .env("PATH", path)
        .env("DISPLAY", ":0")
        .env("CLIQ_CLIENT_SECRET", "c4n4ry-secret")
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !told.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::yield_now();
    }
    let arguments = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let told = fs::read_to_string(told).unwrap();
    assert!(
        told.starts_with(&format!("http://localhost:{port}/\n")),
        "{told}"
    );
    assert!(!told.contains(CANARY) && !told.contains("state="), "{told}");
    assert!(!String::from_utf8_lossy(&arguments).contains(CANARY));
}
