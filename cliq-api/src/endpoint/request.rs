//! From a call's values to the `http::Request`, without sending it.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::uri::{Parts, PathAndQuery};
use http::{Request, Uri};

use super::call::Call;
use super::meta::{Place, Shape};
use crate::error::Error;

const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("cliq-api/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// The request, all but its authorization.
pub(crate) fn build(call: &Call) -> Result<Request<Bytes>, Error> {
    call.check()?;
    let (body, content_type) = body(call);
    let mut request = Request::new(body);
    *request.method_mut() = call.meta().method.clone();
    *request.uri_mut() = uri(call)?;
    *request.headers_mut() = headers(call, content_type)?;
    Ok(request)
}

/// The longest URL that `http` holds.
const LONGEST: usize = u16::MAX as usize - 1;

fn uri(call: &Call) -> Result<Uri, Error> {
    let meta = call.meta();
    let (scheme, authority, _) = call.client().base();
    let refused = |why: &dyn fmt::Display| {
        Error::invalid_request(meta, format!("its values do not make a URL: {why}"))
    };
    // Once for its length, so that it is written into memory of just that size: `Bytes` keeps that
    // as it is.
    let mut length = 0;
    path(call, &mut |piece| length += piece.len());
    if scheme.as_str().len() + "://".len() + authority.as_str().len() + length > LONGEST {
        return Err(refused(&format_args!(
            "it would have more than {LONGEST} bytes"
        )));
    }
    let mut text = Vec::with_capacity(length);
    path(call, &mut |piece| text.extend_from_slice(piece));
    // Nothing of it is parsed twice, and scheme and host are shared by all requests.
    let mut parts = Parts::default();
    parts.scheme = Some(scheme.clone());
    parts.authority = Some(authority.clone());
    parts.path_and_query =
        Some(PathAndQuery::from_maybe_shared(Bytes::from(text)).map_err(|error| refused(&error))?);
    Uri::from_parts(parts).map_err(|error| refused(&error))
}

/// Path and query, piece by piece.
fn path(call: &Call, each: &mut dyn FnMut(&[u8])) {
    let meta = call.meta();
    let (_, _, prefix) = call.client().base();
    each(prefix.as_bytes());
    each(meta.base.as_bytes());

    // The path's parameters come first in the table, in the path's order.
    let mut rest = meta.path;
    let mut index = 0;
    while let Some((before, placeholder)) = rest.split_once('<') {
        each(before.as_bytes());
        each(call.written(index).unwrap_or_default());
        index += 1;
        rest = placeholder.split_once('>').map_or("", |(_, after)| after);
    }
    each(rest.as_bytes());

    let mut separator: &[u8] = b"?";
    for pair in std::iter::once(meta.query.as_bytes()).chain(written(call, Place::Query)) {
        if !pair.is_empty() {
            each(separator);
            each(pair);
            separator = b"&";
        }
    }
}

fn body(call: &Call) -> (Bytes, Option<HeaderValue>) {
    let meta = call.meta();
    let params = || meta.params.iter().enumerate();
    if let Some((index, param)) = params().find(|(_, param)| param.place == Place::Body) {
        let content_type = match param.shape {
            Shape::Bytes(content_type) => HeaderValue::from_static(content_type),
            _ => JSON,
        };
        // A body that is optional and was not given is no body.
        return (
            call.whole_body().clone(),
            call.written(index).map(|_| content_type),
        );
    }
    if !params().any(|(_, param)| param.place == Place::Field) {
        return (Bytes::new(), None);
    }
    let fields = || written(call, Place::Field).filter(|field| !field.is_empty());
    let (open, between, close, content_type): (&[u8], u8, &[u8], _) = if meta.form {
        (b"", b'&', b"", FORM)
    } else {
        (b"{", b',', b"}", JSON)
    };
    // Just what is needed: `Bytes` keeps memory of that size as it is.
    let length: usize = fields().map(<[u8]>::len).sum();
    let betweens = fields().count().saturating_sub(1);
    let mut body = Vec::with_capacity(open.len() + length + betweens + close.len());
    body.extend_from_slice(open);
    for (index, field) in fields().enumerate() {
        if index > 0 {
            body.push(between);
        }
        body.extend_from_slice(field);
    }
    body.extend_from_slice(close);
    (body.into(), Some(content_type))
}

fn headers(call: &Call, content_type: Option<HeaderValue>) -> Result<HeaderMap, Error> {
    let meta = call.meta();
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(USER_AGENT, AGENT);
    headers.insert(ACCEPT, JSON);
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (index, param) in meta
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| param.place == Place::Header)
    {
        let Some(text) = call.written(index) else {
            continue;
        };
        let refused = || {
            Error::invalid_request(
                meta,
                format!("`{}` is no header that can be sent", param.name),
            )
        };
        let name = HeaderName::from_bytes(param.name.as_bytes()).map_err(|_| refused())?;
        let mut value = HeaderValue::from_bytes(text).map_err(|_| refused())?;
        // What a header holds may be a secret, and `Debug` of a request shows its headers.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    headers.extend(
        call.options()
            .headers()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    Ok(headers)
}

fn written(call: &Call, place: Place) -> impl Iterator<Item = &[u8]> {
    let params = call.meta().params.iter().enumerate();
    params
        .filter(move |(_, param)| param.place == place)
        .filter_map(|(index, _)| call.written(index))
}
