//! HTTP/2: a request that the server didn't process is retried, and arrives once (RFC 9113, section
//! 8.7).

use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::{ErrorKind, RetryPolicy, Sent};
use cliq_tests::http2;
use cliq_tests::over::{Needs, Over};
use cliq_tests::server::{Server, Step};

use crate::Things;

fn client(server: &Server, over: Over) -> Client {
    let client = Client::builder(server.base_url())
        .retry(RetryPolicy::new().initial_backoff(Duration::from_millis(1)));
    let needs = Needs {
        http2: true,
        ..Needs::default()
    };
    over.build(client, needs).build().unwrap()
}

fn good() -> [Step; 3] {
    let answer = |stream| http2::answer(stream, r#"{"name": "a"}"#);
    [Step::ReadStream, Step::Process, Step::WriteFrames(answer)]
}

#[tokio::test]
async fn a_post_on_a_refused_stream_is_sent_again() {
    for over in Over::ALL {
        let refused = |stream| http2::reset(stream, http2::REFUSED_STREAM);
        let begin = [Step::Http2, Step::ReadStream, Step::WriteFrames(refused)];
        let server = Server::doing([&begin[..], &good(), &[Step::Silence]].concat());
        client(&server, over).add_thing("one").await.unwrap();
        // On the next stream of the same connection.
        assert_eq!(server.connections(), 1);
        assert_eq!(server.requests(), ["stream 3"]);
    }
}

#[tokio::test]
async fn a_post_that_a_leaving_server_gave_back_is_sent_again_elsewhere() {
    for over in Over::ALL {
        for error in [http2::NO_ERROR, http2::ENHANCE_YOUR_CALM] {
            let leave: fn(u32) -> Vec<u8> = match error {
                http2::NO_ERROR => |_| http2::go_away(1, http2::NO_ERROR),
                _ => |_| http2::go_away(1, http2::ENHANCE_YOUR_CALM),
            };
            // The second stream is above the last processed one.
            let leaving = [Step::ReadStream, Step::WriteFrames(leave)];
            let server = Server::doing_in_turn(vec![
                [&[Step::Http2][..], &good(), &leaving].concat(),
                [&[Step::Http2][..], &good(), &[Step::Silence]].concat(),
            ]);
            let client = client(&server, over);
            client.add_thing("one").await.unwrap();
            client.add_thing("two").await.unwrap();
            assert_eq!(server.connections(), 2);
            assert_eq!(server.requests(), ["stream 1", "stream 1"]);
        }
    }
}

#[tokio::test]
async fn a_post_below_the_last_stream_may_have_been_processed() {
    for over in Over::ALL {
        let leave = |stream| http2::go_away(stream, http2::NO_ERROR);
        let steps = [
            Step::Http2,
            Step::ReadStream,
            Step::Process,
            Step::WriteFrames(leave),
        ];
        let server = Server::doing(steps);
        let error = client(&server, over).add_thing("one").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (ErrorKind::Transport, Sent::Maybe),
            "{error:?}"
        );
        assert_eq!((error.attempts().len(), server.requests().len()), (1, 1));
    }
}

#[tokio::test]
async fn the_error_says_that_it_was_given_back() {
    for over in Over::ALL {
        let refused = |stream| http2::reset(stream, http2::REFUSED_STREAM);
        let again = [Step::ReadStream, Step::WriteFrames(refused)];
        let server = Server::doing([&[Step::Http2][..], &again, &again, &again].concat());
        let error = client(&server, over).add_thing("one").await.unwrap_err();
        assert_eq!(error.sent(), Sent::No);
        let line = error.to_string();
        assert!(line.contains("gave the request back unprocessed"), "{line}");
        assert!(!line.contains("no connection"), "{line}");
    }
}
