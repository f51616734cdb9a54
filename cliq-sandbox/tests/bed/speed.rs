//! Speed, with bounds that even a busy machine meets; `examples/rate.rs` prints the figures.

use std::time::{Duration, Instant};

use cliq_api::prelude::*;
use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_sandbox::limits::{Limits, Throttle};

use super::{SECOND, ryan_limited};

/// 100,000 calls over three and a half days of paused time.
#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_calls_on_paused_time_take_seconds() {
    let (demo, client) = ryan_limited(Limits::published());
    let start = Instant::now();
    for _ in 0..100_000 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
        tokio::time::advance(3 * SECOND).await;
    }
    let took = start.elapsed();
    println!("100,000 calls in {took:?}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
    assert_eq!(
        (tally.arrivals, tally.refused, tally.fullest),
        (100_000, 0, 20)
    );
}

#[test]
fn a_million_verdicts_take_seconds() {
    let mut throttle = Throttle::new(Limits::published()).keep(0);
    let bucket = throttle.bucket(FollowThreadRequest::META);
    let start = Instant::now();
    for call in 0..1_000_000_u32 {
        assert!(
            throttle
                .arrive_at(3 * SECOND * call, "855727961", bucket)
                .is_allowed()
        );
    }
    let took = start.elapsed();
    println!("1,000,000 judgements in {took:?}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    assert_eq!(throttle.totals().fullest, 20);
}
