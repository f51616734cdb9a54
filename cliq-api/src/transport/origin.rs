//! Requests as `reqwest` wants them. It has URLs that are parsed from text; to parse the server's
//! name anew for each call takes as long as half of all that a call does here, and it is the same
//! server nearly always.

use std::sync::OnceLock;

use ::reqwest::{Error, Url};
use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{Request, Uri};

/// The first server that was asked for something.
#[derive(Default)]
pub(super) struct Origin(OnceLock<Known>);

struct Known {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    /// Of some request to it.
    url: Url,
}

impl Origin {
    /// As `reqwest`'s own conversion.
    pub(super) fn convert(&self, request: Request<Bytes>) -> Result<::reqwest::Request, Error> {
        if let Some(known) = self.0.get().filter(|known| known.is_of(request.uri())) {
            return Ok(known.convert(request));
        }
        let (scheme, authority) = (
            request.uri().scheme().cloned(),
            request.uri().authority().cloned(),
        );
        let request = ::reqwest::Request::try_from(request)?;
        self.0.get_or_init(|| Known {
            scheme,
            authority,
            url: request.url().clone(),
        });
        Ok(request)
    }
}

impl Known {
    fn is_of(&self, uri: &Uri) -> bool {
        self.scheme.as_ref() == uri.scheme() && self.authority.as_ref() == uri.authority()
    }

    fn convert(&self, request: Request<Bytes>) -> ::reqwest::Request {
        let (parts, body) = request.into_parts();
        let mut url = self.url.clone();
        url.set_path(parts.uri.path());
        url.set_query(parts.uri.query());
        let mut request = ::reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.version_mut() = parts.version;
        *request.body_mut() = Some(body.into());
        request
    }
}

#[cfg(test)]
mod tests {
    use http::Version;
    use http::header::ACCEPT;

    use super::*;

    fn request(uri: &str) -> Request<Bytes> {
        let builder = Request::post(uri)
            .header(ACCEPT, "application/json")
            .version(Version::HTTP_10);
        builder.body(Bytes::from_static(b"{}")).unwrap()
    }

    /// Whether there has been another request before it or not, one becomes the same.
    #[test]
    fn one_way_is_as_the_other() {
        let origins = [
            "https://cliq.zoho.com",
            "https://CLIQ.zoho.com:8443",
            "http://127.0.0.1:1",
            "http://[::1]:1",
        ];
        let pieces = [
            "", "/", "a", "%2F", "%2e%2e", "..", ".", "//", "'", "%", "|", "~", "%C3%A9", "+", ":",
            "@",
        ];
        let queries = ["", "?", "?a=b", "?'=%27&c=/?", "?a=%20+"];
        for origin in origins {
            let known = Origin::default();
            known
                .convert(request(&format!("{origin}/api/v3/threads?state=all")))
                .unwrap();
            for (one, other) in pieces
                .iter()
                .flat_map(|one| pieces.iter().map(move |other| (one, other)))
            {
                for query in queries {
                    let uri = format!("{origin}/{one}/x{other}{query}");
                    let Ok(parsed) = uri.parse::<Uri>() else {
                        continue;
                    };
                    assert!(known.0.get().unwrap().is_of(&parsed));
                    let (mine, reqwests) = (
                        known.convert(request(&uri)).unwrap(),
                        request(&uri).try_into(),
                    );
                    let reqwests: ::reqwest::Request = reqwests.unwrap();
                    assert_eq!(mine.url(), reqwests.url(), "{uri}");
                    assert_eq!(
                        (mine.method(), mine.headers()),
                        (reqwests.method(), reqwests.headers())
                    );
                    assert_eq!(mine.version(), reqwests.version());
                    let bytes = |request: &::reqwest::Request| {
                        request.body().unwrap().as_bytes().map(<[u8]>::to_vec)
                    };
                    assert_eq!(bytes(&mine), bytes(&reqwests));
                }
            }
        }
    }

    #[test]
    fn another_server_is_another_server() {
        let known = Origin::default();
        for origin in [
            "https://cliq.zoho.com",
            "https://accounts.zoho.com",
            "http://cliq.zoho.com",
            "https://cliq.zoho.com:444",
        ] {
            let url = format!("{origin}/a?b");
            assert_eq!(known.convert(request(&url)).unwrap().url().as_str(), url);
        }
    }
}
