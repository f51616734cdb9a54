//! Measures building the request of a typical call: an identifier in the path, a query parameter,
//! three fields.

use std::alloc::System;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cliq_api::Body;
use cliq_api::prelude::*;
use cliq_api::threads::{BotUniqueName, MessageId, MessageText, ThreadChatId, Threads};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use stats_alloc::{Region, StatsAlloc};

use crate::median::Sides;

const ROUNDS: usize = 201;
const CALLS: u32 = 2_000;
const BASE_URL: &str = "https://cliq.zoho.com";
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The values to send. They are created before the measurement.
struct Values {
    thread: ThreadChatId,
    text: MessageText,
    reply_to: MessageId,
    bot: BotUniqueName,
}

impl Values {
    fn new() -> Self {
        Self {
            thread: "CT_1207124526552602256_60002085329-T-1291567019566818579".into(),
            text: "The deployment of the new version is done, and all checks passed.".into(),
            reply_to: "1727333520582_47588994306224".into(),
            bot: "deploybot".into(),
        }
    }
}

#[derive(Serialize)]
struct Payload<'v> {
    text: &'v MessageText,
    reply_to: &'v MessageId,
    post_in_parent: bool,
}

fn by_hand(client: &reqwest::Client, values: &Values) -> reqwest::Request {
    let thread = utf8_percent_encode(values.thread.as_str(), ENCODED);
    let payload = Payload {
        text: &values.text,
        reply_to: &values.reply_to,
        post_in_parent: true,
    };
    client
        .post(format!("{BASE_URL}/api/v3/chats/{thread}/messages"))
        .query(&[("bot_unique_name", values.bot.as_str())])
        .json(&payload)
        .build()
        .expect("it can be sent")
}

fn ours(client: &Client, values: Values) -> http::Request<Body> {
    client
        .send_thread_message(values.thread, values.text)
        .reply_to(values.reply_to)
        .post_in_parent(true)
        .bot_unique_name(values.bot)
        .prepare()
        .expect("it can be sent")
}

/// Up to the request that the transport passes to reqwest.
fn ours_for_reqwest(client: &Client, values: Values) -> reqwest::Request {
    ours(client, values)
        .map(|body| body.as_bytes().cloned().unwrap_or_default())
        .try_into()
        .expect("its URL is one")
}

pub(crate) fn measure(allocator: &StatsAlloc<System>) {
    let hand = reqwest::Client::new();
    let client = Client::builder("http://localhost")
        .build()
        .expect("there can be a client");
    check(&hand, &client);

    let sides = Sides::<3>::measure(ROUNDS, |side| match side {
        0 => time(|values| drop(black_box(by_hand(&hand, black_box(&values))))),
        1 => time(|values| drop(black_box(ours(&client, black_box(values))))),
        _ => time(|values| drop(black_box(ours_for_reqwest(&client, black_box(values))))),
    });
    let allocations = [
        count(allocator, |values| {
            drop(black_box(by_hand(&hand, black_box(&values))))
        }),
        count(allocator, |values| {
            drop(black_box(ours(&client, black_box(values))))
        }),
        count(allocator, |values| {
            drop(black_box(ours_for_reqwest(&client, black_box(values))))
        }),
    ];
    println!(
        "building a request: path, one query parameter, three fields ({ROUNDS} rounds of {CALLS})"
    );
    let names = [
        "reqwest's builder",
        "ours, an http::Request",
        "ours, made a reqwest::Request",
    ];
    for (side, (name, (allocations, again))) in names.into_iter().zip(allocations).enumerate() {
        let time = sides.median(side).as_nanos() / u128::from(CALLS);
        let ratio = sides.ratio(side, 0);
        println!(
            "  {name:<30} {time:>5} ns  {ratio:>5.2} x  {allocations:>2} allocations, {again} made larger"
        );
    }
}

fn time(mut build: impl FnMut(Values)) -> Duration {
    let values: Vec<_> = (0..CALLS).map(|_| Values::new()).collect();
    let begun = Instant::now();
    values.into_iter().for_each(&mut build);
    begun.elapsed()
}

fn count(allocator: &StatsAlloc<System>, build: impl FnOnce(Values)) -> (usize, usize) {
    let values = Values::new();
    let region = Region::new(allocator);
    build(values);
    let change = region.change();
    (change.allocations, change.reallocations)
}

/// Checks that both send the same request.
fn check(hand: &reqwest::Client, client: &Client) {
    let one = by_hand(hand, &Values::new());
    let other = ours_for_reqwest(client, Values::new());
    let body = |request: &reqwest::Request| {
        request
            .body()
            .and_then(reqwest::Body::as_bytes)
            .map(<[u8]>::to_vec)
    };
    assert_eq!(
        (one.method(), one.url().path(), one.url().query()),
        (other.method(), other.url().path(), other.url().query())
    );
    assert_eq!(body(&one), body(&other));
}
