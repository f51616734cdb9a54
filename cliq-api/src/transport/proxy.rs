//! Checks proxies before they are used: of a URL that it can't use, an HTTP library ignores that it
//! was set, and connects directly.

use std::env;

use http::Uri;

use super::SetupError;

/// Schemes of SOCKS, which need a feature.
const SOCKS: [&str; 4] = ["socks4", "socks4a", "socks5", "socks5h"];

const EXPECTED: &str = "expected something like `http://user:password@proxy.example.com:3128`";

/// Checks a proxy for all requests.
pub(super) fn check(url: &str) -> Result<(), SetupError> {
    problem(url)
        .map_err(|why| SetupError::new(format!("the proxy's URL can't be used: {why}; {EXPECTED}")))
}

/// The proxy's URL can't be used, for a reason that the HTTP library has.
#[cfg(feature = "reqwest")]
pub(super) fn unusable() -> SetupError {
    SetupError::new(format!("the proxy's URL can't be used; {EXPECTED}"))
}

/// Checks the proxies that the environment names, as `hyper-util` reads them.
pub(super) fn check_environment(plain_http: bool) -> Result<(), SetupError> {
    check_variables(plain_http, &|name| env::var(name).ok())
}

fn check_variables(
    plain_http: bool,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(), SetupError> {
    let pairs = [
        ["ALL_PROXY", "all_proxy"],
        ["HTTPS_PROXY", "https_proxy"],
        ["HTTP_PROXY", "http_proxy"],
    ];
    // A CGI program gets a request's header `Proxy` as `HTTP_PROXY`.
    let plain_http = plain_http && variable("REQUEST_METHOD").is_none();
    let count = if plain_http { 3 } else { 2 };
    for names in &pairs[..count] {
        let set = names
            .iter()
            .find_map(|&name| Some((name, variable(name)?)).filter(|(_, url)| !url.is_empty()));
        let Some((name, url)) = set else { continue };
        let Err(problem) = problem(&url) else {
            continue;
        };
        return Err(SetupError::new(format!(
            "the proxy that the environment names in `{name}` can't be used: {problem}; \
             {EXPECTED}, or unset it"
        )));
    }
    Ok(())
}

/// The error shows nothing but the scheme: the rest of the URL may hold a password.
fn problem(text: &str) -> Result<(), String> {
    let no_url = || "it is no URL".to_owned();
    let url: Uri = text.parse().map_err(|_| no_url())?;
    // A host and a port without a scheme, which is `http`, have no path either.
    let authority = url.authority().ok_or_else(no_url)?;
    if authority.host().is_empty() {
        return Err("it has no host".to_owned());
    }
    let after_host = authority.as_str().rsplit_once('@');
    let after_host = after_host.map_or(authority.as_str(), |(_, host)| host);
    let port = after_host
        .strip_prefix(authority.host())
        .and_then(|port| port.strip_prefix(':'))
        .unwrap_or_default();
    match port.parse::<u16>() {
        Ok(0) => return Err("its port is 0".to_owned()),
        Err(_) if !port.is_empty() => return Err(no_url()),
        _ => {}
    }
    match url.scheme_str().unwrap_or("http") {
        "http" => Ok(()),
        "https" if cfg!(any(feature = "rustls", feature = "native-tls")) => Ok(()),
        "https" => Err(
            "it is `https`, and this program was built without TLS: turn on the feature `rustls` \
             or `native-tls` of cliq-api"
                .to_owned(),
        ),
        scheme if SOCKS.contains(&scheme) => {
            if cfg!(feature = "socks") {
                Ok(())
            } else {
                Err(format!("`{scheme}` needs the feature `socks` of cliq-api"))
            }
        }
        scheme => Err(format!(
            "its scheme `{scheme}` is unknown; there are `http`, `https`, `socks5`, `socks5h`, \
             `socks4` and `socks4a`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_ignored_is_rejected() {
        for good in [
            "http://proxy.example.com:3128",
            "http://user:pass%20word@proxy.example.com",
            "HTTP://proxy.example.com",
            "proxy.example.com:3128",
            "localhost:3128",
            "user:password@proxy.example.com:3128",
            "10.0.0.1",
            "http://[::1]:3128",
        ] {
            check(good).unwrap();
        }
        for bad in [
            "sock5://canary.example.com",
            "htp://user:canary@proxy.example.com",
            "ftp://canary.example.com",
            "socks://canary.example.com:1080",
            "unix:///run/canary",
            "http://",
            "http://canary:99999",
            "http://canary:0",
            "sock5://:1080",
            "://canary",
            "",
            " ",
        ] {
            let error = check(bad).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("canary"), "{shown}");
        }
        for socks in SOCKS {
            let checked = problem(&format!("{socks}://proxy.example.com"));
            if cfg!(feature = "socks") {
                assert_eq!(checked, Ok(()));
            } else {
                let error = checked.unwrap_err();
                assert!(error.contains("feature `socks` of cliq-api"), "{error}");
            }
        }
    }

    #[test]
    fn the_environment_is_read_as_it_will_be() {
        let check = |plain_http, set: &[(&str, &str)]| {
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name)?;
                Some(found.1.to_owned())
            };
            check_variables(plain_http, &variable).map_err(|error| error.to_string())
        };
        let bad = "sock5://user:canary@proxy.example.com";
        for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
            let error = check(false, &[(name, bad)]).unwrap_err();
            assert!(error.contains(name) && !error.contains("canary"), "{error}");
            assert_eq!(check(false, &[(name, "proxy.example.com:3128")]), Ok(()));
            assert_eq!(check(false, &[(name, "")]), Ok(()));
        }
        let good = ("HTTPS_PROXY", "http://proxy.example.com");
        assert_eq!(check(false, &[good, ("https_proxy", bad)]), Ok(()));
        assert_eq!(check(false, &[("HTTP_PROXY", bad)]), Ok(()));
        assert!(check(true, &[("HTTP_PROXY", bad)]).is_err());
        let cgi = [("HTTP_PROXY", bad), ("REQUEST_METHOD", "GET")];
        assert_eq!(check(true, &cgi), Ok(()));
    }
}
