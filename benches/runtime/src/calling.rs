//! A call over loopback, with all that a call has: a token, a limit, retries, a deadline, traces.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use futures_util::future::join_all;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::median::Sides;
use crate::server;

const ROUNDS: usize = 121;
const CALLS: usize = 512;
const TOKEN: &str = "1000.8cb99dxxxxxxxxxxxxx9be93.9b8xxxxxxxxxxxxxxxf";
const THREAD: &str = "CT_1207124526552602256_60002085329-T-1291567019566818579";
const TEXT: &str = "The deployment of the new version is done, and all checks passed.";

/// With a limit that is held for each call, and never reached.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "100000/1s",
    lock = "10m"
)]
pub(crate) trait Messages {
    #[endpoint(POST "/chats/<CHAT_ID>/messages", scope = "Webhooks.CREATE")]
    fn send_message(
        &self,
        chat_id: String,
        #[field] text: String,
        #[field] post_in_parent: Option<bool>,
        #[field] sync_message: Option<bool>,
        #[query] bot_unique_name: Option<String>,
    ) -> Posted;
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "what counts is that it is read")]
pub(crate) struct Posted {
    message_id: String,
}

#[derive(Serialize)]
struct Payload<'v> {
    text: &'v str,
    post_in_parent: bool,
    sync_message: bool,
}

/// What a program does that is written by hand: no limit, no retries, no traces, errors as they
/// come.
struct ByHand {
    client: reqwest::Client,
    base_url: String,
}

impl ByHand {
    /// As short as it can be.
    fn bare(base_url: &str) -> Self {
        Self::new(reqwest::Client::builder(), base_url)
    }

    /// With all that a call of ours sends, and within a time like it.
    fn careful(base_url: &str) -> Self {
        let headers =
            HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let builder = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent("by-hand/0.1.0");
        Self::new(builder.timeout(Duration::from_secs(30)), base_url)
    }

    fn new(builder: reqwest::ClientBuilder, base_url: &str) -> Self {
        let client = builder.no_proxy().build().expect("there can be a client");
        Self {
            client,
            base_url: base_url.to_owned(),
        }
    }

    async fn send_message(&self) -> Result<Posted, reqwest::Error> {
        let payload = Payload {
            text: TEXT,
            post_in_parent: true,
            sync_message: true,
        };
        let call = self
            .client
            .post(format!("{}/api/v3/chats/{THREAD}/messages", self.base_url));
        let call = call
            .query(&[("bot_unique_name", "deploybot")])
            .bearer_auth(TOKEN)
            .json(&payload);
        call.send().await?.error_for_status()?.json().await
    }
}

async fn ours(client: &Client) -> Result<Posted, Error> {
    client
        .send_message(THREAD, TEXT)
        .post_in_parent(true)
        .sync_message(true)
        .bot_unique_name("deploybot")
        .await
}

pub(crate) fn measure() {
    let address = server::start();
    println!("a call over loopback ({ROUNDS} rounds of {CALLS})");
    for in_flight in [1, 64] {
        compare(address, in_flight, "nobody listens to traces");
    }
    // From here on somebody does, and writes them to nowhere.
    tracing_subscriber::fmt().with_writer(io::sink).init();
    for in_flight in [1, 64] {
        compare(address, in_flight, "traces are written, from INFO on");
    }
}

fn compare(address: SocketAddr, in_flight: usize, traces: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let base_url = format!("http://{address}");
    let (bare, careful) = (ByHand::bare(&base_url), ByHand::careful(&base_url));
    let settings = LimitSettings::new().cold_start(false);
    let client = Client::builder(&*base_url)
        .access_token(TOKEN)
        .limits(settings);
    let client = client.build().expect("there can be a client");
    // The first side once more: how far apart two of the same are says what a difference is worth.
    let names = ["reqwest", "reqwest, careful", "ours", "reqwest, once more"];
    let sides = Sides::<4>::measure(ROUNDS, |side| match side {
        1 => time(&runtime, in_flight, || async {
            careful.send_message().await.is_ok()
        }),
        2 => time(&runtime, in_flight, || async {
            ours(&client).await.is_ok()
        }),
        _ => time(&runtime, in_flight, || async {
            bare.send_message().await.is_ok()
        }),
    });
    println!("  {in_flight} in flight, {traces}");
    for (side, name) in names.into_iter().enumerate() {
        let time = sides.median(side).as_secs_f64() * 1e6 / CALLS as f64;
        let (bare, careful) = (sides.ratio(side, 0), sides.ratio(side, 1));
        println!(
            "    {name:<20} {time:>7.2} µs a call  {bare:>5.3} x bare, {careful:>5.3} x careful"
        );
    }
}

/// So many calls, of which so many are under way at once, with connections that stand.
fn time<F: Future<Output = bool>>(
    runtime: &Runtime,
    in_flight: usize,
    call: impl Fn() -> F,
) -> Duration {
    let all = |each| {
        let callers = (0..in_flight).map(|_| async {
            for _ in 0..each {
                assert!(call().await, "a call failed");
            }
        });
        runtime.block_on(join_all(callers));
    };
    all(1);
    let begun = Instant::now();
    all(CALLS / in_flight);
    begun.elapsed()
}
