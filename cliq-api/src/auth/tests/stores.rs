//! Clients that share a store, and refresh tokens that are replaced.

use super::*;

#[tokio::test(start_paused = true)]
async fn clients_with_one_store_share_an_outage() {
    let server = Server::default().late(SECOND / 10);
    server.inner().outage = Some((Instant::now() + 25 * SECOND, 503, ""));
    let store = MemoryTokenStore::new();
    let clients: Vec<_> = (0..8)
        .map(|_| server.context_with(TokenSettings::new().store(store.clone())))
        .map(|context| session(&context, refresh_token()))
        .map(|session| tokio::spawn(async move { until_token(&session).await }))
        .collect();
    for client in clients {
        let took = client.await.unwrap();
        assert!(took < 60 * SECOND, "{took:?}");
    }
    assert!(server.refreshes() <= 9, "{}", server.refreshes());
}

/// What never reached the server doesn't count, for other processes neither.
#[tokio::test(start_paused = true)]
async fn a_server_that_can_t_be_reached_costs_no_use() {
    let server = Server::default();
    server.inner().outage = Some((Instant::now() + MINUTE, 0, ""));
    let settings = TokenSettings::new().store(MemoryTokenStore::new());
    let clients: Vec<_> = (0..4)
        .map(|_| session(&server.context_with(settings.clone()), refresh_token()))
        .map(|session| tokio::spawn(async move { until_token(&session).await }))
        .collect();
    for client in clients {
        let took = client.await.unwrap();
        assert!(took <= 2 * MINUTE, "{took:?}");
    }
    assert_eq!(server.refreshes(), 1);
}

/// Whatever code the answer has.
#[tokio::test(start_paused = true)]
async fn a_429_is_shared_by_clients_with_one_store() {
    for body in ["", "<html>", r#"{"error": "rate_limited"}"#] {
        let server = Server::default();
        server.inner().outage = Some((Instant::now() + SECOND, 429, body));
        let settings = TokenSettings::new().store(MemoryTokenStore::new());
        let sessions: Vec<_> = (0..4)
            .map(|_| session(&server.context_with(settings.clone()), refresh_token()))
            .collect();
        for _ in 0..100 {
            for session in &sessions {
                let error = failed(session.authorization().await);
                assert_eq!(error.kind(), AuthErrorKind::TooMany, "{error}");
            }
            advance(6 * SECOND).await;
        }
        assert_eq!(server.refreshes(), 1, "{body}");
        advance(2 * SECOND).await;
        assert!(server.is_good(&token(&sessions[3]).await));
    }
}

#[tokio::test(start_paused = true)]
async fn eight_clients_with_one_store_make_one_renewal_for_each_expiry() {
    let server = Server::default().late(2 * SECOND);
    let store = MemoryTokenStore::new();
    let contexts: Vec<_> = (0..8)
        .map(|_| server.context_with(TokenSettings::new().store(store.clone())))
        .collect();
    let sessions: Vec<_> = contexts
        .iter()
        .map(|context| session(context, refresh_token()))
        .collect();
    let mut random = Random(7);
    for _ in 0..20 {
        let calls: Vec<_> = sessions
            .iter()
            .map(|session| (Arc::clone(session), random.millis(1_500)))
            .map(|(session, wait)| {
                tokio::spawn(async move {
                    sleep(wait).await;
                    token(&session).await
                })
            })
            .collect();
        for call in calls {
            assert!(server.is_good(&call.await.unwrap()));
        }
        advance(HOUR).await;
    }
    assert_eq!(server.refreshes(), 20);
}

#[tokio::test(start_paused = true)]
async fn clients_with_one_store_share_refusals_and_the_count_of_uses() {
    let server = Server::default();
    let store = MemoryTokenStore::new();
    let new = || {
        session(
            &server.context_with(TokenSettings::new().store(store.clone())),
            refresh_token(),
        )
    };
    let (one, other) = (new(), new());
    let (first, same) = (token(&one).await, token(&other).await);
    assert_eq!(first.header, same.header);
    // The first to be refused gets another one, and the other one takes it.
    assert!(one.refuse(first.generation));
    let second = token(&one).await;
    assert!(other.refuse(same.generation));
    assert_eq!(token(&other).await.header, second.header);
    assert_eq!(server.refreshes(), 2);

    // Each client is new, and the store knows what happened before.
    for _ in 0..50 {
        let started = new();
        let authorized = token(&started).await;
        if started.refuse(authorized.generation) {
            let _ = started.authorization().await;
        }
    }
    assert!(server.refreshes() <= 9, "{}", server.refreshes());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_dies_with_the_lease_is_waited_for_as_long_as_that_lasts() {
    let server = Server::answering([Reply::Hang]);
    let store = MemoryTokenStore::new();
    let settings = TokenSettings::new().store(store);
    let one = session(&server.context_with(settings.clone()), refresh_token());
    // It has the lease, and its use is written down; then its renewal is cut off by its own
    // timeout.
    let begun = Instant::now();
    let waiting = tokio::spawn(async move { one.authorization().await.is_ok() });
    sleep(SECOND).await;
    let other = session(&server.context_with(settings), refresh_token());
    assert!(server.is_good(&token(&other).await));
    assert!(begun.elapsed() < Duration::from_secs(40));
    assert!(waiting.await.unwrap(), "its second try finds the token");
}

/// RFC 6749, section 6.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_is_replaced_is_not_used_again() {
    let server = Server::rotating();
    let session = server.session();
    for _ in 0..4 {
        assert!(server.is_good(&token(&session).await));
        advance(HOUR + MINUTE).await;
    }
    let used = server.inner().used.clone();
    assert_eq!(used, ["refresh-1", "refresh-2", "refresh-3", "refresh-4"]);
}

/// The program's next start needs the newest, whatever became of those before.
#[tokio::test(start_paused = true)]
async fn a_new_refresh_token_is_reported_until_it_is_persisted() {
    let server = Server::rotating();
    let received = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let received = Arc::clone(&received);
        move |user: Option<UserKey>, token: SecretString| {
            let mut received = received.lock().unwrap();
            let token = token.expose_secret().to_owned();
            received.push((user.map(|user| user.to_string()), token));
            let number = received.len();
            async move {
                match number {
                    1 => Err("the database is down"),
                    2 => std::future::pending().await,
                    _ => Ok(()),
                }
            }
        }
    };
    let settings = TokenSettings::new().on_new_refresh_token(hook);
    let context = server.context_with(settings);
    let session = Session::new(&context, Some("sue".into()), refresh_token()).unwrap();
    for _ in 0..3 {
        let begun = Instant::now();
        assert!(server.is_good(&token(&session).await));
        assert!(begun.elapsed() <= 5 * SECOND);
        advance(HOUR + MINUTE).await;
    }
    // A renewal that fails has nothing new to report.
    server.inner().script.extend([Reply::Status(400)]);
    failed(session.authorization().await);
    let received: Vec<_> = received.lock().unwrap().clone();
    let sue = || Some("sue".to_owned());
    assert_eq!(
        received,
        [
            (sue(), "refresh-2".to_owned()),
            (sue(), "refresh-3".to_owned()),
            (sue(), "refresh-4".to_owned()),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn clients_with_one_store_share_the_newest_refresh_token() {
    let server = Server::rotating();
    let store = MemoryTokenStore::new();
    let settings = || TokenSettings::new().store(store.clone());
    let mut sessions: Vec<_> = (0..4)
        .map(|_| session(&server.context_with(settings()), refresh_token()))
        .collect();
    let started = sessions.pop().unwrap();
    for round in 0..6 {
        assert!(server.is_good(&token(&sessions[round % 3]).await));
        advance(HOUR + MINUTE).await;
    }
    assert_eq!(server.refreshes(), 6);
    // One that starts with the first refresh token finds the newest.
    assert!(server.is_good(&token(&started).await));
    let used: Vec<_> = (1..=7).map(|number| format!("refresh-{number}")).collect();
    assert_eq!(server.inner().used, used);
}

/// A store that loses the new refresh token: the session still has it.
#[tokio::test(start_paused = true)]
async fn a_new_refresh_token_outlives_a_store_that_fails() {
    struct Failing(MemoryTokenStore, Mutex<u32>);
    impl TokenStore for Failing {
        fn load<'a>(&'a self, key: &'a TokenKey) -> crate::StoreFuture<'a, Option<TokenRecord>> {
            self.0.load(key)
        }
        fn save<'a>(
            &'a self,
            key: &'a TokenKey,
            record: &'a TokenRecord,
        ) -> crate::StoreFuture<'a, bool> {
            let mut saves = self.1.lock().unwrap();
            *saves += 1;
            // The one after the first use.
            match *saves {
                2 => Box::pin(async { Err("the disk is full".into()) }),
                _ => self.0.save(key, record),
            }
        }
        fn lease<'a>(
            &'a self,
            key: &'a TokenKey,
            holder: u64,
            time: Duration,
        ) -> crate::StoreFuture<'a, Lease> {
            self.0.lease(key, holder, time)
        }
        fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> crate::StoreFuture<'a, ()> {
            self.0.release(key, holder)
        }
    }
    let server = Server::rotating();
    let store = MemoryTokenStore::new();
    let failing = TokenSettings::new().store(Failing(store.clone(), Mutex::new(0)));
    let one = session(&server.context_with(failing), refresh_token());
    // The second attempt uses what the first one got.
    assert!(server.is_good(&token(&one).await));
    assert_eq!(server.inner().used, ["refresh-1", "refresh-2"]);
    let settings = TokenSettings::new().store(store);
    let other = session(&server.context_with(settings), refresh_token());
    advance(HOUR + MINUTE).await;
    assert!(server.is_good(&token(&other).await));
    assert_eq!(server.inner().used.last().unwrap(), "refresh-3");
}
