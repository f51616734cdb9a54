//! All ways to sign in, with a local sandbox: `cargo run --example sign_in`. It needs neither an
//! account nor the Internet.
//!
//! | way | for |
//! |---|---|
//! | consent, with a callback on a loopback port | a user with a browser |
//! | self client | yourself, with a code from Zoho's API console |
//! | device | a user whose browser is elsewhere |
//! | client credentials | the app itself |
//!
//! `cliq-api/guide/zoho_accounts.md` explains which one to choose, and what to do if it fails. A
//! real program reads its client secret from a file or the environment: all users of the machine
//! can see the arguments of a command line.

use std::time::Duration;

use cliq_api::UserKey;
use cliq_api::auth::{Credentials, OAuth, OAuthClient, ScopeSet, SignedIn};
use cliq_api::prelude::*;
use cliq_api::threads::{FollowThreadRequest, GetThreadRequest, Threads};
use cliq_sandbox::{Demo, Sandbox, Server, oauth};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Failure = Box<dyn std::error::Error>;

const CLIENT_ID: &str = "1000.GMB0YULZHJK411284S8I5GZ4CHUEX0";
const CLIENT_SECRET: &str = "122c324d3496d5d777ceeebc129470715fbb856b7";

// A single thread, because the device flow below pauses Tokio's time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await?;
    let callback = TcpListener::bind("127.0.0.1:0").await?;
    let redirect_uri = format!("http://{}/callback", callback.local_addr()?);
    let registered = oauth::App::new(CLIENT_ID, CLIENT_SECRET)
        .redirect_uri(&redirect_uri)
        .owner(&demo.user_id);
    demo.sandbox
        .accounts(|accounts, _| accounts.register(registered));

    let app = OAuthClient::new(here(&server), CLIENT_ID, CLIENT_SECRET);
    let oauth = OAuth::builder(&app).build()?;
    // Exactly the scopes that this program needs. `ScopeSet::for_endpoints(THREADS)` covers a whole
    // API.
    let scopes = ScopeSet::for_endpoints(&[GetThreadRequest::META, FollowThreadRequest::META]);
    println!("The program needs {scopes}.");

    println!("\nA user consents in the browser");
    let signed_in = consent(&oauth, &scopes, &callback, &redirect_uri).await?;
    use_it(&demo, &signed_in).await?;

    println!("\nThe refresh token is revoked, and its access tokens with it");
    oauth
        .revoke(signed_in.refresh_token()?.clone(), signed_in.server())
        .await?;
    match use_it(&demo, &signed_in).await {
        Ok(()) => return Err("a revoked token still works".into()),
        Err(error) => println!("  {error}"),
    }

    println!("\nA self client exchanges a code from the API console");
    let code = demo.sandbox.accounts(|accounts, now| {
        accounts.self_client_code(CLIENT_ID, &demo.user_id, scopes.to_string().as_str(), now)
    });
    let signed_in = oauth.exchange_self_client(code.clone()).await?;
    use_it(&demo, &signed_in).await?;
    match oauth.exchange_self_client(code).await {
        Ok(_) => return Err("a code was good twice".into()),
        Err(error) => println!("  a second time: {error}"),
    }

    // From here on, the sandbox runs in process, as the US data center.
    let app = OAuthClient::new(DataCenter::US, CLIENT_ID, CLIENT_SECRET);
    println!("\nA device's user enters a code elsewhere");
    let signed_in = device(&demo, &app, &scopes).await?;
    println!("  signed in, with {}", granted(&signed_in));

    println!("\nThe app speaks for itself");
    let signed_in = oauth.client_credentials(&scopes).await?;
    use_it(&demo, &signed_in).await?;
    match signed_in.refresh_token() {
        Ok(_) => return Err("client credentials came with a refresh token".into()),
        Err(error) => println!("  {error}"),
    }

    println!("\nA service has many users, and keeps their refresh tokens");
    many_users(&demo, &app, &scopes).await
}

/// Opens the consent page, waits for the callback, and exchanges its code.
async fn consent(
    oauth: &OAuth,
    scopes: &ScopeSet,
    callback: &TcpListener,
    redirect_uri: &str,
) -> Result<SignedIn, Failure> {
    let consent = oauth.authorization(redirect_uri, scopes)?;
    println!(
        "  the browser goes to {}",
        consent.url().split('?').next().unwrap_or_default()
    );
    let (came_back, browser) = tokio::join!(listen(callback), browse(consent.url()));
    browser?;
    // `exchange` checks the random `state` first, so it rejects a forged callback.
    let signed_in = oauth.exchange(&consent, &came_back?).await?;
    println!("  it came back with a code for {}", granted(&signed_in));
    Ok(signed_in)
}

/// Waits for the callback, and returns the requested path and query.
async fn listen(callback: &TcpListener) -> Result<String, Failure> {
    loop {
        let (stream, _) = callback.accept().await?;
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        // Browsers also request other paths, such as an icon.
        let is_callback = path.starts_with("/callback?");
        let (status, text) = if is_callback {
            ("200 OK", "You can close this window.")
        } else {
            ("404 Not Found", "Nothing here.")
        };
        while line.trim() != "" {
            line.clear();
            stream.read_line(&mut line).await?;
        }
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\nReferrer-Policy: no-referrer\r\n\r\n{text}",
            text.len()
        );
        stream.write_all(answer.as_bytes()).await?;
        if is_callback {
            return Ok(path);
        }
    }
}

/// Acts as the user's browser: requests a page and its redirect. The sandbox's user consents
/// immediately.
async fn browse(url: &str) -> Result<(), Failure> {
    let page = fetch(url).await?;
    let location = page
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .ok_or("the page leads nowhere")?;
    fetch(location).await?;
    Ok(())
}

async fn fetch(url: &str) -> Result<String, Failure> {
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|url| url.split_once('/'))
        .ok_or("not a page of here")?;
    let mut stream = TcpStream::connect(host).await?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// A device polls every 31 seconds. Tokio's time is paused here, which skips these waits, so the
/// sandbox must run in process, without a socket.
async fn device(demo: &Demo, app: &OAuthClient, scopes: &ScopeSet) -> Result<SignedIn, Failure> {
    let oauth = OAuth::builder(app)
        .transport(demo.sandbox.transport())
        .build()?;
    tokio::time::pause();
    let device = oauth.start_device(scopes).await?;
    println!(
        "  go to {} and enter {}",
        device.verification_uri(),
        device.user_code()
    );
    demo.sandbox
        .accounts(|accounts, _| accounts.approve_device(device.user_code(), &demo.user_id));
    let signed_in = device.wait().await;
    tokio::time::resume();
    Ok(signed_in?)
}

/// One client for all users: each has a separate token and limits, and costs little while idle.
async fn many_users(demo: &Demo, app: &OAuthClient, scopes: &ScopeSet) -> Result<(), Failure> {
    let service = demo.sandbox.client_builder().build()?;
    tokio::time::pause();
    for user_id in [&demo.user_id, &demo.colleague_ids[0]] {
        let refresh_token = demo.sandbox.accounts(|accounts, now| {
            accounts
                .issue_tokens(CLIENT_ID, user_id, scopes.to_string().as_str(), now)
                .refresh_token
        });
        let credentials = Credentials::refresh_token(app, refresh_token.unwrap_or_default());
        let user = service.as_user(UserKey::new(user_id), credentials)?;
        user.get_thread(&demo.thread_chat_id).await?;
        // A token is valid for an hour. It is refreshed when needed.
        tokio::time::advance(Duration::from_hours(2)).await;
        user.get_thread(&demo.thread_chat_id).await?;
        println!("  user {user_id} made a call, and another one two hours later");
        // A call that needs another scope isn't sent.
        match user.get_thread_main_message(&demo.thread_chat_id).await {
            Ok(_) => return Err("a call without its scope was made".into()),
            Err(error) => println!("  {error}"),
        }
    }
    tokio::time::resume();
    Ok(())
}

/// Makes a call as the user who signed in.
async fn use_it(demo: &Demo, signed_in: &SignedIn) -> Result<(), Error> {
    let credentials = Credentials::access_token(signed_in.access_token().clone());
    // Calls go to the data center of the user's account.
    let client = Client::cliq(DataCenter::US)
        .credentials(credentials.server(signed_in.server()))
        .build()?;
    client.follow_thread(&demo.thread_chat_id).await?;
    println!("  and follows a thread");
    Ok(())
}

fn granted(signed_in: &SignedIn) -> String {
    signed_in
        .access_token()
        .scopes()
        .map_or_else(|| "unknown scopes".to_owned(), ToString::to_string)
}

/// Returns the data center of the local sandbox, over plain HTTP.
fn here(server: &Server) -> DataCenter {
    let base_url = server.base_url();
    let host = base_url.trim_start_matches("http://");
    DataCenter::custom(host, host)
}
