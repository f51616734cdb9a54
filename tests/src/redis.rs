//! A Redis server for one test, on a free loopback port, with a temporary directory. Dropping it
//! stops the server and deletes the directory.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A Redis server, running or stopped.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    dir: PathBuf,
    options: Vec<String>,
    running: Option<Child>,
}

impl Redis {
    /// Starts a server with options such as `--requirepass`. It writes each change to disk before
    /// it responds.
    ///
    /// # Panics
    ///
    /// If it can't be started.
    pub fn start(options: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("cliq-redis-{}-{count}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory for it");
        let port = free_port();
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut redis = Self {
            port,
            dir,
            options,
            running: None,
        };
        redis.start_again();
        redis
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Restarts it with the data on disk.
    ///
    /// # Panics
    ///
    /// If it can't be started.
    pub fn start_again(&mut self) {
        self.kill();
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"])
            .args(["--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no", "--dir"])
            .arg(&self.dir)
            .args(&self.options)
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "redis-server can't be started ({error}): install it, on Debian with `apt-get install redis-server`"
                )
            });
        self.running = Some(child);
        let begun = Instant::now();
        while !self.answers() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "redis-server answers within 20 seconds"
            );
            sleep(Duration::from_millis(10));
        }
    }

    /// Kills it, as a power failure would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Kills it, and deletes its data.
    pub fn lose_all(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(self.dir.join("appendonlydir"));
        let _ = fs::remove_file(self.dir.join("appendonly.aof"));
    }

    /// Returns the response to a command of `redis-cli`.
    ///
    /// # Panics
    ///
    /// If the command fails.
    pub fn tell(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(command)
            .output()
            .expect("redis-cli, which comes with redis-server");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Returns everything that it has written to disk.
    ///
    /// # Panics
    ///
    /// If its files can't be read.
    pub fn written(&self) -> String {
        let files = fs::read_dir(self.dir.join("appendonlydir")).expect("its directory");
        let texts =
            files.map(|file| fs::read(file.expect("a file").path()).expect("a file's text"));
        texts
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .collect()
    }

    /// Suspends it (`STOP`), or resumes it (`CONT`).
    ///
    /// # Panics
    ///
    /// If it doesn't run.
    pub fn signal(&self, signal: &str) {
        let id = self.running.as_ref().expect("it runs").id();
        let status = Command::new("kill")
            .args([&format!("-{signal}"), &id.to_string()])
            .status();
        assert!(status.is_ok_and(|status| status.success()), "it is told");
    }

    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else {
            return false;
        };
        let mut answer = [0; 5];
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        stream.write_all(b"PING\r\n").is_ok()
            && stream.read_exact(&mut answer).is_ok()
            && (answer == *b"+PONG" || answer == *b"-NOAU")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Returns an unused loopback port.
///
/// # Panics
///
/// If there is none.
pub fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.local_addr().expect("it is bound").port()
}
