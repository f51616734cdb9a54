//! The protocol over HTTP, on this machine.
//!
//! Every process of every user of this machine can connect to a port, and pages in browsers can
//! too, so a request needs a token, the host has to be this machine's, and there is no origin.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use cliq_api::SecretString;
use http::header::{AUTHORIZATION, ORIGIN, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;

use super::server::Server;
use crate::failure::{Exit, Failure};
use crate::place;

/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Before the next attempt when a connection can't be accepted, as when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

type Answer = Response<BoxBody<Bytes, std::convert::Infallible>>;
type Service = StreamableHttpService<Server, LocalSessionManager>;

/// Serves until somebody ends it.
pub(super) async fn serve(server: Server, port: u16, program: &str) -> Result<(), Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::io(format_args!("can't listen at {address}"), &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::io("can't listen", &error))?;
    let variable = format!("{}MCP_TOKEN", place::prefix(program));
    let token = match place::text_variable(&variable)? {
        Some(token) => {
            eprintln!("MCP at http://{address}/mcp, for clients with the token in {variable}.");
            SecretString::from(token)
        }
        None => {
            let token = random_token()?;
            eprintln!(
                "MCP at http://{address}/mcp. Clients send the header\n\
                 Authorization: Bearer {}\n\
                 Set {variable} for a token that stays the same.",
                token.expose_secret()
            );
            token
        }
    };
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let token = Arc::new(token);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (service, token) = (service.clone(), Arc::clone(&token));
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| answer(service.clone(), Arc::clone(&token), request)),
            );
        tokio::spawn(serving);
    }
}

async fn answer(
    service: Service,
    token: Arc<SecretString>,
    request: Request<Incoming>,
) -> Result<Answer, std::convert::Infallible> {
    if request.headers().contains_key(ORIGIN) {
        return Ok(refusal(
            StatusCode::FORBIDDEN,
            "requests of web pages are not served\n",
        ));
    }
    if !is_authorized(&request, &token) {
        let mut answer = refusal(
            StatusCode::UNAUTHORIZED,
            "the header `Authorization: Bearer` with the token of this server is missing\n",
        );
        let scheme = http::HeaderValue::from_static("Bearer");
        answer.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        return Ok(answer);
    }
    if request.uri().path().trim_end_matches('/') != "/mcp" {
        return Ok(refusal(StatusCode::NOT_FOUND, "MCP is at /mcp\n"));
    }
    Ok(service.handle(request).await)
}

/// Takes the same time wherever tokens differ.
fn is_authorized(request: &Request<Incoming>, token: &SecretString) -> bool {
    let sent = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, token)| token.trim());
    let expected = token.expose_secret();
    let differs = sent
        .bytes()
        .zip(expected.bytes())
        .fold(0, |differs, (one, other)| differs | (one ^ other));
    sent.len() == expected.len() && differs == 0
}

fn refusal(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())).boxed());
    *answer.status_mut() = status;
    answer
}

/// 128 random bits.
fn random_token() -> Result<SecretString, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(Exit::Other, format!("there is no random token: {error}")))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)).into())
}
