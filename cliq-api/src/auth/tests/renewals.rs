//! One client: renewals, refusals, failures.

use super::*;

#[tokio::test(start_paused = true)]
async fn many_calls_over_an_expiring_token_make_one_renewal_for_each_expiry() {
    for seed in 0..10 {
        let server = Server::default().late(SECOND);
        let session = server.session();
        let mut random = Random(seed);
        let begun = Instant::now();
        let mut calls = Vec::new();
        // 10,000 calls in 10 hours, in bursts.
        for _ in 0..1_000 {
            for _ in 0..10 {
                let (server, session) = (server.clone(), Arc::clone(&session));
                let (patience, journey) = (random.millis(3_000), random.millis(5_000));
                calls.push(tokio::spawn(async move {
                    // Some go away while they wait.
                    let Ok(authorized) = timeout(patience, token(&session)).await else {
                        return false;
                    };
                    sleep(journey).await;
                    assert!(
                        server.is_good(&authorized),
                        "a call was sent with a token that ran out on its way"
                    );
                    true
                }));
            }
            sleep(random.millis(72_000)).await;
        }
        let mut sent = 0;
        for call in calls {
            sent += usize::from(call.await.unwrap());
        }
        assert!(sent > 9_900, "{sent}");
        // The first, and one for each 55 minutes; a burst comes at least each 72 s.
        let (fewest, most) = (
            begun.elapsed().as_secs() / (3_300 + 75),
            begun.elapsed().as_secs() / 3_300,
        );
        let renewals = server.refreshes() as u64 - 1;
        assert!(
            (fewest..=most).contains(&renewals),
            "{renewals} are not within {fewest} and {most}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_makes_one_renewal() {
    let server = Server::default().late(SECOND);
    let session = server.session();
    let first = token(&session).await;
    server.revoke_all();
    let mut random = Random(1);
    let mut calls = Vec::new();
    for _ in 0..1_000 {
        let (server, session, first) = (server.clone(), Arc::clone(&session), first.clone());
        let journey = random.millis(30_000);
        calls.push(tokio::spawn(async move {
            // Its 401 may come long after others had theirs, and the new token.
            sleep(journey).await;
            assert!(!server.is_good(&first));
            assert!(session.refuse(first.generation));
            let second = token(&session).await;
            assert!(second.generation > first.generation && server.is_good(&second));
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(server.refreshes(), 2);
}

/// Whatever happens, and in whatever order: no more than ten uses in ten minutes, no step back to
/// an older token, and nobody waits longer than a renewal may take.
#[tokio::test(start_paused = true)]
async fn no_interleaving_uses_the_refresh_token_too_often_or_brings_an_older_token_back() {
    for seed in 0..30 {
        let mut random = Random(seed);
        let server = Server::default().late(random.millis(4_000));
        {
            let replies = [
                Reply::Grant,
                Reply::Hang,
                Reply::Unreachable,
                Reply::Status(503),
                Reply::Error("general_error"),
            ];
            let mut script = VecDeque::new();
            for _ in 0..200 {
                script.push_back(replies[usize::try_from(random.below(5)).unwrap()]);
            }
            server.inner().script = script;
        }
        let session = server.session();
        let newest = Arc::new(Mutex::new(0));
        let mut calls = Vec::new();
        for _ in 0..2_000 {
            if random.below(50) == 0 {
                server.revoke_all();
            }
            let (server, session, newest) =
                (server.clone(), Arc::clone(&session), Arc::clone(&newest));
            let (journey, patience) = (random.millis(20_000), random.millis(60_000));
            calls.push(tokio::spawn(async move {
                let before = *newest.lock().unwrap();
                let begun = Instant::now();
                let waited = timeout(patience, session.authorization()).await;
                assert!(begun.elapsed() <= Duration::from_secs(65));
                let Ok(Ok(authorized)) = waited else {
                    return;
                };
                assert!(authorized.generation >= before, "an older token came back");
                {
                    let mut newest = newest.lock().unwrap();
                    *newest = authorized.generation.max(*newest);
                }
                sleep(journey).await;
                if !server.is_good(&authorized) {
                    session.refuse(authorized.generation);
                }
            }));
            sleep(random.millis(10_000)).await;
        }
        for call in calls {
            call.await.unwrap();
        }
        assert!(
            server.most_refreshes() <= 9,
            "seed {seed}: {}",
            server.most_refreshes()
        );
        assert!(
            server.refreshes() > 20,
            "seed {seed}: it went on, {}",
            server.refreshes()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_to_all_who_wait() {
    for (reply, kind) in [
        (Reply::Error("invalid_grant"), AuthErrorKind::Refused),
        (Reply::Error("too_many"), AuthErrorKind::TooMany),
        (Reply::Status(503), AuthErrorKind::Refused),
        (Reply::Unreachable, AuthErrorKind::Unreachable),
        (Reply::Hang, AuthErrorKind::Unreachable),
    ] {
        let server = Server::answering([reply; 3]);
        let session = server.session();
        let begun = Instant::now();
        let calls: Vec<_> = (0..100)
            .map(|_| Arc::clone(&session))
            .map(|session| tokio::spawn(async move { failed(session.authorization().await) }))
            .collect();
        for call in calls {
            let error = call.await.unwrap();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains("auth.example.com"), "{error}");
        }
        assert!(begun.elapsed() <= Duration::from_secs(30), "{reply:?}");
        // The next caller gets the same error, without another request.
        let asked = server.refreshes();
        assert_eq!(failed(session.authorization().await).kind(), kind);
        assert_eq!(server.refreshes(), asked);
        // In the end it goes on.
        server.inner().script.clear();
        sleep(11 * MINUTE).await;
        assert!(server.is_good(&token(&session).await));
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again_while_callers_wait() {
    let server = Server::answering([Reply::Unreachable, Reply::Status(502)]);
    assert!(server.is_good(&token(&server.session()).await));
    assert_eq!(server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_seconds_costs_seconds() {
    for (outage, most) in [
        (1, 2),
        (5, 15),
        (25, 45),
        (60, 100),
        (200, 500),
        (3600, 4000),
    ] {
        for body in ["<html>", r#"{"error": "internal"}"#] {
            for is_shared in [false, true] {
                let server = Server::default();
                server.inner().outage = Some((Instant::now() + outage * SECOND, 500, body));
                let settings = TokenSettings::new();
                let context = server.context_with(if is_shared {
                    settings.store(MemoryTokenStore::new())
                } else {
                    settings
                });
                let took = until_token(&session(&context, refresh_token())).await;
                assert!(took <= most * SECOND, "{outage} s with {body}: {took:?}");
                assert!(server.most_refreshes() <= 9, "{}", server.most_refreshes());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_the_allowance_is_spread_too() {
    let server = Server::default();
    let context = server.context();
    for _ in 0..6 {
        token(&session(&context, refresh_token())).await;
    }
    server.inner().outage = Some((Instant::now() + 25 * SECOND, 500, ""));
    let took = until_token(&session(&context, refresh_token())).await;
    assert!(took < 3 * MINUTE, "{took:?}");
    assert!(server.most_refreshes() <= 9, "{}", server.most_refreshes());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_the_renewal_to_the_others() {
    let server = Server::default().late(5 * SECOND);
    let session = server.session();
    let other = Arc::clone(&session);
    assert!(timeout(SECOND, session.authorization()).await.is_err());
    let waiting = tokio::spawn(async move { token(&other).await });
    assert!(server.is_good(&waiting.await.unwrap()));
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_without_waiting_and_kept_if_that_fails() {
    let server = Server::default().late(3 * SECOND);
    let session = server.session();
    let first = token(&session).await;
    advance(54 * MINUTE).await;
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(4 * SECOND).await;
    assert_eq!(server.refreshes(), 1);

    advance(2 * MINUTE).await;
    server.inner().script.push_back(Reply::Status(503));
    let begun = Instant::now();
    assert_eq!(token(&session).await.generation, first.generation);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    sleep(10 * SECOND).await;
    assert_eq!(server.refreshes(), 2);
    // It works on, and isn't asked for again for a minute.
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(10 * SECOND).await;
    assert_eq!(server.refreshes(), 2);

    advance(MINUTE).await;
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(10 * SECOND).await;
    assert_eq!(
        (server.refreshes(), token(&session).await.generation),
        (3, first.generation + 1)
    );
}

/// It has one attempt, since the call that starts it has a token. Who has none makes another.
#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_is_repeated_by_who_needs_a_token() {
    let server = Server::default().late(5 * SECOND);
    let session = server.session();
    let first = token(&session).await;
    // Three seconds before its last use.
    advance(3587 * SECOND).await;
    server.inner().script.push_back(Reply::Status(503));
    assert_eq!(token(&session).await.generation, first.generation);
    sleep(4 * SECOND).await;
    let begun = Instant::now();
    let renewed = token(&session).await;
    assert_eq!(renewed.generation, first.generation + 1);
    assert_eq!(
        begun.elapsed().as_secs(),
        6,
        "the rest of the one, and the other"
    );
    assert_eq!(server.refreshes(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_session_shows_its_credentials_and_no_secret() {
    let session = Server::rotating().session();
    token(&session).await;
    let shown = format!("{session:?}");
    assert!(
        shown.starts_with("Session {") && shown.contains("refresh token"),
        "{shown}"
    );
    for secret in ["refresh-", "token-", "secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let context = format!("{:?}", Server::default().context());
    assert!(context.starts_with("AuthContext {"), "{context}");
}

#[tokio::test(start_paused = true)]
async fn a_late_refusal_does_not_kill_a_newer_token() {
    let server = Server::default();
    let session = server.session();
    let first = token(&session).await;
    assert!(session.refuse(first.generation));
    let second = token(&session).await;
    // To send again with the newer one is all that it means.
    assert!(session.refuse(first.generation));
    assert_eq!(token(&session).await.generation, second.generation);
    assert_eq!(server.refreshes(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_good_tokens_does_not_use_up_the_refresh_token() {
    let server = Server::default();
    let session = server.session();
    for _ in 0..100 {
        let authorized = token(&session).await;
        if session.refuse(authorized.generation) {
            token(&session).await;
        }
        advance(SECOND).await;
    }
    assert_eq!(server.refreshes(), 5);
    // What is kept is there when the token runs out.
    server.revoke_all();
    advance(HOUR).await;
    assert!(server.is_good(&token(&session).await));
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_not_tried_before_its_time() {
    let server = Server::answering([Reply::Error("too_many")]);
    let context = server.context();
    let session = session(&context, refresh_token());
    let error = failed(session.authorization().await);
    let wait = error
        .retry_at()
        .unwrap()
        .duration_since(context.clock.now())
        .unwrap();
    assert!(wait > 10 * MINUTE && wait < 11 * MINUTE, "{wait:?}");
    for _ in 0..600 {
        advance(SECOND).await;
        assert_eq!(
            failed(session.authorization().await).kind(),
            AuthErrorKind::TooMany
        );
    }
    assert_eq!(server.refreshes(), 1);
    advance(2 * SECOND).await;
    assert!(server.is_good(&token(&session).await));
}

#[tokio::test(start_paused = true)]
async fn our_own_count_says_when_it_would_go() {
    let server = Server::default();
    let context = server.context();
    // A program that makes a session for each call.
    for _ in 0..9 {
        token(&session(&context, refresh_token())).await;
    }
    let error = failed(session(&context, refresh_token()).authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::TooMany);
    assert!(
        error.to_string().contains("no retry before") && error.to_string().ends_with("UTC"),
        "{error}"
    );
    assert_eq!(server.refreshes(), 9);
    // However many others there are.
    for number in 0..200 {
        let other = Credentials::refresh_token(&client(), format!("other-{number}"));
        token(&session(&context, other)).await;
    }
    let error = failed(session(&context, refresh_token()).authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::TooMany);
    advance(11 * MINUTE).await;
    token(&session(&context, refresh_token())).await;
}

/// A server without a budget, and an API that refuses each token.
#[tokio::test(start_paused = true)]
async fn without_a_budget_refused_tokens_are_still_not_replaced_without_end() {
    let server = Server::default();
    let client = OAuthClient::public("https://auth.example.com/token", "desk");
    let session = session(
        &server.context(),
        Credentials::refresh_token(&client, "refresh-1"),
    );
    for _ in 0..100 {
        let authorized = token(&session).await;
        session.refuse(authorized.generation);
    }
    assert_eq!(server.refreshes(), 5);
    // What is needed is not limited.
    for _ in 0..20 {
        advance(HOUR + MINUTE).await;
        token(&session).await;
    }
    assert_eq!(server.refreshes(), 25);
}

/// RFC 6585, section 4.
#[tokio::test(start_paused = true)]
async fn a_server_says_when_it_may_be_asked_again() {
    struct Busy;
    impl Transport for Busy {
        fn send(&self, _: Request<crate::Body>) -> Exchange<'_> {
            let answer = Response::builder().status(429).header("retry-after", "300");
            let answer = answer.body(crate::Body::empty()).unwrap();
            Box::pin(async move { Ok(answer) })
        }
    }
    let context = Arc::new(AuthContext::new(Arc::new(Busy), TokenSettings::new()));
    let client = OAuthClient::public("https://auth.example.com/token", "desk");
    let session = session(&context, Credentials::refresh_token(&client, "refresh-1"));
    let error = failed(session.authorization().await);
    assert_eq!(error.kind(), AuthErrorKind::TooMany);
    let wait = error.retry_at().unwrap().duration_since(context.now());
    assert!((300..=301).contains(&wait.unwrap().as_secs()));
}
