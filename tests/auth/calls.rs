//! Calls of a client with a refresh token, in paused time.

use cliq_api::auth::{AuthError, AuthErrorKind, Credentials, TokenSettings};
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{ClientBuilder, ErrorKind, RetryPolicy, Sent};
use cliq_sandbox::oauth::Action;
use cliq_sandbox::{Fault, Latency};
use tokio::time::{Instant, advance, sleep, timeout};

use super::*;

const HOUR: Duration = Duration::from_hours(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);

/// Returns the refresh token of a new sign-in of the demo's user.
fn sign_in(demo: &Demo, scopes: &str) -> String {
    let tokens = demo
        .sandbox
        .accounts(|accounts, now| accounts.issue_tokens(CLIENT_ID, &demo.user_id, scopes, now));
    tokens.refresh_token.unwrap()
}

/// The client has no limits: other tests cover them.
fn builder(demo: &Demo, refresh_token: &str) -> ClientBuilder {
    let credentials = Credentials::refresh_token(&app(), refresh_token.to_owned());
    demo.sandbox
        .client_builder()
        .credentials(credentials)
        .limits(LimitSettings::off())
}

fn client(demo: &Demo, refresh_token: &str) -> Client {
    builder(demo, refresh_token).build().unwrap()
}

fn refreshes(demo: &Demo, refresh_token: &str) -> usize {
    demo.sandbox
        .accounts(|accounts, _| accounts.book().refreshes(refresh_token).count())
}

fn most_refreshes(demo: &Demo, refresh_token: &str) -> usize {
    demo.sandbox
        .accounts(|accounts, _| accounts.book().most_refreshes(refresh_token, TEN_MINUTES))
}

#[track_caller]
fn auth_error(error: &Error) -> &AuthError {
    let source = std::error::Error::source(error).unwrap_or_else(|| panic!("{error} has no cause"));
    source
        .downcast_ref()
        .unwrap_or_else(|| panic!("{error} is not about tokens"))
}

struct Random(u64);

impl Random {
    fn millis(&mut self, end: u64) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis((self.0 >> 33) % end)
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_over_an_expiring_token_make_one_refresh_for_each_expiry() {
    let demo = demo();
    let refresh_token = sign_in(&demo, SCOPES);
    demo.sandbox
        .faults()
        .everywhere()
        .latency(Latency::uniform(Duration::ZERO..=Duration::from_secs(1)));
    demo.sandbox
        .faults()
        .accounts()
        .latency(Latency::uniform(Duration::ZERO..=Duration::from_secs(3)));
    let client = builder(&demo, &refresh_token)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let mut random = Random(1);
    let begun = Instant::now();
    let mut calls = Vec::new();
    for _ in 0..1_000 {
        for _ in 0..10 {
            let call = client.get_thread(&demo.thread_chat_id);
            let patience = random.millis(20_000);
            calls.push(tokio::spawn(async move {
                // Some calls are dropped, before or after they are sent.
                timeout(patience, call).await.is_ok_and(|result| {
                    result.unwrap();
                    true
                })
            }));
        }
        sleep(random.millis(72_000)).await;
    }
    let mut done = 0;
    for call in calls {
        done += usize::from(call.await.unwrap());
    }
    assert!((9_000..10_000).contains(&done), "{done}");
    // One refresh at the start, and one every 55 minutes, with the next burst.
    let (most, fewest) = (
        begun.elapsed().as_secs() / 3_300,
        begun.elapsed().as_secs() / (3_300 + 76),
    );
    let refreshes = refreshes(&demo, &refresh_token) as u64 - 1;
    assert!(
        (fewest..=most).contains(&refreshes),
        "{refreshes}, and not {fewest} to {most}"
    );
    assert_eq!(
        demo.sandbox
            .accounts(|accounts, _| accounts.book().refused(Action::Refresh).count()),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_401s_makes_one_refresh_and_no_caller_notices() {
    let demo = demo();
    let refresh_token = sign_in(&demo, SCOPES);
    let client = client(&demo, &refresh_token);
    client.get_thread(&demo.thread_chat_id).await.unwrap();
    demo.sandbox
        .faults()
        .everywhere()
        .latency(Latency::uniform(Duration::ZERO..=Duration::from_secs(5)));
    demo.sandbox
        .accounts(|accounts, _| accounts.revoke_access_tokens(&demo.user_id));
    let calls: Vec<_> = (0..500)
        .map(|_| tokio::spawn(client.get_thread(&demo.thread_chat_id).into_future()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(refreshes(&demo, &refresh_token), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_never_used_eleven_times_in_ten_minutes() {
    for seed in 0..5 {
        let demo = demo();
        let refresh_token = sign_in(&demo, SCOPES);
        let client = client(&demo, &refresh_token);
        let faults = || demo.sandbox.faults().accounts();
        faults().latency(Latency::uniform(Duration::ZERO..=Duration::from_secs(8)));
        faults()
            .lose_requests(0.1)
            .lose_answers(0.1)
            .reset(0.1)
            .late(0.1, Duration::from_mins(1));
        let mut random = Random(seed);
        let mut calls = Vec::new();
        for round in 0..600 {
            if round % 4 == 0 {
                demo.sandbox
                    .accounts(|accounts, _| accounts.revoke_access_tokens(&demo.user_id));
            }
            let call = client.get_thread(&demo.thread_chat_id);
            let patience = random.millis(60_000);
            calls.push(tokio::spawn(async move {
                timeout(patience, call)
                    .await
                    .is_ok_and(|result| result.is_ok())
            }));
            sleep(random.millis(20_000)).await;
        }
        for call in calls {
            call.await.unwrap();
        }
        let (most, all) = (
            most_refreshes(&demo, &refresh_token),
            refreshes(&demo, &refresh_token),
        );
        assert!(most <= 10 && all > 20, "seed {seed}: {most} of {all}");
        assert_eq!(
            demo.sandbox
                .accounts(|accounts, _| accounts.book().refused(Action::Refresh).count()),
            0
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_is_told_to_all_who_wait_within_their_deadlines() {
    for (fault, kind) in [
        (Fault::LoseRequest, AuthErrorKind::Unreachable),
        (Fault::Unreachable, AuthErrorKind::Unreachable),
        (
            Fault::Fail(http::StatusCode::SERVICE_UNAVAILABLE),
            AuthErrorKind::Refused,
        ),
    ] {
        let demo = demo();
        let refresh_token = sign_in(&demo, SCOPES);
        let client = client(&demo, &refresh_token);
        demo.sandbox.faults().accounts().repeat(100, fault.clone());
        let begun = Instant::now();
        let (short, long) = (Duration::from_secs(5), Duration::from_mins(2));
        let calls: Vec<_> = (0..200)
            .map(|index| if index % 2 == 0 { short } else { long })
            .map(|deadline| {
                let call = client
                    .get_thread(&demo.thread_chat_id)
                    .options(|options| options.deadline(deadline));
                tokio::spawn(async move { (deadline, call.await.unwrap_err(), begun.elapsed()) })
            })
            .collect();
        for call in calls {
            let (deadline, error, after) = call.await.unwrap();
            assert!(after <= deadline, "{after:?} of {deadline:?}: {error}");
            assert_eq!(error.sent(), Sent::No, "{error}");
            if deadline == long {
                assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
                assert_eq!(auth_error(&error).kind(), kind, "{error}");
            }
        }
        assert_eq!(demo.sandbox.totals().arrivals, 0, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn access_denied_is_told_to_all_and_waited_out() {
    let demo = demo();
    let refresh_token = sign_in(&demo, SCOPES);
    // Another program uses up the refreshes, and exceeds their limit.
    let oauth_of_another_program = || client(&demo, &refresh_token);
    for _ in 0..10 {
        oauth_of_another_program()
            .get_thread(&demo.thread_chat_id)
            .await
            .unwrap();
    }
    let client = client(&demo, &refresh_token);
    let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
    let cause = auth_error(&error);
    assert_eq!(
        (cause.kind(), cause.code()),
        (AuthErrorKind::TooMany, Some("Access Denied"))
    );
    assert!(cause.retry_at().is_some() && error.is_unauthorized());
    assert!(
        error.to_string().contains("no retry before") && error.retry_after().is_some(),
        "{error}"
    );
    assert_eq!(refreshes(&demo, &refresh_token), 11);
    for _ in 0..60 {
        advance(Duration::from_secs(10)).await;
        let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
        assert_eq!(auth_error(&error).kind(), AuthErrorKind::TooMany);
    }
    assert_eq!(refreshes(&demo, &refresh_token), 11);
    advance(Duration::from_secs(2)).await;
    client.get_thread(&demo.thread_chat_id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_revoked_says_that_the_user_has_to_sign_in() {
    let demo = demo();
    let refresh_token = sign_in(&demo, SCOPES);
    let client = client(&demo, &refresh_token);
    demo.sandbox
        .accounts(|accounts, _| accounts.revoke(&refresh_token));
    let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
    let cause = auth_error(&error);
    assert!(
        cause.needs_sign_in() && cause.code() == Some("invalid_code"),
        "{error}"
    );
    assert!(
        error.to_string().contains("get_thread") && error.to_string().contains("revoked"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_lacks_its_scope_is_not_sent() {
    let demo = demo();
    let refresh_token = sign_in(&demo, "ZohoCliq.Chats.READ");
    // The first call of all fetches the token, which reports the scopes.
    let error = client(&demo, &refresh_token)
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent(), demo.sandbox.totals().arrivals),
        (ErrorKind::Scope, Sent::No, 0)
    );

    let client = client(&demo, &refresh_token);
    client.get_thread(&demo.thread_chat_id).await.unwrap();
    assert_eq!(
        client.granted_scopes().unwrap().to_string(),
        "ZohoCliq.Chats.READ"
    );
    let sent = demo.sandbox.totals().arrivals;
    let error = client
        .follow_thread(&demo.thread_chat_id)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Scope, Sent::No));
    for word in [
        "follow_thread",
        "ZohoCliq.Chats.UPDATE",
        "ZohoCliq.Chats.READ",
    ] {
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(demo.sandbox.totals().arrivals, sent);
}

/// Tokens of client credentials report scopes that some endpoints don't accept. A new token
/// wouldn't help.
#[tokio::test(start_paused = true)]
async fn a_401_for_a_scope_makes_no_refresh() {
    let demo = demo();
    policy(&demo, |policy| {
        policy.hollow_scopes = vec!["ZohoCliq.Chats.READ".to_owned()];
    });
    let credentials = Credentials::client_credentials(&app(), SCOPES);
    let client = demo
        .sandbox
        .client_builder()
        .credentials(credentials)
        .build()
        .unwrap();
    for _ in 0..3 {
        let error = client.get_thread(&demo.thread_chat_id).await.unwrap_err();
        assert_eq!(error.code(), Some("oauthtoken_scope_invalid"));
    }
    let granted = demo
        .sandbox
        .accounts(|accounts, _| accounts.book().granted(Action::ClientCredentials).count());
    assert_eq!(granted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_starts_often_shares_one_token_through_a_store() {
    let demo = demo();
    let refresh_token = sign_in(&demo, SCOPES);
    let store = cliq_api::auth::MemoryTokenStore::new();
    for _ in 0..100 {
        let client = builder(&demo, &refresh_token)
            .tokens(TokenSettings::new().store(store.clone()))
            .build()
            .unwrap();
        client.get_thread(&demo.thread_chat_id).await.unwrap();
        advance(Duration::from_secs(10)).await;
    }
    assert_eq!(refreshes(&demo, &refresh_token), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_slot_does_not_outlive_the_token() {
    let demo = demo();
    let refresh_token = sign_in(&demo, SCOPES);
    policy(&demo, |policy| {
        policy.access_token_lifetime = Duration::from_secs(30);
    });
    let credentials = Credentials::refresh_token(&app(), refresh_token.clone());
    let client = demo
        .sandbox
        .client_builder()
        .credentials(credentials)
        .build()
        .unwrap();
    // More than a window of calls: the last ones wait for longer than a token is valid.
    let calls: Vec<_> = (0..30)
        .map(|_| {
            client
                .get_thread(&demo.thread_chat_id)
                .options(|options| options.deadline(HOUR))
        })
        .map(|call| tokio::spawn(call.into_future()))
        .collect();
    for call in calls {
        assert!(
            call.await
                .unwrap()
                .unwrap_or_else(|error| panic!("{error}"))
                .title
                .is_some()
        );
    }
}
