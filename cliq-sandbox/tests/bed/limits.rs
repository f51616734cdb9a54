//! Limits and locks through a client, as documented or observed for Cliq.

use cliq_api::prelude::*;
use cliq_api::threads::{
    AutoFollow, FollowThreadRequest, GetThreadRequest, SendThreadMessageRequest, Threads,
};
use cliq_sandbox::limits::{Limits, Stamps, Telling, Trips, Window};
use cliq_sandbox::{Clock, Demo, ManualClock, Sandbox};
use std::time::Duration;
use tokio::time::{advance, sleep};

use super::{MINUTE, SECOND, bare_client, ryan, ryan_limited, status};

/// Returns how many consecutive calls succeed at one moment.
async fn burst(client: &Client, demo: &Demo) -> usize {
    for count in 0..100 {
        if client.follow_thread(&demo.thread_chat_id).await.is_err() {
            return count;
        }
    }
    100
}

#[tokio::test(start_paused = true)]
async fn at_first_nothing_is_limited_but_all_is_counted() {
    let (demo, client) = ryan();
    assert!(demo.sandbox.limits().is_off());
    assert_eq!(burst(&client, &demo).await, 100);
    let tally = demo.sandbox.book().of::<FollowThreadRequest>(&demo.user_id);
    assert_eq!(
        (tally.arrivals, tally.refused, tally.fullest),
        (100, 0, 100)
    );

    demo.sandbox.set_limits(Limits::published());
    assert_eq!(
        burst(&client, &demo).await,
        0,
        "what was counted stays counted"
    );
}

#[tokio::test(start_paused = true)]
async fn twenty_in_a_minute_and_ten_minutes_of_lock() {
    let (demo, client) = ryan_limited(Limits::published());
    assert_eq!(burst(&client, &demo).await, 20);
    let error = client
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert!(error.is_throttled());

    let start = Clock::START - time::OffsetDateTime::UNIX_EPOCH;
    let until = demo
        .sandbox
        .locked_until::<FollowThreadRequest>(&demo.user_id)
        .unwrap();
    assert_eq!(until, start.unsigned_abs() + 10 * MINUTE);
    let book = demo.sandbox.book();
    let lock = book.locks().next().unwrap();
    assert_eq!(
        (lock.length(), &*lock.user_id),
        (10 * MINUTE, demo.user_id.as_str())
    );

    advance(599 * SECOND).await;
    assert_eq!(
        status(client.follow_thread(&demo.thread_chat_id).await),
        Some(429)
    );
    advance(SECOND).await;
    client.follow_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!(
        demo.sandbox
            .locked_until::<FollowThreadRequest>(&demo.user_id),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn get_thread_locks_for_five_minutes_and_a_channel_takes_fifty_changes() {
    let (demo, client) = ryan_limited(Limits::published());
    for _ in 0..20 {
        client.get_thread(&demo.thread_chat_id).await.unwrap();
    }
    assert_eq!(
        status(client.get_thread(&demo.thread_chat_id).await),
        Some(429)
    );
    for _ in 0..50 {
        client
            .set_thread_auto_follow(&demo.channel_id, AutoFollow::Enable)
            .await
            .unwrap();
    }
    assert_eq!(
        status(
            client
                .set_thread_auto_follow(&demo.channel_id, AutoFollow::Enable)
                .await
        ),
        Some(429)
    );
    let locks: Vec<_> = demo
        .sandbox
        .book()
        .locks()
        .map(|lock| lock.length().as_secs())
        .collect();
    assert_eq!(locks, [300, 300]);
    advance(5 * MINUTE).await;
    client.get_thread(&demo.thread_chat_id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn users_and_endpoints_are_counted_apart() {
    let (demo, client) = ryan_limited(Limits::published());
    burst(&client, &demo).await;
    let scott = bare_client(&demo.sandbox, &demo.sandbox.token(&demo.colleague_ids[0]));
    assert_eq!(burst(&scott, &demo).await, 20);
    client.unfollow_thread(&demo.thread_chat_id).await.unwrap();
    // A new token doesn't make a new user.
    let again = bare_client(&demo.sandbox, &demo.sandbox.token(&demo.user_id));
    assert_eq!(burst(&again, &demo).await, 0);
}

/// Starting a thread and posting in one have the same URL.
#[tokio::test(start_paused = true)]
async fn what_is_one_url_is_counted_together() {
    let (demo, client) = ryan_limited(Limits::published());
    for _ in 0..10 {
        client
            .send_thread_message(&demo.thread_chat_id, "One.")
            .await
            .unwrap();
        client
            .create_thread_by_chat_id(&demo.channel_chat_id, "Two.", &demo.message_id)
            .await
            .unwrap();
    }
    assert_eq!(
        status(
            client
                .send_thread_message(&demo.thread_chat_id, "Three.")
                .await
        ),
        Some(429)
    );
    assert_eq!(
        demo.sandbox
            .book()
            .of::<SendThreadMessageRequest>(&demo.user_id)
            .fullest,
        21
    );
    client
        .create_thread_by_channel_id(&demo.channel_id, "Four.", &demo.message_id)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rolling_window_reaches_back_from_each_call() {
    let (demo, client) = ryan_limited(Limits::published());
    advance(50 * SECOND).await;
    for _ in 0..20 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
    }
    // A full minute of the clock starts in between.
    advance(59 * SECOND).await;
    assert_eq!(
        status(client.follow_thread(&demo.thread_chat_id).await),
        Some(429)
    );
    demo.sandbox.forgive();
    assert_eq!(burst(&client, &demo).await, 20);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_window_begins_with_the_servers_minute() {
    let (demo, client) = ryan_limited(Limits::published().window(Window::Fixed));
    advance(50 * SECOND).await;
    for _ in 0..20 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
    }
    advance(10 * SECOND).await;
    assert_eq!(burst(&client, &demo).await, 20);

    // With a clock that is five seconds ahead, the minute starts earlier.
    let (demo, client) = ryan_limited(
        Limits::published()
            .window(Window::Fixed)
            .clock_ahead(5 * SECOND),
    );
    advance(50 * SECOND).await;
    for _ in 0..20 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
    }
    advance(5 * SECOND).await;
    assert_eq!(burst(&client, &demo).await, 20);
}

#[tokio::test(start_paused = true)]
async fn the_twentieth_call_may_be_the_one_too_many() {
    let (demo, client) = ryan_limited(Limits::published().trips(Trips::AtLimit));
    assert_eq!(burst(&client, &demo).await, 19);
}

#[tokio::test(start_paused = true)]
async fn whole_seconds_keep_calls_up_to_a_second_longer() {
    for (stamps, after) in [(Stamps::Exact, 60_000), (Stamps::WholeSeconds, 60_100)] {
        let (demo, client) = ryan_limited(Limits::published().stamps(stamps));
        advance(Duration::from_millis(900)).await;
        for _ in 0..20 {
            client.follow_thread(&demo.thread_chat_id).await.unwrap();
        }
        // The first second of the last minute.
        advance(Duration::from_millis(after - 1)).await;
        assert_eq!(
            status(client.follow_thread(&demo.thread_chat_id).await),
            Some(429),
            "{stamps:?}"
        );
        demo.sandbox.forgive();
    }
    let (demo, client) = ryan_limited(Limits::published().stamps(Stamps::WholeSeconds));
    burst(&client, &demo).await;
    advance(10 * MINUTE + Duration::from_millis(999)).await;
    assert_eq!(burst(&client, &demo).await, 0);
    advance(Duration::from_millis(1)).await;
    assert_eq!(burst(&client, &demo).await, 20);
}

#[tokio::test(start_paused = true)]
async fn calls_in_a_lock_extend_it_or_not() {
    for (extended, open) in [(false, true), (true, false)] {
        let (demo, client) = ryan_limited(Limits::published().calls_extend_locks(extended));
        burst(&client, &demo).await;
        advance(5 * MINUTE).await;
        assert_eq!(burst(&client, &demo).await, 0);
        advance(5 * MINUTE).await;
        assert_eq!(
            client.follow_thread(&demo.thread_chat_id).await.is_ok(),
            open
        );
        assert_eq!(demo.sandbox.totals().locks, 1);
        let book = demo.sandbox.book();
        let lock = book.locks().next().unwrap();
        assert_eq!(
            lock.length(),
            if extended { 20 * MINUTE } else { 10 * MINUTE }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn refused_calls_count_or_not() {
    for (count_refused, through) in [(false, 20), (true, 1)] {
        let (demo, client) = ryan_limited(Limits::published().count_refused(count_refused));
        burst(&client, &demo).await;
        // Nineteen rejected calls, half a minute before the lock ends.
        advance(570 * SECOND).await;
        for _ in 0..19 {
            assert_eq!(
                status(client.follow_thread(&demo.thread_chat_id).await),
                Some(429)
            );
        }
        advance(30 * SECOND).await;
        assert_eq!(burst(&client, &demo).await, through);
    }
}

#[tokio::test(start_paused = true)]
async fn each_way_of_telling() {
    for telling in Telling::ALL {
        for retry_after in [false, true] {
            let (demo, client) = ryan_limited(
                Limits::published()
                    .telling(telling)
                    .retry_after(retry_after),
            );
            burst(&client, &demo).await;
            advance(Duration::from_millis(90_500)).await;
            let error = client
                .follow_thread(&demo.thread_chat_id)
                .await
                .unwrap_err();
            let body = std::str::from_utf8(error.body().unwrap()).unwrap();
            let expected = match telling {
                Telling::TooManyRequests => (
                    429,
                    r#"{"message":"Too many requests within a certain time frame."}"#.to_owned(),
                ),
                Telling::RateLimitExceeded => (429, {
                    let message = "Too many requests within a certain time frame.";
                    format!(r#"{{"error":{{"code":"rate_limit_exceeded","message":"{message}"}}}}"#)
                }),
                Telling::RequestLimitExceeded => (400, {
                    let message = "You have exceeded the URL throttle limits.";
                    format!(r#"{{"code":"request_limit_exceeded","message":"{message}"}}"#)
                }),
                _ => (400, {
                    let message = "Cannot execute more than 20 requests per API in 1 minute. Try again after 9 minutes.";
                    let title = "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED";
                    format!(
                        r#"{{"error":{{"details":{{"message":"{message}"}},"title":"{title}"}}}}"#
                    )
                }),
            };
            assert_eq!(
                (error.status().unwrap().as_u16(), body),
                (expected.0, expected.1.as_str())
            );
            assert!(error.is_throttled(), "{telling:?}");
            let header = error
                .headers()
                .unwrap()
                .get("retry-after")
                .map(|value| value.to_str().unwrap());
            assert_eq!(header, retry_after.then_some("510"));
        }
    }
}

/// Calls that are rejected for other reasons count; calls without a valid token have no user.
#[tokio::test(start_paused = true)]
async fn every_arrival_of_a_known_user_counts() {
    let (demo, client) = ryan_limited(Limits::published());
    for _ in 0..20 {
        assert_eq!(status(client.get_thread("nothing").await), Some(400));
    }
    assert_eq!(
        status(client.get_thread(&demo.thread_chat_id).await),
        Some(429)
    );
    let stranger = bare_client(&demo.sandbox, "1000.unknown");
    for _ in 0..30 {
        assert_eq!(
            status(stranger.get_thread(&demo.thread_chat_id).await),
            Some(401)
        );
    }
    assert_eq!(demo.sandbox.totals().arrivals, 21);
    assert_eq!(
        demo.sandbox
            .book()
            .of::<GetThreadRequest>(&demo.user_id)
            .refused,
        1
    );
}

/// A rejected call has no effect.
#[tokio::test(start_paused = true)]
async fn a_limited_call_does_nothing() {
    let (demo, client) = ryan_limited(Limits::published());
    for _ in 0..25 {
        let _ = client
            .send_thread_message(&demo.thread_chat_id, "Again.")
            .await;
    }
    assert_eq!(demo.sandbox.messages(&demo.thread_chat_id).len(), 21);
}

/// Evenly paced, twenty calls per minute are never rejected.
#[tokio::test(start_paused = true)]
async fn the_limit_itself_is_no_trap() {
    let (demo, client) = ryan_limited(Limits::published());
    for _ in 0..1_000 {
        client.follow_thread(&demo.thread_chat_id).await.unwrap();
        sleep(3 * SECOND).await;
    }
    assert_eq!(demo.sandbox.totals().fullest, 20);
    let book = demo.sandbox.book();
    let (user, _, tally) = book.fullest().unwrap();
    assert_eq!(
        (user, tally.fullest, tally.limit.unwrap().calls),
        (demo.user_id.as_str(), 20, 20)
    );
}

/// A manual clock needs no runtime.
#[test]
fn limits_go_by_the_injected_clock() {
    let clock = ManualClock::at(Clock::START);
    let demo = Sandbox::builder()
        .clock(clock.clone())
        .limits(Limits::published())
        .demo();
    let call = || {
        let url = format!("/api/v3/threads/{}/follow", demo.thread_chat_id);
        let request =
            http::Request::post(url).header("authorization", format!("Bearer {}", demo.token));
        demo.sandbox
            .handle(request.body(Bytes::new()).unwrap())
            .status()
            .as_u16()
    };
    assert!((0..20).all(|_| call() == 204));
    assert_eq!(call(), 429);
    clock.advance(10 * MINUTE);
    assert_eq!(call(), 204);
}
