//! Received requests, read as calls of an endpoint.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use cliq_api::{EndpointMeta, Param, Place, Shape};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::book::Servers;
use super::part::{self, ReceivedPart};
use super::{names, report, template};

/// A call that a [`StubServer`](crate::StubServer) received. Its values are accessed by the names
/// that are sent.
///
/// An unknown name panics with a list of the endpoint's names.
#[derive(Clone)]
pub struct ReceivedCall {
    endpoint: &'static EndpointMeta,
    request: Arc<Request<Bytes>>,
    path: Vec<String>,
    query: Vec<(String, String)>,
    json: Value,
    parts: Vec<ReceivedPart>,
}

/// Why a request isn't a call of an endpoint, and how much it differs from one.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) distance: usize,
    pub(super) why: String,
}

impl ReceivedCall {
    /// Returns the decoded value of this placeholder in the path.
    ///
    /// # Panics
    ///
    /// If the path has no such placeholder.
    #[track_caller]
    pub fn path(&self, name: &str) -> &str {
        names::param(self.endpoint, Place::Path, name);
        self.in_path(name).unwrap_or_default()
    }

    /// Returns the decoded value of this query parameter, the first one if it was sent several
    /// times; `None` if it wasn't sent.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such query parameter.
    #[track_caller]
    pub fn query(&self, name: &str) -> Option<&str> {
        names::param(self.endpoint, Place::Query, name);
        self.in_query(name).next()
    }

    /// Returns all values of a query parameter that is a list, repeated or joined with commas.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such query parameter.
    #[track_caller]
    pub fn query_list(&self, name: &str) -> Vec<&str> {
        let param = names::param(self.endpoint, Place::Query, name);
        let csv = param.is_some_and(|param| param.shape() == Shape::Csv);
        self.in_query(name)
            .flat_map(|text| {
                if csv {
                    text.split(',').collect()
                } else {
                    vec![text]
                }
            })
            .collect()
    }

    /// Returns the value of this header; `None` if it wasn't sent, or isn't text. The endpoint
    /// needn't declare it, as callers can add headers.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// Returns this member of the body; `null` if it wasn't sent. In a form, it is a string, or a
    /// list of strings.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such field.
    #[track_caller]
    pub fn field(&self, name: &str) -> &Value {
        names::param(self.endpoint, Place::Field, name);
        self.in_body(name)
    }

    /// Returns the part of this name, the first one of a list; `None` if it wasn't sent.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such part.
    #[track_caller]
    pub fn part(&self, name: &str) -> Option<&ReceivedPart> {
        names::param(self.endpoint, Place::Part, name);
        self.in_parts(name).next()
    }

    /// Returns all parts of a multipart body, in order.
    pub fn parts(&self) -> &[ReceivedPart] {
        &self.parts
    }

    /// Returns the whole body as JSON: a form as an object, other text as a string, anything else
    /// as `null`.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Returns the whole body, unchanged.
    pub fn body(&self) -> &Bytes {
        self.request.body()
    }

    /// Returns the request as it was sent, with its authorization.
    pub fn request(&self) -> &Request<Bytes> {
        &self.request
    }

    /// Returns the called endpoint.
    pub fn endpoint(&self) -> &'static EndpointMeta {
        self.endpoint
    }

    /// Returns whether method, server and path of the request are this endpoint's.
    pub(super) fn is_at(
        endpoint: &EndpointMeta,
        servers: &Servers,
        request: &Request<Bytes>,
    ) -> bool {
        let at = |prefix: &str| {
            let template = [prefix, endpoint.base(), endpoint.path()].concat();
            template::capture(&template, request.uri().path()).is_some()
        };
        endpoint.method() == request.method()
            && servers.prefix(endpoint, request.uri()).is_some_and(at)
    }

    /// Reads the request as a call of this endpoint, if method, path and parameter names match. The
    /// names distinguish endpoints that share a URL.
    pub(super) fn read(
        endpoint: &'static EndpointMeta,
        servers: &Servers,
        request: &Arc<Request<Bytes>>,
    ) -> Result<Self, Misfit> {
        let other = |distance| Misfit {
            distance,
            why: format!(
                "expected {endpoint}, found {} {}",
                request.method(),
                request.uri().path()
            ),
        };
        let Some(prefix) = servers.prefix(endpoint, request.uri()) else {
            return Err(other(2));
        };
        let template = [prefix, endpoint.base(), endpoint.path()].concat();
        let captured = template::capture(&template, request.uri().path());
        let (Some(path), true) = (captured, endpoint.method() == request.method()) else {
            let method = usize::from(endpoint.method() != request.method());
            return Err(other(
                2 + method + template::distance(&template, request.uri().path()),
            ));
        };
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let json = json(endpoint, request);
        let parts = if endpoint.multipart() {
            part::parts(request)
        } else {
            Vec::new()
        };
        let this = Self {
            endpoint,
            request: request.clone(),
            path,
            query,
            json,
            parts,
        };
        match this.unexpected_or_missing() {
            Some(why) => Err(Misfit { distance: 1, why }),
            None => Ok(this),
        }
    }

    /// Describes an unknown parameter that was sent, or a required one that wasn't.
    fn unexpected_or_missing(&self) -> Option<String> {
        let Self { endpoint, .. } = self;
        let has = |place, name: &str| {
            let is_one = |param: &Param| {
                let is_deep = param.shape() == Shape::Deep;
                let name = if is_deep { root(name) } else { name };
                param.place() == place && param.name() == name
            };
            names::takes_any_name(endpoint, place) || endpoint.params().iter().any(is_one)
        };
        let fields = || endpoint.fields().iter();
        let constants = pairs(endpoint.query().as_bytes());
        if let Some((name, value)) = constants
            .iter()
            .find(|constant| !self.query.contains(constant))
        {
            return Some(format!("missing query {name}={value}"));
        }
        let mut queried = self.query.iter().filter(|pair| !constants.contains(pair));
        if let Some((name, _)) = queried.find(|(name, _)| !has(Place::Query, name)) {
            return Some(format!("unexpected query parameter `{name}`"));
        }
        let mut members = self.json.as_object().into_iter().flat_map(Map::keys);
        let is_constant = |name: &String| fields().any(|(field, _)| field == name);
        if let Some(name) = members.find(|name| !has(Place::Field, name) && !is_constant(name)) {
            return Some(format!("unexpected field `{name}`"));
        }
        let mut parts = self.parts.iter();
        if let Some(part) = parts.find(|part| !has(Place::Part, &part.name)) {
            return Some(format!("unexpected part `{}`", part.name));
        }
        let sends = |name: &str, json: &str| {
            let expected: Value = serde_json::from_str(json).unwrap_or_default();
            let found = self.in_body(name);
            *found == expected
                || endpoint.form() && found.as_str() == Some(expected.to_string().as_str())
        };
        if let Some((name, json)) = fields().find(|(name, json)| !sends(name, json)) {
            return Some(format!("missing field `{name}`: {json}"));
        }
        let needed = |param: &&Param| {
            let may_vanish = matches!(
                param.shape(),
                Shape::Repeated | Shape::Csv | Shape::Flatten | Shape::Deep
            );
            param.required() && !may_vanish
        };
        let missing = endpoint
            .params()
            .iter()
            .filter(needed)
            .find(|param| match param.place() {
                Place::Query => self.in_query(param.name()).next().is_none(),
                Place::Field => self.json.get(param.name()).is_none(),
                Place::Part => self.in_parts(param.name()).next().is_none(),
                _ => false,
            });
        missing.map(|param| format!("missing {} parameter `{}`", param.place(), param.name()))
    }

    /// Returns the value that was sent in a place, in the form of matchers' expected values; `null`
    /// if it wasn't sent.
    pub(super) fn value(&self, place: Place, shape: Option<Shape>, name: &str) -> Value {
        match place {
            Place::Path => self.in_path(name).into(),
            Place::Query if shape == Some(Shape::Deep) => {
                let mut nested = nested(&self.query);
                nested.get_mut(name).map(Value::take).unwrap_or_default()
            }
            Place::Query => {
                let mut values = self.in_query(name).peekable();
                match shape {
                    _ if values.peek().is_none() => Value::Null,
                    Some(Shape::Csv) => values.flat_map(|joined| joined.split(',')).collect(),
                    Some(Shape::Repeated) => values.collect(),
                    _ => one_or_list(values),
                }
            }
            Place::Header => self.header(name).into(),
            Place::Field => match (shape, self.in_body(name)) {
                (Some(Shape::Csv), Value::String(joined)) => joined.split(',').collect(),
                (_, value) => value.clone(),
            },
            Place::Part => {
                let mut values = self.in_parts(name).map(ReceivedPart::text).peekable();
                match shape {
                    _ if values.peek().is_none() => Value::Null,
                    Some(Shape::Repeated | Shape::Files) => values.collect(),
                    _ => values.next().flatten().into(),
                }
            }
            _ => self.json.clone(),
        }
    }

    fn in_path(&self, name: &str) -> Option<&str> {
        let names = self
            .endpoint
            .params()
            .iter()
            .filter(|param| param.place() == Place::Path);
        names
            .zip(&self.path)
            .find(|(param, _)| param.name() == name)
            .map(|(_, value)| value.as_str())
    }

    fn in_query(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn in_parts(&self, name: &str) -> impl Iterator<Item = &ReceivedPart> {
        self.parts.iter().filter(move |part| part.name == name)
    }

    fn in_body(&self, name: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        self.json.get(name).unwrap_or(NOTHING)
    }
}

/// As shown in reports, without its authorization.
impl fmt::Display for ReceivedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::request(&self.request).join("\n"))
    }
}

/// Without its authorization.
impl fmt::Debug for ReceivedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ReceivedCall({}: {})",
            self.endpoint.name(),
            report::request(&self.request).join(" ")
        )
    }
}

fn json(endpoint: &EndpointMeta, request: &Request<Bytes>) -> Value {
    let body = request.body();
    if endpoint.multipart() {
        return Value::Null;
    }
    if endpoint.form() {
        let pairs = pairs(body);
        if endpoint.nested() {
            return nested(&pairs);
        }
        let names: Vec<_> = pairs.iter().map(|(name, _)| name.clone()).collect();
        let values = |name: &str| {
            let repeats = |param: &Param| param.name() == name && param.shape() == Shape::Repeated;
            let values = pairs
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.as_str());
            if endpoint.params().iter().any(repeats) {
                values.collect()
            } else {
                one_or_list(values)
            }
        };
        return names
            .into_iter()
            .map(|name| (name.clone(), values(&name)))
            .collect();
    }
    let is_json = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value == "application/json" || value.ends_with("+json"));
    if is_json {
        return serde_json::from_slice(body).unwrap_or_default();
    }
    std::str::from_utf8(body)
        .ok()
        .filter(|text| !text.is_empty())
        .into()
}

/// Returns `a` of `a[b][0]`.
fn root(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

/// Reads names with brackets as an object: `a[b]=c` as `{"a": {"b": "c"}}`.
fn nested(pairs: &[(String, String)]) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, value) in pairs {
        let mut place = &mut root;
        for key in name.split('[') {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { break };
            let key = key.strip_suffix(']').unwrap_or(key);
            place = members.entry(key).or_insert(Value::Null);
        }
        *place = value.as_str().into();
    }
    with_lists(root)
}

/// Turns objects whose keys are `0`, `1`, … into lists.
fn with_lists(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let is_list = !members.is_empty()
        && (0..members.len()).all(|index| members.contains_key(&index.to_string()));
    if is_list {
        let mut members = members;
        let items = (0..members.len()).map(|index| members.remove(&index.to_string()));
        let items: Vec<_> = items.flatten().map(with_lists).collect();
        return items.into();
    }
    let members = members.into_iter();
    members
        .map(|(name, value)| (name, with_lists(value)))
        .collect()
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Returns a single value unchanged, several as a list.
fn one_or_list<'v>(values: impl Iterator<Item = &'v str>) -> Value {
    let mut values: Vec<_> = values.map(Value::from).collect();
    if values.len() > 1 {
        values.into()
    } else {
        values.pop().unwrap_or_default()
    }
}
