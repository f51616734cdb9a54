//! The program with a separate home directory, and a sandbox that it talks to.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cliq_sandbox::limits::Limits;
use cliq_sandbox::{Clock, Demo, Sandbox, Server};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A sandbox over HTTP, and a home for the program.
pub(crate) struct World {
    pub(crate) demo: Demo,
    pub(crate) home: TempDir,
    server: Server,
    // Last, as the server needs it to end.
    _runtime: Runtime,
}

/// How the program ended, and its output.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// What it printed, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    #[track_caller]
    pub(crate) fn fails(self, code: i32, with: &str) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.contains(with), "{self:?}");
        self.err
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Limits::off())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let builder = Sandbox::builder().clock(Clock::system()).limits(limits);
        let demo = builder.demo();
        let server = runtime.block_on(demo.sandbox.serve()).unwrap();
        Self {
            demo,
            home: tempfile::tempdir().unwrap(),
            server,
            _runtime: runtime,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.base_url()
    }

    /// Host and port.
    pub(crate) fn host(&self) -> String {
        self.url().replace("http://", "")
    }

    /// The program in its home, and without what the variables of this process say.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cliq"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // No keyring, so that nothing is left in one of the machine that runs the tests.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// The same, as the user of the sandbox whose token it is.
    pub(crate) fn as_user<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(args);
        command
            .env("CLIQ_DATA_CENTER", self.host())
            .env("CLIQ_ACCESS_TOKEN", &self.demo.token);
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ended {
        self.as_user(args).output().unwrap().into()
    }

    /// With this on standard input.
    pub(crate) fn run_with<S: AsRef<OsStr>>(
        &self,
        input: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Ended {
        feed(&mut self.as_user(args), input)
    }

    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn thread(&self) -> &str {
        &self.demo.thread_chat_id
    }
}

#[cfg(unix)]
pub(crate) fn signal(child: &std::process::Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Calls this for all that is in a directory.
pub(crate) fn visit(directory: &Path, found: &mut dyn FnMut(&Path, &std::fs::Metadata)) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = std::fs::metadata(&path).unwrap();
        found(&path, &metadata);
        if metadata.is_dir() {
            visit(&path, found);
        }
    }
}

pub(crate) fn feed(command: &mut Command, input: &str) -> Ended {
    use std::io::Write as _;

    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read that.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// Compares with a snapshot. `BLESS=1` replaces it.
#[track_caller]
pub(crate) fn snapshot(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name}: BLESS=1 replaces it");
}

/// A port at which nobody listens, and nobody else can.
pub(crate) fn nobody() -> tokio::net::TcpSocket {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}
