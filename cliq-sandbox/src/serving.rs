//! How a sandbox is served: address, host names, and timeouts.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

/// Options of [`Sandbox::serve_with`](crate::Sandbox::serve_with).
///
/// ```
/// use std::time::Duration;
/// use cliq_sandbox::ServeOptions;
///
/// let options = ServeOptions::at(([127, 0, 0, 1], 8787).into())
///     .loopback_hosts()
///     .allow_host("sandbox.test")
///     .read_timeout(Duration::from_secs(10));
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ServeOptions {
    pub(crate) address: SocketAddr,
    /// Whether only this machine's hosts and those in `hosts` are served.
    loopback_hosts: bool,
    hosts: Vec<String>,
    pub(crate) read_timeout: Option<Duration>,
}

impl ServeOptions {
    /// Returns options for this address. Port 0 is a free one. By default requests can name any
    /// host, and there is no read timeout.
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            loopback_hosts: false,
            hosts: Vec::new(),
            read_timeout: None,
        }
    }

    /// Serves only requests whose `Host` is `localhost`, a subdomain of it, or a loopback address;
    /// others get a 421. If the address isn't a loopback address, any IP address is accepted.
    ///
    /// This prevents DNS rebinding, by which a web page reaches a local server under a name that
    /// resolves to 127.0.0.1.
    pub fn loopback_hosts(self) -> Self {
        Self {
            loopback_hosts: true,
            ..self
        }
    }

    /// Serves requests for this host in addition to [those of this machine](Self::loopback_hosts):
    /// a name or an address without a port, or `*` for any.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Sets the timeout for a request's head, and for its body. A connection that exceeds it is
    /// closed, including one that is idle between requests.
    pub fn read_timeout(self, timeout: Duration) -> Self {
        Self {
            read_timeout: Some(timeout),
            ..self
        }
    }

    /// Returns why a request isn't for this server, if so.
    pub(crate) fn misdirected(&self, head: &Parts) -> Option<String> {
        if !self.loopback_hosts || self.hosts.iter().any(|host| host == "*") {
            return None;
        }
        let mut headers = head.headers.get_all(HOST).iter();
        let (header, others) = (headers.next(), headers.next());
        // An absolute URL in the request line takes precedence over `Host` (RFC 9112, section
        // 3.2.2).
        let text = match (head.uri.authority(), header) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(header)) => header.to_str().unwrap_or_default(),
            (None, None) => "",
        };
        let authority: Option<Authority> = text.parse().ok().filter(|_| !text.contains('@'));
        let host = authority.as_ref().map_or("", |authority| authority.host());
        if others.is_none() && self.is_served(host) {
            return None;
        }
        Some(format!(
            "requests for the host {text:?} are not served here; `cliq-sandbox --allow-host` allows another name\n"
        ))
    }

    fn is_served(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let literal = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(&host);
        // An IP address isn't resolved, so no DNS rebinding is possible.
        let is_address = literal
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || !self.address.ip().is_loopback());
        is_address
            || host == "localhost"
            || host.ends_with(".localhost")
            || self
                .hosts
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&host) || name.eq_ignore_ascii_case(literal))
    }
}

impl From<SocketAddr> for ServeOptions {
    fn from(address: SocketAddr) -> Self {
        Self::at(address)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn serves(options: &ServeOptions, host: &str) -> bool {
        let request = Request::get("/").header(HOST, host).body(()).unwrap();
        options.misdirected(&request.into_parts().0).is_none()
    }

    #[test]
    fn only_hosts_of_this_machine_are_served() {
        let here = ServeOptions::at(([127, 0, 0, 1], 8787).into()).loopback_hosts();
        for host in [
            "localhost",
            "LocalHost:8787",
            "localhost.:1",
            "eu.localhost:8787",
            "127.0.0.1:8787",
            "127.8.9.1",
            "[::1]:8787",
        ] {
            assert!(serves(&here, host), "{host}");
        }
        for host in [
            "",
            ":8787",
            "evil.example",
            "evil.example:8787",
            "localhost.evil.example",
            "evillocalhost",
            "localhost@evil.example",
            "evil.example@localhost",
            "127.0.0.1.evil.example",
            "192.168.1.5:8787",
            "0.0.0.0:8787",
            "[::2]",
            "localhost, evil.example",
        ] {
            assert!(!serves(&here, host), "{host}");
        }
    }

    #[test]
    fn others_are_served_if_they_were_named() {
        let here = ServeOptions::at(([127, 0, 0, 1], 8787).into()).loopback_hosts();
        let named = here.clone().allow_host("Sandbox.test").allow_host("::2");
        assert!(serves(&named, "sandbox.test:8787") && serves(&named, "[::2]"));
        assert!(serves(&named, "localhost") && !serves(&named, "other.test"));
        assert!(serves(&here.allow_host("*"), "other.test"));
        let open = ServeOptions::at(([0, 0, 0, 0], 8787).into());
        assert!(serves(&open, "other.test"));
        let open = open.loopback_hosts();
        assert!(serves(&open, "192.168.1.5:8787") && !serves(&open, "other.test"));
    }

    #[test]
    fn the_host_of_a_whole_url_counts() {
        let here = ServeOptions::at(([127, 0, 0, 1], 8787).into()).loopback_hosts();
        let misdirected = |url: &str, hosts: &[&str]| {
            let mut request = Request::get(url);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            here.misdirected(&request.body(()).unwrap().into_parts().0)
        };
        assert_eq!(misdirected("http://localhost/", &["evil.example"]), None);
        let reason = misdirected("http://evil.example/", &["localhost"]).unwrap();
        assert!(reason.contains("\"evil.example\""), "{reason}");
        assert!(misdirected("/", &["localhost", "evil.example"]).is_some());
        assert!(misdirected("/", &[]).is_some());
    }
}
