//! Starts worker processes, sends them commands, and kills them.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The environment of a worker.
#[derive(Clone)]
pub(crate) struct Plan(Vec<(&'static str, String)>);

/// A worker. It is killed when dropped, and exits if the test is killed.
pub(crate) struct Worker {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Plan {
    pub(crate) fn new(address: &str) -> Self {
        Self(vec![("CLIQ_SERVER", address.to_owned())])
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name, value.to_owned()));
        self
    }

    pub(crate) fn start(&self) -> Worker {
        let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
        command
            .env_clear()
            .envs(self.0.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Worker {
            child,
            input,
            output: BufReader::new(output).lines(),
        }
    }

    /// Starts a worker that makes calls endlessly.
    pub(crate) async fn flood(&self, endpoint: &str, callers: usize) -> Worker {
        let mut worker = self.start();
        worker.tell(&format!("flood {endpoint} {callers}")).await;
        worker
    }
}

impl Worker {
    pub(crate) async fn tell(&mut self, line: &str) {
        // The next read reports a worker that has died.
        let _ = self.input.write_all(format!("{line}\n").as_bytes()).await;
    }

    /// Sends a command, and returns the response.
    pub(crate) async fn ask(&mut self, line: &str) -> String {
        self.tell(line).await;
        self.answer().await
    }

    pub(crate) async fn answer(&mut self) -> String {
        self.output
            .next_line()
            .await
            .unwrap()
            .expect("the worker died")
    }

    /// Waits until the worker exits successfully.
    pub(crate) async fn end(mut self) {
        assert!(self.child.wait().await.unwrap().success());
    }

    /// Closes the worker's input, and waits until it exits.
    pub(crate) async fn close(mut self) {
        drop(self.input);
        assert!(self.child.wait().await.unwrap().success());
    }

    /// Sends SIGKILL.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}
