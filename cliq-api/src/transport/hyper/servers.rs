//! The servers that requests are sent to, each with a short name for hyper-util.
//!
//! hyper-util keeps connections by scheme and authority. For each request it copies the authority
//! ten times, hashes it three times, character by character, and composes the header `Host`. A
//! static name of one character costs next to nothing, and the connector resolves it.

use std::sync::OnceLock;

use http::header::{HOST, HeaderValue};
use http::uri::{Authority, Scheme};
use http::{Method, Request, Uri};

/// No server has such a name. A program has few servers; the others go without.
const NAMES: [&str; 4] = ["-", "_", "~", "!"];

#[derive(Default)]
pub(super) struct Servers([OnceLock<Known>; NAMES.len()]);

struct Known {
    is_plain: bool,
    authority: Authority,
    /// `None` if it can't be sent.
    host: Option<HeaderValue>,
    name: Authority,
}

impl Servers {
    /// Whether a request names a server as only a transport does.
    pub(super) fn is_name(uri: &Uri) -> bool {
        uri.authority()
            .is_some_and(|authority| NAMES.contains(&authority.as_str()))
    }

    /// Sets the header `Host` of a request over HTTP/1.1, unless it has one, and names its server,
    /// unless the authority is sent too.
    pub(super) fn name<B>(&self, request: &mut Request<B>, is_proxied: bool) {
        let Some(authority) = request.uri().authority() else {
            return;
        };
        let is_plain = request.uri().scheme() == Some(&Scheme::HTTP);
        let known = self.known(authority, is_plain);
        let host = match known {
            Some(known) => known.host.clone(),
            None => host(authority, is_plain),
        };
        if let Some(host) = host {
            request.headers_mut().entry(HOST).or_insert(host);
        }
        let sends_authority = is_proxied || request.method() == Method::CONNECT;
        if let Some(known) = known.filter(|_| !sends_authority) {
            let uri = std::mem::take(request.uri_mut());
            *request.uri_mut() = with_authority(uri, &known.name);
        }
    }

    /// Returns the URI with the authority of the server that it names.
    pub(super) fn resolved(&self, uri: Uri) -> Uri {
        let named = |known: &&Known| uri.authority().is_some_and(|it| *it == known.name);
        match self.0.iter().filter_map(OnceLock::get).find(named) {
            Some(known) => with_authority(uri, &known.authority),
            None => uri,
        }
    }

    fn known(&self, authority: &Authority, is_plain: bool) -> Option<&Known> {
        let mut known = self.0.iter().zip(NAMES).map(|(known, name)| {
            known.get_or_init(|| Known {
                is_plain,
                authority: authority.clone(),
                host: host(authority, is_plain),
                name: Authority::from_static(name),
            })
        });
        // As text, which is faster: base URLs have one spelling.
        known.find(|it| it.is_plain == is_plain && it.authority.as_str() == authority.as_str())
    }
}

/// Host and port, without a port that goes without saying.
fn host(authority: &Authority, is_plain: bool) -> Option<HeaderValue> {
    let default = if is_plain { 80 } else { 443 };
    let host = authority.host();
    match authority.port() {
        Some(port) if port.as_u16() != default => {
            HeaderValue::try_from(format!("{host}:{port}")).ok()
        }
        _ => HeaderValue::from_str(host).ok(),
    }
}

fn with_authority(uri: Uri, authority: &Authority) -> Uri {
    let mut parts = uri.into_parts();
    parts.authority = Some(authority.clone());
    // It can't fail: a URI with an authority keeps its scheme and its path.
    Uri::from_parts(parts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(servers: &Servers, text: &str, is_proxied: bool) -> Request<()> {
        let mut request = Request::get(text).body(()).unwrap();
        servers.name(&mut request, is_proxied);
        request
    }

    #[test]
    fn a_named_server_is_resolved_to_itself() {
        let servers = Servers::default();
        let texts = [
            "https://api.example.com/a?b",
            "http://api.example.com/a?b",
            "https://[::1]:8443/",
            "http://user:password@127.0.0.1:80/a",
            "https://a.fifth.example/a?b",
        ];
        for _ in 0..2 {
            for (index, text) in texts.into_iter().enumerate() {
                let uri: Uri = text.parse().unwrap();
                let named = named(&servers, text, false).into_parts().0.uri;
                assert_eq!(Servers::is_name(&named), index < NAMES.len(), "{text}");
                assert_eq!(named.scheme(), uri.scheme());
                assert_eq!(named.path_and_query(), uri.path_and_query());
                assert_eq!(servers.resolved(named), uri);
            }
        }
    }

    #[test]
    fn an_authority_that_is_sent_stays() {
        let (servers, uri) = (Servers::default(), "http://api.example.com/a");
        assert_eq!(*named(&servers, uri, true).uri(), uri);
        let mut request = Request::connect(uri).body(()).unwrap();
        servers.name(&mut request, false);
        assert_eq!(*request.uri(), uri);
    }

    #[test]
    fn the_host_is_what_the_uri_names() {
        let servers = Servers::default();
        for (text, host) in [
            ("https://api.example.com/", "api.example.com"),
            ("https://api.example.com:443/", "api.example.com"),
            ("https://api.example.com:80/", "api.example.com:80"),
            ("http://user:password@[::1]:8080/", "[::1]:8080"),
            ("http://api.example.com:443/", "api.example.com:443"),
            ("http://api.example.com:80/", "api.example.com"),
        ] {
            assert_eq!(named(&servers, text, false).headers()[HOST], host, "{text}");
        }
        let mut request = Request::get("http://api.example.com/");
        request = request.header(HOST, "its.own");
        let mut request = request.body(()).unwrap();
        servers.name(&mut request, false);
        assert_eq!(request.headers()[HOST], "its.own");
    }
}
