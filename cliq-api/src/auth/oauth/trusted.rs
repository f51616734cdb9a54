//! Which authorization servers are trusted. A secret goes to no other, whatever a URL or an answer
//! names.

use super::dialect::ServerHint;
use super::server::OAuthServer;
use crate::auth::AuthError;

pub(super) struct Trusted {
    home: OAuthServer,
    /// By the names of their locations.
    named: Vec<(String, OAuthServer)>,
}

impl Trusted {
    pub(super) fn new(home: OAuthServer) -> Self {
        Self {
            home,
            named: Vec::new(),
        }
    }

    pub(super) fn home(&self) -> &OAuthServer {
        &self.home
    }

    pub(super) fn trust(&mut self, location: &str, server: OAuthServer) {
        self.named
            .retain(|(known, _)| !known.eq_ignore_ascii_case(location));
        self.named.push((location.to_owned(), server));
    }

    pub(super) fn check(&self) -> Result<(), AuthError> {
        std::iter::once(&self.home)
            .chain(self.named.iter().map(|(_, server)| server))
            .try_for_each(OAuthServer::check)
    }

    /// The one that is meant, if it is trusted. Those that the program named come first.
    pub(super) fn find(&self, hint: &ServerHint) -> Option<OAuthServer> {
        let named = self
            .named
            .iter()
            .map(|(location, server)| (location.as_str().into(), server.clone()));
        let home = ("".into(), self.home.clone());
        let known = self.home.its_dialect().servers();
        let mut all = named.chain([home]).chain(known);
        all.find(
            |(location, server): &(std::borrow::Cow<'_, str>, _)| match hint {
                ServerHint::Issuer(url) => server.own_issuer().is_some_and(|issuer| {
                    let (url, issuer) = (url.trim_end_matches('/'), issuer.trim_end_matches('/'));
                    url.eq_ignore_ascii_case(issuer)
                }),
                ServerHint::Location(name) => {
                    !name.is_empty() && location.eq_ignore_ascii_case(name)
                }
            },
        )
        .map(|(_, server)| server)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::dialect::Dialect;
    use super::*;

    fn at(host: &str) -> OAuthServer {
        OAuthServer::new(format!("https://{host}/token")).issuer(format!("https://{host}"))
    }

    #[derive(Debug)]
    struct Regions;

    impl Dialect for Regions {
        fn servers(&self) -> Vec<(Cow<'static, str>, OAuthServer)> {
            vec![("EU".into(), at("auth.example.eu"))]
        }
    }

    #[test]
    fn only_what_is_trusted_is_found() {
        let mut trusted = Trusted::new(at("auth.example.com").dialect(Regions));
        trusted.trust("mars", at("localhost:1"));
        for (url, known) in [
            ("https://auth.example.com", true),
            ("https://Auth.Example.eu/", true),
            ("https://localhost:1", true),
            ("http://localhost:1", false),
            ("https://localhost:2", false),
            ("http://auth.example.eu", false),
            ("https://auth.example.eu.example.net", false),
            ("https://auth.example.eu:8443", false),
            ("https://auth.example.eu@example.net", false),
            ("", false),
        ] {
            let found = trusted.find(&ServerHint::Issuer(url.to_owned()));
            assert_eq!(found.is_some(), known, "{url}");
        }
        let named = |trusted: &Trusted, name: &str| {
            let found = trusted.find(&ServerHint::Location(name.to_owned()));
            found.map(|server| server.host().to_owned())
        };
        assert_eq!(named(&trusted, "eu").as_deref(), Some("auth.example.eu"));
        assert_eq!(named(&trusted, "MARS").as_deref(), Some("localhost:1"));
        assert_eq!(named(&trusted, "venus"), None);
        assert_eq!(named(&trusted, ""), None);
        // What the program names replaces what the provider does.
        trusted.trust("Eu", at("localhost:3"));
        assert_eq!(named(&trusted, "eu").as_deref(), Some("localhost:3"));
    }
}
