//! Limits shared by hosts: one call of a script for all buckets of each acquire and each complete,
//! by the server's own clock.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Script, ScriptInvocation};
use secrecy::SecretString;

use super::away::{Away, Unreachable};
use super::calls::{
    Calls, NO_RULES, Named, bucket_script, completed, decision, lock, snapshot, unknown,
};
use super::link::{Link, Listener, Problem, Work};
use super::locks::Locks;
use super::place::Place;
use crate::error::Error;
use crate::limit::{
    Acquire, Bucket, Complete, Completed, Decision, LimitStore, Locked, Priority, Snapshot, Source,
    UserBucket,
};
use crate::store::{StoreError, StoreFuture};

static SCRIPT: LazyLock<Script> = LazyLock::new(bucket_script);

/// Stores rate limits in Redis (6 or later) or Valkey, for all processes that use the same server.
///
/// ```no_run
/// use cliq_api::Client;
/// use cliq_api::shared::RedisLimitStore;
///
/// # fn example(url: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder("https://api.example.com")
///     .user("855727961")
///     .access_token("1000.41d9")
///     // such as rediss://:password@redis.example:6380/0
///     .limit_store(RedisLimitStore::new(url)?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// It connects at the first call, and keeps one connection. Clones are the same store; a clone that
/// is configured differently after it was used is another one. All processes have to agree on the
/// prefix, the name key, and the limits' settings.
///
/// While the server is unreachable, calls are refused, [by default](Self::when_unreachable). A
/// server that is empty, was restarted, or has taken over from another, may have lost which calls
/// were made: nothing is sent until those calls no longer count, for `permit_ttl`, a window and the
/// margin (a minute and a half), unless the settings disable the [cold
/// start](crate::limit::LimitSettings::cold_start). See [the guide](crate::guide::redis).
#[derive(Clone)]
pub struct RedisLimitStore {
    place: Place,
    unreachable: Unreachable,
    inner: Arc<OnceLock<Inner>>,
}

struct Inner {
    link: Link,
    peers: Arc<Peers>,
    /// Whether the server was unreachable when a runtime ended, and still is.
    gave_up: AtomicBool,
}

/// What this process knows besides.
struct Peers {
    place: Place,
    locks: Locks,
    away: Away,
}

impl RedisLimitStore {
    /// Creates a store at that URL: `redis://host`, `redis://user:password@host:6379/0`, or
    /// `rediss://…` for TLS. Fails only if the URL is invalid.
    pub fn new(url: impl AsRef<str>) -> Result<Self, Error> {
        let place = Place::new(url.as_ref())?;
        Ok(Self {
            place,
            unreachable: Unreachable::Refuse,
            inner: Arc::default(),
        })
    }

    /// Sets the prefix of all key names; defaults to `cliq_api`. Programs with different prefixes
    /// share nothing.
    #[must_use]
    pub fn prefix(self, prefix: impl AsRef<str>) -> Self {
        self.at(|place| Place {
            prefix: prefix.as_ref().into(),
            ..place
        })
    }

    /// Sets the timeout of a command, and of connecting; defaults to one second.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.at(|place| Place { timeout, ..place })
    }

    /// Sets a secret for the names in the server, which are hashes of the users' keys. Without one,
    /// whoever can guess a user's key can find the user's names.
    #[must_use]
    pub fn name_key(self, key: impl Into<SecretString>) -> Self {
        let key = key.into();
        self.at(|place| place.with_name_key(key))
    }

    /// Sets what happens to calls while the server is unreachable.
    #[must_use]
    pub fn when_unreachable(self, choice: Unreachable) -> Self {
        Self {
            unreachable: choice,
            inner: Arc::default(),
            ..self
        }
    }

    fn at(self, change: impl FnOnce(Place) -> Place) -> Self {
        Self {
            place: change(self.place),
            inner: Arc::default(),
            ..self
        }
    }

    fn inner(&self) -> &Inner {
        self.inner.get_or_init(|| {
            let place = self.place.clone();
            let peers = Arc::new(Peers {
                place,
                locks: Locks::default(),
                away: Away::new(self.unreachable),
            });
            let link = Link::new(
                self.place.clone(),
                Some(Arc::clone(&peers) as Arc<dyn Listener>),
            );
            Inner {
                link,
                peers,
                gave_up: AtomicBool::new(false),
            }
        })
    }

    fn name(&self, bucket: &UserBucket) -> String {
        // The calls of a user, of no user in particular, or of all users.
        let user = match bucket.user() {
            Some(user) => ["user", user.as_str()],
            None if bucket.is_per_app() => ["app", ""],
            None => ["", ""],
        };
        self.place.name(&[user[0], user[1], &bucket.label()])
    }

    fn calls(&self) -> Calls<'_> {
        Calls {
            script: &SCRIPT,
            place: &self.place,
        }
    }

    async fn run(&self, call: &ScriptInvocation<'_>) -> Result<Vec<Vec<i64>>, Problem> {
        let inner = self.inner();
        let answer = inner.link.run(call).await?;
        inner.peers.away.heard();
        inner.gave_up.store(false, Ordering::Relaxed);
        Ok(answer)
    }
}

impl RedisLimitStore {
    fn named(&self, bucket: &UserBucket) -> Named {
        Named {
            name: self.name(bucket),
            rules: *bucket.rules(),
        }
    }

    /// Records the lockout that a reply reports, as the server may forget it.
    fn note(&self, name: &str, left: i64, source: i64) {
        if let Some((left, source)) = lock(left, source) {
            self.inner().peers.locks.note(name, left, source);
        }
    }

    /// Completes the calls that this process counted itself. Returns the replies, with `None` for
    /// the others, and the others.
    fn complete_away(
        &self,
        reports: &[(&UserBucket, Complete)],
    ) -> (Vec<Option<Completed>>, Vec<(Named, Complete)>) {
        let away = &self.inner().peers.away;
        let mut rest = Vec::new();
        let mut completed = Vec::with_capacity(reports.len());
        for (bucket, message) in reports {
            let named = self.named(bucket);
            let here = away.complete(&named.name, message);
            if here.is_none() {
                rest.push((named, *message));
            }
            completed.push(here);
        }
        (completed, rest)
    }
}

impl LimitStore for RedisLimitStore {
    fn acquire<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        message: Acquire,
    ) -> StoreFuture<'a, Vec<Decision>> {
        Box::pin(async move {
            let named: Vec<_> = buckets.iter().map(|bucket| self.named(bucket)).collect();
            match self.run(&self.calls().acquire(&named, &message)).await {
                Ok(answers) => {
                    for (named, answer) in named.iter().zip(&answers) {
                        if let [4, left, source] = answer[..] {
                            self.note(&named.name, left, source);
                        }
                    }
                    answers
                        .iter()
                        .map(|answer| decision(answer, message.source))
                        .collect()
                }
                // A server that responds with an error is reachable.
                Err(problem) if problem.refusal("NEWER").is_some() => Err(failed(problem)),
                Err(problem) => self
                    .inner()
                    .peers
                    .away
                    .acquire(&named, &message)
                    .ok_or_else(|| failed(problem)),
            }
        })
    }

    fn complete<'a>(
        &'a self,
        reports: &'a [(&'a UserBucket, Complete)],
    ) -> StoreFuture<'a, Vec<Completed>> {
        Box::pin(async move {
            let (completed_here, rest) = self.complete_away(reports);
            let answers = if rest.is_empty() {
                Vec::new()
            } else {
                let reply = self.run(&self.calls().complete(&rest)).await;
                reply.map_err(failed)?
            };
            for ((named, _), answer) in rest.iter().zip(&answers) {
                if let [left, source, _] = answer[..] {
                    self.note(&named.name, left, source);
                }
            }
            let mut answers = answers.iter().zip(&rest);
            let replies = completed_here.into_iter().map(|here| match here {
                Some(completed) => Ok(completed),
                None => {
                    let (answer, (_, message)) = answers.next().ok_or_else(unknown)?;
                    completed(answer, message.source)
                }
            });
            replies.collect()
        })
    }

    /// Uses another connection, as the runtime of the open one is ending.
    fn complete_blocking(&self, reports: &[(&UserBucket, Complete)]) -> bool {
        let inner = self.inner();
        let (_, rest) = self.complete_away(reports);
        if rest.is_empty() {
            return true;
        }
        if inner.gave_up.load(Ordering::Relaxed) {
            return false;
        }
        let place = self.place.clone();
        let work = async move {
            let link = Link::new(place.clone(), None);
            let calls = Calls {
                script: &SCRIPT,
                place: &place,
            };
            link.run::<Vec<Vec<i64>>>(&calls.complete(&rest))
                .await
                .is_ok()
        };
        let thread = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.is_ok_and(|runtime| runtime.block_on(work))
        });
        let is_done = thread.join().unwrap_or(false);
        // The others would fail as well, after the same timeout.
        inner.gave_up.store(!is_done, Ordering::Relaxed);
        is_done
    }

    fn peek<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        source: Source,
        priority: Priority,
    ) -> StoreFuture<'a, Vec<Snapshot>> {
        Box::pin(async move {
            let named: Vec<_> = buckets.iter().map(|bucket| self.named(bucket)).collect();
            let reply = self.run(&self.calls().peek(&named, priority)).await;
            let answers = reply.map_err(failed)?;
            for (named, answer) in named.iter().zip(&answers) {
                if let [_, _, left, source] = answer[..] {
                    self.note(&named.name, left, source);
                }
            }
            answers
                .iter()
                .map(|answer| snapshot(answer, source))
                .collect()
        })
    }

    fn known_lock(&self, bucket: &UserBucket, source: Source) -> Option<Locked> {
        self.inner
            .get()?
            .peers
            .locks
            .of(|| self.name(bucket), bucket.rules(), source)
    }
}

impl Listener for Peers {
    fn channel(&self) -> String {
        self.place.channel()
    }

    fn heard(&self, message: &[u8]) -> bool {
        self.locks.hear(message)
    }

    /// Warns if the server evicts keys. Reports the calls that were made meanwhile, and lockouts
    /// that the server may have lost.
    fn back<'a>(&'a self, connection: &'a mut MultiplexedConnection) -> Work<'a> {
        Box::pin(async move {
            if evicts(connection).await {
                tracing::warn!(target: "cliq_api::limit", server = self.place.shown(), "Redis evicts keys when its memory is full, and with them which calls were made: set its maxmemory-policy to noeviction");
            }
            while let Some((name, bucket, rules, as_of)) = self.away.next_to_merge() {
                let _: Vec<Vec<i64>> = self
                    .calls()
                    .merge(&name, rules.numbers(), &bucket, as_of)
                    .invoke_async(connection)
                    .await?;
                self.away.merged();
            }
            self.emptied(connection).await
        })
    }

    /// Reports the lockouts that this process knows of.
    fn emptied<'a>(&'a self, connection: &'a mut MultiplexedConnection) -> Work<'a> {
        Box::pin(async move {
            for (name, left, source) in self.locks.all() {
                let bucket = Bucket::of_lock(left, source);
                let _: Vec<Vec<i64>> = self
                    .calls()
                    .merge(&name, NO_RULES, &bucket, 0)
                    .invoke_async(connection)
                    .await?;
            }
            Ok(())
        })
    }
}

impl Peers {
    fn calls(&self) -> Calls<'_> {
        Calls {
            script: &SCRIPT,
            place: &self.place,
        }
    }
}

/// Returns whether the server evicts keys; `false` if this account may not ask.
async fn evicts(connection: &mut MultiplexedConnection) -> bool {
    let info: RedisResult<String> = redis::cmd("INFO")
        .arg("memory")
        .query_async(connection)
        .await;
    let info = info.unwrap_or_default();
    let value = |name: &str| {
        info.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    };
    value("maxmemory").is_some_and(|most| most != "0")
        && value("maxmemory_policy") != Some("noeviction")
}

fn failed(problem: Problem) -> StoreError {
    if let Some(version) = problem.refusal("NEWER") {
        let words = format!(
            "the limits' state in Redis has version {version}, which is newer than this program: update the program"
        );
        return StoreError::new(words);
    }
    problem.into()
}

impl fmt::Debug for RedisLimitStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLimitStore")
            .field("place", &self.place)
            .field("unreachable", &self.unreachable)
            .field("link", &self.inner.get().map(|inner| &inner.link))
            .finish()
    }
}
