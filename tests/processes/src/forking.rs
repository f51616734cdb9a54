//! A program that forks, and whose children share one limit. `CLIQ_SERVER` and `CLIQ_LIMITS` are as
//! for `worker`. Its argument selects what the children do:
//!
//! - `own`: each builds a client, and makes calls until one would have to wait;
//! - `inherited`: the same with a client of the parent, which has made one call;
//! - `permits`: they inherit copies of the parent's permits, and must neither use nor return them.

#[cfg(unix)]
fn main() {
    forking::main();
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod forking {
    use std::sync::Arc;
    use std::time::Duration;

    use cliq_api::limit::{
        AcquireOptions, BucketId, BucketSpec, Expired, LimitStore, Limiter, Outcome, Permit,
    };
    use cliq_api::prelude::*;
    use cliq_api::shared::{FileLimitStore, RedisLimitStore};
    use cliq_api::{Limit, UserKey};
    use cliq_tests_processes::{Simulated, client, limits_in, settings};
    use fork::{Fork, WEXITSTATUS, WIFEXITED, fork, waitpid};

    const CHILDREN: usize = 4;

    pub(crate) fn main() {
        match std::env::args().nth(1).as_deref() {
            Some("own") => {
                // The parent initializes the random keys of hash maps, so the children inherit
                // equal ones.
                drop(build());
                in_children(|| spend(&build()));
            }
            Some("inherited") => {
                let client = build();
                run(async { client.short().await }).expect("one call");
                in_children(|| spend(&client));
            }
            Some("permits") => permits(),
            other => panic!("{other:?} is nothing that it could do"),
        }
    }

    /// Calls `work` in each child, and waits for all.
    fn in_children(work: impl Fn()) {
        let mut children = Vec::new();
        for _ in 0..CHILDREN {
            match fork().expect("another process") {
                Fork::Parent(child) => children.push(child),
                Fork::Child => {
                    work();
                    std::process::exit(0);
                }
            }
        }
        for child in children {
            let status = waitpid(child).expect("it is a child");
            assert!(WIFEXITED(status) && WEXITSTATUS(status) == 0, "{status}");
        }
    }

    fn setting(name: &str) -> String {
        std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"))
    }

    fn build() -> Client {
        let builder = client(&setting("CLIQ_SERVER"));
        let builder = limits_in(&setting("CLIQ_LIMITS"), builder).expect("a store");
        builder.build().expect("a client")
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(work)
    }

    fn spend(client: &Client) {
        run(async {
            loop {
                let call = client.short();
                let call = call.options(|options| options.fail_fast());
                if call.await.is_err() {
                    break;
                }
            }
            client.close(Duration::from_secs(2)).await;
        });
    }

    /// A limit that isn't reached, in a window that outlasts the test.
    struct Calls {
        limiter: Limiter,
        bucket: BucketId,
        user: UserKey,
    }

    impl Calls {
        fn new() -> Self {
            let place = setting("CLIQ_LIMITS");
            let store: Arc<dyn LimitStore> = match place.strip_prefix("file:") {
                Some(directory) => Arc::new(FileLimitStore::open(directory).unwrap()),
                None => Arc::new(RedisLimitStore::new(&place).unwrap()),
            };
            let limiter = Limiter::new(settings(), Some(store));
            let limit = Limit::new(20, Duration::from_mins(1));
            let bucket = limiter.bucket(BucketSpec::new("server", "GET /").limit(limit));
            Self {
                limiter,
                bucket,
                user: UserKey::new("1"),
            }
        }

        async fn acquire(&self) -> Permit {
            self.limiter
                .acquire(&[self.bucket], Some(&self.user), AcquireOptions::new())
                .await
                .unwrap()
        }

        async fn remaining(&self) -> Option<u32> {
            let limits = self.limiter.limits(Some(self.user.clone()));
            limits.of(&[self.bucket]).await.unwrap().remaining
        }
    }

    fn permits() {
        let calls = Calls::new();
        let (mut unsent, sent) = run(async {
            let mut sent = calls.acquire().await;
            sent.sending().unwrap();
            (calls.acquire().await, sent)
        });
        match fork().expect("another process") {
            Fork::Child => {
                assert_eq!(unsent.sending(), Err(Expired::Late));
                drop(unsent);
                sent.unsent();
                // All reports are sent at the latest with this one.
                run(async { calls.acquire().await.unsent() });
                std::process::exit(0);
            }
            Fork::Parent(child) => {
                let status = waitpid(child).expect("it is a child");
                assert!(WIFEXITED(status) && WEXITSTATUS(status) == 0, "{status}");
                assert_eq!(run(calls.remaining()), Some(17), "both are still taken");
                unsent.sending().unwrap();
                unsent.answered(Outcome::Accepted);
                sent.answered(Outcome::Accepted);
            }
        }
    }
}
