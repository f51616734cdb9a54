//! The connection: a single one that is kept until its store is dropped; passwords, which are never
//! shown; clusters.

use std::time::Duration;

use cliq_api::limit::{LimitRefusal, Outcome};
use cliq_api::shared::RedisLimitStore;
use cliq_tests::redis::Redis;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::{
    THROTTLED, acquire, call, hears_of_the_lock, limiter, limiter_of, patient, remaining, settings,
    store, until,
};

const CANARY: &str = "canary-password-7716";

fn connections(redis: &Redis) -> usize {
    redis
        .tell(&["CLIENT", "LIST"])
        .lines()
        .filter(|line| !line.contains("cmd=client"))
        .count()
}

/// A connection belongs to the runtime that opened it, which may be idle.
#[test]
fn a_second_runtime_has_its_own_while_the_first_is_idle() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let (first, second) = (runtime(), runtime());
    for runtime in [&first, &second, &first, &second] {
        runtime.block_on(acquire(&limiter)).unwrap().unsent();
    }
    drop(first);
    second.block_on(acquire(&limiter)).unwrap().unsent();
    runtime().block_on(acquire(&limiter)).unwrap().unsent();
}

#[tokio::test]
async fn one_for_all_and_gone_with_the_store() {
    let redis = Redis::start(&[]);
    let store = store(&redis);
    let (one, other) = (
        limiter_of(store.clone(), settings()),
        limiter_of(store, settings()),
    );
    assert_eq!(connections(&redis), 0, "none before the first call");
    let (first, second) = tokio::join!(acquire(&one), acquire(&other));
    drop((first, second));
    sleep(Duration::from_millis(50)).await;
    assert_eq!(connections(&redis), 1);
    drop((one, other));
    until("gone", async || connections(&redis) == 0).await;
}

/// After its connection was closed, a limiter learns of locks again without making a call.
#[tokio::test]
async fn cut_off_it_hears_again() {
    let redis = Redis::start(&[]);
    let (one, other) = (limiter(&redis), patient(&redis));
    call(&one, Outcome::Accepted).await;
    let unsent = acquire(&other).await.unwrap();
    redis.tell(&["CLIENT", "KILL", "TYPE", "pubsub"]);
    let listening = |redis: &Redis| redis.tell(&["CLIENT", "LIST"]).matches(" sub=1 ").count();
    until("both are back", async || listening(&redis) == 2).await;
    call(&one, THROTTLED).await;
    hears_of_the_lock(unsent).await;
}

/// The task of the connection ends with its runtime, and is restarted in the next one.
#[test]
fn a_store_outlives_a_runtime() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(call(&limiter, Outcome::Accepted));
    }
}

/// An account with only the permissions that the guide lists.
#[tokio::test]
async fn an_account_needs_little() {
    let redis = Redis::start(&[]);
    let commands = [
        "evalsha",
        "script|load",
        "time",
        "get",
        "set",
        "del",
        "pttl",
        "publish",
        "subscribe",
        "info",
        "select",
    ];
    let commands: Vec<_> = commands
        .iter()
        .map(|command| format!("+{command}"))
        .collect();
    let mut rule = vec![
        "ACL",
        "SETUSER",
        "cliq",
        "on",
        ">secret",
        "~{cliq_api}:*",
        "resetchannels",
        "&{cliq_api}:locks:",
    ];
    rule.extend(commands.iter().map(String::as_str));
    assert_eq!(redis.tell(&rule), "OK");
    let url = format!("redis://cliq:secret@127.0.0.1:{}/0", redis.port());
    let store = RedisLimitStore::new(&url).unwrap();
    let (one, other) = (limiter_of(store, settings()), limiter(&redis));
    call(&other, Outcome::Accepted).await;
    call(&one, THROTTLED).await;
    until("told", async || {
        acquire(&other)
            .await
            .is_err_and(|refusal| refusal.locked_until().is_some())
    })
    .await;
    crate::tokens::shared_over(&url).await;
    assert_eq!(redis.tell(&["ACL", "LOG"]), "", "nothing was denied");
}

#[tokio::test]
async fn passwords_are_not_shown() {
    let redis = Redis::start(&["--requirepass", "another"]);
    let place = format!("127.0.0.1:{}", redis.port());
    let mut shown = Vec::new();
    for url in [
        format!("redis://:{CANARY}@{place}/0"),
        format!("redis://somebody:{CANARY}@{place}/0"),
        // Nothing listens there.
        format!("redis://:{CANARY}@127.0.0.1:1/0"),
        // The server doesn't use TLS.
        format!("rediss://:{CANARY}@{place}/0"),
    ] {
        let store = RedisLimitStore::new(&url).unwrap();
        shown.push(format!("{store:?}"));
        let limiter = limiter_of(store.clone(), settings());
        let refusal = acquire(&limiter).await.unwrap_err();
        assert!(matches!(refusal, LimitRefusal::Store(_)));
        shown.push(refusal.to_string());
        shown.push(format!("{refusal:?} {limiter:?} {store:?}"));
    }
    for url in [
        "redis//:",
        "redis://:{}@host:port",
        "http://:{}@host",
        "{}",
        "rediss://:{}@host:6379/0#insecure",
    ] {
        let error = RedisLimitStore::new(url.replace("{}", CANARY)).unwrap_err();
        assert!(error.to_string().contains("Redis URL"), "{error}");
        shown.push(format!("{error} {error:?}"));
    }
    for text in shown {
        println!("{text}\n");
        assert!(!text.contains("canary"), "{text}");
    }
    let right = RedisLimitStore::new(format!("redis://:another@{place}/0")).unwrap();
    call(&limiter_of(right, settings()), Outcome::Accepted).await;
}

/// Servers and proxies repeat an unknown command, possibly truncated.
#[tokio::test]
async fn a_server_that_repeats_the_password_is_not_repeated() {
    for repeated in [CANARY, &CANARY[..12]] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let reply = format!(
            "-ERR invalid command, with args beginning with: `3`, `AUTH`, `default`, `{repeated}\r\n"
        );
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 512];
                while stream.read(&mut asked).await.is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(reply.as_bytes()).await;
                }
            }
        });
        let url = format!("redis://:{CANARY}@127.0.0.1:{port}/0");
        let limiter = limiter_of(RedisLimitStore::new(&url).unwrap(), settings());
        let refusal = acquire(&limiter).await.unwrap_err();
        let shown = format!("{refusal} {refusal:?} {refusal:#?}");
        assert!(!shown.contains("canary"), "{shown}");
        let said = refusal.to_string();
        assert!(
            said.contains("an error that repeats the password"),
            "{said}"
        );
    }
}

/// Returns how many scripts the server ran, failed ones included.
fn scripts_run(redis: &Redis) -> u32 {
    let statistics = redis.tell(&["INFO", "commandstats"]);
    let calls = statistics
        .lines()
        .find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
    let calls = calls.and_then(|calls| calls.split(',').next());
    calls.map_or(0, |calls| calls.parse().unwrap())
}

/// Only a cluster's redirect is retried.
#[tokio::test]
async fn an_error_of_the_script_is_final() {
    let redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    acquire(&limiter).await.unwrap().unsent();
    until("unsent", async || remaining(&limiter).await == Some(4)).await;
    redis.tell(&["DEL", "{cliq_api}:epoch:"]);
    redis.tell(&["LPUSH", "{cliq_api}:epoch:", "a list"]);
    let before = scripts_run(&redis);
    let refusal = acquire(&limiter).await.unwrap_err();
    assert!(matches!(refusal, LimitRefusal::Store(_)), "{refusal}");
    assert_eq!(scripts_run(&redis), before + 1);
}

/// Two nodes, either of which can be configured.
#[tokio::test]
async fn a_cluster_tells_where_to_go() {
    let nodes = [&[][..], &[]].map(|_: &[&str]| Redis::start(&["--cluster-enabled", "yes"]));
    for (node, slots) in nodes.iter().zip([["0", "8191"], ["8192", "16383"]]) {
        assert_eq!(
            node.tell(&["CLUSTER", "ADDSLOTSRANGE", slots[0], slots[1]]),
            "OK"
        );
    }
    nodes[0].tell(&["CLUSTER", "MEET", "127.0.0.1", &nodes[1].port().to_string()]);
    until("one cluster", async || {
        nodes
            .iter()
            .all(|node| node.tell(&["CLUSTER", "INFO"]).contains("cluster_state:ok"))
    })
    .await;
    let limiters = nodes.each_ref().map(limiter);
    for limiter in &limiters {
        // The limiter that is redirected opens another connection.
        call(limiter, Outcome::Accepted).await;
    }
    call(&limiters[0], THROTTLED).await;
    for limiter in &limiters {
        until("locked", async || {
            acquire(limiter)
                .await
                .is_err_and(|refusal| refusal.locked_until().is_some())
        })
        .await;
    }
}

/// A separate process, with other trusted roots.
#[tokio::test]
async fn tls_by_url_with_the_hosts_trust() {
    let (certificate, key) = cliq_tests::tls::self_signed_pem();
    let directory = std::env::temp_dir().join(format!("cliq-redis-tls-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let [certificate, key] = [("certificate", certificate), ("key", key)].map(|(name, text)| {
        let path = directory.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let port = cliq_tests::redis::free_port().to_string();
    let options = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
    ];
    let _redis = Redis::start(
        &[
            &options[..],
            &[
                "--tls-ca-cert-file",
                &certificate,
                "--tls-auth-clients",
                "no",
            ],
        ]
        .concat(),
    );
    let url = format!("rediss://127.0.0.1:{port}/0");
    let here = limiter_of(RedisLimitStore::new(&url).unwrap(), settings());
    let refusal = acquire(&here).await.unwrap_err().to_string();
    assert!(refusal.contains("certificate"), "{refusal}");

    let mut there = std::process::Command::new(std::env::current_exe().unwrap());
    there.args(["--exact", "link::one_call_over_tls", "--ignored"]);
    let told = there
        .env("SSL_CERT_FILE", &certificate)
        .env("CLIQ_TEST_REDIS", &url)
        .output()
        .unwrap();
    std::fs::remove_dir_all(directory).unwrap();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stdout)
    );
}

#[tokio::test]
#[ignore = "run by `tls_by_url_with_the_hosts_trust`, in a process of its own"]
async fn one_call_over_tls() {
    let url = std::env::var("CLIQ_TEST_REDIS").unwrap();
    call(
        &limiter_of(RedisLimitStore::new(url).unwrap(), settings()),
        Outcome::Accepted,
    )
    .await;
}
