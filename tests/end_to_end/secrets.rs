//! Secrets in a call or a client are never shown.

use cliq_api::prelude::*;
use cliq_api::threads::Threads;

use crate::listener::{Listener, json};

#[endpoints]
trait Secret {
    #[endpoint(POST "/hook/<KEY>")]
    fn post_hook(
        &self,
        key: String,
        #[query] zapikey: String,
        #[header("X-Key")] header: String,
        #[field] text: String,
    );
}

#[tokio::test]
async fn debug_and_errors_show_no_value() {
    let answers = [
        String::new(),
        json("500 Internal Server Error", "canary"),
        json("302 Found", "canary"),
        json("200 OK", r#""canary""#),
    ];
    for answer in answers {
        let listener = Listener::answering([answer]).await;
        let client = listener.client();
        let call = client
            .post_hook("canary", "canary", "canary", "canary")
            .options(|options| options.header("X", "canary"));
        let prepared = call.clone().prepare_authorized().await.unwrap();
        let mut shown = vec![
            format!("{client:?} {call:?}"),
            // A prepared request only hides its headers: the program asked for its URL.
            format!("{:?}", prepared.headers()),
        ];
        match call.await {
            Ok(()) => {}
            Err(error) => {
                shown.push(format!("{error} {error:?}"));
                let mut source = std::error::Error::source(&error);
                while let Some(error) = source {
                    shown.push(format!("{error} {error:?}"));
                    source = error.source();
                }
            }
        }
        if let Err(error) = client.get_thread("canary").await {
            shown.push(format!("{error} {error:?}"));
        }
        for shown in shown {
            assert!(!shown.contains("canary"), "{shown}");
        }
    }
}
