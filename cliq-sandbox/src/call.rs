//! A request, as operations read it.

use cliq_api::{Endpoint, Place};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::posts::Posts;
use crate::refusal::Refusal;
use crate::world::UserKey;

#[derive(Debug)]
pub(crate) struct Call<'r> {
    /// The user of the access token.
    pub(crate) user: UserKey,
    /// When the request arrived.
    pub(crate) now: OffsetDateTime,
    /// The path of the request, as sent.
    pub(crate) url: &'r str,
    /// The values of the path's placeholders.
    pub(crate) values: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) content_type: Option<&'r str>,
    pub(crate) body: &'r [u8],
    /// The response to a post that doesn't ask for the message's id.
    pub(crate) posts: Posts,
}

impl Call<'_> {
    /// Returns the value of the path's first placeholder.
    pub(crate) fn subject(&self) -> &str {
        self.values.first().map(String::as_str).unwrap_or_default()
    }

    /// Returns the value of the path's second placeholder.
    pub(crate) fn object(&self) -> &str {
        self.values.get(1).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Reads the body as the JSON object that `E` declares. Rejects unknown members, and missing
    /// required ones.
    pub(crate) fn body<E: Endpoint, T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let fields = || {
            E::META
                .params()
                .iter()
                .filter(|param| param.place() == Place::Field)
        };
        let required = fields().filter(|field| field.required());
        let required: Vec<_> = required.map(|field| field.name()).collect();
        let all: Vec<_> = fields().map(|field| field.name()).collect();
        self.read(&required, &all)
    }

    /// Reads the body as a JSON object with the required members, and no unknown ones.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        required: &[&str],
        optional: &[&str],
    ) -> Result<T, Refusal> {
        let members = self.members()?;
        let is_known =
            |key: &&String| required.contains(&key.as_str()) || optional.contains(&key.as_str());
        if let Some(extra) = members.keys().find(|key| !is_known(key)) {
            return Err(Refusal::extra_key(extra));
        }
        if let Some(missing) = required.iter().find(|name| !members.contains_key(**name)) {
            return Err(Refusal::missing_param(missing));
        }
        serde_path_to_error::deserialize(Value::Object(members)).map_err(|error| {
            Refusal::invalid_input(format_args!("`{}`: {}", error.path(), error.inner()))
        })
    }

    /// Returns the members of the body; none if it is empty.
    fn members(&self) -> Result<Map<String, Value>, Refusal> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        if self
            .content_type
            .is_some_and(|content_type| !is_json(content_type))
        {
            return Err(Refusal::invalid_input(
                "the header `content-type` is not `application/json`",
            ));
        }
        let members: Value = serde_json::from_slice(self.body).map_err(|error| {
            Refusal::invalid_input(format_args!("the body is no JSON: {error}"))
        })?;
        let Value::Object(members) = members else {
            return Err(Refusal::invalid_input("the body is no JSON object"));
        };
        Ok(members)
    }

    /// Returns the query's `limit`, at most `most`.
    pub(crate) fn limit(&self, default: usize, most: usize) -> Result<usize, Refusal> {
        match self.query("limit").map(str::parse::<usize>) {
            None => Ok(default),
            Some(Ok(limit @ 1..)) => Ok(limit.min(most)),
            Some(_) => Err(bad_value("limit")),
        }
    }

    /// Returns a time in the query, in milliseconds since the Unix epoch.
    pub(crate) fn millis(&self, name: &str) -> Result<Option<u64>, Refusal> {
        match self.query(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| bad_value(name)),
        }
    }

    /// Returns a boolean in the query.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.query(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(bad_value(name)),
        }
    }

    /// Returns a comma-separated list in the query.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let values = self.query.iter().filter(|(key, _)| key == name);
        let items: Vec<_> = values
            .flat_map(|(_, value)| value.split(','))
            .map(|item| item.trim().to_owned())
            .filter(|item| !item.is_empty())
            .collect();
        self.query(name).map(|_| items)
    }
}

pub(crate) fn bad_value(name: &str) -> Refusal {
    Refusal::invalid_input(format_args!("`{name}` has a value that it can't have"))
}

fn is_json(content_type: &str) -> bool {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
}
