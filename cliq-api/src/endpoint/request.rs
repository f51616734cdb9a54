//! From a call's values to the `http::Request`, without sending it.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Request, Uri};

use super::call::Call;
use super::meta::{Place, Shape};
use crate::error::Error;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("cliq-api/", env!("CARGO_PKG_VERSION")));
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

fn uri(call: &Call) -> Result<Uri, Error> {
    let meta = call.meta();
    let base_url = call.client().base_url();
    let values: usize = (0..meta.params.len()).filter_map(|index| call.written(index)).map(<[u8]>::len).sum();
    let room = base_url.len() + meta.base.len() + meta.path.len() + meta.query.len() + values + meta.params.len() + 1;
    let mut url = Vec::with_capacity(room);
    url.extend_from_slice(base_url.as_bytes());
    url.extend_from_slice(meta.base.as_bytes());

    // The path's parameters come first in the table, in the path's order.
    let mut rest = meta.path;
    let mut index = 0;
    while let Some((before, placeholder)) = rest.split_once('<') {
        url.extend_from_slice(before.as_bytes());
        url.extend_from_slice(call.written(index).unwrap_or_default());
        index += 1;
        rest = placeholder.split_once('>').map_or("", |(_, after)| after);
    }
    url.extend_from_slice(rest.as_bytes());

    let mut separator = b'?';
    for pair in std::iter::once(meta.query.as_bytes()).chain(written(call, Place::Query)) {
        if !pair.is_empty() {
            url.push(separator);
            url.extend_from_slice(pair);
            separator = b'&';
        }
    }
    Uri::from_maybe_shared(Bytes::from(url))
        .map_err(|error| Error::invalid_request(meta, format!("its values do not make a URL: {error}")))
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
        return (call.whole_body().clone(), call.written(index).map(|_| content_type));
    }
    if !params().any(|(_, param)| param.place == Place::Field) {
        return (Bytes::new(), None);
    }
    let fields = || written(call, Place::Field).filter(|field| !field.is_empty());
    let room = fields().map(|field| field.len() + 1).sum::<usize>() + 2;
    let mut body = Vec::with_capacity(room);
    let (open, between, close, content_type): (&[u8], u8, &[u8], _) =
        if meta.form { (b"", b'&', b"", FORM) } else { (b"{", b',', b"}", JSON) };
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
    for (index, param) in meta.params.iter().enumerate().filter(|(_, param)| param.place == Place::Header) {
        let Some(text) = call.written(index) else { continue };
        let refused = || Error::invalid_request(meta, format!("`{}` is no header that can be sent", param.name));
        let name = HeaderName::from_bytes(param.name.as_bytes()).map_err(|_| refused())?;
        let mut value = HeaderValue::from_bytes(text).map_err(|_| refused())?;
        // What a header holds may be a secret, and `Debug` of a request shows its headers.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    headers.extend(call.options.headers().map(|(name, value)| (name.clone(), value.clone())));
    Ok(headers)
}

fn written(call: &Call, place: Place) -> impl Iterator<Item = &[u8]> {
    let params = call.meta().params.iter().enumerate();
    params.filter(move |(_, param)| param.place == place).filter_map(|(index, _)| call.written(index))
}
