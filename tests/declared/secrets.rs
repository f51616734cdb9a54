//! Neither calls nor their errors show extensions' keys, passwords and the like.

use cliq_api::http::Request;
use cliq_api::{Body, Client, DataCenter, Exchange, RetryPolicy, Sent, Transport, TransportError};

use crate::calls::CALLS;

/// Its errors repeat the URL.
struct Telltale;

impl Transport for Telltale {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        let error = TransportError::new(Sent::No, format!("no answer from {}", request.uri()));
        Box::pin(async { Err(error) })
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_of_calls_are_not_shown() {
    let mut keys = 0;
    for make in CALLS {
        // Each client has separate limits.
        let client = Client::cliq(DataCenter::US)
            .transport(Telltale)
            .retry(RetryPolicy::none())
            .build()
            .expect("a client");
        let call = make(&client);
        let request = call.request.expect("a request");
        keys += usize::from(request.uri().to_string().contains("c4n4ry"));
        let error = call.answer.await.expect_err("no answer");
        for shown in [call.shown, format!("{error} {error:?} {error:#?}")] {
            for secret in ["c4n4ry", "Pa55word!"] {
                assert!(!shown.contains(secret), "{}: {shown}", call.meta.name());
            }
        }
    }
    assert_eq!(keys, 19);
}
