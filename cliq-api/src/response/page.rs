//! Pages of a paged response.

use std::hash::{DefaultHasher, Hasher as _};

use http::{HeaderMap, Response};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::DecodeError;
use super::json::{from_slice, from_value, kind};
use super::{FromResponse, content, decode};
use crate::body::Body;
use crate::meta::NextPage;
use crate::request::{Call, link};

/// One page, and the token of the next.
///
/// The guide: [paging](crate::guide::paging).
///
/// A response without a body, or with `null` in place of the items, is an empty page.
///
/// [`PagedExt::items`](crate::PagedExt::items) and [`PagedExt::pages`](crate::PagedExt::pages)
/// fetch all pages.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What asks for the next page; `None` on the last one. It is the page's token, number or
    /// offset, to be passed to the query argument that carries it, or its URL, to be passed to
    /// [`Pages::start_at`](crate::Pages::start_at).
    pub next_token: Option<String>,
    /// All other members of the response.
    pub other: Map<String, Value>,
    /// Of the response, where nothing in it tells pages apart.
    pub(crate) digest: Option<u64>,
}

impl<T: PartialEq> PartialEq for Page<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
            && self.next_token == other.next_token
            && self.other == other.other
    }
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
            digest: None,
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
        Raw::read(call, response.headers(), content(response))?.page()
    }
}

/// A page whose items are not decoded yet.
struct Raw {
    place: &'static [&'static str],
    /// `None` if the member is missing.
    items: Option<Value>,
    next_token: Option<String>,
    other: Map<String, Value>,
    digest: Option<u64>,
}

impl Raw {
    fn read(call: &Call, headers: &HeaderMap, body: &[u8]) -> Result<Self, DecodeError> {
        let Some(page) = call.meta().page() else {
            return Err(DecodeError::new(
                "",
                "the endpoint does not declare `page(…)`",
            ));
        };
        let (items, mut other) = if page.items.is_empty() {
            let items = from_slice::<Option<Vec<Value>>>(body, &[])?;
            (items.map(Value::Array).or(Some(Value::Null)), Map::new())
        } else {
            match from_slice::<Option<Map<String, Value>>>(body, &[])? {
                Some(mut members) => (take(&mut members, page.items), members),
                None => (Some(Value::Null), Map::new()),
            }
        };
        let has_more = page
            .more
            .map(|more| flag(take(&mut other, more), more))
            .transpose()?;
        let length = items.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
        let mut this = Self {
            place: page.items,
            items,
            next_token: None,
            other,
            digest: None,
        };
        this.next_token = match page.next {
            NextPage::Token { member, param } => this.token(call, body, member, param, has_more)?,
            NextPage::Link => link::next(headers),
            NextPage::Url { member } => url(take(&mut this.other, member), member)?,
            NextPage::Number { param, first } => {
                this.digest = Some(digest(body));
                (has_more.unwrap_or(length > 0))
                    .then(|| after(call, param, first, 1))
                    .flatten()
            }
            NextPage::Offset { param } => {
                this.digest = Some(digest(body));
                let length = u64::try_from(length).unwrap_or(u64::MAX);
                (has_more.unwrap_or(length > 0))
                    .then(|| after(call, param, 0, length))
                    .flatten()
            }
        };
        Ok(this)
    }

    /// Takes the token of the next page out of the response.
    fn token(
        &mut self,
        call: &Call,
        body: &[u8],
        member: &'static [&'static str],
        param: usize,
        has_more: Option<bool>,
    ) -> Result<Option<String>, DecodeError> {
        let problem = |problem: String| DecodeError::new(member.join("."), problem);
        let token = match take(&mut self.other, member) {
            None | Some(Value::Null) => None,
            Some(Value::String(token)) => Some(token).filter(|token| !token.is_empty()),
            Some(Value::Number(token)) if token.is_f64() => Some(digits(body, member)?),
            Some(Value::Number(token)) => Some(token.to_string()),
            Some(other) => {
                let found = kind(&other);
                return Err(problem(format!(
                    "expected a token (a string or a number), found {found}"
                )));
            }
        };
        match (&token, has_more) {
            (_, Some(false)) => return Ok(None),
            (None, Some(true)) => {
                let problem_text = "there are more pages, and there is no token of the next one";
                return Err(problem(problem_text.to_owned()));
            }
            (_, None | Some(true)) => {}
        }
        if token
            .as_ref()
            .is_some_and(|token| call.is_set_to(param, token))
        {
            return Err(problem(
                "the server returned the token of this page as the next one, so its pages would \
                 never end"
                    .to_owned(),
            ));
        }
        Ok(token)
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
                digest: self.digest,
            }),
            Err(problem) => Err(problem.below(self.place).before(self.next_token)),
        }
    }
}

/// Reads whether there are more pages. A server may omit the member on the last page.
fn flag(value: Option<Value>, path: &[&str]) -> Result<bool, DecodeError> {
    match value {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(other) => {
            let problem = format!("expected a boolean, found {}", kind(&other));
            Err(DecodeError::new(path.join("."), problem))
        }
    }
}

fn url(value: Option<Value>, path: &[&str]) -> Result<Option<String>, DecodeError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(url)) => Ok(Some(url).filter(|url| !url.is_empty())),
        Some(other) => {
            let problem = format!("expected a URL, found {}", kind(&other));
            Err(DecodeError::new(path.join("."), problem))
        }
    }
}

/// Returns the number or offset of the page after the one that `call` asks for; `None` if that has
/// none of which one can be computed.
fn after(call: &Call, param: usize, first: u64, step: u64) -> Option<String> {
    let current = match call.written(param) {
        None => first,
        Some(pair) => {
            let pair = std::str::from_utf8(pair).ok()?;
            pair.rsplit('=').next()?.parse().ok()?
        }
    };
    Some(current.checked_add(step)?.to_string())
}

fn digest(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    hasher.finish()
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
