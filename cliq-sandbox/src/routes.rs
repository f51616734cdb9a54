//! Maps methods and paths to operations: all endpoints of `cliq-api`, and what Zoho documents
//! beyond them, in one table.
//!
//! Endpoints that a server can't distinguish share a [`Route`]. [`operations`](crate::operations)
//! lists what the sandbox simulates; everything else responds with its published example.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use cliq_api::threads::GetThreadRequest;
use cliq_api::{Endpoint, EndpointMeta, Endpoints, Place, ResponseKind, Shape};
use http::header::ACCEPT;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::documented::{Documented, operations};
use crate::operations::{OPERATIONS, Operation};
use crate::refusal::Refusal;

/// A method and a path.
#[derive(Debug)]
pub(crate) struct Route {
    method: Method,
    /// The segments of the path; `<CHAT_ID>` is a placeholder.
    segments: Vec<&'static str>,
    /// The endpoints with this route, in the order of their declarations; never empty.
    pub(crate) endpoints: Vec<&'static EndpointMeta>,
    /// `None`: responds with an example.
    pub(crate) operation: Option<Operation>,
    pub(crate) documented: Option<&'static Documented>,
}

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| routes(cliq_api::cliq::APIS));

/// Returns the scopes of all routes, without duplicates.
pub(crate) fn scopes() -> Vec<&'static str> {
    let endpoints = ROUTES.iter().flat_map(|route| &route.endpoints);
    let scopes: BTreeSet<_> = endpoints
        .flat_map(|meta| meta.scopes().names())
        .copied()
        .collect();
    scopes.into_iter().collect()
}

fn routes(apis: &[&'static Endpoints]) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    // Endpoints of another server of the provider aren't served here.
    for meta in apis
        .iter()
        .copied()
        .flatten()
        .filter(|meta| meta.server().is_none())
    {
        let path = [meta.base(), meta.path()].concat();
        route(&mut routes, meta.method(), &path)
            .endpoints
            .push(meta);
    }
    for documented in operations() {
        let route = route(&mut routes, &documented.method(), documented.path());
        if route.endpoints.is_empty() {
            route.endpoints = documented.declared();
        }
        route.documented = Some(documented);
    }
    for (method, path, operation) in OPERATIONS {
        route(&mut routes, method, path).operation = Some(*operation);
    }
    // From left to right, a literal is preferred to a placeholder.
    routes.sort_by_cached_key(Route::shape);
    routes
}

/// Returns the route of the path, regardless of the names of placeholders. Adds one if needed.
fn route<'r>(routes: &'r mut Vec<Route>, method: &Method, path: &str) -> &'r mut Route {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let is_same =
        |one: &str, other: &str| one == other || is_placeholder(one) && is_placeholder(other);
    let found = routes.iter().position(|route| {
        route.method == *method
            && route.segments.len() == segments.len()
            && route
                .segments
                .iter()
                .zip(&segments)
                .all(|(one, other)| is_same(one, other))
    });
    let index = found.unwrap_or_else(|| {
        let segments = segments
            .into_iter()
            .map(|segment| &*segment.to_owned().leak());
        routes.push(Route {
            method: method.clone(),
            segments: segments.collect(),
            endpoints: Vec::new(),
            operation: None,
            documented: None,
        });
        routes.len() - 1
    });
    &mut routes[index]
}

impl Route {
    /// Returns one of the route's endpoints.
    pub(crate) fn endpoint(&self) -> &'static EndpointMeta {
        self.endpoints[0]
    }

    /// Rejects a request that doesn't accept a JSON response. `get_thread` is the one operation
    /// that has no such error.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let is_json = self.endpoint().kind() == ResponseKind::Json;
        if !is_json || self.endpoint().name() == GetThreadRequest::META.name() {
            return Ok(());
        }
        let mut accepted = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .peekable();
        if accepted.peek().is_none() || accepted.any(takes_json) {
            Ok(())
        } else {
            Err(Refusal::not_acceptable())
        }
    }

    /// Returns the query parameters, without the one with a token. Rejects unknown ones, and
    /// repeated ones that aren't lists.
    pub(crate) fn query(
        &self,
        query: &str,
        token: Option<&str>,
    ) -> Result<Vec<(String, String)>, Refusal> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let sent = form_urlencoded::parse(query.as_bytes()).into_owned();
        for (name, value) in sent.filter(|(name, _)| token != Some(name)) {
            let Some(is_list) = self.query_parameter(&name) else {
                return Err(Refusal::extra_key(&name));
            };
            if !is_list && pairs.iter().any(|(given, _)| *given == name) {
                return Err(Refusal::invalid_input(format_args!(
                    "`{name}` is given twice"
                )));
            }
            pairs.push((name, value));
        }
        Ok(pairs)
    }

    /// Returns whether a query parameter can be repeated; `None` if it is unknown.
    fn query_parameter(&self, name: &str) -> Option<bool> {
        for meta in &self.endpoints {
            let params = meta
                .params()
                .iter()
                .filter(|param| param.place() == Place::Query);
            for param in params {
                match param.shape() {
                    Shape::Flatten => return Some(true),
                    shape if param.name() == name => return Some(shape == Shape::Repeated),
                    _ => {}
                }
            }
            let mut constants = form_urlencoded::parse(meta.query().as_bytes());
            if constants.any(|(constant, _)| constant == name) {
                return Some(false);
            }
        }
        let mut documented = self.documented.into_iter().flat_map(Documented::query);
        documented.any(|known| known == name).then_some(false)
    }

    /// Rejects a body that no endpoint of the URL declares, before an example responds to it.
    pub(crate) fn check_body(&self, body: &[u8]) -> Result<(), Refusal> {
        let fields = |meta: &'static EndpointMeta| {
            let fields = meta
                .params()
                .iter()
                .filter(|param| param.place() == Place::Field);
            fields
                .filter(|field| field.required())
                .map(|field| field.name())
        };
        let takes_json = |meta: &EndpointMeta| !meta.multipart() && !meta.form();
        if !self
            .endpoints
            .iter()
            .any(|meta| takes_json(meta) && fields(meta).next().is_some())
        {
            return Ok(());
        }
        let members: Map<String, Value> = if body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(body).map_err(|error| {
                Refusal::invalid_input(format_args!("the body is no JSON object: {error}"))
            })?
        };
        let missing =
            |meta: &&'static EndpointMeta| fields(meta).find(|name| !members.contains_key(*name));
        match self
            .endpoints
            .iter()
            .map(missing)
            .collect::<Option<Vec<_>>>()
        {
            Some(missing) if !missing.is_empty() => Err(Refusal::missing_param(missing[0])),
            _ => Ok(()),
        }
    }
}

/// Parses `text/html, application/*;q=0.5`.
fn takes_json(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| {
            part.strip_prefix("q=")
                .is_some_and(|quality| quality.parse::<f32>().is_ok_and(|quality| quality == 0.0))
        });
        matches!(&*media, "*/*" | "application/*" | "application/json") && !refused
    })
}

/// Finds the route of a path, and the values of its placeholders.
pub(crate) fn find(method: &Method, path: &str) -> Result<(&'static Route, Vec<String>), Refusal> {
    // Splits before decoding: a `%2F` is part of a segment.
    let segments: Result<Vec<Cow<'_, str>>, _> = path
        .split('/')
        .skip(1)
        .map(|segment| percent_decode_str(segment).decode_utf8())
        .collect();
    let segments = segments.map_err(|_| Refusal::unknown_url())?;
    let mut allowed = Vec::new();
    let mut matching = ROUTES
        .iter()
        .filter(|route| route.matches(&segments))
        .peekable();
    // `/chats/search` doesn't have the methods of `/chats/<CHAT_ID>`.
    let path = matching
        .peek()
        .map(|route| route.shape())
        .unwrap_or_default();
    for route in matching.take_while(|route| route.shape() == path) {
        if route.method == *method {
            return Ok((route, route.values(&segments)));
        }
        if !allowed.contains(&&route.method) {
            allowed.push(&route.method);
        }
    }
    Err(if allowed.is_empty() {
        Refusal::unknown_url()
    } else {
        Refusal::method_not_allowed(&allowed)
    })
}

impl Route {
    /// Returns which segments are placeholders.
    fn shape(&self) -> Vec<bool> {
        let segments = self.segments.iter();
        segments.map(|segment| is_placeholder(segment)).collect()
    }

    fn matches(&self, segments: &[Cow<'_, str>]) -> bool {
        let is_match = |(expected, segment): (&&str, &Cow<'_, str>)| {
            if is_placeholder(expected) {
                !segment.is_empty()
            } else {
                *expected == *segment
            }
        };
        self.segments.len() == segments.len() && self.segments.iter().zip(segments).all(is_match)
    }

    fn values(&self, segments: &[Cow<'_, str>]) -> Vec<String> {
        let placeholders = self.segments.iter().zip(segments);
        let placeholders = placeholders.filter(|(expected, _)| is_placeholder(expected));
        placeholders
            .map(|(_, segment)| segment.clone().into_owned())
            .collect()
    }
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('<') && segment.ends_with('>')
}

#[cfg(test)]
mod tests {
    use cliq_api::cliq::APIS;
    use cliq_api::threads::THREADS;

    use super::*;

    #[test]
    fn every_endpoint_has_a_route() {
        for meta in APIS.iter().copied().flatten() {
            let path = format!("{}{}", meta.base(), meta.path());
            let sent: Vec<_> = path
                .split('/')
                .map(|part| {
                    if is_placeholder(part) {
                        "a%2Fb%2520"
                    } else {
                        part
                    }
                })
                .collect();
            let (route, values) = find(meta.method(), &sent.join("/")).unwrap();
            assert!(
                route.endpoints.iter().any(|one| one.name() == meta.name()),
                "{meta}"
            );
            assert!(values.iter().all(|value| value == "a/b%20"), "{meta}");
            assert_eq!(values.len(), path.matches('<').count(), "{meta}");
        }
    }

    /// A placeholder is a single whole segment.
    #[test]
    fn placeholders_are_segments() {
        for meta in APIS.iter().copied().flatten() {
            let segments = meta
                .path()
                .split('/')
                .filter(|segment| is_placeholder(segment));
            assert_eq!(segments.count(), meta.path().matches('<').count(), "{meta}");
            assert!(!meta.path().contains("..>"), "{meta}");
        }
    }

    #[test]
    fn what_is_played_is_documented_or_declared() {
        for (method, path, _) in OPERATIONS {
            let route = ROUTES.iter().filter(|route| {
                let template = route.segments.join("/");
                route.method == *method
                    && format!("/{template}").split('<').count() == path.split('<').count()
            });
            assert!(
                route.count() > 0 && find(method, &path.replace(['<', '>'], "")).is_ok(),
                "{method} {path}"
            );
        }
        for route in ROUTES.iter() {
            assert!(!route.endpoints.is_empty(), "{route:?}");
            assert!(
                route.operation.is_some() || route.documented.is_some(),
                "{route:?}"
            );
        }
    }

    #[test]
    fn threads_are_played() {
        for meta in THREADS {
            let path = format!("{}{}", meta.base(), meta.path()).replace(['<', '>'], "");
            assert!(
                find(meta.method(), &path).unwrap().0.operation.is_some(),
                "{meta}"
            );
        }
    }

    #[test]
    fn a_literal_comes_before_a_placeholder() {
        let route = |method, path: &str| find(&method, path).unwrap().0.segments.join("/");
        assert_eq!(
            route(Method::GET, "/api/v3/chats/search"),
            "api/v3/chats/search"
        );
        assert_eq!(
            route(Method::GET, "/api/v2/users/layout"),
            "api/v2/users/layout"
        );
        assert_eq!(
            route(Method::PUT, "/api/v3/reminders/edits"),
            "api/v3/reminders/edits"
        );
        assert!(route(Method::GET, "/api/v3/chats/CT_1").starts_with("api/v3/chats/<"));
        assert!(find(&Method::PUT, "/api/v3/chats/search").is_err());
    }

    #[test]
    fn a_path_matches_as_a_whole() {
        for path in [
            "",
            "/",
            "*",
            "/api/v3/threads",
            "/api/v3/threads/",
            "/api/v3/threads/CT_1/follow/",
            "/api/v3/threads//follow",
            "/api/v3/threads/%FF/follow",
            "/api/v2/threads/CT_1/follow",
            "/api/v3/threads/CT_1/Follow",
            "/v3/threads/CT_1/follow",
        ] {
            assert!(find(&Method::POST, path).is_err(), "{path}");
        }
        assert!(find(&Method::POST, "/api/v3/threads/CT_1/f%6Fllow").is_ok());
    }
}
