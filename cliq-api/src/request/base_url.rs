//! Where a client's requests go: a URL that is checked, and normalized, once.
//!
//! Rate limits and tokens are kept by a server's name, so that each server needs one spelling. What
//! the URL parser of the transport would resolve later, such as `%2e%2e`, is rejected here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use http::Uri;
use http::uri::{Authority, Scheme};

use super::error::RequestError;

/// An origin and a path prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    /// Without a trailing slash.
    text: String,
    /// The range of host and port in `text`.
    authority: Range<usize>,
    /// Parsed once, and shared by the URIs of all requests.
    origin: (Scheme, Authority),
    loopback: bool,
}

/// Why a text isn't a valid base URL. Messages don't repeat it: it may hold a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaseUrlError {
    #[error("invalid URL: {0}")]
    NoUrl(http::uri::InvalidUri),
    #[error(
        "non-ASCII character: write a host's name in its ASCII form (`xn--…`), and \
         percent-encode a path"
    )]
    NotAscii,
    #[error("expected a scheme and a host, as in `https://api.example.com`")]
    NoHost,
    #[error("the host is neither a name nor an IP address")]
    Host,
    #[error("expected a port from 1 to 65535")]
    Port,
    #[error("a user name or password is not allowed here")]
    UserInfo,
    #[error("a query or fragment is not allowed here")]
    Query,
    #[error("`.` and `..`, percent-encoded or not, are not allowed in the path")]
    DotSegment,
    #[error("a backslash, which URL parsers read as a slash, is not allowed in the path")]
    Backslash,
    #[error("unsupported scheme; expected `https` or `http`")]
    Scheme,
    #[error(
        "plain `http` is allowed only for loopback hosts: use `https://…`, or call \
         `ClientBuilder::allow_plain_http`"
    )]
    PlainHttp,
}

impl BaseUrl {
    /// Parses an `https` URL. Plain `http` is accepted for loopback hosts, and for all others if
    /// `plain_http` is set.
    pub(crate) fn parse(text: &str, plain_http: bool) -> Result<Self, BaseUrlError> {
        let uri = parse(text)?;
        let (scheme, authority) = origin(&uri)?;
        if uri.query().is_some() || text.contains('#') {
            return Err(BaseUrlError::Query);
        }
        if uri.path().contains('\\') {
            return Err(BaseUrlError::Backslash);
        }
        if uri.path().split('/').any(is_dot_segment) {
            return Err(BaseUrlError::DotSegment);
        }
        let loopback = is_this_machine(authority.host());
        if scheme == Scheme::HTTP {
            if !loopback && !plain_http {
                return Err(BaseUrlError::PlainHttp);
            }
        } else if scheme != Scheme::HTTPS {
            return Err(BaseUrlError::Scheme);
        }
        let start = scheme.as_str().len() + "://".len();
        let prefix = uri.path().trim_end_matches('/');
        Ok(Self {
            text: format!("{scheme}://{authority}{prefix}"),
            authority: start..start + authority.as_str().len(),
            // The first clone makes it shared, which takes an allocation: here, and not in a call.
            origin: (scheme, authority.clone()),
            loopback,
        })
    }

    /// Returns the URL, without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns host, port and prefix, which identify the server and hold no secret.
    pub(crate) fn without_scheme(&self) -> &str {
        &self.text[self.authority.start..]
    }

    /// Returns the URL of a page, in the spelling of this origin; an error if it is at another.
    pub(crate) fn with_origin_of(&self, page: &Uri) -> Result<Uri, RequestError> {
        let elsewhere = || {
            let shown = |scheme: &Scheme, authority: &Authority| match authority.port() {
                Some(port) => format!("{scheme}://{}:{port}", authority.host()),
                None => format!("{scheme}://{}", authority.host()),
            };
            let found = page.scheme().zip(page.authority());
            let found = found.map_or("no host".to_owned(), |(scheme, authority)| {
                shown(scheme, authority)
            });
            RequestError::new(format!(
                "the server's URL of the next page is at another origin: expected {}, found {found}",
                shown(self.scheme(), self.authority())
            ))
        };
        match origin(page) {
            Ok(origin) if origin == self.origin => {}
            _ => return Err(elsewhere()),
        }
        let mut parts = page.clone().into_parts();
        parts.scheme = Some(self.scheme().clone());
        parts.authority = Some(self.authority().clone());
        Uri::from_parts(parts).map_err(|_| elsewhere())
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.origin.0
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.origin.1
    }

    /// Returns the prefix of all paths, without a trailing slash.
    pub(crate) fn prefix(&self) -> &str {
        &self.text[self.authority.end..]
    }

    /// Returns whether the host is a loopback host.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Returns the host, and the port if the URL has one.
    pub(crate) fn server(&self) -> (&str, Option<u16>) {
        let authority = &self.text[self.authority.clone()];
        match authority.rsplit_once(':') {
            // The last colon of an IPv6 address without a port is part of the address.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, None),
        }
    }
}

/// Returns the URL with its server in the one spelling that limits and tokens are kept by.
pub(crate) fn normalized(text: &str) -> Result<String, BaseUrlError> {
    let uri = parse(text)?;
    let (scheme, authority) = origin(&uri)?;
    let written = uri.authority().map_or(0, |written| written.as_str().len());
    let start = scheme.as_str().len() + "://".len() + written;
    let rest = text.get(start..).unwrap_or_default();
    Ok(format!("{scheme}://{authority}{rest}"))
}

/// Whether a host, perhaps with a port, is this machine: `localhost` or a literal loopback address.
/// Names aren't resolved: what a name resolves to may change.
pub(crate) fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    normal_host(authority.host()).is_ok_and(|host| is_this_machine(&host))
}

fn is_this_machine(normal_host: &str) -> bool {
    let address = normal_host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    normal_host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn parse(text: &str) -> Result<Uri, BaseUrlError> {
    if !text.is_ascii() {
        return Err(BaseUrlError::NotAscii);
    }
    text.parse().map_err(BaseUrlError::NoUrl)
}

/// Scheme and authority, in their one spelling.
fn origin(uri: &Uri) -> Result<(Scheme, Authority), BaseUrlError> {
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(BaseUrlError::NoHost);
    };
    if authority.as_str().contains('@') {
        return Err(BaseUrlError::UserInfo);
    }
    let written = authority.host();
    let host = normal_host(written)?;
    let port = authority.as_str().get(written.len()..).unwrap_or_default();
    let default = if *scheme == Scheme::HTTPS { 443 } else { 80 };
    let authority = match port.strip_prefix(':').unwrap_or_default() {
        "" => host,
        digits => match digits.parse::<u16>() {
            Ok(port) if port == default => host,
            Ok(port) if port != 0 && !digits.starts_with('+') => format!("{host}:{port}"),
            _ => return Err(BaseUrlError::Port),
        },
    };
    let authority = authority.parse().map_err(BaseUrlError::NoUrl)?;
    Ok((scheme.clone(), authority))
}

/// A host in lower case, without the dot of a fully qualified name; an address as it is usually
/// written. That covers the ASCII form of international names.
fn normal_host(host: &str) -> Result<String, BaseUrlError> {
    if let Some(address) = host.strip_prefix('[') {
        let address: Result<Ipv6Addr, _> = address.trim_end_matches(']').parse();
        return match address {
            Ok(address) => Ok(format!("[{address}]")),
            Err(_) => Err(BaseUrlError::Host),
        };
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.is_empty() {
        return Err(BaseUrlError::NoHost);
    }
    if !last.bytes().all(|byte| byte.is_ascii_digit()) && number(last).is_none() {
        return Ok(name);
    }
    let address = ipv4(&name).ok_or(BaseUrlError::Host)?;
    Ok(address.to_string())
}

/// Reads an IPv4 address as URL parsers do, which connect to `127.0.0.1` for `127.1` and
/// `0x7f000001` as well.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let numbers: Vec<u32> = host.split('.').map(number).collect::<Option<_>>()?;
    let (&last, first) = numbers.split_last()?;
    let bits = 32_u32.checked_sub(8 * u32::try_from(first.len()).ok()?)?;
    if bits == 0 || (bits < 32 && last >> bits != 0) {
        return None;
    }
    let mut address = last;
    for (&number, shift) in first.iter().zip([24, 16, 8]) {
        address |= u32::from(u8::try_from(number).ok()?) << shift;
    }
    Some(Ipv4Addr::from(address))
}

/// A part of an IPv4 address: decimal, octal after `0`, hexadecimal after `0x`.
fn number(part: &str) -> Option<u32> {
    let (digits, radix) = match (part.strip_prefix("0x"), part.strip_prefix('0')) {
        (Some(""), _) => return Some(0),
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        _ => (part, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

/// Whether URL parsers resolve the segment, which would leave the prefix. They read `%2e` as a dot.
fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_loopback() {
        for (text, kept) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            (
                "https://api.example.com/v1/acme/",
                "https://api.example.com/v1/acme",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://LocalHost:1", "http://localhost:1"),
        ] {
            assert_eq!(BaseUrl::parse(text, false).unwrap().as_str(), kept);
        }
        for (text, server) in [
            (
                "https://api.example.com/v1/acme/",
                ("api.example.com", None),
            ),
            ("http://127.0.0.1:8080", ("127.0.0.1", Some(8080))),
            ("http://[::1]:8080", ("[::1]", Some(8080))),
            ("http://[::1]", ("[::1]", None)),
        ] {
            assert_eq!(BaseUrl::parse(text, false).unwrap().server(), server);
        }
        for text in [
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "api.example.com",
            "/api",
            "",
            "https://user:canary@api.example.com",
            "https://api.example.com?key=canary",
            "https://api.example.com/#a",
            "https://api.example.com/a/../b",
            "https://api.example.com/a/%2e%2E/b",
            "https://api.example.com/a/.%2e",
            "https://api.example.com/%2E/b",
            "https://api.example.com/a\\..\\b",
            "https://api.example.com:99999",
            "https://api.example.com:0",
            "https://api.example.com:x",
            "https://",
            "https:///canary",
            "https://:443",
            "https://.",
            "https://256.1.1.1",
            "https://1.2.3.4.5",
            "https://[::g]",
            "https://[fe80::1%25eth0]",
            "https://bücher.example",
            "https://api example.com",
        ] {
            let error = BaseUrl::parse(text, false).unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("canary"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn one_server_has_one_spelling() {
        for (normal, spellings) in [
            (
                "https://api.example.com/V1",
                &[
                    "https://API.Example.COM/V1/",
                    "HTTPS://api.example.com:443/V1",
                    "https://api.example.com:0443/V1",
                    "https://api.example.com./V1",
                    "https://api.example.com:/V1//",
                    "https://Api.Example.com.:443/V1",
                ][..],
            ),
            (
                "https://xn--bcher-kva.example",
                &["https://XN--Bcher-KVA.example"],
            ),
            (
                "http://localhost",
                &[
                    "http://LOCALHOST",
                    "http://localhost:80",
                    "http://localhost.:80/",
                ],
            ),
            (
                "http://[::1]:8080",
                &["http://[0:0:0:0:0:0:0:1]:8080", "http://[::0001]:8080/"],
            ),
            (
                "https://[2001:db8::a]",
                &["https://[2001:DB8:0:0::A]:443", "https://[2001:0db8::000a]"],
            ),
            (
                "http://127.0.0.1:8080",
                &[
                    "http://127.1:8080",
                    "http://0x7f.0.0.1:8080",
                    "http://0177.0.1:8080",
                    "http://2130706433:8080",
                    "http://0x7F000001:8080",
                    "http://127.0.0.1.:8080",
                ],
            ),
        ] {
            for spelling in spellings.iter().copied().chain([normal]) {
                let url = BaseUrl::parse(spelling, false).unwrap();
                assert_eq!(url.as_str(), normal, "{spelling}");
                assert_eq!(
                    (url.scheme().as_str(), url.authority().as_str()),
                    normal.split_once("://").map_or(("", ""), |(scheme, rest)| {
                        (scheme, rest.split('/').next().unwrap())
                    })
                );
                assert_eq!(
                    url.prefix(),
                    if normal.ends_with("V1") { "/V1" } else { "" }
                );
            }
        }
        // These are other servers.
        for (one, other) in [
            ("https://api.example.com", "https://api.example.com:80"),
            ("http://localhost", "http://localhost:443"),
            ("https://1e100.net", "https://100.net"),
        ] {
            let authority = |text| BaseUrl::parse(text, true).unwrap().authority().clone();
            assert_ne!(authority(one), authority(other));
        }
        assert!(is_loopback("127.1") && is_loopback("LocalHost.:1") && !is_loopback("128.1"));
    }

    #[test]
    fn plain_http_elsewhere_only_if_allowed() {
        assert!(BaseUrl::parse("http://api.internal", true).is_ok());
        assert!(BaseUrl::parse("ftp://api.internal", true).is_err());
    }
}
