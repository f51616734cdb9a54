//! What a machine or a server fails at: a disk without space, no network, a token that has ended.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::signing_in::CLIENT_ID;
use crate::support::{Ended, World, feed, visit};

/// The same where no file can grow, as on a full disk.
fn without_space(command: &Command) -> Command {
    let mut full = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
    full.args(["-c", script, "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    for (name, value) in command.get_envs() {
        full.env(name, value.unwrap());
    }
    if let Some(directory) = command.get_current_dir() {
        full.current_dir(directory);
    }
    full
}

fn run_without_space(command: &Command) -> Ended {
    let mut full = without_space(command);
    full.stdin(std::process::Stdio::null())
        .output()
        .unwrap()
        .into()
}

/// The files of the program, with their content.
fn files(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    visit(world.home.path(), &mut |path, metadata| {
        if metadata.is_file() {
            files.push((path.to_owned(), std::fs::read(path).unwrap()));
        }
    });
    files.sort();
    files
}

#[test]
fn a_call_that_cannot_be_counted_is_not_sent() {
    let world = World::new();
    let call = world.as_user(["threads", "follow", world.thread(), "--wait", "0"]);
    // Where nothing is known yet, and where something is.
    for _ in 0..2 {
        let arrived = world.demo.sandbox.totals().arrivals;
        let ended = run_without_space(&call);
        let err = ended.fails(1, "cliq: follow_thread (POST ");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert_eq!(world.demo.sandbox.totals().arrivals, arrived);
        // With space again, all is as before.
        world
            .run(["threads", "follow", world.thread(), "--wait", "0"])
            .ok();
    }
}

#[test]
fn what_cannot_be_kept_leaves_what_was_there() {
    let world = World::new();
    world.register(1);
    let code = || format!("{}\n", world.code("ZohoCliq.Chats.UPDATE"));
    let (host, secret) = (world.host(), world.secret_file());
    let login = |profile: &str| {
        world.command([
            "login",
            "--self-client",
            "--client-id",
            CLIENT_ID,
            "--client-secret-file",
            &secret,
            "--data-center",
            &host,
            "--profile",
            profile,
        ])
    };
    let mut full = without_space(&login("work"));
    feed(&mut full, &code()).fails(1, "can't write");
    world.plain(&["whoami"]).fails(6, "not signed in");

    feed(&mut login("work"), &code()).ok();
    let before = files(&world);
    let mut full = without_space(&login("home"));
    feed(&mut full, &code()).fails(1, "can't write");
    assert_eq!(files(&world), before);
    let names = world.plain(&["whoami", "--query", "[].profile"]).json();
    assert_eq!(names, json!(["work"]));

    let ended = run_without_space(&world.command(["man", "pages"]));
    ended.fails(1, "can't write to pages");
    assert_eq!(
        std::fs::read_dir(world.home.path().join("pages"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_token_that_has_ended_is_refreshed_or_is_an_error() {
    let world = World::new();
    let (accounts, user) = (&world.demo.sandbox, &world.demo.user_id);
    assert_eq!(world.sign_in(&[]).code, Some(0));
    world.plain(&["threads", "get", world.thread()]).ok();
    let ended = accounts.accounts(|accounts, _| accounts.revoke_access_tokens(user));
    assert!(ended > 0);
    world.plain(&["threads", "get", world.thread()]).ok();

    let credentials = world.home.path().join(".config/cliq/credentials.json");
    let credentials = std::fs::read(credentials).unwrap();
    let credentials: serde_json::Value = serde_json::from_slice(&credentials).unwrap();
    let refresh_token = credentials["default"]["refresh_token"].as_str().unwrap();
    assert!(accounts.accounts(|accounts, _| accounts.revoke(refresh_token)));
    let err = world
        .plain(&["threads", "get", world.thread()])
        .fails(6, "cliq: ");
    assert!(
        !err.contains(refresh_token) && err.lines().count() == 1,
        "{err}"
    );
    world
        .plain(&["threads", "get", world.thread(), "-o", "json"])
        .fails(6, "\"kind\":\"unauthorized\"");
}

#[test]
fn nobody_is_signed_in_without_a_network() {
    let world = World::new();
    let nobody = crate::support::nobody();
    let address = nobody.local_addr().unwrap().to_string();
    let secret = world.secret_file();
    let before = files(&world);
    for way in ["--self-client", "--device"] {
        let mut login = world.command([
            "login",
            way,
            "--client-id",
            CLIENT_ID,
            "--client-secret-file",
            &secret,
            "--data-center",
            &address,
        ]);
        feed(&mut login, "1000.code\n").fails(5, "cliq: ");
    }
    assert_eq!(files(&world), before);
}
