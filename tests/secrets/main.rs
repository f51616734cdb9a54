//! Secrets in a client or a call are never shown: not by `Debug` and `Display`, not by an error's
//! sources, not in a log at level TRACE, not by a panic, whatever fails on the connection.

mod bites;
mod echoed;
mod log;
mod shown;
mod signing_in;
mod silence;

use cliq_api::prelude::*;
use serde::{Deserialize, Serialize};

use self::shown::Shown;

/// A part of all secrets.
const CANARY: &str = "c4n4ry";

#[endpoints]
trait Hooks {
    #[endpoint(POST "/hooks/<KEY>")]
    fn call_hook(
        &self,
        key: String,
        #[query] zapikey: String,
        #[header("X-Key")] header: String,
        #[field] text: String,
    ) -> Answer;
    #[endpoint(PUT "/hooks/<KEY>/body")]
    fn put_body(
        &self,
        key: String,
        #[query(csv)] zapikey: Vec<String>,
        #[body] body: Secret,
    ) -> Answer;
    #[endpoint(POST "/hooks/<KEY>/bytes.bin", idempotent)]
    fn post_bytes(
        &self,
        key: String,
        #[query(flatten)] query: Secret,
        #[body(bytes)] body: Vec<u8>,
    ) -> Bytes;
    #[endpoint(POST "/hooks/<KEY>/form", form)]
    fn post_form(&self, key: String, #[field] text: String);
    #[endpoint(GET "/hooks", page(items = "items", token = "next"))]
    fn list_hooks(&self, #[query] next: Option<String>) -> Page<Answer>;
}

#[derive(Clone, Serialize)]
struct Secret {
    zapikey: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what matters is whether it can be read")]
struct Answer {
    name: String,
}

/// Returns a secret for one place.
fn secret(place: &str) -> String {
    format!("{CANARY}-{place}")
}

/// Makes each kind of call, and collects everything that a program could print.
async fn call_all(client: &Client) -> Shown {
    let mut shown = Shown::default();
    shown.debug(client);
    let key = || secret("path");
    let query = || Secret {
        zapikey: secret("query"),
    };
    let header = || secret("option");

    let call = client.call_hook(key(), secret("query"), secret("header"), secret("field"));
    let call = call.options(|options| options.header("X-Option", &header()));
    shown.call(&call);
    let prepared = call.clone().prepare_authorized().await.unwrap();
    // A prepared request only hides its headers: the program asked for its URL and body.
    shown.debug(prepared.headers());
    shown.result(call.await);
    let call = client.put_body(key(), [secret("query")], query());
    shown.call(&call);
    shown.result(call.await);
    let call = client.post_bytes(key(), query(), secret("body"));
    shown.call(&call);
    shown.result(call.await);
    let call = client.post_form(key(), secret("field"));
    shown.call(&call);
    shown.result(call.send().await.map(|_| ()));
    shown.result(
        client
            .list_hooks()
            .next(secret("query"))
            .pages()
            .next()
            .await
            .transpose(),
    );
    let call = client
        .call(HOOKS[0])
        .set("KEY", &key())
        .set("zapikey", &secret("query"))
        .set("X-Key", &secret("header"));
    shown.debug(&call);
    shown.result(call.set("text", &secret("field")).await);
    // Invalid values aren't shown either.
    shown.result(
        client
            .call_hook(
                "",
                secret("query"),
                format!("{}\n", secret("header")),
                secret("field"),
            )
            .await,
    );
    let call = client.post_form(key(), secret("field"));
    shown.result(
        call.options(|options| options.header("X-Option", &format!("{}\n", header())))
            .await,
    );
    shown
}
