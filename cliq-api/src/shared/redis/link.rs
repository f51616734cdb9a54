//! One connection to a server for each Tokio runtime, which is what drives it: opened on first
//! use, kept by a task that reopens it when it breaks, and closed with its owner.
//!
//! All callers share it, and it also receives messages. After a failed attempt to connect, calls
//! fail immediately with its error until the task has reconnected.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, FromRedisValue, PushInfo, PushKind, RedisError,
    RedisResult, ScriptInvocation, ServerErrorKind, Value,
};
use tokio::runtime::{Handle, Id};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::place::Place;
use crate::store::StoreError;

/// Delays between attempts to connect.
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// A command failed.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) words: String,
    pub(super) source: Option<RedisError>,
}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        let error = Self::new(problem.words);
        match problem.source {
            Some(source) => error.caused_by(source),
            None => error,
        }
    }
}

/// Receives messages, and runs commands after each reconnection.
pub(super) trait Listener: Send + Sync + 'static {
    fn channel(&self) -> String;
    /// Returns whether the message reports that the server has lost its state.
    fn heard(&self, message: &[u8]) -> bool;
    /// Called after connecting, before any other command is sent.
    fn back<'a>(&'a self, connection: &'a mut MultiplexedConnection) -> Work<'a>;
    /// Called after the server has lost its state, and not the connection.
    fn emptied<'a>(&'a self, connection: &'a mut MultiplexedConnection) -> Work<'a>;
}

pub(super) type Work<'a> = Pin<Box<dyn Future<Output = RedisResult<()>> + Send + 'a>>;

/// A connection that is opened on first use.
pub(super) struct Link {
    place: Place,
    listener: Option<Arc<dyn Listener>>,
    /// Few, and seldom more than one.
    by_runtime: Mutex<Vec<Kept>>,
}

/// The connection of one runtime.
struct Kept {
    runtime: Id,
    /// A forked process has a copy of its parent's connection, and must not read its replies.
    process: u32,
    shared: Arc<Shared>,
    keeper: Keeper,
}

struct Shared {
    place: Place,
    listener: Option<Arc<dyn Listener>>,
    state: watch::Sender<State>,
    /// The node of a cluster that holds the keys, if it isn't the URL's.
    moved: Mutex<Option<ConnectionAddr>>,
}

#[derive(Clone)]
enum State {
    Connecting,
    Up(Up),
    Down(Problem),
}

/// An open connection.
#[derive(Clone)]
struct Up {
    connection: MultiplexedConnection,
    events: Arc<Events>,
}

/// What happens to a connection.
#[derive(Default)]
struct Events {
    is_lost: AtomicBool,
    is_emptied: AtomicBool,
    new: Notify,
}

impl Events {
    /// The connection is of no use any more.
    fn lose(&self) {
        self.is_lost.store(true, Ordering::Relaxed);
        self.new.notify_one();
    }

    /// The server has lost its state.
    fn empty(&self) {
        self.is_emptied.store(true, Ordering::Relaxed);
        self.new.notify_one();
    }
}

/// Aborts the task when it is dropped.
struct Keeper(JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Link {
    pub(super) fn new(place: Place, listener: Option<Arc<dyn Listener>>) -> Self {
        Self {
            place,
            listener,
            by_runtime: Mutex::default(),
        }
    }

    /// Runs a script, and loads it if the server doesn't have it.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Problem> {
        let shared = self.here();
        match shared.try_run(script).await {
            // Retried at the node that the cluster names.
            Err(problem) if problem.is_moved() => shared.try_run(script).await,
            result => result,
        }
    }

    /// The connection of this runtime, with somebody who keeps it.
    fn here(&self) -> Arc<Shared> {
        let (runtime, process) = (Handle::current().id(), std::process::id());
        let mut all = self
            .by_runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // A runtime that ends takes its keeper along.
        all.retain(|kept| !kept.keeper.0.is_finished());
        let is_mine = |kept: &&Kept| kept.runtime == runtime && kept.process == process;
        if let Some(kept) = all.iter().find(is_mine) {
            return Arc::clone(&kept.shared);
        }
        let shared = Arc::new(Shared {
            place: self.place.clone(),
            listener: self.listener.clone(),
            state: watch::Sender::new(State::Connecting),
            moved: Mutex::default(),
        });
        all.push(Kept {
            runtime,
            process,
            shared: Arc::clone(&shared),
            keeper: Keeper(tokio::spawn(Arc::clone(&shared).keep())),
        });
        shared
    }
}

impl Shared {
    async fn try_run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Problem> {
        let mut up = self.up().await?;
        let result = timeout(self.place.timeout, script.invoke_async(&mut up.connection)).await;
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                self.follow(&error);
                if is_broken(&error) {
                    self.lose(&up);
                }
                Err(self.place.failed(error))
            }
            Err(_) => {
                self.lose(&up);
                Err(self.place.late())
            }
        }
    }

    async fn up(&self) -> Result<Up, Problem> {
        let mut state = self.state.subscribe();
        let known = timeout(
            self.place.timeout,
            state.wait_for(|state| !matches!(state, State::Connecting)),
        )
        .await;
        match known
            .ok()
            .and_then(|known| known.ok().map(|known| known.clone()))
        {
            Some(State::Up(up)) => Ok(up),
            Some(State::Down(problem)) => Err(problem),
            Some(State::Connecting) | None => Err(self.place.late()),
        }
    }

    async fn keep(self: Arc<Self>) {
        let mut pause = INITIAL_BACKOFF;
        let mut is_known = false;
        loop {
            match self.connect().await {
                Ok(up) => {
                    is_known = false;
                    let (kept, begun) = (up.clone(), Instant::now());
                    self.state.send_replace(State::Up(up));
                    self.watch(kept).await;
                    self.state.send_replace(State::Connecting);
                    if begun.elapsed() > MAX_BACKOFF {
                        pause = INITIAL_BACKOFF;
                        continue;
                    }
                }
                Err(problem) => {
                    if is_known {
                        tracing::debug!(target: "cliq_api::shared", problem = problem.words, "Redis still can't be used");
                    } else {
                        tracing::warn!(target: "cliq_api::shared", problem = problem.words, "Redis can't be used");
                    }
                    is_known = true;
                    if !problem.is_moved() {
                        *self.moved() = None;
                    }
                    self.state.send_replace(State::Down(problem));
                }
            }
            sleep(jittered(pause)).await;
            pause = MAX_BACKOFF.min(pause * 2);
        }
    }

    /// Waits until the connection is lost. Meanwhile, sends a server that was emptied what it lost.
    async fn watch(&self, mut up: Up) {
        while !up.events.is_lost.load(Ordering::Relaxed) {
            if let Some(listener) = &self.listener
                && up.events.is_emptied.swap(false, Ordering::Relaxed)
                && let Err(error) = listener.emptied(&mut up.connection).await
            {
                tracing::warn!(target: "cliq_api::shared", problem = self.place.failed(error).words, "Redis lost its state and can't be told what this process knows");
                // The next connection sends all of it again.
                return;
            }
            up.events.new.notified().await;
        }
    }

    async fn connect(&self) -> Result<Up, Problem> {
        let place = &self.place;
        let mut up = match timeout(place.timeout, self.try_connect()).await {
            Ok(result) => result.map_err(|error| place.failed(error))?,
            Err(_) => return Err(place.late()),
        };
        if let Some(listener) = &self.listener {
            // Each command has its own timeout; there may be many.
            listener.back(&mut up.connection).await.map_err(|error| {
                self.follow(&error);
                place.failed(error)
            })?;
        }
        Ok(up)
    }

    async fn try_connect(&self) -> RedisResult<Up> {
        let timeout = Some(self.place.timeout);
        let events = Arc::<Events>::default();
        let (pushed, listener) = (Arc::clone(&events), self.listener.clone());
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(timeout)
            .set_response_timeout(timeout)
            .set_push_sender(move |push: PushInfo| {
                match (push.kind, &listener, push.data.last()) {
                    (PushKind::Disconnection, ..) => pushed.lose(),
                    (PushKind::Message, Some(listener), Some(Value::BulkString(message)))
                        if listener.heard(message) =>
                    {
                        pushed.empty();
                    }
                    _ => {}
                }
                Ok::<(), redis::aio::SendError>(())
            });
        let moved = self.moved().clone();
        let info = self.place.info.clone();
        let info = match moved {
            Some(addr) => info.set_addr(addr),
            None => info,
        };
        let client = Client::open(info)?;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        if let Some(listener) = &self.listener {
            connection.subscribe(listener.channel()).await?;
        }
        Ok(Up { connection, events })
    }

    /// Discards a connection, so that the task opens another one.
    fn lose(&self, up: &Up) {
        self.state.send_if_modified(|state| {
            let is_this = matches!(state, State::Up(now) if Arc::ptr_eq(&now.events, &up.events));
            if is_this {
                *state = State::Connecting;
            }
            is_this
        });
        up.events.lose();
    }

    /// Follows a redirection of a cluster. All keys are on one node.
    fn follow(&self, error: &RedisError) {
        if !is_moved(error) {
            return;
        }
        let Some((host, port)) = error
            .redirect_node()
            .and_then(|(node, _)| node.rsplit_once(':'))
        else {
            return;
        };
        let Ok(port) = port.parse::<u16>() else {
            return;
        };
        let addr = match self.place.info.addr().clone() {
            ConnectionAddr::Tcp(given, _) => ConnectionAddr::Tcp(or(host, given), port),
            ConnectionAddr::TcpTls {
                host: given,
                insecure,
                tls_params,
                ..
            } => ConnectionAddr::TcpTls {
                host: or(host, given),
                port,
                insecure,
                tls_params,
            },
            _ => return,
        };
        *self.moved() = Some(addr);
    }

    fn moved(&self) -> std::sync::MutexGuard<'_, Option<ConnectionAddr>> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the host of a redirection, which is empty if the node doesn't know its own name.
fn or(host: &str, given: String) -> String {
    if host.is_empty() {
        given
    } else {
        host.to_owned()
    }
}

fn is_moved(error: &RedisError) -> bool {
    error.kind() == redis::ErrorKind::Server(ServerErrorKind::Moved)
}

/// Returns whether another connection may succeed.
fn is_broken(error: &RedisError) -> bool {
    use redis::ErrorKind::Server;
    let is_elsewhere = matches!(
        error.kind(),
        Server(
            ServerErrorKind::Moved
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::BusyLoading
        )
    );
    is_elsewhere || error.is_io_error() || error.is_timeout() || error.is_connection_dropped()
}

fn jittered(pause: Duration) -> Duration {
    // Random in the upper half, so that clients don't reconnect at the same time.
    let part = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(part) / f64::from(u32::MAX))
}

impl Place {
    fn failed(&self, error: RedisError) -> Problem {
        if error.is_timeout() {
            return self.late();
        }
        if self.repeats_password(&error) {
            return Problem {
                words: format!(
                    "{} can't be used: it returned an error that repeats the password",
                    self.shown()
                ),
                source: None,
            };
        }
        let words = format!("{} can't be used: {error}", self.shown());
        Problem {
            words,
            source: Some(error),
        }
    }

    fn late(&self) -> Problem {
        Problem {
            words: format!(
                "no response from {} within {:?}",
                self.shown(),
                self.timeout
            ),
            source: None,
        }
    }
}

impl Problem {
    fn is_moved(&self) -> bool {
        self.source.as_ref().is_some_and(is_moved)
    }

    /// Returns the detail of an error that a script raised with this code.
    pub(super) fn refusal(&self, code: &str) -> Option<&str> {
        self.source
            .as_ref()
            .filter(|error| error.code() == Some(code))?
            .detail()
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self
            .by_runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_up = |kept: &Kept| matches!(*kept.shared.state.borrow(), State::Up(_));
        f.debug_struct("Link")
            .field("place", &self.place)
            .field("is_up", &all.iter().any(is_up))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_node_that_does_not_know_its_name_is_where_it_was() {
        assert_eq!(or("", "given".to_owned()), "given");
        assert_eq!(or("other", "given".to_owned()), "other");
    }

    #[test]
    fn another_connection_may_help_where_the_server_or_the_network_fails() {
        let server = |error| RedisError::from((redis::ErrorKind::Server(error), ""));
        for error in [
            server(ServerErrorKind::Moved),
            server(ServerErrorKind::ReadOnly),
            server(ServerErrorKind::MasterDown),
            server(ServerErrorKind::ClusterDown),
            server(ServerErrorKind::BusyLoading),
            io::Error::from(io::ErrorKind::TimedOut).into(),
            io::Error::from(io::ErrorKind::ConnectionReset).into(),
            io::Error::from(io::ErrorKind::Other).into(),
        ] {
            assert!(is_broken(&error), "{error}");
        }
        for error in [
            server(ServerErrorKind::ResponseError),
            server(ServerErrorKind::NoScript),
            (redis::ErrorKind::UnexpectedReturnType, "").into(),
        ] {
            assert!(!is_broken(&error), "{error}");
        }
    }
}
