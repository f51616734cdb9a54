//! The program, started as from a shell.
#![cfg(feature = "cli")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The output before the first request.
    welcome: String,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cliq-sandbox"));
        let mut child = command
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut welcome = String::new();
        while !(welcome.contains("To begin with")
            && welcome.ends_with("\n\n")
            && welcome.contains("curl"))
        {
            assert!(
                stdout.read_line(&mut welcome).unwrap() > 0,
                "it ended after: {welcome}"
            );
        }
        Self {
            child,
            stdout,
            welcome,
        }
    }

    fn value(&self, name: &str) -> &str {
        let from = self.welcome.find(&format!(" {name}=")).unwrap() + name.len() + 2;
        self.welcome[from..].split_whitespace().next().unwrap()
    }

    fn post(&self, path: &str) -> String {
        self.post_to("localhost", path)
    }

    fn post_to(&self, host: &str, path: &str) -> String {
        self.send("POST", host, path, "")
    }

    fn send(&self, method: &str, host: &str, path: &str, form: &str) -> String {
        let mut stream =
            TcpStream::connect(self.value("CLIQ").strip_prefix("http://").unwrap()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let token = self.value("TOKEN");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\nauthorization: Bearer {token}\r\n\r\n{form}",
            form.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "it doesn't end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn it_helps() {
    let output = Command::new(env!("CARGO_BIN_EXE_cliq-sandbox"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for option in [
        "--port",
        "--host",
        "--allow-host",
        "--world",
        "--save",
        "--posts",
        "--limits",
        "--latency",
        "--fault",
        "--seed",
        "--quiet",
        "--app",
        "lose-answer",
    ] {
        assert!(help.contains(option), "{option} is not in: {help}");
    }
}

#[cfg(unix)]
#[test]
fn it_serves_logs_and_ends_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let mut running = Running::start(&["--port", "0"]);
        let path = running
            .welcome
            .split_once("POST $CLIQ")
            .unwrap()
            .1
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned();
        for _ in 0..20 {
            assert!(running.post(&path).starts_with("HTTP/1.1 204 "));
        }
        assert!(running.post(&path).starts_with("HTTP/1.1 429 "));

        let id = running.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(running.end().success());
        let (mut rest, mut log) = (String::new(), String::new());
        running.stdout.read_to_string(&mut rest).unwrap();
        running
            .child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        assert_eq!(rest.trim(), "");
        assert_eq!(log.lines().count(), 21, "{log}");
        assert!(
            log.contains("  204  POST    Ryan West       /api/v3/threads/CT_"),
            "{log}"
        );
        assert!(
            log.lines()
                .last()
                .unwrap()
                .contains("(one too many for 20/min: locked until "),
            "{log}"
        );
    }
}

#[test]
fn switches_hold() {
    let mut running = Running::start(&[
        "--port", "0", "--limits", "off", "--fault", "fail=1", "--seed", "42", "--quiet",
    ]);
    assert!(
        running.welcome.contains("limits            off\n")
            && running.welcome.contains("seed              42\n")
    );
    assert!(
        running
            .post("/api/v3/threads/CT_1/follow")
            .starts_with("HTTP/1.1 503 ")
    );
    running.child.kill().unwrap();
    let mut log = String::new();
    running
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert_eq!(log, "");
}

/// A web page can resolve its host name to this machine.
#[test]
fn only_this_machine_s_hosts_are_served_unless_another_one_is_allowed() {
    let path = "/api/v3/threads/CT_1/follow";
    let strict = Running::start(&["--port", "0", "-q"]);
    let open = Running::start(&["--port", "0", "-q", "--allow-host", "sandbox.test"]);
    for (running, host, status) in [
        (&strict, "localhost", 404),
        (&strict, "127.0.0.1:8787", 404),
        (&strict, "sandbox.test", 421),
        (&strict, "evil.example:8787", 421),
        (&open, "sandbox.test", 404),
        (&open, "evil.example", 421),
    ] {
        let answer = running.post_to(host, path);
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{host}: {answer}");
        assert_eq!(answer.contains("--allow-host"), status == 421, "{answer}");
    }
}

#[test]
fn an_app_is_printed_that_a_client_can_use() {
    let plain = Running::start(&["--port", "0", "-q"]);
    assert!(
        !plain.welcome.contains("client secret"),
        "{}",
        plain.welcome
    );
    let running = Running::start(&["--port", "0", "-q", "--app"]);
    let printed = |name: &str| {
        let (_, rest) = running.welcome.split_once(name).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    let form = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
        printed("client id"),
        printed("client secret"),
        printed("refresh token")
    );
    let answer = running.send("POST", "localhost", "/oauth/v2/token", &form);
    assert!(answer.contains("\"access_token\":\"1000."), "{answer}");
    // The users' tokens are the same with and without it.
    assert_eq!(running.value("TOKEN"), plain.value("TOKEN"));
}

#[test]
fn locks_are_lifted_and_time_is_moved_by_this_machine_only() {
    let running = Running::start(&["--port", "0", "-q"]);
    let (_, rest) = running.welcome.split_once("POST $CLIQ").unwrap();
    let path = rest.split_whitespace().next().unwrap();
    for _ in 0..20 {
        running.post(path);
    }
    assert!(running.post(path).starts_with("HTTP/1.1 429 "));
    for (method, path) in [
        ("DELETE", "/_sandbox/locks"),
        ("POST", "/_sandbox/time?advance=1d"),
    ] {
        let answer = running.send(method, "evil.example", path, "");
        assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
    }
    assert!(running.post(path).starts_with("HTTP/1.1 429 "));
    let answer = running.send("POST", "localhost", "/_sandbox/time?advance=11m", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(running.post(path).starts_with("HTTP/1.1 204 "));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let running = Running::start(&["--port", "0"]);
    let port = running.value("CLIQ").rsplit_once(':').unwrap().1;
    let output = Command::new(env!("CARGO_BIN_EXE_cliq-sandbox"))
        .args(["--port", port])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("cliq-sandbox: can't listen at 127.0.0.1:"),
        "{said}"
    );
}

/// A later run has the messages and tokens of the previous one.
#[cfg(unix)]
#[test]
fn a_world_is_kept_from_run_to_run() {
    let folder = std::env::temp_dir().join(format!("cliq-sandbox-binary-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("world.json");
    let file = file.to_str().unwrap();
    let mut tokens = Vec::new();
    for (args, followers) in [
        (&["--save", file][..], 2),
        (&["--world", file, "--save", file], 2),
    ] {
        let mut running = Running::start(&[&["--port", "0", "-q"], args].concat());
        assert!(
            running
                .welcome
                .contains(&format!("writes its world to {file}."))
        );
        let path = running
            .welcome
            .split_once("POST $CLIQ")
            .unwrap()
            .1
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned();
        assert!(running.post(&path).starts_with("HTTP/1.1 204 "));
        assert!(
            Command::new("kill")
                .arg(running.child.id().to_string())
                .status()
                .unwrap()
                .success()
        );
        assert!(running.end().success());
        tokens.push(running.value("TOKEN").to_owned());
        let kept = std::fs::read_to_string(file).unwrap();
        let (_, thread) = kept.split_once("\"followers\": [").unwrap();
        assert_eq!(
            thread
                .split_once(']')
                .unwrap()
                .0
                .matches("85572796")
                .count(),
            followers
        );
    }
    assert_eq!(tokens[0], tokens[1]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_file_that_will_not_do_is_told() {
    for (args, words) in [
        (
            ["--world", "nowhere.json"],
            "cliq-sandbox: there is no world in nowhere.json: it can't be read: ",
        ),
        (
            ["--world", env!("CARGO_MANIFEST_PATH")],
            "it is no JSON, or is damaged: ",
        ),
        (
            ["--save", "/nowhere/world.json"],
            "cliq-sandbox: can't write /nowhere/world.json: ",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_cliq-sandbox"))
            .args(args)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{said}");
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn it_warns_where_others_can_reach_it() {
    let mut running = Running::start(&["--port", "0", "--host", "0.0.0.0", "-q"]);
    running.child.kill().unwrap();
    let mut said = String::new();
    running
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(
        said.starts_with("cliq-sandbox: warning: 0.0.0.0 can be reached from other machines."),
        "{said}"
    );
}
