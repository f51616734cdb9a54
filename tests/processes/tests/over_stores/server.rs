//! An HTTP server with the sandbox's limits, for endpoints that the sandbox doesn't have.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cliq_api::EndpointMeta;
use cliq_sandbox::limits::{Book, Limits, Tally, Throttle, Trips, Verdict};
use cliq_tests_processes::{ALSO_SIMULATED, SIMULATED, USER};
use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// It stops with the test's runtime.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    /// One per limit: a URL can have several.
    throttles: Arc<Mutex<Vec<(&'static EndpointMeta, Throttle)>>>,
    /// Calls that arrived over HTTP and were rejected.
    refused: Arc<Mutex<Vec<Duration>>>,
    begun: Instant,
    latency: (u64, u64),
}

impl Server {
    /// Starts a server with latencies in this range, in milliseconds.
    pub(crate) async fn start(latency: (u64, u64)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // The harshest limits, except for stamps in whole seconds, for which a window of two
        // seconds is too short.
        let limits = Limits::published()
            .trips(Trips::AtLimit)
            .calls_extend_locks(true)
            .count_refused(true);
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            throttles: Arc::new(Mutex::new(
                endpoints()
                    .map(|endpoint| (endpoint, Throttle::new(limits)))
                    .collect(),
            )),
            refused: Arc::default(),
            begun: Instant::now(),
            latency,
        };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().converse(stream));
            }
        });
        server
    }

    async fn converse(self, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut rng = Rng::new();
        let mut read = Vec::new();
        while let Some(end) = head(&mut stream, &mut read).await {
            let head = String::from_utf8(read.drain(..end).collect()).unwrap();
            let path = head.split(' ').nth(1).unwrap();
            let endpoint = endpoints()
                .find(|meta| path.ends_with(meta.path()))
                .unwrap();
            // The call arrives, whatever happens to the client now.
            let leg = Duration::from_micros(rng.u64(self.latency.0 * 500..=self.latency.1 * 500));
            tokio::time::sleep(leg).await;
            let verdict = self.arrive(endpoint);
            if !verdict.is_allowed() {
                self.refused.lock().unwrap().push(self.now());
            }
            tokio::time::sleep(leg).await;
            let status = if verdict.is_allowed() {
                "200 OK"
            } else {
                "429 Too Many Requests"
            };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Records the arrival of a call, over HTTP or of another program of the same user. It counts
    /// in each limit of the URL.
    pub(crate) fn arrive(&self, endpoint: &'static EndpointMeta) -> Verdict {
        let mut throttles = self.throttles.lock().unwrap();
        // Read under the lock, so that arrivals are in the order of their times.
        let now = self.now();
        let of_the_url = throttles
            .iter_mut()
            .filter(|(other, _)| other.path() == endpoint.path());
        let verdicts = of_the_url.map(|(endpoint, throttle)| throttle.arrive(now, USER, endpoint));
        let verdicts: Vec<_> = verdicts.collect();
        let refused = verdicts.iter().find(|verdict| !verdict.is_allowed());
        *refused.unwrap_or(&Verdict::Allowed)
    }

    pub(crate) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Returns the totals of an endpoint.
    pub(crate) fn totals(&self, endpoint: &EndpointMeta) -> Tally {
        let throttles = self.throttles.lock().unwrap();
        let mut of_the_url = throttles
            .iter()
            .filter(|(other, _)| other.path() == endpoint.path())
            .map(|(_, throttle)| throttle.totals());
        let first = of_the_url.next().unwrap();
        of_the_url.fold(first, |mut all, other| {
            all.locks += other.locks;
            all.refused += other.refused;
            all
        })
    }

    pub(crate) fn book(&self, endpoint: &EndpointMeta) -> Book {
        let throttles = self.throttles.lock().unwrap();
        let (_, throttle) = throttles
            .iter()
            .find(|(other, _)| other.path() == endpoint.path())
            .unwrap();
        throttle.book()
    }

    pub(crate) fn refused(&self) -> Vec<Duration> {
        self.refused.lock().unwrap().clone()
    }
}

fn endpoints() -> impl Iterator<Item = &'static EndpointMeta> {
    SIMULATED.iter().chain(ALSO_SIMULATED).copied()
}

/// Reads a whole head, and returns where it ends. None of these requests has a body.
async fn head(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<usize> {
    loop {
        if let Some(at) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            return Some(at + 4);
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}
