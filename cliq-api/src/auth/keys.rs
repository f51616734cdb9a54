//! Secrets that are sent as they are: a bearer token, a password, an API key.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use super::{AuthContext, AuthError, Authorizer, Authorizing, Fingerprint};
use crate::user_key::UserKey;

/// Sends `Authorization: Bearer <token>` (RFC 6750, section 2.1), with a token that doesn't change.
///
/// A token that expires, or that the provider announces in another way, is
/// [`Credentials::access_token`](super::Credentials::access_token).
#[derive(Clone)]
pub struct Bearer(SecretString);

impl Bearer {
    /// Authorizes with this token. One that no header can hold is an error when the client is
    /// built.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(token.into())
    }
}

/// Sends `Authorization: Basic …` (RFC 7617): a user name and a password, in UTF-8.
#[derive(Clone)]
pub struct Basic {
    user: String,
    password: SecretString,
}

impl Basic {
    /// Authorizes with these. A user name with a colon, or a control character in either, is an
    /// error when the client is built.
    pub fn new(user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
        }
    }
}

/// Sends a key in a header.
///
/// ```
/// use cliq_api::auth::HeaderKey;
///
/// let key = HeaderKey::new("X-Api-Key", "…");
/// let key = HeaderKey::new("Authorization", "…").prefix("Token ");
/// ```
#[derive(Clone)]
pub struct HeaderKey {
    name: String,
    prefix: String,
    value: SecretString,
}

impl HeaderKey {
    /// Authorizes with this key in the header of that name. A name or a key that no header can have
    /// is an error when the client is built.
    pub fn new(name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        Self {
            name: name.into(),
            prefix: String::new(),
            value: value.into(),
        }
    }

    /// Puts a text before the key, such as `Token `.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            ..self
        }
    }
}

/// Sends a key as a parameter of the query.
///
/// Servers and proxies log URLs: where the API takes the key in a header as well, use
/// [`HeaderKey`]. This crate shows the URL of a request in no error and no trace.
#[derive(Clone)]
pub struct QueryKey {
    name: String,
    value: SecretString,
}

impl QueryKey {
    /// Authorizes with this key as the parameter of that name. Both are percent-encoded.
    pub fn new(name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// A header that is the same for each request.
struct FixedHeader {
    name: HeaderName,
    value: HeaderValue,
}

/// A parameter that is the same for each request, encoded.
struct FixedParameter {
    name: String,
    /// `name=value`.
    pair: SecretString,
}

impl FixedHeader {
    fn new(name: HeaderName, value: &str) -> Result<Self, AuthError> {
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            AuthError::configuration(format!(
                "the secret for the header `{name}` contains a character that no header can hold"
            ))
        })?;
        value.set_sensitive(true);
        Ok(Self { name, value })
    }

    #[expect(clippy::unnecessary_wraps, reason = "a parameter can fail")]
    fn put(&self, request: &mut Parts) -> Result<(), AuthError> {
        let headers = &mut request.headers;
        if !headers.contains_key(&self.name) {
            headers.insert(self.name.clone(), self.value.clone());
        }
        Ok(())
    }
}

impl FixedParameter {
    fn put(&self, request: &mut Parts) -> Result<(), AuthError> {
        let is_set = |query: &str| {
            query
                .split('&')
                .any(|pair| pair.split('=').next() == Some(&*self.name))
        };
        if request.uri.query().is_some_and(is_set) {
            return Ok(());
        }
        let mut parts = std::mem::take(&mut request.uri).into_parts();
        let (path, separator) = match &parts.path_and_query {
            None => ("/", "?"),
            Some(path) => match path.query() {
                None => (path.as_str(), "?"),
                Some("") => (path.as_str(), ""),
                Some(_) => (path.as_str(), "&"),
            },
        };
        let text = [path, separator, self.pair.expose_secret()].concat();
        // Its error would repeat the text.
        let unusable = || AuthError::configuration("the request's URL can't take the key");
        parts.path_and_query =
            Some(PathAndQuery::from_maybe_shared(Bytes::from(text)).map_err(|_| unusable())?);
        request.uri = Uri::from_parts(parts).map_err(|_| unusable())?;
        Ok(())
    }
}

impl Bearer {
    fn fixed(&self) -> Result<FixedHeader, AuthError> {
        let token = self.0.expose_secret();
        // RFC 6750's characters, less strictly: a space or a line break comes with a copied token.
        if token.is_empty() || token.contains(|character: char| !character.is_ascii_graphic()) {
            return Err(AuthError::configuration(
                "the bearer token is empty, or contains a space, a line break or another character that no token has",
            ));
        }
        FixedHeader::new(AUTHORIZATION, &format!("Bearer {token}"))
    }
}

impl Basic {
    fn fixed(&self) -> Result<FixedHeader, AuthError> {
        let password = self.password.expose_secret();
        if self.user.contains(':') {
            return Err(AuthError::configuration(
                "the user name for basic authentication contains a colon (RFC 7617)",
            ));
        }
        if self.user.contains(char::is_control) || password.contains(char::is_control) {
            return Err(AuthError::configuration(
                "the user name or the password for basic authentication contains a control character, such as a line break",
            ));
        }
        let pair = SecretString::from(format!("{}:{password}", self.user));
        FixedHeader::new(AUTHORIZATION, &basic(&pair))
    }
}

/// `Basic …` of a `user:password`.
pub(super) fn basic(pair: &SecretString) -> String {
    format!("Basic {}", STANDARD.encode(pair.expose_secret()))
}

impl HeaderKey {
    fn fixed(&self) -> Result<FixedHeader, AuthError> {
        let name = HeaderName::try_from(&self.name).map_err(|_| {
            AuthError::configuration(format!("{:?} is not a header's name", self.name))
        })?;
        let value = self.value.expose_secret();
        if value.trim().is_empty() {
            let problem = format!("the key for the header `{name}` is empty");
            return Err(AuthError::configuration(problem));
        }
        FixedHeader::new(name, &format!("{}{value}", self.prefix))
    }
}

impl QueryKey {
    fn fixed(&self) -> Result<FixedParameter, AuthError> {
        /// All but RFC 3986's unreserved characters.
        const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
            .remove(b'-')
            .remove(b'.')
            .remove(b'_')
            .remove(b'~');
        let value = self.value.expose_secret();
        if self.name.is_empty() || value.is_empty() {
            let problem = "the name or the key for the query is empty";
            return Err(AuthError::configuration(problem));
        }
        let name = utf8_percent_encode(&self.name, ESCAPED).to_string();
        let pair = format!("{name}={}", utf8_percent_encode(value, ESCAPED)).into();
        Ok(FixedParameter { name, pair })
    }
}

impl Authorizer for FixedHeader {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        Authorizing::ready(self.put(request).map(|()| None))
    }
}

impl Authorizer for FixedParameter {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        Authorizing::ready(self.put(request).map(|()| None))
    }
}

/// The same for all of them: what is sent is made once, when the client is built.
macro_rules! fixed {
    ($($key:ident($self:ident, $parts:expr))*) => {$(
        impl Authorizer for $key {
            fn authorize<'a>(&'a $self, request: &'a mut Parts) -> Authorizing<'a> {
                let put = $self.fixed().and_then(|fixed| fixed.put(request));
                Authorizing::ready(put.map(|()| None))
            }

            fn fingerprint(&$self) -> Option<Fingerprint> {
                Some(Fingerprint::of($parts))
            }

            fn bind(
                &$self,
                _: &Arc<AuthContext>,
                _: Option<&UserKey>,
            ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
                Ok(Some(Arc::new($self.fixed()?)))
            }
        }

        /// Without the secret.
        impl fmt::Debug for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($key)).finish_non_exhaustive()
            }
        }
    )*};
}

fixed! {
    Bearer(self, ["bearer", self.0.expose_secret()])
    Basic(self, ["basic", &*self.user, self.password.expose_secret()])
    HeaderKey(self, ["header", &*self.name, &*self.prefix, self.value.expose_secret()])
    QueryKey(self, ["query", &*self.name, self.value.expose_secret()])
}

impl fmt::Debug for FixedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedHeader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FixedParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedParameter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::auth::{AuthErrorKind, Identity, TokenSettings};
    use crate::transport::{Exchange, Transport};

    struct Nowhere;

    impl Transport for Nowhere {
        fn send(&self, _: Request<crate::Body>) -> Exchange<'_> {
            unreachable!("nothing is sent")
        }
    }

    fn bind(key: impl Authorizer) -> Result<Arc<dyn Authorizer>, AuthError> {
        let context = AuthContext::new(Arc::new(Nowhere), TokenSettings::new());
        let bound = Identity::from(key).bind(&Arc::new(context), None)?;
        Ok(bound.expect("it authorizes"))
    }

    /// The head of a request to `uri`, authorized before and after it was bound.
    async fn authorized(key: impl Authorizer + Clone, uri: &str) -> Parts {
        let head = || Request::get(uri).body(()).unwrap().into_parts().0;
        let [mut bound, mut unbound] = [head(), head()];
        assert_eq!(key.authorize(&mut unbound).await.unwrap(), None);
        let key = bind(key).unwrap();
        assert_eq!(key.authorize(&mut bound).await.unwrap(), None);
        assert_eq!(
            (&bound.headers, &bound.uri),
            (&unbound.headers, &unbound.uri)
        );
        bound
    }

    const URI: &str = "https://api.example.com/tickets";

    /// RFC 7617, sections 2 and 2.1, and RFC 6750, section 2.1.
    #[tokio::test]
    async fn headers_are_those_of_the_rfcs() {
        let test = Basic::new("Aladdin", "open sesame");
        let head = authorized(test, URI).await;
        assert_eq!(
            head.headers[AUTHORIZATION],
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        let head = authorized(Basic::new("test", "123\u{a3}"), URI).await;
        assert_eq!(head.headers[AUTHORIZATION], "Basic dGVzdDoxMjPCow==");
        let head = authorized(Bearer::new("mF_9.B5f-4.1JqM"), URI).await;
        assert_eq!(head.headers[AUTHORIZATION], "Bearer mF_9.B5f-4.1JqM");
        let head = authorized(HeaderKey::new("X-Api-Key", "a key"), URI).await;
        assert_eq!(head.headers["x-api-key"], "a key");
        let token = HeaderKey::new("Authorization", "c4n4ry").prefix("Token ");
        let head = authorized(token, URI).await;
        assert_eq!(head.headers[AUTHORIZATION], "Token c4n4ry");
        assert!(head.headers[AUTHORIZATION].is_sensitive());
        assert!(!format!("{:?}", head.headers).contains("c4n4ry"));
    }

    #[tokio::test]
    async fn a_key_in_the_query_is_encoded_and_appended() {
        let key = QueryKey::new("api key", "a&b=c \u{fc}");
        let pair = "api%20key=a%26b%3Dc%20%C3%BC";
        for (uri, expected) in [
            ("https://a.example", format!("https://a.example/?{pair}")),
            ("https://a.example/b", format!("https://a.example/b?{pair}")),
            (
                "https://a.example/b?",
                format!("https://a.example/b?{pair}"),
            ),
            (
                "https://a.example/b?c=d",
                format!("https://a.example/b?c=d&{pair}"),
            ),
        ] {
            assert_eq!(authorized(key.clone(), uri).await.uri, *expected);
        }
    }

    #[tokio::test]
    async fn what_is_set_already_is_left() {
        let mut head = Request::get("https://a.example/b?key=mine")
            .header(AUTHORIZATION, "mine")
            .body(())
            .unwrap()
            .into_parts()
            .0;
        let keys: [Arc<dyn Authorizer>; 3] = [
            bind(Bearer::new("other")).unwrap(),
            bind(Basic::new("other", "other")).unwrap(),
            bind(QueryKey::new("key", "other")).unwrap(),
        ];
        for key in keys {
            key.authorize(&mut head).await.unwrap();
        }
        assert_eq!(head.headers[AUTHORIZATION], "mine");
        assert_eq!(head.uri, "https://a.example/b?key=mine");
    }

    #[test]
    fn what_can_t_be_sent_is_an_error_when_it_is_bound() {
        let results = [
            bind(Bearer::new("c4n4ry\n")),
            bind(Bearer::new("c4n4ry c4n4ry")),
            bind(Bearer::new("")),
            bind(Basic::new("a:b", "c4n4ry")),
            bind(Basic::new("a", "c4n4ry\r\n")),
            bind(HeaderKey::new("X-Api-Key", "c4n4ry\n")),
            bind(HeaderKey::new("X-Api-Key", "")),
            bind(HeaderKey::new("two words", "c4n4ry")),
            bind(QueryKey::new("", "c4n4ry")),
            bind(QueryKey::new("key", "")),
        ];
        for result in results {
            let error = result.expect_err("it can't be sent");
            assert_eq!(error.kind(), AuthErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            Bearer::new("c4n4ry"),
            Basic::new("user", "c4n4ry"),
            HeaderKey::new("X-Api-Key", "c4n4ry"),
            QueryKey::new("key", "c4n4ry"),
            bind(HeaderKey::new("X-Api-Key", "c4n4ry")).unwrap(),
            bind(QueryKey::new("key", "c4n4ry")).unwrap(),
        );
        assert!(!shown.contains("c4n4ry"), "{shown}");
        assert!(!shown.contains("Yz"), "{shown}");
    }
}
