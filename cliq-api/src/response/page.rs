//! Pages of a paged response.

use http::Response;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::DecodeError;
use super::json::{from_slice, from_value, kind};
use super::{FromResponse, content, decode};
use crate::body::Body;
use crate::request::Call;

/// One page, and the token of the next.
///
/// A response without a body, or with `null` in place of the items, is an empty page.
///
/// [`PagedExt::items`](crate::PagedExt::items) and [`PagedExt::pages`](crate::PagedExt::pages)
/// fetch all pages.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last one. Pass it to the query argument of the
    /// endpoint's `page(token = …)`.
    pub next_token: Option<String>,
    /// All other members of the response.
    pub other: Map<String, Value>,
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Page<T> {
    /// Returns a last page that holds `items`, for tests.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
            next_token: None,
            other: Map::new(),
        }
    }

    /// Sets the token of the next page.
    #[must_use]
    pub fn next_token(self, token: impl Into<String>) -> Self {
        Self {
            next_token: Some(token.into()),
            ..self
        }
    }

    /// Iterates over the items.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + 'static> FromResponse<decode::Paged> for Page<T> {
    fn from_response(call: &Call, response: &mut Response<Body>) -> Result<Self, DecodeError> {
        Raw::read(call, content(response))?.page()
    }
}

/// A page whose items are not decoded yet.
struct Raw {
    place: &'static [&'static str],
    /// `None` if the member is missing.
    items: Option<Value>,
    next_token: Option<String>,
    other: Map<String, Value>,
}

impl Raw {
    fn read(call: &Call, body: &[u8]) -> Result<Self, DecodeError> {
        let Some(page) = call.meta().page() else {
            return Err(DecodeError::new(
                "",
                "the endpoint does not declare `page(…)`",
            ));
        };
        let Some(mut other) = from_slice::<Option<Map<String, Value>>>(body, &[])? else {
            return Ok(Self {
                place: page.items,
                items: Some(Value::Null),
                next_token: None,
                other: Map::new(),
            });
        };
        let items = take(&mut other, page.items);
        let next_token = match take(&mut other, page.token) {
            None | Some(Value::Null) => None,
            Some(Value::String(token)) => Some(token).filter(|token| !token.is_empty()),
            Some(Value::Number(token)) if token.is_f64() => Some(digits(body, page.token)?),
            Some(Value::Number(token)) => Some(token.to_string()),
            Some(other) => {
                let problem = format!(
                    "expected a token (a string or a number), found {}",
                    kind(&other)
                );
                return Err(DecodeError::new(page.token.join("."), problem));
            }
        };
        if next_token
            .as_ref()
            .is_some_and(|token| call.is_set_to(page.param, token))
        {
            return Err(DecodeError::new(
                page.token.join("."),
                "the server returned the token of this page as the next one, so its pages would \
                 never end",
            ));
        }
        Ok(Self {
            place: page.items,
            items,
            next_token,
            other,
        })
    }

    fn page<T: DeserializeOwned>(self) -> Result<Page<T>, DecodeError> {
        let items = match &self.items {
            None => Err(DecodeError::new("", "the member is missing")),
            Some(Value::Null) => Ok(Vec::new()),
            Some(items) => from_value(items),
        };
        match items {
            Ok(items) => Ok(Page {
                items,
                next_token: self.next_token,
                other: self.other,
            }),
            Err(problem) => Err(problem.below(self.place).before(self.next_token)),
        }
    }
}

/// Returns a number as it is written: `Value` holds what doesn't fit into 64 bits as a float, which
/// drops digits.
fn digits(body: &[u8], path: &[&str]) -> Result<String, DecodeError> {
    let number: Box<RawValue> = from_slice(body, path)?;
    Ok(number.get().to_owned())
}

/// Takes the value at `path`. A `null` on the way to it is what is there.
fn take(members: &mut Map<String, Value>, path: &[&str]) -> Option<Value> {
    match path {
        [] => None,
        [last] => members.remove(*last),
        [first, rest @ ..] => match members.get_mut(*first)? {
            Value::Null => Some(Value::Null),
            Value::Object(members) => take(members, rest),
            _ => None,
        },
    }
}
