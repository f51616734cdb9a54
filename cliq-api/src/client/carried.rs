//! What a request carried in its head, to know its secrets if it fails.

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};

use crate::auth::Generation;
use crate::few::Few;
use crate::secrets::Secrets;

/// What may be secret of the headers of a request, and its URL.
pub(super) struct Carried {
    headers: Few<(HeaderName, HeaderValue)>,
    uri: Uri,
    /// Identifies its token.
    pub(super) generation: Option<Generation>,
}

impl Carried {
    pub(super) fn of(head: &Parts, generation: Option<Generation>) -> Self {
        // Each call pays for this. Most have one header besides these.
        let is_plain =
            |name: &HeaderName| [ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT].contains(name);
        let headers = head.headers.iter().filter(|(name, _)| !is_plain(name));
        Self {
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            uri: head.uri.clone(),
            generation,
        }
    }

    /// Returns the secrets. `without` is the request as it was before it was authorized: what it
    /// lacks is the authorization.
    pub(super) fn secrets(&self, without: Option<&Request<()>>) -> Secrets {
        let mut secrets = Secrets::default();
        let is_added = |name: &HeaderName, value: &HeaderValue| {
            without.is_some_and(|request| !has(request.headers(), name, value))
        };
        for (name, value) in &*self.headers {
            if value.is_sensitive() || is_secret_header(name) || is_added(name, value) {
                secrets.add_header(value);
            }
        }
        let known = without.and_then(|request| request.uri().query());
        let known: Vec<_> = known.unwrap_or_default().split('&').collect();
        for pair in self.uri.query().unwrap_or_default().split('&') {
            let is_added = without.is_some() && !known.contains(&pair);
            for (name, value) in form_urlencoded::parse(pair.as_bytes()) {
                if is_added || is_secret_parameter(&name) {
                    secrets.add(&value);
                }
            }
        }
        secrets
    }
}

fn has(headers: &HeaderMap, name: &HeaderName, value: &HeaderValue) -> bool {
    headers.get_all(name).iter().any(|known| known == value)
}

/// Whether a header of that name holds a secret, whoever set it.
fn is_secret_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    let parts = [
        "auth",
        "cookie",
        "secret",
        "password",
        "api-key",
        "apikey",
        "api_key",
        "signature",
    ];
    parts.iter().any(|part| name.contains(part)) || name.ends_with("token")
}

/// The same for a parameter of the query. A page token is none.
fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '_'], "");
    let parts = [
        "apikey",
        "appkey",
        "extensionkey",
        "authtoken",
        "accesstoken",
        "secret",
        "password",
        "signature",
    ];
    parts.iter().any(|part| name.contains(part))
}
