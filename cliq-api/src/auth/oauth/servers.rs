//! Which accounts servers are known. A secret goes nowhere else, whatever a URL or an answer says.

use crate::auth::AuthError;
use crate::data_center::DataCenter;

#[derive(Default)]
pub(super) struct Servers {
    home: DataCenter,
    /// By the names of their locations.
    trusted: Vec<(String, DataCenter)>,
}

impl Servers {
    pub(super) fn home(&self) -> &DataCenter {
        &self.home
    }

    pub(super) fn set_home(&mut self, home: DataCenter) {
        self.home = home;
    }

    pub(super) fn trust(&mut self, location: &str, data_center: DataCenter) {
        self.trusted
            .retain(|(known, _)| !known.eq_ignore_ascii_case(location));
        self.trusted.push((location.to_owned(), data_center));
    }

    pub(super) fn check(&self) -> Result<(), AuthError> {
        let mut all = std::iter::once(&self.home)
            .chain(self.trusted.iter().map(|(_, data_center)| data_center));
        all.try_for_each(DataCenter::check)
            .map_err(AuthError::configuration)
    }

    /// The one whose accounts server has this URL.
    pub(super) fn at(&self, url: &str) -> Option<&DataCenter> {
        let url = url.trim_end_matches('/');
        self.all()
            .map(|(_, data_center)| data_center)
            .find(|known| known.accounts_url().eq_ignore_ascii_case(url))
    }

    /// The one whose location has this name.
    pub(super) fn of(&self, location: &str) -> Option<&DataCenter> {
        self.all()
            .find(|(known, _)| known.eq_ignore_ascii_case(location))
            .map(|(_, data_center)| data_center)
    }

    /// Those that were told come first. Home may have no name.
    fn all(&self) -> impl Iterator<Item = (&str, &DataCenter)> {
        let trusted = self
            .trusted
            .iter()
            .map(|(location, data_center)| (location.as_str(), data_center));
        let known = DataCenter::KNOWN
            .iter()
            .map(|(location, data_center)| (*location, data_center));
        trusted.chain([("", &self.home)]).chain(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_found() {
        let mut servers = Servers::default();
        servers.set_home(DataCenter::custom(
            "cliq.example.com",
            "accounts.example.com",
        ));
        servers.trust("mars", DataCenter::custom("localhost:1", "localhost:1"));
        for (url, known) in [
            ("https://accounts.zoho.eu", true),
            ("https://Accounts.Zoho.in/", true),
            ("https://accounts.example.com", true),
            ("http://localhost:1", true),
            ("http://localhost:2", false),
            ("http://accounts.zoho.eu", false),
            ("https://accounts.zoho.eu.example.net", false),
            ("https://accounts.zoho.eu:8443", false),
            ("https://accounts.zoho.eu@example.net", false),
            ("https://cliq.zoho.eu", false),
            ("", false),
        ] {
            assert_eq!(servers.at(url).is_some(), known, "{url}");
        }
        assert_eq!(servers.of("IN"), Some(&DataCenter::IN));
        assert_eq!(
            servers.of("mars").map(DataCenter::accounts_host),
            Some("localhost:1")
        );
        assert_eq!(servers.of("venus"), None);
        // What is trusted under a known name takes its place.
        servers.trust("eu", DataCenter::custom("localhost:3", "localhost:3"));
        assert_eq!(
            servers.of("EU").map(DataCenter::accounts_host),
            Some("localhost:3")
        );
    }
}
