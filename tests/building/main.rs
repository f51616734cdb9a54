//! Allocations of building a request. Alone in its process, because all allocations are counted.

use std::alloc::System;

use cliq_api::Body;
use cliq_api::http::Request;
use cliq_api::prelude::*;
use cliq_api::threads::{BotUniqueName, MessageId, MessageText, ThreadChatId, Threads};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The values as they will be sent; the parameter of each; path and query; the body.
const PARTS: usize = 4;
/// `http::HeaderMap`: its names and its index.
const HEADERS: usize = 2;

#[endpoints(base = "/base")]
trait Things {
    #[endpoint(GET "/things/<ID>")]
    fn get_thing(&self, id: String);
}

fn built<T>(values: T, build: impl FnOnce(T) -> Request<Body>) -> (usize, usize, Request<Body>) {
    let region = Region::new(ALLOCATOR);
    let request = build(values);
    let change = region.change();
    (change.allocations, change.reallocations, request)
}

/// A single test: a concurrent one would be counted as well.
#[test]
fn path_query_and_body_take_four_allocations() {
    let client = Client::cliq(DataCenter::US)
        .base_url("http://localhost/network/acme")
        .build()
        .unwrap();
    let thread: ThreadChatId = "CT_1207124526552602256_60002085329-T-1291567019566818579".into();
    let text: MessageText =
        "The deployment of the new version is done, and all checks passed.".into();
    let (reply_to, bot): (MessageId, BotUniqueName) =
        ("1727333520582_47588994306224".into(), "deploybot".into());
    let (allocations, grown, request) = built(
        (thread, text, reply_to, bot),
        |(thread, text, reply_to, bot)| {
            let call = client
                .send_thread_message(thread, text)
                .reply_to(reply_to)
                .post_in_parent(true);
            call.bot_unique_name(bot).prepare().unwrap()
        },
    );
    assert!(
        request
            .uri()
            .to_string()
            .starts_with("http://localhost/network/acme/api/v3/chats/CT_1207"),
        "{request:?}"
    );
    assert_eq!(request.uri().query(), Some("bot_unique_name=deploybot"));
    assert!(request.body().as_bytes().unwrap().ends_with(b"}"));
    assert!(
        allocations <= PARTS + HEADERS && grown == 0,
        "{allocations}, and {grown} made larger"
    );

    // Without a body, there is one allocation less.
    let (allocations, grown, request) =
        built("1".to_owned(), |id| client.get_thing(id).prepare().unwrap());
    assert_eq!(request.uri(), "http://localhost/network/acme/base/things/1");
    assert!(
        allocations < PARTS + HEADERS && grown == 0,
        "{allocations}, and {grown} made larger"
    );

    // A value that doesn't fit in a URL is an error of the call.
    let error = client.get_thing("x".repeat(70_000)).prepare().unwrap_err();
    assert!(
        error.to_string().contains("longer than 65534 bytes"),
        "{error}"
    );
}
