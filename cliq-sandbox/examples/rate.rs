//! Measures how many calls per second the sandbox handles: by its limits alone, in process with
//! paused time, and over HTTP with 64 in flight. Also measures the memory of 100,000 messages.
//! `cargo run --release -p cliq-sandbox --example rate`

use std::time::{Duration, Instant};

use cliq_api::limit::LimitSettings;
use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_api::{Client, DataCenter, Endpoint};
use cliq_sandbox::limits::{Limits, Throttle};
use cliq_sandbox::{Demo, Sandbox};

const IN_FLIGHT: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    starting();
    judging();
    let paused = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    paused.block_on(in_process())?;
    tokio::runtime::Runtime::new()?.block_on(over_http())?;
    messages()?;
    Ok(())
}

/// Half of them in a channel and half in its 1000 threads, with 100 bytes each.
fn messages() -> Result<(), Box<dyn std::error::Error>> {
    let count = 100_000;
    let demo = Sandbox::builder().keep_arrivals(0).demo();
    let text = "x".repeat(100);
    let before = resident();
    let start = Instant::now();
    let mut mains = Vec::new();
    for _ in 0..count / 2 {
        mains.push(
            demo.sandbox
                .post_message(&demo.channel_id, &demo.user_id, &text),
        );
    }
    for index in 0..count / 2 {
        let body = format!(
            r#"{{"text": "{text}", "thread_message_id": "{}"}}"#,
            mains[index % 1000]
        );
        let request = http::Request::post(format!("/api/v3/channels/{}/messages", demo.channel_id));
        let request = request
            .header("authorization", format!("Bearer {}", demo.token))
            .body(body.into())?;
        assert!(demo.sandbox.handle(request).status().is_success());
    }
    report(
        "posts, without HTTP",
        u32::try_from(count)?,
        start.elapsed(),
    );
    match (before, resident()) {
        (Some(before), Some(after)) => {
            let (mebibytes, each) = (
                (after - before) / 1024,
                (after - before) * 1024 / count as u64,
            );
            println!(
                "{:<36} {mebibytes:>10} MiB ({each} bytes for each)",
                "memory, 100,000 messages"
            );
        }
        _ => println!("{:<36} {:>10}", "memory, 100,000 messages", "unknown"),
    }
    let start = Instant::now();
    let json = demo.sandbox.to_json();
    println!(
        "{:<36} {:>10.2?} ({} MiB)",
        "the same as JSON",
        start.elapsed(),
        json.len() / 1024 / 1024
    );
    let start = Instant::now();
    let again = Sandbox::builder().json(&json)?.build();
    println!("{:<36} {:>10.2?}", "and back again", start.elapsed());
    assert_eq!(
        again.threads(&demo.channel_id).len(),
        demo.sandbox.threads(&demo.channel_id).len()
    );
    Ok(())
}

/// Returns the resident memory of the process in KiB, if the system reports it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn report(what: &str, calls: u32, took: Duration) {
    println!(
        "{what:<36} {:>10.0} a second ({calls} in {took:.2?})",
        f64::from(calls) / took.as_secs_f64()
    );
}

fn starting() {
    let start = Instant::now();
    let demo = Sandbox::demo();
    drop(demo.client());
    println!(
        "{:<36} {:>10.2?}",
        "a demo world and a client, the first",
        start.elapsed()
    );
}

fn judging() {
    let calls = 10_000_000;
    let mut throttle = Throttle::new(Limits::published()).keep(0);
    let bucket = throttle.bucket(FollowThreadRequest::META);
    let users: Vec<String> = (0..1000).map(|user| user.to_string()).collect();
    let start = Instant::now();
    for (call, user) in (0..calls).zip(users.iter().cycle()) {
        throttle.arrive_at(Duration::from_millis(3) * call, user, bucket);
    }
    report("limits alone, 1000 users", calls, start.elapsed());
    assert_eq!(
        (throttle.totals().refused, throttle.totals().fullest),
        (0, 20)
    );
}

async fn in_process() -> Result<(), cliq_api::Error> {
    let calls = 100_000;
    let demo = Sandbox::builder().limits(Limits::published()).demo();
    let client = demo.client();
    let start = Instant::now();
    for _ in 0..calls {
        client.follow_thread(&demo.thread_chat_id).await?;
        tokio::time::advance(Duration::from_secs(3)).await;
    }
    report("in process, paused time", calls, start.elapsed());
    Ok(())
}

async fn over_http() -> Result<(), Box<dyn std::error::Error>> {
    let calls = 100_000_u32;
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await?;
    // The sandbox has no limits here, so the client needs none.
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .limits(LimitSettings::off());
    let client = client.access_token(demo.token.clone()).build()?;
    let Demo { thread_chat_id, .. } = demo;
    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (client, thread) = (client.clone(), thread_chat_id.clone());
        workers.spawn(async move {
            for _ in 0..calls as usize / IN_FLIGHT {
                client.follow_thread(&thread).await?;
            }
            Ok::<_, cliq_api::Error>(())
        });
    }
    for worker in workers.join_all().await {
        worker?;
    }
    let made = u32::try_from(server.sandbox().totals().arrivals)?;
    report("over HTTP, 64 in flight", made, start.elapsed());
    Ok(())
}
