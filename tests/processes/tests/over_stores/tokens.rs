//! Eight processes share one access token.

use std::time::{Duration, Instant};

use cliq_api::auth::{Credentials, OAuthClient, TokenSettings};
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::shared::FileTokenStore;
use cliq_api::threads::Threads;
use cliq_sandbox::oauth::{Action, App};
use cliq_sandbox::{Clock, Demo, Fault, ManualClock, Sandbox};
use cliq_tests_processes::USER;
use tokio::time::sleep;

use crate::Store;
use crate::fleet::{Plan, Worker};

/// Longer than a token is valid.
const ADVANCE: u64 = 3700;

/// Both stores at once, as the test mostly waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_refresh_for_all_over_files_and_redis() {
    let (file, redis) = (Store::file(), Store::redis());
    tokio::join!(one_refresh_for_all(&file), one_refresh_for_all(&redis));
}

async fn one_refresh_for_all(store: &Store) {
    let clock = ManualClock::at(Clock::START);
    let demo = Sandbox::builder().clock(clock.clone()).demo();
    assert_eq!(demo.user_id, USER);
    let tokens = demo.sandbox.accounts(|accounts, now| {
        accounts.register(App::new("1000.APP", "secret"));
        accounts.issue_tokens("1000.APP", USER, "ZohoCliq.Chats.READ", now)
    });
    let refresh_token = tokens.refresh_token.unwrap();
    let server = demo.sandbox.serve().await.unwrap();
    let address = server.base_url().trim_start_matches("http://").to_owned();
    let plan = Plan::new(&address)
        .with("CLIQ_TOKENS", &store.place)
        .with("CLIQ_REFRESH_TOKEN", &refresh_token);
    let mut workers: Vec<_> = (0..8).map(|_| plan.start()).collect();

    let call = format!("call {}", demo.thread_chat_id);
    for expiry in 1..=20 {
        let answers = ask_all(&mut workers, &call).await;
        assert!(answers.iter().all(|answer| answer == "done"), "{answers:?}");
        assert_eq!(refreshes(&demo), expiry);
        expire(&clock, &mut workers).await;
    }

    // Kills a worker that has received a token and hasn't stored it yet.
    demo.sandbox.faults().accounts().next(Fault::LoseAnswer);
    let mut killed = workers.pop().unwrap();
    killed.tell(&call).await;
    while refreshes(&demo) < 21 {
        sleep(Duration::from_millis(5)).await;
    }
    killed.kill().await;
    // Until its lease ends, others fail; one that has failed doesn't retry immediately.
    let begun = Instant::now();
    while ask_all(&mut workers, &call)
        .await
        .iter()
        .any(|answer| answer != "done")
    {
        assert!(begun.elapsed() < Duration::from_secs(30));
        sleep(Duration::from_millis(100)).await;
    }
    assert!(begun.elapsed() > Duration::from_secs(3));
    assert_eq!(refreshes(&demo), 22);
    assert_eq!(
        demo.sandbox
            .accounts(|accounts, _| accounts.book().refused(Action::Refresh).count()),
        0
    );
}

/// Each call is sent with its own user's token, or not at all.
#[tokio::test]
async fn another_users_token_file_is_refused() {
    let demo = Sandbox::builder().demo();
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("tokens");
    demo.sandbox.accounts(|accounts, _| {
        accounts.register(App::new("1000.APP", "secret"));
    });
    let app = OAuthClient::new(DataCenter::US, "1000.APP", "secret");
    let issue = || {
        let tokens = demo.sandbox.accounts(|accounts, now| {
            accounts.issue_tokens("1000.APP", USER, "ZohoCliq.Chats.READ", now)
        });
        tokens.refresh_token.unwrap()
    };
    let refresh_tokens = [issue(), issue()];
    let call = async |refresh_token: &str| {
        let store = FileTokenStore::open(&place).unwrap();
        let client = demo
            .sandbox
            .client_builder()
            .credentials(Credentials::refresh_token(&app, refresh_token))
            .tokens(TokenSettings::new().store(store))
            .limits(LimitSettings::off())
            .build()
            .unwrap();
        client.get_thread(&demo.thread_chat_id).await.map(drop)
    };
    for refresh_token in &refresh_tokens {
        call(refresh_token).await.unwrap();
    }
    let files = std::fs::read_dir(&place)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "token"))
        .collect();
    let [one, other] = &files[..] else {
        panic!("{files:?}")
    };
    let aside = place.join("aside");
    std::fs::rename(one, &aside).unwrap();
    std::fs::rename(other, one).unwrap();
    std::fs::rename(&aside, other).unwrap();
    for refresh_token in &refresh_tokens {
        let error = call(refresh_token).await.unwrap_err().to_string();
        assert!(error.contains("holds the token of another"), "{error}");
    }
    assert_eq!(refreshes(&demo), 2);
    // As the error suggests.
    for file in &files {
        std::fs::remove_file(file).unwrap();
    }
    for refresh_token in &refresh_tokens {
        call(refresh_token).await.unwrap();
    }
    assert_eq!(refreshes(&demo), 4);
}

fn refreshes(demo: &Demo) -> usize {
    demo.sandbox
        .accounts(|accounts, _| accounts.book().granted(Action::Refresh).count())
}

/// Sends the command to all workers concurrently.
async fn ask_all(workers: &mut [Worker], line: &str) -> Vec<String> {
    for worker in &mut *workers {
        worker.tell(line).await;
    }
    let mut answers = Vec::new();
    for worker in workers {
        answers.push(worker.answer().await);
    }
    answers
}

async fn expire(clock: &ManualClock, workers: &mut [Worker]) {
    clock.advance(Duration::from_secs(ADVANCE));
    let answers = ask_all(workers, &format!("advance {ADVANCE}")).await;
    assert!(answers.iter().all(|answer| answer == "done"));
}
