//! `login`, `whoami`, `logout`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use cliq_sandbox::oauth::App;

use crate::support::{Ended, World, feed};

pub(crate) const CLIENT_ID: &str = "1000.CLIENT";
pub(crate) const CLIENT_SECRET: &str = "c4n4ry-client-secret";

impl World {
    pub(crate) fn register(&self, port: u16) {
        let app = App::new(CLIENT_ID, CLIENT_SECRET)
            .redirect_uri(format!("http://localhost:{port}/callback"))
            .owner(&self.demo.user_id);
        self.demo
            .sandbox
            .accounts(|accounts, _| accounts.register(app));
    }

    pub(crate) fn code(&self, scopes: &str) -> String {
        self.demo.sandbox.accounts(|accounts, now| {
            accounts.self_client_code(CLIENT_ID, &self.demo.user_id, scopes, now)
        })
    }

    pub(crate) fn secret_file(&self) -> String {
        let path = self.file("client-secret", &format!("{CLIENT_SECRET}\n"));
        path.display().to_string()
    }

    /// Signs in with a code of the console.
    pub(crate) fn sign_in(&self, more: &[&str]) -> Ended {
        self.register(1);
        let (host, secret) = (self.host(), self.secret_file());
        let mut args = vec![
            "login",
            "--self-client",
            "--client-id",
            CLIENT_ID,
            "--client-secret-file",
            &secret,
            "--data-center",
            &host,
        ];
        args.extend(more);
        let code = self.code("ZohoCliq.Chats.READ,ZohoCliq.Chats.UPDATE");
        feed(&mut self.command(args), &format!("{code}\n"))
    }

    pub(crate) fn plain(&self, args: &[&str]) -> Ended {
        self.command(args).output().unwrap().into()
    }
}

#[test]
fn a_self_client_signs_in_and_out() {
    let world = World::new();
    let thread = world.thread();
    let err = { world.sign_in(&[]) };
    assert_eq!(err.code, Some(0), "{err:?}");
    assert!(err.err.contains("which only you can read"), "{err:?}");
    // Another process is signed in.
    world.plain(&["threads", "follow", thread]).ok();
    let who = world
        .plain(&["whoami", "--query", "[0].[profile, used, secrets]"])
        .json();
    assert_eq!(who, serde_json::json!(["default", true, "file"]));
    // What the token may not do isn't sent.
    let arrived = world.demo.sandbox.totals().arrivals;
    let channel = &world.demo.channel_id;
    world
        .plain(&[
            "threads",
            "set-auto-follow",
            channel,
            "--auto-follow-threads",
            "enable",
        ])
        .fails(6, "ZohoCliq.Channels.UPDATE");
    assert_eq!(world.demo.sandbox.totals().arrivals, arrived);

    world.plain(&["logout"]).ok();
    world
        .plain(&["threads", "follow", thread])
        .fails(6, "cliq login");
    world.plain(&["whoami"]).fails(6, "not signed in");
    let credentials = world.home.path().join(".config/cliq/credentials.json");
    assert_eq!(std::fs::read_to_string(credentials).unwrap(), "{}");
}

#[test]
fn profiles_are_apart() {
    let world = World::new();
    let thread = world.thread();
    assert_eq!(world.sign_in(&["--profile", "work"]).code, Some(0));
    world
        .plain(&["threads", "follow", thread])
        .fails(6, "not signed in");
    world
        .plain(&["threads", "follow", thread, "--profile", "home"])
        .fails(6, "no profile \"home\"");
    world
        .plain(&["threads", "follow", thread, "--profile", "work"])
        .ok();
    let mut command = world.command(["threads", "follow", thread]);
    let ended = command.env("CLIQ_PROFILE", "work").output().unwrap();
    Ended::from(ended).ok();
}

#[test]
fn processes_refresh_a_token_once() {
    let world = World::new();
    assert_eq!(world.sign_in(&[]).code, Some(0));
    let children: Vec<_> = (0..20)
        .map(|_| {
            let mut command = world.command(["threads", "get", world.thread(), "--wait", "0"]);
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(matches!(child.wait().unwrap().code(), Some(0 | 4)));
    }
    let refreshes = world.demo.sandbox.accounts(|accounts, _| {
        let book = accounts.book();
        book.granted(cliq_sandbox::oauth::Action::Refresh).count()
    });
    assert_eq!(refreshes, 1);
}

#[test]
fn the_browser_comes_back() {
    let world = World::new();
    // A port of the redirect URI that is free now.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    world.register(port);
    let (host, secret, port) = (world.host(), world.secret_file(), port.to_string());
    let mut child = world
        .command([
            "login",
            "--no-browser",
            "--client-id",
            CLIENT_ID,
            "--client-secret-file",
            &secret,
            "--data-center",
            &host,
            "--redirect-port",
            &port,
            "--for",
            "threads.follow,threads get",
        ])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    let start = format!("http://localhost:{port}/");
    assert!(line.contains(&start), "{line}");
    // Something else asks first, as browsers do.
    assert!(fetch(&format!("{start}favicon.ico")).starts_with("HTTP/1.1 404"));
    let consent = location(&fetch(&start));
    assert!(
        consent.contains("ZohoCliq.Chats.UPDATE") && !consent.contains("Channels"),
        "{consent}"
    );
    let callback = location(&fetch(&consent));
    assert!(fetch(&callback).contains("You can close this window."));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    world.plain(&["threads", "follow", world.thread()]).ok();
}

fn location(answer: &str) -> String {
    let line = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location")
            .then(|| value.to_owned())
    });
    line.unwrap_or_else(|| panic!("{answer}"))
}

fn fetch(url: &str) -> String {
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
