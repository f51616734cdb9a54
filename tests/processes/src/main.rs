//! A program that makes calls, one line of input each:
//!
//! - `call short`, `call locking`, `call thread`: makes a call, and prints `done`, or `failed` and
//!   the error;
//! - `last short`: makes a call and exits immediately;
//! - `flood short 4`: makes calls with four callers, endlessly;
//! - `advance 3600`: advances the time by this many seconds.
//!
//! It exits at the end of its input. With `CLIQ_ONCE` it makes one call to `short` from a plain
//! thread, and exits. `CLIQ_SERVER` is the server's address, `CLIQ_LIMITS` and `CLIQ_TOKENS` are
//! the stores of limits and tokens, and `CLIQ_REFRESH_TOKEN` is the refresh token.

use std::time::Duration;

use cliq_api::RetryPolicy;
use cliq_api::auth::{Credentials, OAuthClient, TokenSettings};
use cliq_api::blocking::WaitExt;
use cliq_api::prelude::*;
use cliq_api::threads::Threads;
use cliq_tests_processes::{Simulated, client, limits_in, tokens_in};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::{advance, pause, resume, sleep};

fn main() -> Result<(), Error> {
    if std::env::var_os("CLIQ_ONCE").is_some() {
        return build()?.short().wait();
    }
    obey()
}

#[tokio::main(flavor = "current_thread")]
async fn obey() -> Result<(), Error> {
    let client = build()?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["call", what] => match call(&client, what).await {
                Ok(()) => println!("done"),
                Err(error) => println!("failed: {error}"),
            },
            ["last", what] => {
                call(&client, what).await?;
                break;
            }
            ["flood", what, callers] => {
                for _ in 0..callers.parse().expect("a number") {
                    let (client, what) = (client.clone(), what.to_owned());
                    tokio::spawn(async move {
                        loop {
                            if call(&client, &what).await.is_err() {
                                sleep(Duration::from_millis(20)).await;
                            }
                        }
                    });
                }
            }
            ["advance", seconds] => {
                pause();
                advance(Duration::from_secs(seconds.parse().expect("a number"))).await;
                resume();
                println!("done");
            }
            _ => panic!("`{line}` is nothing that it could do"),
        }
    }
    Ok(())
}

fn build() -> Result<Client, Error> {
    let setting = |name: &str| std::env::var(name).ok();
    let server = setting("CLIQ_SERVER").expect("CLIQ_SERVER says where the server is");
    let mut builder = client(&server);
    if let Some(place) = setting("CLIQ_LIMITS") {
        builder = limits_in(&place, builder)?;
    }
    if let Some(token) = setting("CLIQ_REFRESH_TOKEN") {
        let home = DataCenter::custom(&*server, &*server);
        let app = OAuthClient::new(&home, "1000.APP", "secret");
        builder = builder.credentials(Credentials::refresh_token(&app, token));
    }
    if let Some(place) = setting("CLIQ_TOKENS") {
        builder = builder.tokens(tokens_in(
            &place,
            TokenSettings::new().timeout(Duration::from_secs(1)),
        )?);
    }
    builder.build()
}

async fn call(client: &Client, what: &str) -> Result<(), Error> {
    match what {
        "short" => client.short().await,
        "both" => client.both().await,
        // A retry would wait for the end of the lockout.
        "locking" => {
            let call = client.locking();
            call.options(|options| options.retry(RetryPolicy::none()))
                .await
        }
        id => client.get_thread(id).await.map(drop),
    }
}
