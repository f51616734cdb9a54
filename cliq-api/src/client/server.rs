//! The servers of a client, and which buckets a call to one of their endpoints counts in.
//!
//! A server counts what it can tell apart: methods and paths, whatever the placeholders are called.
//! Endpoints of one shape count in the same buckets, and every limit that one of them declares
//! holds for all of them, also for those that declare none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::error::{Error, ErrorKind};
use crate::limit::{BucketId, BucketSpec, Limiter};
use crate::meta::{EndpointMeta, Endpoints, Limit, Lockout};
use crate::request::BaseUrl;

/// A server, and what is counted there.
pub(super) struct Server {
    pub(super) base_url: BaseUrl,
    limiter: Limiter,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By the address of an endpoint's metadata, which is faster than by its shape.
    ids: BTreeMap<usize, Arc<[BucketId]>>,
    /// The names of the buckets of each shape.
    shapes: BTreeMap<At, BTreeSet<String>>,
    /// The limits of each bucket's name.
    limits: BTreeMap<At, Limits>,
    /// The limits of shapes, in place of those that are declared.
    overridden: BTreeMap<At, Vec<Limit>>,
}

/// Limits of the URL of an endpoint, in place of those that are declared.
pub(super) type Override = (&'static EndpointMeta, Vec<Limit>);

/// A shape or a name of a bucket, at the server that its endpoints declare: tables hold endpoints
/// of all servers.
type At = (Option<&'static str>, String);

/// The limits of one name, each with its lockout.
type Limits = Vec<(Limit, Lockout)>;

/// All servers of a client's users, by their base URLs, in each spelling that was used.
pub(super) struct Servers {
    limiter: Limiter,
    tables: Vec<&'static Endpoints>,
    overrides: Vec<Override>,
    plain_http: bool,
    known: Mutex<HashMap<String, Arc<Server>>>,
    /// Other servers of the provider, by the names that endpoints have for them.
    named: HashMap<String, Arc<Server>>,
}

impl Servers {
    pub(super) fn new(
        limiter: Limiter,
        tables: Vec<&'static Endpoints>,
        overrides: Vec<Override>,
        plain_http: bool,
    ) -> Self {
        Self {
            limiter,
            tables,
            overrides,
            plain_http,
            known: Mutex::default(),
            named: HashMap::new(),
        }
    }

    /// Sets the servers that endpoints name, by their URLs.
    pub(super) fn name(&mut self, urls: Vec<(String, String)>) -> Result<(), Error> {
        for (name, url) in urls {
            let server = self.at(&url)?;
            self.named.insert(name, server);
        }
        Ok(())
    }

    /// Returns the servers that endpoints name.
    pub(super) fn named(&self) -> impl Iterator<Item = &Arc<Server>> {
        self.named.values()
    }

    /// Returns the server of an endpoint. `home` is that of endpoints that name none.
    pub(super) fn of<'s>(
        &'s self,
        endpoint: &'static EndpointMeta,
        home: &'s Server,
    ) -> Result<&'s Server, Error> {
        let Some(name) = endpoint.server else {
            return Ok(home);
        };
        let named = self.named.get(name);
        named.map(|server| &**server).ok_or_else(|| {
            let problem = format!(
                "the client has no server `{name}`: set its URL with `ClientBuilder::server`"
            );
            Error::unsent(ErrorKind::Configuration, endpoint, problem)
        })
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
        let limiter = self.limiter.clone();
        let server = Server::new(base_url, limiter, &self.tables, &self.overrides);
        let server = Arc::new(server);
        known.insert(server.base_url.as_str().to_owned(), Arc::clone(&server));
        known.insert(url.to_owned(), Arc::clone(&server));
        Ok(server)
    }
}

impl Server {
    /// Knows the limits of all endpoints in these tables from the start.
    fn new(
        base_url: BaseUrl,
        limiter: Limiter,
        tables: &[&'static Endpoints],
        overrides: &[Override],
    ) -> Self {
        let mut known = Known::default();
        for (endpoint, limits) in overrides {
            let at = (endpoint.server(), shape(endpoint));
            known.overridden.insert(at, limits.clone());
        }
        for endpoint in tables.iter().copied().flatten() {
            known.learn(endpoint);
        }
        Self {
            base_url,
            limiter,
            known: RwLock::new(known),
        }
    }

    /// Returns the buckets of a call to the endpoint. Hashes no string but at the first call.
    pub(super) fn buckets(&self, endpoint: &'static EndpointMeta) -> Arc<[BucketId]> {
        let address = std::ptr::from_ref(endpoint).addr();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(ids) = known.ids.get(&address) {
            return Arc::clone(ids);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let others = endpoint.table().iter().copied();
        let news = others.chain([endpoint]).filter(|it| known.learn(it));
        if news.count() > 0 {
            // It may concern endpoints that were called before.
            known.ids.clear();
        }
        let server = self.base_url.without_scheme();
        let specs = known.specs(server, endpoint).into_iter();
        let ids: Arc<[_]> = specs.map(|spec| self.limiter.bucket(spec)).collect();
        known.ids.insert(address, Arc::clone(&ids));
        ids
    }
}

impl Known {
    /// Returns whether that was new.
    fn learn(&mut self, endpoint: &'static EndpointMeta) -> bool {
        if endpoint.limits().is_empty() && endpoint.bucket().is_none() {
            return false;
        }
        let shape = shape(endpoint);
        let name = match endpoint.bucket() {
            Some(bucket) => format!("bucket {bucket}"),
            None => shape.clone(),
        };
        let server = endpoint.server();
        let names = self.shapes.entry((server, shape)).or_default();
        let mut is_new = names.insert(name.clone());
        let limits = self.limits.entry((server, name)).or_default();
        for &limit in endpoint.limits() {
            match limits.iter_mut().find(|(known, _)| *known == limit) {
                Some((_, lock)) if *lock >= endpoint.lockout() => {}
                Some((_, lock)) => {
                    *lock = endpoint.lockout();
                    is_new = true;
                }
                None => {
                    limits.push((limit, endpoint.lockout()));
                    is_new = true;
                }
            }
        }
        is_new
    }

    /// What the calls of an endpoint count in. Without a limit, a bucket only obeys lockouts.
    fn specs(&self, server: &str, endpoint: &EndpointMeta) -> Vec<BucketSpec> {
        let at = (endpoint.server(), shape(endpoint));
        let Some(names) = self.shapes.get(&at) else {
            return vec![BucketSpec::new(server, at.1)];
        };
        let of = |name: &String| {
            let limits = self.limits.get(&(at.0, name.clone()));
            limits.map_or(&[][..], |limits| limits)
        };
        if let Some(limits) = self.overridden.get(&at) {
            let locks = names.iter().flat_map(of).map(|&(_, lock)| lock);
            let lock = locks.max().unwrap_or(Lockout::Undeclared);
            let unlimited = BucketSpec::new(server, &at.1).lockout(lock);
            return match &**limits {
                [] => vec![unlimited],
                limits => limits
                    .iter()
                    .map(|&limit| unlimited.clone().limit(limit))
                    .collect(),
            };
        }
        let mut specs = Vec::new();
        for name in names {
            let unlimited = BucketSpec::new(server, name);
            match of(name) {
                [] => specs.push(unlimited),
                limits => specs.extend(
                    limits
                        .iter()
                        .map(|&(limit, lock)| unlimited.clone().limit(limit).lockout(lock)),
                ),
            }
        }
        specs
    }
}

/// Method and path, with placeholders erased.
fn shape(endpoint: &EndpointMeta) -> String {
    let mut shape = format!("{} {}", endpoint.method(), endpoint.base());
    let mut pieces = endpoint.path().split('<');
    shape.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, behind) = piece.split_once('>').unwrap_or_default();
        let several = if name.ends_with("..") { ".." } else { "" };
        let _ = write!(shape, "<{several}>{behind}");
    }
    shape
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::limit::LimitSettings;

    const MINUTE: Duration = Duration::from_mins(1);

    static SEND: EndpointMeta = EndpointMeta {
        base: "/api/v3",
        path: "/chats/<CHAT_ID>/messages",
        limits: &[Limit::new(20, MINUTE)],
        lock: Lockout::For(Duration::from_mins(5)),
        ..EndpointMeta::DEFAULT
    };
    static CREATE: EndpointMeta = EndpointMeta {
        base: "/api",
        path: "/v3/chats/<ID>/messages",
        limits: &[Limit::new(30, Duration::from_mins(5))],
        lock: Lockout::For(Duration::from_mins(10)),
        ..EndpointMeta::DEFAULT
    };
    /// Declares no limit.
    static LIST: EndpointMeta = EndpointMeta {
        base: "/api/v3",
        path: "/chats/<X>/messages",
        ..EndpointMeta::DEFAULT
    };
    static OTHER: EndpointMeta = EndpointMeta {
        path: "/chats",
        ..EndpointMeta::DEFAULT
    };
    static NAMED: EndpointMeta = EndpointMeta {
        path: "/chats/<ID>",
        bucket: Some("all"),
        limits: &[Limit::new(100, MINUTE)],
        ..EndpointMeta::DEFAULT
    };
    static ALSO_NAMED: EndpointMeta = EndpointMeta {
        path: "/chats/<CHAT>",
        bucket: Some("some"),
        limits: &[Limit::new(100, MINUTE)],
        ..EndpointMeta::DEFAULT
    };

    fn server(tables: &[&'static Endpoints]) -> Server {
        overridden(tables, &[])
    }

    fn overridden(tables: &[&'static Endpoints], overrides: &[Override]) -> Server {
        let limiter = Limiter::new(LimitSettings::new(), None);
        let base_url = BaseUrl::parse("https://server", false).unwrap();
        Server::new(base_url, limiter, tables, overrides)
    }

    #[test]
    fn every_limit_of_a_shape_holds_for_all_its_endpoints_from_the_first_call() {
        for order in [[&SEND, &CREATE, &LIST], [&LIST, &CREATE, &SEND]] {
            static WRITING: Endpoints = Endpoints::new(|| const { &[&SEND, &CREATE] });
            static READING: Endpoints = Endpoints::new(|| const { &[&LIST] });
            let server = server(&[&WRITING, &READING]);
            let [first, second, third] = order.map(|endpoint| server.buckets(endpoint));
            assert_eq!(first.len(), 2);
            assert!(first == second && second == third, "{order:?}");
        }
    }

    #[test]
    fn a_limit_that_is_learned_late_holds_from_then_on() {
        let server = server(&[]);
        assert_eq!(server.buckets(&LIST).len(), 1);
        let send = server.buckets(&SEND);
        assert_eq!((send.len(), &server.buckets(&LIST)), (1, &send));
        let create = server.buckets(&CREATE);
        assert_eq!((create.len(), &server.buckets(&SEND)), (2, &create));
        assert!(send.iter().all(|id| create.contains(id)), "counts stay");
    }

    #[test]
    fn overridden_limits_replace_all_of_a_shape() {
        static TABLE: Endpoints = Endpoints::new(|| const { &[&SEND, &CREATE, &NAMED] });
        let limits = |known: &Server, endpoint| {
            let known = known.known.read().unwrap();
            let specs = known.specs("server", endpoint);
            specs
                .iter()
                .map(|spec| format!("{spec:?}"))
                .collect::<Vec<_>>()
        };
        let tables = &[&TABLE];
        let hundred = Limit::new(100, MINUTE);
        let known = overridden(tables, &[(&LIST, vec![hundred])]);
        let spec = BucketSpec::new("server", "GET /api/v3/chats/<>/messages").limit(hundred);
        let longest = spec.lock(Duration::from_mins(10));
        for endpoint in [&SEND, &CREATE] {
            assert_eq!(limits(&known, endpoint), [format!("{longest:?}")]);
        }
        assert_eq!(limits(&known, &NAMED), limits(&server(tables), &NAMED));
        let none = overridden(tables, &[(&NAMED, vec![])]);
        let unlimited = BucketSpec::new("server", "GET /chats/<>");
        assert_eq!(limits(&none, &NAMED), [format!("{unlimited:?}")]);
    }

    #[test]
    fn what_the_server_tells_apart_is_apart() {
        let server = server(&[]);
        assert_ne!(server.buckets(&OTHER), server.buckets(&SEND));
        assert_eq!(shape(&CREATE), "GET /api/v3/chats/<>/messages");
        let several = EndpointMeta {
            path: "/files/<PATH..>/raw",
            ..OTHER
        };
        assert_eq!(shape(&several), "GET /files/<..>/raw");
    }

    #[test]
    fn limits_of_another_server_dont_count() {
        static UPLOAD: EndpointMeta = EndpointMeta {
            server: Some("uploads"),
            limits: &[Limit::new(1, MINUTE)],
            ..SEND
        };
        static TABLE: Endpoints = Endpoints::new(|| const { &[&SEND, &UPLOAD] });
        let server = server(&[&TABLE]);
        assert_eq!(server.buckets(&SEND).len(), 1);
        assert_eq!(server.buckets(&UPLOAD).len(), 1);
        assert_ne!(server.buckets(&SEND), server.buckets(&UPLOAD));
    }

    #[test]
    fn two_declared_buckets_of_one_shape_both_count() {
        static TABLE: Endpoints = Endpoints::new(|| const { &[&NAMED, &ALSO_NAMED] });
        let server = server(&[&TABLE]);
        assert_eq!(server.buckets(&NAMED).len(), 2);
        assert_eq!(server.buckets(&NAMED), server.buckets(&ALSO_NAMED));
    }
}
