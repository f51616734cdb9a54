//! Measures many users of one client: the cost of an idle user, and whether the last user is served
//! as fast as the first.

use std::alloc::System;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cliq_api::Body;
use cliq_api::auth::{Credentials, OAuthClient};
use cliq_api::http::{Request, Response};
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_api::{Exchange, Transport};
use stats_alloc::{Region, StatsAlloc};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::median::Sides;

const USERS: usize = 100_000;
const ROUNDS: usize = 61;
const CALLS: u32 = 300;
const THREAD: &str = "CT_1207124526552602256_60002085329-T-1291567019566818579";
const TOKEN: &[u8] = br#"{"access_token": "1000.8cb99dxxxxxxxxxxxxx9be93.9b8xxxxxxxxxxxxxxxf", "expires_in": 3600, "scope": "ZohoCliq.Chats.UPDATE"}"#;

/// With a limit that is kept, but never reached.
#[endpoints(
    base = "/api/v3",
    scope_prefix = "ZohoCliq",
    limit = "100000/10s",
    lock = "10m"
)]
pub(crate) trait Often {
    #[endpoint(POST "/threads/<THREAD_CHAT_ID>/often", scope = "Chats.UPDATE")]
    fn follow_often(&self, thread_chat_id: String);
}

/// An API and accounts server that responds immediately, so that only our code is measured.
struct Here;

impl Transport for Here {
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        let body: &[u8] = if request.uri().path().starts_with("/oauth/") {
            TOKEN
        } else {
            b""
        };
        Box::pin(async move { Ok(Response::new(body.into())) })
    }
}

struct Service {
    client: Client,
    app: OAuthClient,
}

impl Service {
    fn new() -> Self {
        let client = Client::cliq(DataCenter::US)
            .transport(Here)
            .build()
            .expect("there can be a client");
        Self {
            client,
            app: OAuthClient::new(
                DataCenter::US,
                "1000.GMB0YULZHJK411284S8I5GZ4CHUEX0",
                "122c324d3496d5d777ceeebc129470715fbb856b7",
            ),
        }
    }

    /// Like a program that takes a user's refresh token from its database for each call.
    fn user(&self, number: usize) -> Client {
        let refresh_token = format!("1000.{number:032x}.{number:032x}");
        let credentials = Credentials::refresh_token(&self.app, refresh_token);
        self.client
            .as_user(format!("{number:09}"), credentials)
            .expect("the credentials can be used")
    }
}

pub(crate) fn measure(allocator: &StatsAlloc<System>) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let service = Service::new();
    println!("{USERS} users of one client");
    let held = Region::new(allocator);
    let tell = |what: &str| {
        let change = held.change();
        let bytes = (change.bytes_allocated - change.bytes_deallocated) / USERS;
        println!(
            "  {what:<42} {bytes:>5} bytes a user, {} tasks in all",
            tasks(&runtime)
        );
    };
    for number in 0..USERS {
        service.user(number);
    }
    tell("named, with their refresh tokens");
    runtime.block_on(async {
        for number in 0..USERS {
            service
                .user(number)
                .follow_thread(THREAD)
                .await
                .expect("it is answered");
        }
    });
    tell("idle after a call: a token, a limit's count");

    let alone = Service::new();
    let sides = Sides::<3>::measure(ROUNDS, |side| match side {
        0 => time(&runtime, &service, 0),
        1 => time(&runtime, &service, USERS - 1),
        _ => time(&runtime, &alone, 0),
    });
    println!("  naming the user and making a call ({ROUNDS} rounds of {CALLS})");
    for (side, name) in ["the first", "the last", "the only one of another client"]
        .into_iter()
        .enumerate()
    {
        let time = sides.median(side).as_nanos() / u128::from(CALLS);
        println!(
            "    {name:<40} {time:>5} ns  {:>5.3} x",
            sides.ratio(side, 0)
        );
    }
}

fn tasks(runtime: &Runtime) -> usize {
    // Ended tasks are counted until the runtime has polled them.
    runtime.block_on(async {
        tokio::task::yield_now().await;
        Handle::current().metrics().num_alive_tasks()
    })
}

fn time(runtime: &Runtime, service: &Service, number: usize) -> Duration {
    runtime.block_on(async {
        let begun = Instant::now();
        for _ in 0..CALLS {
            black_box(
                service
                    .user(number)
                    .follow_often(THREAD)
                    .await
                    .expect("it is answered"),
            );
        }
        begun.elapsed()
    })
}
