//! Faults depend only on the seed.

use std::process::Command;

use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_sandbox::{Latency, Sandbox};
use http::StatusCode;
use tokio::time::Instant;

use super::{MINUTE, SECOND, bare_client};

/// Fails if the next test sets `FAIL`.
#[tokio::test(start_paused = true)]
async fn fails_when_asked() {
    if std::env::var_os("FAIL").is_none() {
        return;
    }
    let demo = Sandbox::builder().seed(4711).demo();
    demo.sandbox.faults().everywhere().lose_answers(0.5);
    for _ in 0..100 {
        bare_client(&demo.sandbox, &demo.token)
            .follow_thread(&demo.thread_chat_id)
            .await
            .unwrap();
    }
}

#[test]
fn a_failure_prints_its_seed() {
    let mut this = Command::new(std::env::current_exe().unwrap());
    let output = this
        .env("FAIL", "1")
        .args(["--exact", "seeds::fails_when_asked", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains("cliq-sandbox: the seed was 4711; CLIQ_SANDBOX_SEED=4711 or"),
        "{said}"
    );
}

/// Returns which of 200 calls failed, and the time of each response.
async fn run(seed: u64, between: bool) -> Vec<(bool, u128)> {
    let demo = Sandbox::builder().seed(seed).demo();
    let client = bare_client(&demo.sandbox, &demo.token);
    demo.sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .fail(0.3, StatusCode::BAD_GATEWAY)
        .latency(Latency::exponential(SECOND));
    let mut fates = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        let failed = client.follow_thread(&demo.thread_chat_id).await.is_err();
        fates.push((failed, start.elapsed().as_millis()));
        if between {
            client.get_thread(&demo.thread_chat_id).await.unwrap();
        }
    }
    fates
}

#[tokio::test(start_paused = true)]
async fn one_seed_is_one_fate_whatever_other_endpoints_do() {
    let fates = run(7, false).await;
    assert_eq!(run(7, false).await, fates);
    assert_eq!(run(7, true).await, fates);
    assert_ne!(run(8, false).await, fates);
    let failed = fates.iter().filter(|(failed, _)| *failed).count();
    assert!((40..80).contains(&failed), "{failed}");
    let mean = fates.iter().map(|(_, took)| took).sum::<u128>() / 200;
    assert!((1_500..2_500).contains(&mean), "{mean}");
}

#[tokio::test(start_paused = true)]
async fn a_sequence_leaves_chance_as_it_is() {
    let demo = Sandbox::builder().seed(7).demo();
    assert_eq!(demo.sandbox.seed(), 7);
    let client = bare_client(&demo.sandbox, &demo.token);
    let here = demo
        .sandbox
        .faults()
        .on::<FollowThreadRequest>()
        .fail(0.3, StatusCode::BAD_GATEWAY);
    here.latency(Latency::exponential(SECOND)).pass(10);
    for fate in &run(7, false).await[..50] {
        let start = Instant::now();
        let _ = client.follow_thread(&demo.thread_chat_id).await;
        assert_eq!(start.elapsed().as_millis(), fate.1);
    }
    demo.sandbox.faults().clear();
    let start = Instant::now();
    for _ in 0..50 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
    }
    assert_eq!(start.elapsed().as_millis(), 0);
    tokio::time::sleep(MINUTE).await;
}
