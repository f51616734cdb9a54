//! An unreachable server: nothing is sent, or only a share of the limit.

use std::time::Duration;

use cliq_api::limit::{LimitRefusal, Outcome};
use cliq_api::shared::Unreachable;
use cliq_tests::redis::Redis;
use tokio::time::{Instant, sleep};

use crate::{acquire, call, limiter, limiter_of, remaining, sent, settings, state, store, until};

#[tokio::test]
async fn nothing_is_sent_until_the_server_is_back() {
    let mut redis = Redis::start(&[]);
    let limiter = limiter(&redis);
    call(&limiter, Outcome::Accepted).await;
    redis.kill();
    until("noticed", async || acquire(&limiter).await.is_err()).await;
    let begun = Instant::now();
    let refusal = acquire(&limiter).await.unwrap_err();
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "known already"
    );
    let said = refusal.to_string();
    let place = format!(
        "unavailable: redis://127.0.0.1:{}/0 can't be used: ",
        redis.port()
    );
    assert!(
        matches!(refusal, LimitRefusal::Store(_)) && said.contains(&place),
        "{said}"
    );
    assert!(said.contains("refused"), "{said}");
    redis.start_again();
    until("back", async || state(&limiter).await.is_ok()).await;
    call(&limiter, Outcome::Accepted).await;
}

/// The server accepts connections, but doesn't respond.
#[tokio::test]
async fn a_server_that_hangs_is_given_little_time() {
    let redis = Redis::start(&[]);
    let limiter = limiter_of(
        store(&redis).timeout(Duration::from_millis(200)),
        settings(),
    );
    call(&limiter, Outcome::Accepted).await;
    redis.signal("STOP");
    let begun = Instant::now();
    let refusal = acquire(&limiter).await.unwrap_err();
    assert!(
        begun.elapsed() < Duration::from_millis(900),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        refusal.to_string().contains("no response from "),
        "{refusal}"
    );
    redis.signal("CONT");
    until("back", async || state(&limiter).await.is_ok()).await;
}

#[tokio::test]
async fn a_share_is_used_without_the_server_and_reported_later() {
    let mut redis = Redis::start(&[]);
    let sharing = |share| {
        limiter_of(
            store(&redis).when_unreachable(Unreachable::Share(share)),
            settings(),
        )
    };
    // Half of four calls, and less than one.
    let (half, little) = (sharing(0.5), sharing(0.2));
    call(&half, Outcome::Accepted).await;
    call(&little, Outcome::Accepted).await;
    redis.kill();
    let begun = Instant::now();
    let first = loop {
        match acquire(&half).await {
            Ok(permit) => break permit,
            Err(refusal) => assert!(matches!(refusal, LimitRefusal::Store(_)), "{refusal}"),
        }
        sleep(Duration::from_millis(10)).await;
    };
    // Only after everything that was permitted is forgotten: a permit's lifetime, a window and the
    // margin.
    assert!(
        begun.elapsed() > Duration::from_millis(1300),
        "{:?}",
        begun.elapsed()
    );
    let mut first = first;
    first.sending().unwrap();
    let under_way = sent(&half).await;
    first.answered(Outcome::Accepted);
    // There is no third slot: the call waits until the first is forgotten.
    let third = tokio::time::timeout(Duration::from_millis(500), acquire(&half)).await;
    assert!(third.is_err());
    assert!(matches!(
        acquire(&little).await,
        Err(LimitRefusal::Store(_))
    ));

    redis.start_again();
    let other = limiter(&redis);
    until("told", async || remaining(&other).await == Some(2)).await;
    under_way.answered(Outcome::Accepted);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(remaining(&other).await.map(|left| left <= 3), Some(true));
    // Now it uses Redis again, and calls that were in flight aren't held as long as unanswered
    // ones.
    until("forgotten", async || remaining(&other).await == Some(4)).await;
    call(&half, Outcome::Accepted).await;
    until("shared", async || remaining(&other).await == Some(3)).await;
}
