//! Calls from plain threads, and the error in contexts that forbid blocking.

mod streams;

use std::thread;
use std::time::Duration;

use cliq_api::auth::{OAuth, OAuthClient};
use cliq_api::blocking::{WaitExt, WaitPagedExt, block_on};
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{ErrorKind, RequestExt, Sent};
use cliq_sandbox::{Demo, Fault, Sandbox, Server, oauth};
use tokio::runtime::{Builder, Handle};

/// Serves a sandbox over HTTP, on the background thread as well.
fn served() -> (Demo, Server, Client) {
    let demo = Sandbox::demo();
    let server = block_on(demo.sandbox.serve()).unwrap().unwrap();
    let builder = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .limits(LimitSettings::off());
    let client = builder.access_token(demo.token.as_str()).build().unwrap();
    (demo, server, client)
}

#[test]
fn a_call_is_waited_for() {
    let (demo, _server, client) = served();
    client.follow_thread(&demo.thread_chat_id).wait().unwrap();
    let answer = client.get_thread(&demo.thread_chat_id).wait_send().unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.body().chat_id.as_str(), demo.thread_chat_id);
    let error = client.get_thread("CT_0-T-0").wait().unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Status, Sent::Answered)
    );
}

#[test]
fn pages_and_items_are_iterated_over() {
    let (demo, _server, client) = served();
    let threads: Vec<_> = client
        .list_threads(&demo.channel_id)
        .wait_items()
        .map(Result::unwrap)
        .collect();
    let pages: Vec<_> = client
        .list_threads(&demo.channel_id)
        .wait_pages()
        .map(Result::unwrap)
        .collect();
    assert!(
        threads
            .iter()
            .any(|thread| thread.chat_id.as_str() == demo.thread_chat_id)
    );
    assert_eq!(
        pages.iter().map(|page| page.items.len()).sum::<usize>(),
        threads.len()
    );
}

#[test]
fn an_iterator_ends_after_an_error_and_can_be_resumed() {
    let (demo, _server, client) = served();
    demo.sandbox.faults().everywhere().next(Fault::NotJson);
    let mut threads = client.list_threads(&demo.channel_id).wait_items();
    assert_eq!(
        threads.next().unwrap().unwrap_err().kind(),
        ErrorKind::Decode
    );
    assert!(threads.next().is_none());
    assert!(!threads.skip_page());
    threads.resume();
    assert!(threads.next().unwrap().is_ok());
    assert_eq!(threads.get_ref().token(), None);
}

#[test]
fn threads_share_a_client() {
    let (demo, _server, client) = served();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    client.get_thread(&demo.thread_chat_id).wait().unwrap();
                }
            });
        }
    });
    assert_eq!(demo.sandbox.totals().arrivals, 320);
}

#[test]
fn a_deadline_holds() {
    let (demo, _server, client) = served();
    demo.sandbox.faults().everywhere().next(Fault::LoseRequest);
    let call = client.follow_thread(&demo.thread_chat_id);
    let error = call
        .options(|options| options.deadline(Duration::from_millis(50)))
        .wait()
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Timeout, Sent::Maybe)
    );
    client.follow_thread(&demo.thread_chat_id).wait().unwrap();
}

#[test]
fn signing_in_is_waited_for() {
    let demo = Sandbox::demo();
    let code = demo.sandbox.accounts(|accounts, now| {
        accounts.register(oauth::App::new("1000.APP", "secret"));
        accounts.self_client_code("1000.APP", &demo.user_id, "ZohoCliq.Chats.READ", now)
    });
    let oauth = OAuth::builder(&OAuthClient::new(DataCenter::US, "1000.APP", "secret"))
        .transport(demo.sandbox.transport())
        .build()
        .unwrap();
    let signed_in = block_on(oauth.exchange_self_client(code)).unwrap().unwrap();
    assert!(signed_in.refresh_token().is_ok());
}

#[test]
fn within_a_runtime_nothing_is_sent_and_the_error_has_help() {
    let (demo, _server, client) = served();
    let check = |place: &str| {
        let error = client.get_thread(&demo.thread_chat_id).wait().unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Configuration, Sent::No),
            "{place}"
        );
        for words in ["get_thread", "async runtime", ".await", "spawn_blocking"] {
            assert!(error.to_string().contains(words), "{place}: {error}");
        }
        assert!(!error.to_string().contains('\n'), "{place}: {error}");
        let mut items = client.list_threads(&demo.channel_id).wait_items();
        assert_eq!(items.next().unwrap().unwrap_err().kind(), error.kind());
        // A loop that ignores errors ends.
        assert!(items.next().is_none());
        let pages = client.list_threads(&demo.channel_id).wait_pages();
        assert_eq!(pages.filter(Result::is_err).count(), 1);
        assert_eq!(block_on(async {}).unwrap_err().kind(), error.kind());
    };
    Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { check("one thread") });
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { check("several threads") });
    let _guard = runtime.enter();
    check("entered");
    assert_eq!(demo.sandbox.totals().arrivals, 0);
}

#[test]
fn the_errors_advice_works() {
    let (demo, _server, client) = served();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let thread = runtime.block_on(async {
        let work = move || {
            assert!(client.get_thread(&demo.thread_chat_id).wait().is_err());
            Handle::current().block_on(client.get_thread(&demo.thread_chat_id).into_future())
        };
        tokio::task::spawn_blocking(work).await.unwrap()
    });
    assert!(thread.is_ok());
}
