//! The same call: handwritten, with other libraries, and with ours.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cliq_api::HyperTransport;
use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use octocrab::Octocrab;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustify::Endpoint as _;
use rustify_derive::Endpoint;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::server::Place;

const TOKEN: &str = "1000.8cb99dxxxxxxxxxxxxx9be93.9b8xxxxxxxxxxxxxxxf";
const THREAD: &str = "CT_1207124526552602256_60002085329-T-1291567019566818579";
const TEXT: &str = "The deployment of the new version is done, and all checks passed.";
const BOT: &str = "deploybot";
const TIMEOUT: Duration = Duration::from_secs(30);
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// With a limit that is kept, but never reached.
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
    text: String,
}

#[derive(Serialize)]
struct Payload<'v> {
    text: &'v str,
    post_in_parent: bool,
    sync_message: bool,
}

const PAYLOAD: Payload<'static> = Payload {
    text: TEXT,
    post_in_parent: true,
    sync_message: true,
};

/// A program that is handwritten over reqwest: without limits, retries, traces and error handling.
pub(crate) struct OverReqwest {
    client: reqwest::Client,
    base_url: String,
}

impl OverReqwest {
    /// The shortest code.
    pub(crate) fn bare(place: &Place) -> Self {
        Self::new(place, reqwest::Client::builder())
    }

    /// With the same headers and timeouts as our call.
    pub(crate) fn careful(place: &Place) -> Self {
        let headers =
            HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let builder = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent("by-hand/0.1.0");
        Self::new(place, builder.timeout(TIMEOUT))
    }

    fn new(place: &Place, builder: reqwest::ClientBuilder) -> Self {
        Self {
            client: client(place, builder),
            base_url: place.base_url.clone(),
        }
    }

    pub(crate) async fn send_message(&self) -> Result<Posted, reqwest::Error> {
        let call = self
            .client
            .post(format!("{}/api/v3/chats/{THREAD}/messages", self.base_url));
        let call = call
            .query(&[("bot_unique_name", BOT)])
            .bearer_auth(TOKEN)
            .json(&PAYLOAD);
        call.send().await?.error_for_status()?.json().await
    }
}

/// Returns a reqwest client as all sides use it: without proxies, trusting only the server.
fn client(place: &Place, builder: reqwest::ClientBuilder) -> reqwest::Client {
    let certificate = place
        .certificate
        .as_ref()
        .map(|pem| reqwest::Certificate::from_pem(pem.as_bytes()).expect("a certificate is one"));
    let builder = builder.no_proxy().tls_certs_only(certificate);
    builder.build().expect("there can be a client")
}

/// A program that is handwritten over hyper-util.
pub(crate) struct OverHyper {
    client: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base_url: String,
    is_careful: bool,
}

impl OverHyper {
    /// The shortest code.
    pub(crate) fn bare(place: &Place) -> Self {
        Self::new(place, false)
    }

    /// With the same headers and timeout as our call.
    pub(crate) fn careful(place: &Place) -> Self {
        Self::new(place, true)
    }

    fn new(place: &Place, is_careful: bool) -> Self {
        let mut roots = RootCertStore::empty();
        if let Some(pem) = &place.certificate {
            let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
            let certificate = certificate.expect("a certificate is one");
            roots
                .add(certificate)
                .expect("a certificate can be trusted");
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has what TLS needs")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls);
        let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        Self {
            client: builder.pool_timer(TokioTimer::new()).build(connector),
            base_url: place.base_url.clone(),
            is_careful,
        }
    }

    pub(crate) async fn send_message(&self) -> Option<Posted> {
        if self.is_careful {
            return timeout(TIMEOUT, self.exchange()).await.ok()?;
        }
        self.exchange().await
    }

    async fn exchange(&self) -> Option<Posted> {
        let thread = utf8_percent_encode(THREAD, ENCODED);
        let url = format!(
            "{}/api/v3/chats/{thread}/messages?bot_unique_name={BOT}",
            self.base_url
        );
        let payload = serde_json::to_vec(&PAYLOAD).ok()?;
        let mut request = http::Request::post(url)
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
            .header(CONTENT_TYPE, "application/json");
        if self.is_careful {
            request = request
                .header(ACCEPT, "application/json")
                .header(USER_AGENT, "by-hand/0.1.0");
        }
        let request = request.body(Full::new(payload.into()));
        let response = self.client.request(request.ok()?).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let content = response.into_body().collect().await.ok()?.to_bytes();
        serde_json::from_slice(&content).ok()
    }
}

/// octocrab, whose client is for GitHub, but can call other paths.
pub(crate) struct WithOctocrab(Octocrab);

impl WithOctocrab {
    pub(crate) fn new(place: &Place) -> Self {
        let builder = Octocrab::builder().base_uri(&*place.base_url);
        let builder = builder.expect("a URL is one").personal_token(TOKEN);
        Self(builder.build().expect("there can be a client"))
    }

    pub(crate) async fn send_message(&self) -> octocrab::Result<Posted> {
        let route = format!("/api/v3/chats/{THREAD}/messages?bot_unique_name={BOT}");
        self.0.post(route, Some(&PAYLOAD)).await
    }
}

/// rustify, with the token as middleware.
pub(crate) struct WithRustify {
    client: rustify::Client,
    bearer: Bearer,
}

struct Bearer(HeaderValue);

impl rustify::MiddleWare for Bearer {
    fn request<E: rustify::Endpoint>(
        &self,
        _: &E,
        request: &mut http::Request<Vec<u8>>,
    ) -> Result<(), rustify::errors::ClientError> {
        request.headers_mut().insert(AUTHORIZATION, self.0.clone());
        Ok(())
    }

    fn response<E: rustify::Endpoint>(
        &self,
        _: &E,
        _: &mut http::Response<Vec<u8>>,
    ) -> Result<(), rustify::errors::ClientError> {
        Ok(())
    }
}

/// The declaration.
#[derive(Endpoint)]
#[endpoint(
    path = "api/v3/chats/{self.chat_id}/messages",
    method = "POST",
    response = "Posted"
)]
struct SendMessage {
    #[endpoint(skip)]
    chat_id: String,
    #[endpoint(body)]
    text: String,
    #[endpoint(body)]
    post_in_parent: Option<bool>,
    #[endpoint(body)]
    sync_message: Option<bool>,
    #[endpoint(query)]
    bot_unique_name: Option<String>,
}

impl WithRustify {
    pub(crate) fn new(place: &Place) -> Self {
        let bearer = format!("Bearer {TOKEN}").parse();
        Self {
            client: rustify::Client::new(
                &place.base_url,
                client(place, reqwest::Client::builder()),
            ),
            bearer: Bearer(bearer.expect("a token fits into a header")),
        }
    }

    pub(crate) async fn send_message(&self) -> Result<Posted, rustify::errors::ClientError> {
        let call = SendMessage {
            chat_id: THREAD.to_owned(),
            text: TEXT.to_owned(),
            post_in_parent: Some(true),
            sync_message: Some(true),
            bot_unique_name: Some(BOT.to_owned()),
        };
        let called = call.with_middleware(&self.bearer).exec(&self.client).await;
        called?.parse()
    }
}

/// Our client with a token, a limit, retries, a deadline and traces.
pub(crate) struct Ours(Client);

impl Ours {
    pub(crate) fn over_reqwest(place: &Place) -> Self {
        let builder = Client::builder(&*place.base_url);
        Self::new(match &place.certificate {
            Some(pem) => builder.only_root_certificates(pem),
            None => builder,
        })
    }

    pub(crate) fn over_hyper(place: &Place) -> Self {
        let transport = HyperTransport::builder().allow_plain_http();
        let transport = match &place.certificate {
            Some(pem) => transport.only_root_certificates(pem),
            None => transport,
        };
        let transport = transport.build().expect("there can be a transport");
        Self::new(Client::builder(&*place.base_url).transport(transport))
    }

    fn new(builder: cliq_api::ClientBuilder) -> Self {
        let settings = LimitSettings::new().cold_start(false);
        let client = builder.access_token(TOKEN).limits(settings).build();
        Self(client.expect("there can be a client"))
    }

    pub(crate) async fn send_message(&self) -> Result<Posted, Error> {
        self.0
            .send_message(THREAD, TEXT)
            .post_in_parent(true)
            .sync_message(true)
            .bot_unique_name(BOT)
            .await
    }
}
