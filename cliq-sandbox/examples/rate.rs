//! How many calls a second the stand-in answers: by its limits alone, in process on paused time, and over HTTP with 64 in
//! flight. `cargo run --release -p cliq-sandbox --example rate`

use std::time::{Duration, Instant};

use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_api::{Client, Endpoint};
use cliq_sandbox::limits::{Limits, Throttle};
use cliq_sandbox::{Demo, Sandbox};

const IN_FLIGHT: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    starting();
    judging();
    let paused = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    paused.block_on(in_process())?;
    tokio::runtime::Runtime::new()?.block_on(over_http())?;
    Ok(())
}

fn report(what: &str, calls: u32, took: Duration) {
    println!("{what:<36} {:>10.0} a second ({calls} in {took:.2?})", f64::from(calls) / took.as_secs_f64());
}

fn starting() {
    let start = Instant::now();
    let demo = Sandbox::demo();
    drop(demo.client());
    println!("{:<36} {:>10.2?}", "a demo world and a client, the first", start.elapsed());
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
    assert_eq!((throttle.totals().refused, throttle.totals().fullest), (0, 20));
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
    let client = Client::builder().base_url(server.base_url()).access_token(demo.token.clone()).build()?;
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
