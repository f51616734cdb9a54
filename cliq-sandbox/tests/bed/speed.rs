//! Many calls. `examples/rate.rs` prints how long they take.

use cliq_api::prelude::*;
use cliq_api::threads::{FollowThreadRequest, Threads};
use cliq_sandbox::limits::{Limits, Throttle};

use super::{SECOND, ryan_limited};

/// 100,000 calls over three and a half days of paused time.
#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_calls_keep_the_limit() {
    let (demo, client) = ryan_limited(Limits::published());
    for _ in 0..100_000 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
        tokio::time::advance(3 * SECOND).await;
    }
    let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
    assert_eq!(
        (tally.arrivals, tally.refused, tally.fullest),
        (100_000, 0, 20)
    );
}

#[test]
fn a_million_verdicts_keep_the_limit() {
    let mut throttle = Throttle::new(Limits::published()).keep(0);
    let bucket = throttle.bucket(FollowThreadRequest::META);
    for call in 0..1_000_000_u32 {
        assert!(
            throttle
                .arrive_at(3 * SECOND * call, "855727961", bucket)
                .is_allowed()
        );
    }
    assert_eq!(throttle.totals().fullest, 20);
}
