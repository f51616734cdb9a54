//! The injected clock.

use std::time::Duration;

use cliq_api::threads::Threads;
use cliq_sandbox::{Clock, ManualClock, Sandbox};
use time::OffsetDateTime;

use super::{MINUTE, ryan};

#[tokio::test(start_paused = true)]
async fn the_default_clock_follows_paused_time_from_a_fixed_start() {
    let (demo, client) = ryan();
    assert_eq!(demo.sandbox.now(), Clock::START);
    tokio::time::advance(MINUTE).await;
    assert_eq!(demo.sandbox.now(), Clock::START + MINUTE);

    let posted = client
        .send_thread_message(&demo.thread_chat_id, "One.")
        .sync_message(true)
        .await
        .unwrap();
    let id = posted.message_id.unwrap().to_string();
    assert!(id.starts_with("1760001900000_"), "{id}");
}

#[test]
fn outside_of_a_runtime_the_clock_runs() {
    let demo = Sandbox::demo();
    let before = demo.sandbox.now();
    assert!(before >= Clock::START && before < Clock::START + MINUTE);
    std::thread::sleep(Duration::from_millis(2));
    assert!(demo.sandbox.now() > before);
}

#[test]
fn the_clock_can_be_the_systems_or_manual() {
    let sandbox = Sandbox::builder().clock(Clock::system()).build();
    assert!((OffsetDateTime::now_utc() - sandbox.now()).abs() < MINUTE);

    let start = OffsetDateTime::UNIX_EPOCH;
    let clock = ManualClock::at(start);
    let demo = Sandbox::builder().clock(clock.clone()).demo();
    clock.advance(MINUTE);
    assert_eq!(demo.sandbox.now(), start + MINUTE);
    let id = demo
        .sandbox
        .post_message(&demo.channel_id, &demo.user_id, "Two.");
    assert!(id.starts_with("60000_"), "{id}");
}
