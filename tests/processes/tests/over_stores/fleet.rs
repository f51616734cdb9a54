//! Processes that are started, commanded and killed.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What a worker is started with.
#[derive(Clone)]
pub(crate) struct Plan(Vec<(&'static str, String)>);

/// One process. It is killed when it is dropped, and ends with the test if that is killed.
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

    /// A worker that makes calls without end.
    pub(crate) async fn flood(&self, endpoint: &str, callers: usize) -> Worker {
        let mut worker = self.start();
        worker.tell(&format!("flood {endpoint} {callers}")).await;
        worker
    }
}

impl Worker {
    pub(crate) async fn tell(&mut self, line: &str) {
        // That one has died is reported when it is asked.
        let _ = self.input.write_all(format!("{line}\n").as_bytes()).await;
    }

    /// Tells it to do something, and gives its answer.
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

    /// Waits until it ends, without an error.
    pub(crate) async fn end(mut self) {
        assert!(self.child.wait().await.unwrap().success());
    }

    /// Ends it as its input ends.
    pub(crate) async fn close(mut self) {
        drop(self.input);
        assert!(self.child.wait().await.unwrap().success());
    }

    /// By SIGKILL, at whatever it is.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}
