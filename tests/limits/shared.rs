//! Several limiters over one store that keeps bytes and responds with a delay, and whose users may
//! be killed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cliq_api::limit::{
    Acquire, AcquireOptions, Bucket, CallEnd, ChangeKind, Complete, Completed, Decision,
    DecodeError, LeaseId, LimitRefusal, LimitSettings, LimitStore, Limiter, LockSource, Outcome,
    Permit, Priority, Rules, Snapshot, Source, UserBucket,
};
use cliq_api::{EndpointMeta, StoreError, StoreFuture};
use cliq_sandbox::limits::{Limits, Throttle};
use fastrand::Rng;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::latency::Latency;
use crate::simulations::seed;
use crate::{SIMULATED, spec};

/// The shared data.
#[derive(Debug)]
struct Shelf {
    buckets: Mutex<HashMap<UserBucket, Vec<u8>>>,
    origin: Instant,
}

/// One process's access to the store.
#[derive(Debug)]
struct Door {
    shelf: Arc<Shelf>,
    /// The maximum latency of the store each way, in milliseconds.
    slow: u64,
    rng: Mutex<Rng>,
    /// Requests of this process no longer arrive.
    killed: AtomicBool,
    broken: AtomicBool,
    asks: AtomicU64,
}

impl Shelf {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            buckets: Mutex::default(),
            origin: Instant::now(),
        })
    }

    fn door(self: &Arc<Self>, slow: u64, seed: u64) -> Arc<Door> {
        Arc::new(Door {
            shelf: Arc::clone(self),
            slow,
            rng: Mutex::new(Rng::with_seed(seed)),
            killed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            asks: AtomicU64::new(0),
        })
    }
}

impl Door {
    /// Reads, changes and writes in one step.
    async fn step<T>(
        &self,
        buckets: &[&UserBucket],
        change: impl FnOnce(&mut [Bucket], u64) -> T,
    ) -> Result<T, StoreError> {
        self.way().await;
        self.asks.fetch_add(1, Ordering::Relaxed);
        if self.broken.load(Ordering::Relaxed) {
            return Err(StoreError::new("the shelf is broken: mend it"));
        }
        let answer = {
            let mut kept = self.shelf.buckets.lock().unwrap();
            let now = u64::try_from(self.shelf.origin.elapsed().as_millis()).unwrap();
            let load = |key: &&UserBucket| match kept.get(*key) {
                Some(bytes) => Bucket::decode(bytes).unwrap(),
                None => Bucket::new(key.rules(), now, 0),
            };
            let mut loaded: Vec<_> = buckets.iter().map(load).collect();
            let answer = change(&mut loaded, now);
            for (key, bucket) in buckets.iter().zip(loaded) {
                kept.insert((*key).clone(), bucket.encode());
            }
            answer
        };
        self.way().await;
        Ok(answer)
    }

    async fn way(&self) {
        let takes = self.rng.lock().unwrap().u64(0..=self.slow);
        sleep(Duration::from_millis(takes)).await;
        if self.killed.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

impl LimitStore for Door {
    fn acquire<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        message: Acquire,
    ) -> StoreFuture<'a, Vec<Decision>> {
        Box::pin(self.step(buckets, move |loaded, now| {
            let mut decisions = Vec::new();
            for (key, bucket) in buckets.iter().zip(&mut *loaded) {
                let mut decision = bucket.acquire(now, key.rules(), &message);
                if let Decision::Wait {
                    earliest, recheck, ..
                } = &mut decision
                {
                    // No peer notifies it when its call ends.
                    *recheck = (*recheck).min((*earliest).max(Duration::from_millis(500)));
                }
                decisions.push(decision);
            }
            let granted = |decision: &Decision| matches!(decision, Decision::Granted { .. });
            if !decisions.iter().all(granted) {
                let unsent = Complete::new(message.lease, message.source, CallEnd::Unsent);
                for ((key, bucket), decision) in buckets.iter().zip(loaded).zip(&decisions) {
                    if granted(decision) {
                        bucket.complete(now, key.rules(), &unsent);
                    }
                }
            }
            decisions
        }))
    }

    fn complete<'a>(
        &'a self,
        reports: &'a [(&'a UserBucket, Complete)],
    ) -> StoreFuture<'a, Vec<Completed>> {
        Box::pin(async move {
            let buckets: Vec<_> = reports.iter().map(|(bucket, _)| *bucket).collect();
            let complete = move |loaded: &mut [Bucket], now| {
                let loaded = reports.iter().zip(loaded);
                loaded
                    .map(|((key, message), bucket)| bucket.complete(now, key.rules(), message))
                    .collect()
            };
            self.step(&buckets, complete).await
        })
    }

    fn peek<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        source: Source,
        priority: Priority,
    ) -> StoreFuture<'a, Vec<Snapshot>> {
        Box::pin(self.step(buckets, move |loaded, now| {
            let loaded = buckets.iter().zip(loaded);
            loaded
                .map(|(key, bucket)| bucket.peek(now, key.rules(), source, priority))
                .collect()
        }))
    }
}

fn endpoint() -> &'static EndpointMeta {
    SIMULATED[0]
}

fn limiter(door: &Arc<Door>) -> Limiter {
    Limiter::new(
        LimitSettings::new(),
        Some(Arc::clone(door) as Arc<dyn LimitStore>),
    )
}

async fn acquire(limiter: &Limiter, options: AcquireOptions) -> Result<Permit, LimitRefusal> {
    let bucket = limiter.bucket(spec(endpoint()));
    limiter.acquire(&[bucket], None, options).await
}

/// The server, and the arrivals there.
#[derive(Clone)]
struct Server {
    throttle: Arc<Mutex<Throttle>>,
    begun: Instant,
}

impl Server {
    fn harsh() -> Self {
        Self {
            throttle: Arc::new(Mutex::new(Throttle::new(Limits::harsh()))),
            begun: Instant::now(),
        }
    }

    fn arrive(&self) -> bool {
        self.arrive_at(&[endpoint()])
    }

    /// Records a call that counts in the limits of all of these.
    fn arrive_at(&self, endpoints: &[&'static EndpointMeta]) -> bool {
        let mut throttle = self.throttle.lock().unwrap();
        let now = self.begun.elapsed();
        let mut verdicts = endpoints.iter().map(|it| throttle.arrive(now, "1", it));
        verdicts.all(|verdict| verdict.is_allowed())
    }
}

/// A hundred processes in sequence, while another program keeps a lock alive: it makes one call in
/// each period of the lock.
#[tokio::test(start_paused = true)]
async fn a_lock_that_calls_extend_gets_one_call_a_period() {
    let server = Server::harsh();
    let shelf = Shelf::new();
    for _ in 0..20 {
        server.arrive();
    }
    let mut refused = Vec::new();
    let mut allowed = 0;
    for process in 0..100 {
        let extended = server.begun.elapsed() < Duration::from_secs(2000);
        if extended && process % 10 == 0 {
            assert!(!server.arrive());
        }
        // Each is a process that tries to send one message and ends.
        let limiter = limiter(&shelf.door(20, process));
        match acquire(&limiter, AcquireOptions::new()).await {
            Ok(mut permit) => {
                sleep(Duration::from_millis(200)).await;
                permit.sending().unwrap();
                let outcome = if server.arrive() {
                    allowed += 1;
                    Outcome::Accepted
                } else {
                    refused.push(server.begun.elapsed());
                    Outcome::Throttled { retry_after: None }
                };
                permit.answered(outcome);
            }
            Err(refusal) => {
                assert!(
                    matches!(
                        refusal,
                        LimitRefusal::Locked {
                            source: LockSource::Peer,
                            ..
                        }
                    ),
                    "{refusal}"
                );
            }
        }
        sleep(Duration::from_secs(40)).await;
    }
    assert!((3..=5).contains(&refused.len()), "{refused:?}");
    for pair in refused.windows(2) {
        assert!(
            pair[1].checked_sub(pair[0]).unwrap() >= Duration::from_mins(10),
            "{refused:?}"
        );
    }
    assert!(allowed > 5, "and it goes on afterwards: {allowed}");
}

/// Eight processes, killed and restarted at any moment: calls that were sent still arrive, and
/// their slots aren't lost.
#[tokio::test(start_paused = true)]
async fn killed_at_any_moment() {
    killed(vec![endpoint()]).await;
}

/// As above, with calls that need two buckets, or three.
#[tokio::test(start_paused = true)]
async fn killed_with_several_buckets() {
    let [minute, minutes, seconds] = [SIMULATED[0], SIMULATED[1], SIMULATED[2]];
    killed(vec![minute, minutes]).await;
    killed(vec![seconds, minute, minutes]).await;
}

async fn killed(endpoints: Vec<&'static EndpointMeta>) {
    for seed in (seed()..).take(3) {
        let mut rng = Rng::with_seed(seed);
        let (server, shelf) = (Server::harsh(), Shelf::new());
        let latency = Latency::random(&mut rng);
        let network = Arc::new(tokio::sync::Mutex::new(JoinSet::new()));
        let mut processes = JoinSet::new();
        for _ in 0..8 {
            let (server, shelf, network, mut rng) = (
                server.clone(),
                Arc::clone(&shelf),
                Arc::clone(&network),
                rng.fork(),
            );
            let endpoints = endpoints.clone();
            processes.spawn(async move {
                for _ in 0..20 {
                    let door = shelf.door(50, rng.u64(..));
                    let limiter = limiter(&door);
                    let mut callers = JoinSet::new();
                    for _ in 0..4 {
                        callers.spawn(calls(
                            limiter.clone(),
                            server.clone(),
                            Arc::clone(&network),
                            latency,
                            rng.fork(),
                            endpoints.clone(),
                        ));
                    }
                    sleep(Duration::from_millis(rng.u64(0..300_000))).await;
                    door.killed.store(true, Ordering::Relaxed);
                    callers.shutdown().await;
                }
            });
        }
        while let Some(ended) = processes.join_next().await {
            ended.unwrap();
        }
        network.lock().await.shutdown().await;
        let totals = server.throttle.lock().unwrap().totals();
        assert_eq!(totals.locks, 0, "LIMITS_SEED={seed}");
        assert!(totals.arrivals > 100, "{totals:?} with LIMITS_SEED={seed}");
    }
}

/// A sent call arrives, whatever happens to its sender.
async fn calls(
    limiter: Limiter,
    server: Server,
    network: Arc<tokio::sync::Mutex<JoinSet<()>>>,
    latency: Latency,
    mut rng: Rng,
    endpoints: Vec<&'static EndpointMeta>,
) {
    let buckets: Vec<_> = endpoints
        .iter()
        .map(|endpoint| limiter.bucket(spec(endpoint)))
        .collect();
    loop {
        let call = limiter.acquire(&buckets, None, AcquireOptions::new());
        let mut permit = call.await.unwrap();
        sleep(Duration::from_millis(rng.u64(..50))).await;
        let leg = Duration::from_micros(latency.draw(&mut rng) / 2);
        let (answer, answered) = tokio::sync::oneshot::channel();
        let mut network = network.lock().await;
        if permit.sending().is_err() {
            continue;
        }
        let (server, endpoints) = (server.clone(), endpoints.clone());
        network.spawn(async move {
            sleep(leg).await;
            let allowed = server.arrive_at(&endpoints);
            sleep(leg).await;
            let _ = answer.send(allowed);
        });
        drop(network);
        let allowed = answered.await.unwrap();
        permit.answered(if allowed {
            Outcome::Accepted
        } else {
            Outcome::Throttled { retry_after: None }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn eight_that_share_get_nearly_all_that_is_allowed() {
    let (server, shelf) = (Server::harsh(), Shelf::new());
    let network = Arc::new(tokio::sync::Mutex::new(JoinSet::new()));
    let mut rng = Rng::with_seed(seed());
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let limiter = limiter(&shelf.door(10, rng.u64(..)));
        for _ in 0..4 {
            let (server, network) = (server.clone(), Arc::clone(&network));
            callers.spawn(calls(
                limiter.clone(),
                server,
                network,
                Latency::Exponential(400_000),
                rng.fork(),
                vec![endpoint()],
            ));
        }
    }
    // Without the cold start.
    sleep(Duration::from_secs(62)).await;
    let before = server.throttle.lock().unwrap().totals();
    sleep(Duration::from_hours(1)).await;
    let after = server.throttle.lock().unwrap().totals();
    assert_eq!(after.locks, 0);
    let made = f64::from(u32::try_from(after.arrivals - before.arrivals).unwrap());
    let allowed = 19.0 * 3600.0 / (60.0 + 1.0 + 0.4);
    println!("{:.1} %", made / allowed * 100.0);
    assert!(made >= 0.95 * allowed, "{made} of {allowed}");
}

#[tokio::test(start_paused = true)]
async fn a_broken_store_lets_nothing_through() {
    let shelf = Shelf::new();
    let door = shelf.door(0, 0);
    let limiter = limiter(&door);
    let mut permit = acquire(&limiter, AcquireOptions::new()).await.unwrap();
    permit.sending().unwrap();
    door.broken.store(true, Ordering::Relaxed);
    let refusal = acquire(&limiter, AcquireOptions::new()).await.unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the limits' shared state is unavailable: the shelf is broken: mend it"
    );
    // After reconnecting, it learns what it missed.
    permit.answered(Outcome::Throttled { retry_after: None });
    sleep(Duration::from_secs(2)).await;
    door.broken.store(false, Ordering::Relaxed);
    sleep(Duration::from_secs(5)).await;
    let other = self::limiter(&shelf.door(0, 0));
    let refusal = acquire(&other, AcquireOptions::new()).await.unwrap_err();
    assert!(
        matches!(
            refusal,
            LimitRefusal::Locked {
                source: LockSource::Peer,
                ..
            }
        ),
        "{refusal}"
    );
}

/// A known lock is obeyed without the store.
#[tokio::test(start_paused = true)]
async fn a_known_lock_costs_no_round_trip() {
    let door = Shelf::new().door(0, 0);
    let limiter = limiter(&door);
    let mut permit = acquire(&limiter, AcquireOptions::new()).await.unwrap();
    permit.sending().unwrap();
    permit.answered(Outcome::Throttled { retry_after: None });
    sleep(Duration::from_secs(1)).await;
    let asks = door.asks.load(Ordering::Relaxed);
    for _ in 0..100 {
        assert!(matches!(
            acquire(&limiter, AcquireOptions::new()).await,
            Err(LimitRefusal::Locked { .. })
        ));
    }
    assert_eq!(door.asks.load(Ordering::Relaxed), asks);
}

/// A lockout that the store reports is a change, and from then on obeyed without the store.
#[tokio::test(start_paused = true)]
async fn a_peers_lock_costs_one_round_trip() {
    let shelf = Shelf::new();
    let peer = limiter(&shelf.door(0, 0));
    let mut permit = acquire(&peer, AcquireOptions::new()).await.unwrap();
    permit.sending().unwrap();
    permit.answered(Outcome::Throttled { retry_after: None });
    sleep(Duration::from_secs(1)).await;

    let door = shelf.door(0, 0);
    let limiter = limiter(&door);
    let mut changes = limiter.limits(None).changes();
    for _ in 0..100 {
        let refusal = acquire(&limiter, AcquireOptions::new()).await.unwrap_err();
        let LimitRefusal::Locked { source, .. } = refusal else {
            panic!("{refusal}")
        };
        assert_eq!(source, LockSource::Peer);
    }
    assert_eq!(door.asks.load(Ordering::Relaxed), 1);
    drop(limiter);
    let change = changes.next().await.unwrap();
    assert!(
        matches!(
            change.kind,
            ChangeKind::Locked {
                source: LockSource::Peer,
                unexpected: false,
                ..
            }
        ),
        "{change:?}"
    );
    assert_eq!(changes.next().await, None);
}

/// A call makes one request for the permit and one for the outcome, for any number of buckets.
#[tokio::test(start_paused = true)]
async fn all_buckets_of_a_call_are_one_round_trip() {
    let door = Shelf::new().door(0, 0);
    let limiter = limiter(&door);
    let buckets = [0, 1, 2].map(|index| limiter.bucket(spec(SIMULATED[index])));
    for calls in 1..4 {
        let call = limiter.acquire(&buckets, None, AcquireOptions::new());
        let mut permit = call.await.unwrap();
        assert_eq!(door.asks.load(Ordering::Relaxed), 2 * calls - 1);
        permit.sending().unwrap();
        permit.answered(Outcome::Accepted);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(door.asks.load(Ordering::Relaxed), 2 * calls);
    }
}

/// A caller that is dropped during a request leaves no slot taken.
#[tokio::test(start_paused = true)]
async fn an_ask_that_is_dropped_is_taken_back() {
    let shelf = Shelf::new();
    let limiter = limiter(&shelf.door(100, seed()));
    for after in 0..60 {
        let _ = tokio::time::timeout(
            Duration::from_millis(after * 4),
            acquire(&limiter, AcquireOptions::new()),
        )
        .await;
    }
    sleep(Duration::from_secs(30)).await;
    let bucket = limiter.bucket(spec(endpoint()));
    let state = limiter.limits(None).of(&[bucket]).await.unwrap();
    assert_eq!(
        (state.remaining, state.waiting),
        (Some(9), 0),
        "as many as at first"
    );
}

/// A bucket survives encoding as bytes; truncated and extended bytes are rejected.
#[test]
fn a_bucket_survives_as_bytes() {
    let mut rng = Rng::with_seed(seed());
    let rules = Rules::new(&spec(endpoint()), &LimitSettings::new());
    let mut bucket = Bucket::new(&rules, 5, 0);
    let mut now = 5;
    for lease in 0..2000 {
        now += rng.u64(..20_000);
        let ask =
            Acquire::new(LeaseId(lease), Source(1), Duration::from_secs(30)).retry(rng.bool());
        bucket.acquire(now, &rules, &ask);
        let end = match rng.u8(..100) {
            0 => CallEnd::Throttled { retry_after: None },
            1..10 => CallEnd::Unanswered,
            10..20 => CallEnd::Unsent,
            _ => CallEnd::Answered,
        };
        let lease = LeaseId(lease.saturating_sub(rng.u64(..4)));
        bucket.complete(now, &rules, &Complete::new(lease, Source(1), end));
        let bytes = bucket.encode();
        assert_eq!(Bucket::decode(&bytes).as_ref(), Ok(&bucket));
        assert_eq!(
            Bucket::decode(&bytes[..rng.usize(..bytes.len())]),
            Err(DecodeError::Damaged)
        );
        assert_eq!(
            Bucket::decode(&[&*bytes, &[0]].concat()),
            Err(DecodeError::Damaged)
        );
    }
    let mut bytes = bucket.encode();
    bytes[0] = 9;
    let newer = Bucket::decode(&bytes).unwrap_err();
    assert_eq!(
        newer.to_string(),
        "the limits' shared state has version 9, and this program reads up to version 2: update the program"
    );
}
