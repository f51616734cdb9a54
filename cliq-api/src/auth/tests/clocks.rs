//! Clocks that lead, are set back, or stop while the machine sleeps.

use super::*;

fn a_day_ahead() -> SystemTime {
    SystemTime::now() + 24 * HOUR
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_a_day_ahead_doesn_t_block_until_tomorrow() {
    for denied in [false, true] {
        let server = Server::default();
        let settings = TokenSettings::new().store(MemoryTokenStore::new());
        let ahead = || {
            let context = AuthContext::new(Arc::new(server.clone()), settings.clone());
            let context = Arc::new(context.with_clock(Clock::of(a_day_ahead)));
            session(&context, refresh_token())
        };
        if denied {
            server.inner().outage = Some((Instant::now() + SECOND, 429, ""));
            failed(ahead().authorization().await);
        } else {
            for _ in 0..9 {
                let session = ahead();
                token(&session).await;
                server.revoke_all();
                settings_without_token(&settings).await;
            }
        }
        // Its clock was set, and it starts again.
        let session = session(&server.context_with(settings.clone()), refresh_token());
        let error = failed(session.authorization().await);
        assert_eq!(error.kind(), AuthErrorKind::TooMany);
        let wait = error.retry_at().unwrap().duration_since(SystemTime::now());
        assert!(wait.unwrap() < 15 * MINUTE, "{error}");
        let took = until_token(&session).await;
        assert!(took < 15 * MINUTE, "{took:?}");
    }
}

/// As if each had been refused by the API.
async fn settings_without_token(settings: &TokenSettings) {
    let store = settings.store.as_ref().unwrap();
    let key = TokenKey::new(
        "auth.example.com",
        "desk",
        &refresh_token().budget().unwrap().0,
    );
    let mut record = store.load(&key).await.unwrap().unwrap();
    record.token = None;
    record.version += 1;
    assert!(store.save(&key, &record).await.unwrap());
}

/// In one process. Other processes and people read times of the wall clock.
#[tokio::test(start_paused = true)]
async fn a_lead_that_the_clock_has_given_up_is_told_to_nobody() {
    static WALL: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);
    let begun = SystemTime::UNIX_EPOCH + 400 * 24 * HOUR;
    *WALL.lock().unwrap() = begun + 24 * HOUR;
    let server = Server::default();
    let store = MemoryTokenStore::new();
    let settings = TokenSettings::new().store(store);
    let context = AuthContext::new(Arc::new(server.clone()), settings.clone());
    let context = context.with_clock(Clock::of(|| *WALL.lock().unwrap()));
    let session = session(&Arc::new(context), refresh_token());
    *WALL.lock().unwrap() = begun;
    server.inner().outage = Some((Instant::now() + SECOND, 429, ""));
    let error = failed(session.authorization().await);
    let wait = error.retry_at().unwrap().duration_since(begun).unwrap();
    assert!(wait > 10 * MINUTE && wait < 11 * MINUTE, "{error}");
    assert!(
        error
            .to_string()
            .ends_with("no retry before 1971-02-05 00:10:01 UTC"),
        "{error}"
    );
    let took = until_token(&session).await;
    assert!(took < 11 * MINUTE, "{took:?}");
    // A token is none the older for others.
    let key = TokenKey::new(
        "auth.example.com",
        "desk",
        &refresh_token().budget().unwrap().0,
    );
    let record = settings.store.as_ref().unwrap().load(&key).await;
    let expires_at = record
        .unwrap()
        .unwrap()
        .token
        .unwrap()
        .expires_at()
        .unwrap();
    let lives = expires_at.duration_since(begun).unwrap();
    assert!(lives < 2 * HOUR, "{lives:?}");
}

/// The wall clock leaps when the machine wakes up; Tokio's doesn't.
#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_is_noticed() {
    static WALL: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);
    fn wall() -> SystemTime {
        *WALL.lock().unwrap()
    }
    let server = Server::default();
    let transport = Arc::new(server.clone());
    let context = AuthContext::new(transport, TokenSettings::new());
    let session = session(
        &Arc::new(context.with_clock(Clock::of(wall))),
        refresh_token(),
    );
    let first = token(&session).await;
    *WALL.lock().unwrap() += 2 * HOUR;
    assert_eq!(token(&session).await.generation, first.generation + 1);
    // A wall clock that is set back doesn't make a token younger.
    *WALL.lock().unwrap() -= HOUR;
    advance(HOUR).await;
    assert_eq!(token(&session).await.generation, first.generation + 2);
}
