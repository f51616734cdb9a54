//! Pooled connections that the server closes meanwhile: HTTP libraries may then retry without being
//! asked.
//!
//! hyper-util resends a request that was never written to its connection, also within reqwest. No
//! request may arrive twice.

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::{ErrorKind, RetryPolicy, Sent};
use cliq_tests::over::{Needs, Over};
use cliq_tests::server::{Server, Step, answer};

use crate::Things;

fn client(server: &Server, over: Over) -> Client {
    let quick = RetryPolicy::new().initial_backoff(Duration::from_millis(1));
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .retry(quick);
    over.build(client, Needs::default()).build().unwrap()
}

fn over_each<T: Clone, const N: usize>(all: [T; N]) -> impl Iterator<Item = (T, Over)> {
    let each = |one: T| Over::ALL.map(|over| (one.clone(), over));
    all.into_iter().flat_map(each)
}

fn good() -> Step {
    Step::Write(answer("200 OK", r#"{"name": "a"}"#))
}

#[tokio::test]
async fn a_post_that_a_used_connection_swallowed_is_not_sent_again() {
    let ends = [
        Step::Reset,
        Step::Write(b"HTTP/1.1".to_vec()),
        Step::Write(Vec::new()),
    ];
    for (end, over) in over_each(ends) {
        let server = Server::doing([Step::Read, good(), Step::Read, end]);
        let client = client(&server, over);
        client.add_thing("first").await.unwrap();
        let error = client.add_thing("second").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Transport, Sent::Maybe),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .ends_with("; the server may have acted on it"),
            "{error}"
        );
        assert_eq!((server.connections(), server.requests().len()), (1, 2));
    }
}

#[tokio::test]
async fn a_get_that_a_used_connection_swallowed_is_sent_again_once() {
    for over in Over::ALL {
        let server = Server::doing_in_turn(vec![
            vec![Step::Read, good(), Step::Read, Step::Reset],
            vec![Step::Read, good(), Step::Again],
        ]);
        let client = client(&server, over);
        client.get_thing("first").await.unwrap();
        client.get_thing("second").await.unwrap();
        let seconds = server
            .requests()
            .iter()
            .filter(|request| request.starts_with("GET /things/second "))
            .count();
        assert_eq!((server.connections(), seconds), (2, 2));
    }
}

/// The server announces keep-alive, but closes or resets each connection after its response. Calls
/// are made at every moment of that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_post_arrives_twice_however_the_server_closes() {
    let scripts = [
        vec![Step::Read, good()],
        vec![Step::Read, good(), Step::Reset],
        vec![Step::Read, good(), Step::Glimpse],
    ];
    for (steps, over) in over_each(scripts) {
        let server = Server::doing(steps);
        let client = client(&server, over);
        let mut fates = Vec::new();
        for number in 0..400_u32 {
            let fate = client.add_thing(format!("<{number}>")).await;
            fates.push((number, fate.map(|_| ()).map_err(|error| error.sent())));
            if number % 4 == 0 {
                tokio::time::sleep(Duration::from_micros(number.into())).await;
            }
        }
        let requests = server.requests();
        for (number, fate) in fates {
            let sign = format!("<{number}>");
            let arrived = requests
                .iter()
                .filter(|request| request.contains(&sign))
                .count();
            let possible = match fate {
                Ok(()) | Err(Sent::Answered) => 1..=1,
                Err(Sent::No) => 0..=0,
                Err(_) => 0..=1,
            };
            assert!(
                possible.contains(&arrived),
                "{sign} arrived {arrived} times: {fate:?}"
            );
        }
    }
}

/// The server accepts connections and resets them immediately, before or after a request was sent.
#[tokio::test]
async fn what_was_tried_again_was_not_sent() {
    for ((), over) in over_each([(); 100]) {
        let server = Server::doing([Step::Reset]);
        let error = client(&server, over).add_thing("one").await.unwrap_err();
        let (last, before) = error.attempts().split_last().unwrap();
        assert!(
            before.iter().all(|attempt| attempt.sent() == Sent::No),
            "{error:?}"
        );
        assert_eq!(last.sent(), error.sent());
        assert!(
            error.attempts().len() == 3 || error.sent() == Sent::Maybe,
            "{error:?}"
        );
    }
}
