//! Where requests go: URLs of one server in any spelling are equal, and no request leaves it.

use cliq_api::auth::{Bearer, Identity, OAuth, OAuthClient, OAuthServer};
use cliq_api::prelude::*;
use cliq_api::{ErrorKind, Sent};
use cliq_tests::server::Server;

#[endpoints]
trait Things {
    #[endpoint(GET "/things", limit = "1/10min")]
    fn list_things(&self) -> Bytes;
}

#[track_caller]
fn assert_refused(built: Result<Client, Error>, words: &str) {
    let error = built.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Configuration, Sent::No)
    );
    assert!(error.to_string().contains(words), "{error}");
    assert!(
        !format!("{error} {error:?}").contains("canary"),
        "{error:?}"
    );
}

#[test]
fn invalid_base_urls_are_rejected_when_a_client_is_built() {
    for (url, words) in [
        ("https://api.example.com/v1/%2e%2E/canary", "`.` and `..`"),
        ("https://api.example.com/v1/.%2E", "`.` and `..`"),
        ("https://api.example.com/%2e/canary", "`.` and `..`"),
        ("https://api.example.com/v1\\..\\canary", "backslash"),
        ("https://api.example.com:99999", "port"),
        ("https://api.example.com:0", "port"),
        ("https://:443", "host"),
        ("https://", ""),
        ("https:///canary", ""),
        ("https://256.256.256.256", "host"),
        ("https://bücher.example", "ASCII"),
    ] {
        assert_refused(Client::builder(url).build(), words);
        let good = || Client::builder("https://api.example.com");
        assert_refused(good().base_url(url).build(), words);
        assert_refused(good().server("uploads", url).build(), words);
        let user = good().build().unwrap();
        assert_refused(user.as_user("1", Bearer::new("t").at_url(url)), words);
    }
    for name in [".", ".."] {
        let network = DataCenter::EU.network(name);
        assert_refused(Client::cliq(network).build(), "`.` and `..`");
    }
    for name in ["...", "a.b", "acme"] {
        Client::cliq(DataCenter::EU.network(name)).build().unwrap();
    }
}

/// An authorizer with a base URL.
trait AtUrl {
    fn at_url(self, url: &str) -> Identity;
}

impl AtUrl for Bearer {
    fn at_url(self, url: &str) -> Identity {
        Identity::from(self).at(url)
    }
}

#[test]
fn an_invalid_proxy_is_an_error() {
    for (proxy, words) in [
        ("sock5://127.0.0.1:1080", "`sock5` is unknown"),
        ("htp://user:canary@proxy.example.com", "`htp` is unknown"),
        ("socks5://127.0.0.1:1080", "feature `socks`"),
        ("http://proxy.example.com:99999", "no URL"),
        ("http://", "no URL"),
    ] {
        let builder = Client::builder("https://api.example.com");
        assert_refused(builder.proxy(proxy).build(), words);
        let server = OAuthServer::new("https://auth.example.com/token");
        let oauth = OAuth::builder(&OAuthClient::new(server, "bot", "s3cret"));
        let error = oauth.proxy(proxy).build().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn each_spelling_of_a_server_counts_in_one_bucket() {
    let server = Server::answering("{}");
    let port = server.base_url().rsplit_once(':').unwrap().1.to_owned();
    let client = Client::builder(format!("http://localhost:{port}"))
        .build()
        .unwrap();
    let spelled = |host: &str| {
        let url = format!("http://{host}:{port}/");
        client.as_user("1", Bearer::new("t").at_url(&url)).unwrap()
    };
    for spellings in [
        ["localhost", "LOCALHOST", "localhost.", "LocalHost."],
        ["127.0.0.1", "127.1", "0x7f000001", "127.0.0.1."],
    ] {
        let [first, others @ ..] = spellings.map(spelled);
        first.list_things().await.unwrap();
        for other in others {
            assert_eq!(other.base_url(), first.base_url());
            let call = other.list_things().options(|options| options.fail_fast());
            let error = call.await.unwrap_err();
            assert_eq!(
                (error.kind(), error.sent()),
                (ErrorKind::Limited, Sent::No),
                "{error:?}"
            );
        }
    }
    assert_eq!(server.requests().len(), 2);
}
