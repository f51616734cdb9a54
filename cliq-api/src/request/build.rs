//! Builds the `http::Request` from a call's values.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::uri::{Parts, PathAndQuery};
use http::{Request, Uri};

use super::base_url::BaseUrl;
use super::call::Call;
use super::error::RequestError;
use super::value;
use crate::body::{Body, Payload};
use crate::meta::{Place, Shape};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// The server of a call, and the headers that are sent in addition to the call's own.
pub(crate) struct Target<'a> {
    pub(crate) base: &'a BaseUrl,
    /// Headers of all calls. The endpoint's own replace them.
    pub(crate) defaults: &'a HeaderMap,
    /// Headers of this call. They replace all others of the same names.
    pub(crate) headers: Option<&'a HeaderMap>,
    /// By which the server knows a call that it has received before.
    pub(crate) idempotency_key: Option<&'a HeaderValue>,
    /// The URL that a server gave for the next page, in place of the endpoint's.
    pub(crate) page: Option<&'a Uri>,
}

/// Builds the request, without its authorization.
pub(crate) fn build(call: &Call, target: &Target<'_>) -> Result<Request<Body>, RequestError> {
    call.check()?;
    let (body, content_type) = body(call)?;
    let mut request = Request::new(body);
    fill_head(&mut request, call, target, content_type)?;
    Ok(request)
}

/// Builds a request without its body, which may be a file to open, and what describes that.
pub(crate) fn build_head(call: &Call, target: &Target<'_>) -> Result<Request<()>, RequestError> {
    let mut request = Request::new(());
    fill_head(&mut request, call, target, None)?;
    Ok(request)
}

fn fill_head<B>(
    request: &mut Request<B>,
    call: &Call,
    target: &Target<'_>,
    content_type: Option<HeaderValue>,
) -> Result<(), RequestError> {
    *request.method_mut() = call.meta().method.clone();
    *request.uri_mut() = match target.page {
        Some(page) => target.base.with_origin_of(page)?,
        None => uri(call, target.base)?,
    };
    *request.headers_mut() = headers(call, content_type, target)?;
    Ok(())
}

/// The longest URL that `http` supports, in bytes.
const MAX_URL: usize = u16::MAX as usize - 1;

fn uri(call: &Call, base: &BaseUrl) -> Result<Uri, RequestError> {
    let invalid = |why: &dyn fmt::Display| RequestError::new(format!("can't build the URL: {why}"));
    let (scheme, authority) = (base.scheme(), base.authority());
    // The first pass computes the length: `Bytes` takes a `Vec` of the exact size without a copy.
    let mut length = 0;
    path(call, base, |piece| length += piece.len());
    if scheme.as_str().len() + "://".len() + authority.as_str().len() + length > MAX_URL {
        return Err(invalid(&format_args!("it is longer than {MAX_URL} bytes")));
    }
    let mut text = Vec::with_capacity(length);
    path(call, base, |piece| text.extend_from_slice(piece));
    // Reuses the parsed scheme and host.
    let mut parts = Parts::default();
    parts.scheme = Some(scheme.clone());
    parts.authority = Some(authority.clone());
    parts.path_and_query =
        Some(PathAndQuery::from_maybe_shared(Bytes::from(text)).map_err(|error| invalid(&error))?);
    Uri::from_parts(parts).map_err(|error| invalid(&error))
}

/// Calls `each` with the pieces of path and query.
fn path(call: &Call, base: &BaseUrl, mut each: impl FnMut(&[u8])) {
    let meta = call.meta();
    each(base.prefix().as_bytes());
    each(meta.base.as_bytes());

    // In the metadata, the parameters of the path come first, in its order.
    // As bytes: for so short a text, a search for a character costs more than it saves.
    let mut rest = meta.path.as_bytes();
    let mut index = 0;
    while let Some(begin) = rest.iter().position(|&byte| byte == b'<') {
        each(&rest[..begin]);
        each(call.written(index).unwrap_or_default());
        index += 1;
        let end = rest.iter().position(|&byte| byte == b'>');
        rest = end.map_or(&[][..], |end| &rest[end + 1..]);
    }
    each(rest);

    let mut separator: &[u8] = b"?";
    for pair in std::iter::once(meta.query.as_bytes()).chain(written(call, Place::Query)) {
        if !pair.is_empty() {
            each(separator);
            each(pair);
            separator = b"&";
        }
    }
}

fn body(call: &Call) -> Result<(Body, Option<HeaderValue>), RequestError> {
    let meta = call.meta();
    let params = || meta.params.iter().enumerate();
    if let Some((index, param)) = params().find(|(_, param)| param.place == Place::Body) {
        let content_type = match param.shape {
            Shape::Bytes(content_type) => HeaderValue::from_static(content_type),
            _ => JSON,
        };
        // An optional body that is not set has no content type.
        let content_type = call.written(index).map(|_| content_type);
        return Ok((replayable(call), content_type));
    }
    if params().any(|(_, param)| param.place == Place::Part) {
        let Payload::Parts(parts) = call.payload() else {
            return Ok((Body::empty(), None));
        };
        let content_type = HeaderValue::try_from(parts.content_type()).ok();
        return Ok((replayable(call), content_type));
    }
    if meta.fields.is_empty() && !params().any(|(_, param)| param.place == Place::Field) {
        return Ok((Body::empty(), None));
    }
    let constants = meta.fields.iter().map(|field| constant(field, meta.form));
    let constants = constants.collect::<Result<Vec<_>, _>>()?;
    let fields = || {
        let set = written(call, Place::Field).filter(|field| !field.is_empty());
        constants.iter().map(Vec::as_slice).chain(set)
    };
    if meta.body_optional && fields().next().is_none() {
        return Ok((Body::empty(), None));
    }
    let (open, between, close, content_type): (&[u8], u8, &[u8], _) = if meta.form {
        (b"", b'&', b"", FORM)
    } else {
        (b"{", b',', b"}", JSON)
    };
    // `Bytes` takes a `Vec` of the exact size without a copy.
    let length: usize = fields().map(<[u8]>::len).sum();
    let separators = fields().count().saturating_sub(1);
    let mut body = Vec::with_capacity(open.len() + length + separators + close.len());
    body.extend_from_slice(open);
    for (index, field) in fields().enumerate() {
        if index > 0 {
            body.push(between);
        }
        body.extend_from_slice(field);
    }
    body.extend_from_slice(close);
    Ok((body.into(), Some(content_type)))
}

/// The body of a call, unless it is a stream: that is inserted just before the request is sent.
fn replayable(call: &Call) -> Body {
    let payload = call.payload();
    let body = payload.is_replayable().then(|| payload.open()).flatten();
    body.unwrap_or_default()
}

/// A constant field, whose value the metadata has as JSON.
fn constant(&(name, json): &(&str, &str), is_form: bool) -> Result<Vec<u8>, RequestError> {
    let mut out = Vec::new();
    if is_form {
        let value: serde_json::Value = serde_json::from_str(json)
            .map_err(|_| RequestError::new(format!("invalid constant field `{name}`")))?;
        value::pair(&mut out, name, &value)?;
    } else {
        value::json(&mut out, name)?;
        out.push(b':');
        out.extend_from_slice(json.as_bytes());
    }
    Ok(out)
}

fn headers(
    call: &Call,
    content_type: Option<HeaderValue>,
    target: &Target<'_>,
) -> Result<HeaderMap, RequestError> {
    let meta = call.meta();
    // Room for the usual ones: two of ours, two of the body and the server, a token and one more.
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(ACCEPT, HeaderValue::from_static(meta.accept()));
    replace(&mut headers, target.defaults);
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (name, value) in meta.headers {
        let (name, value) = header(name, value.as_bytes())?;
        headers.insert(name, value);
    }
    let params = meta.params.iter().enumerate();
    for (index, param) in params.filter(|(_, param)| param.place == Place::Header) {
        let Some(text) = call.written(index) else {
            continue;
        };
        let (name, mut value) = header(param.name, text)?;
        // The value may be a secret, and `Debug` of a request shows its headers.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    if let (Some(name), Some(key)) = (meta.idempotency_key, target.idempotency_key) {
        let name = HeaderName::try_from(name)
            .map_err(|_| RequestError::new(format!("invalid header name `{name}`")))?;
        headers.insert(name, key.clone());
    }
    if let Some(own) = target.headers {
        replace(&mut headers, own);
    }
    Ok(headers)
}

fn header(name: &str, value: &[u8]) -> Result<(HeaderName, HeaderValue), RequestError> {
    let invalid = || RequestError::new(format!("invalid name or value of the header `{name}`"));
    Ok((
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?,
        HeaderValue::from_bytes(value).map_err(|_| invalid())?,
    ))
}

/// Copies the headers of `from`, replacing those of the same names.
fn replace(headers: &mut HeaderMap, from: &HeaderMap) {
    let mut last = None;
    for (name, value) in from {
        // Values of one name follow one another.
        if last == Some(name) {
            headers.append(name, value.clone());
        } else {
            headers.insert(name, value.clone());
        }
        last = Some(name);
    }
}

fn written(call: &Call, place: Place) -> impl Iterator<Item = &[u8]> {
    let params = call.meta().params.iter().enumerate();
    params
        .filter(move |(_, param)| param.place == place)
        .filter_map(|(index, _)| call.written(index))
}
