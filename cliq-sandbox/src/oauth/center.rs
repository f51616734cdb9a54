//! Data centers and their hosts.

use cliq_api::DataCenter;

/// Data centers are never removed, so keys remain valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CenterKey(usize);

#[derive(Debug)]
pub(super) struct Centers {
    centers: Vec<Center>,
    home: CenterKey,
}

#[derive(Debug)]
struct Center {
    /// The location as sent to a callback, such as `eu`.
    location: String,
    /// The hosts of its API and its accounts server, with ports if they have one.
    hosts: Vec<String>,
    accounts_server: String,
    api_domain: String,
}

impl Centers {
    pub(super) fn known() -> Self {
        let centers = DataCenter::KNOWN.iter().map(|(name, center)| Center {
            location: name.to_ascii_lowercase(),
            hosts: vec![
                center.cliq_host().to_owned(),
                center.accounts_host().to_owned(),
            ],
            accounts_server: format!("https://{}", center.accounts_host()),
            api_domain: api_domain(center),
        });
        Self {
            centers: centers.collect(),
            home: CenterKey(0),
        }
    }

    pub(super) fn home(&self) -> CenterKey {
        self.home
    }

    pub(super) fn set_home(&mut self, home: CenterKey) {
        self.home = home;
    }

    pub(super) fn find(&self, location: &str) -> Option<CenterKey> {
        self.centers
            .iter()
            .position(|center| center.location == location)
            .map(CenterKey)
    }

    /// Returns the data center of the host; the home data center if there is none.
    pub(super) fn at(&self, host: Option<&str>) -> CenterKey {
        host.and_then(|host| self.owner(host)).unwrap_or(self.home)
    }

    fn owner(&self, host: &str) -> Option<CenterKey> {
        let is_here = |center: &Center| {
            center
                .hosts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(host))
        };
        self.centers.iter().position(is_here).map(CenterKey)
    }

    pub(super) fn place(&mut self, location: &str, origin: &str) {
        let origin = origin.trim_end_matches('/');
        let host = origin
            .split_once("://")
            .map_or(origin, |(_, host)| host)
            .to_owned();
        for center in &mut self.centers {
            center.hosts.retain(|known| *known != host);
        }
        if let Some(CenterKey(key)) = self.find(location) {
            let center = &mut self.centers[key];
            center.hosts.push(host);
            origin.clone_into(&mut center.accounts_server);
        } else {
            let location = location.to_owned();
            let api_domain = format!("https://www.zohoapis.{location}");
            self.centers.push(Center {
                location,
                hosts: vec![host],
                accounts_server: origin.to_owned(),
                api_domain,
            });
        }
    }

    pub(super) fn location(&self, key: CenterKey) -> &str {
        &self.centers[key.0].location
    }

    pub(super) fn api_domain(&self, key: CenterKey) -> &str {
        &self.centers[key.0].api_domain
    }

    /// Returns the URL of a data center's accounts server, as reached by a client of `host`.
    pub(super) fn accounts_server(&self, key: CenterKey, host: Option<&str>) -> String {
        match host {
            Some(host) if key == self.home && self.owner(host).is_none() => {
                format!("http://{host}")
            }
            _ => self.centers[key.0].accounts_server.clone(),
        }
    }
}

/// Returns the host of Zoho's other APIs.
fn api_domain(center: &DataCenter) -> String {
    let (_, domain) = center
        .accounts_host()
        .rsplit_once("zoho")
        .unwrap_or_default();
    format!("https://www.zohoapis{}", domain.trim_start_matches("cloud"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_leads_to_its_data_center() {
        let mut centers = Centers::known();
        let location = |centers: &Centers, host| centers.location(centers.at(host)).to_owned();
        assert_eq!(location(&centers, Some("accounts.zoho.eu")), "eu");
        assert_eq!(location(&centers, Some("Cliq.Zoho.com.AU")), "au");
        assert_eq!(location(&centers, Some("127.0.0.1:49152")), "us");
        assert_eq!(location(&centers, None), "us");

        centers.place("in", "http://localhost:49152/");
        assert_eq!(location(&centers, Some("localhost:49152")), "in");
        assert_eq!(location(&centers, Some("127.0.0.1:49152")), "us");
        centers.place("mars", "http://localhost:49152");
        assert_eq!(location(&centers, Some("localhost:49152")), "mars");
        centers.set_home(centers.find("jp").unwrap());
        assert_eq!(location(&centers, Some("127.0.0.1:49152")), "jp");
    }

    #[test]
    fn an_accounts_server_has_the_requested_or_placed_host() {
        let mut centers = Centers::known();
        let [us, eu] = ["us", "eu"].map(|location| centers.find(location).unwrap());
        assert_eq!(
            centers.accounts_server(us, Some("127.0.0.1:1")),
            "http://127.0.0.1:1"
        );
        assert_eq!(
            centers.accounts_server(us, Some("accounts.zoho.com")),
            "https://accounts.zoho.com"
        );
        assert_eq!(
            centers.accounts_server(eu, Some("127.0.0.1:1")),
            "https://accounts.zoho.eu"
        );
        centers.place("eu", "http://localhost:1");
        assert_eq!(
            centers.accounts_server(eu, Some("127.0.0.1:1")),
            "http://localhost:1"
        );
    }

    #[test]
    fn api_domains_are_not_the_hosts_of_cliq() {
        let domains: Vec<_> = DataCenter::KNOWN
            .iter()
            .map(|(_, center)| api_domain(center))
            .collect();
        assert_eq!(
            domains[..2],
            ["https://www.zohoapis.com", "https://www.zohoapis.eu"]
        );
        assert_eq!(domains[3], "https://www.zohoapis.com.au");
        assert_eq!(domains[8], "https://www.zohoapis.ca");
    }
}
