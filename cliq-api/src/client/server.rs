//! The servers of a client, each with the buckets that its limits are counted in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::buckets::{Buckets, Override};
use crate::error::Error;
use crate::limit::Limiter;
use crate::meta::EndpointMeta;
use crate::request::BaseUrl;

/// A server, and what is counted there.
pub(super) struct Server {
    pub(super) base_url: BaseUrl,
    pub(super) buckets: Buckets,
}

/// All servers of a client's users, by their base URLs, in each spelling that was used.
pub(super) struct Servers {
    limiter: Limiter,
    tables: Vec<&'static [&'static EndpointMeta]>,
    overrides: Vec<Override>,
    plain_http: bool,
    known: Mutex<HashMap<String, Arc<Server>>>,
}

impl Servers {
    pub(super) fn new(
        limiter: Limiter,
        tables: Vec<&'static [&'static EndpointMeta]>,
        overrides: Vec<Override>,
        plain_http: bool,
    ) -> Self {
        Self {
            limiter,
            tables,
            overrides,
            plain_http,
            known: Mutex::default(),
        }
    }

    /// Returns the server at this URL, the same one each time.
    pub(super) fn at(&self, url: &str) -> Result<Arc<Server>, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = known.get(url) {
            return Ok(Arc::clone(server));
        }
        let base_url = BaseUrl::parse(url, self.plain_http).map_err(Error::base_url)?;
        // Other spellings of one URL are one server, with one set of buckets.
        if let Some(server) = known.get(base_url.as_str()).map(Arc::clone) {
            known.insert(url.to_owned(), Arc::clone(&server));
            return Ok(server);
        }
        let buckets = Buckets::new(
            self.limiter.clone(),
            base_url.without_scheme(),
            &self.tables,
            &self.overrides,
        );
        let server = Arc::new(Server { base_url, buckets });
        known.insert(server.base_url.as_str().to_owned(), Arc::clone(&server));
        known.insert(url.to_owned(), Arc::clone(&server));
        Ok(server)
    }
}
