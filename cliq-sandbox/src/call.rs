//! One request, as an operation reads it.

use cliq_api::{Endpoint, Place};
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;

use crate::posts::Posts;
use crate::refusal::Refusal;
use crate::world::UserKey;

#[derive(Debug)]
pub(crate) struct Call<'r> {
    /// Whose token came with it.
    pub(crate) user: UserKey,
    /// When it came.
    pub(crate) now: OffsetDateTime,
    /// The path as it was sent.
    pub(crate) url: &'r str,
    /// What stands in the place of the path's placeholders.
    pub(crate) values: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) content_type: Option<&'r str>,
    pub(crate) body: &'r [u8],
    /// How a post is answered that asks for no id.
    pub(crate) posts: Posts,
}

impl Call<'_> {
    /// What the path names: the value of its first placeholder.
    pub(crate) fn subject(&self) -> &str {
        self.values.first().map(String::as_str).unwrap_or_default()
    }

    /// What the path names in that: the value of its second placeholder.
    pub(crate) fn object(&self) -> &str {
        self.values.get(1).map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as the JSON object that `E` declares: with no member that it doesn't, and with all
    /// that it requires.
    pub(crate) fn body<E: Endpoint, T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        if self.body.is_empty() {
            return Err(E::META
                .params()
                .iter()
                .find(|param| param.place() == Place::Field && param.required())
                .map_or_else(
                    || Refusal::invalid_input("there is no body"),
                    |missing| Refusal::missing_param(missing.name()),
                ));
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
        let fields = || {
            E::META
                .params()
                .iter()
                .filter(|param| param.place() == Place::Field)
        };
        if let Some(extra) = members
            .keys()
            .find(|key| fields().all(|field| field.name() != *key))
        {
            return Err(Refusal::extra_key(extra));
        }
        if let Some(missing) =
            fields().find(|field| field.required() && !members.contains_key(field.name()))
        {
            return Err(Refusal::missing_param(missing.name()));
        }
        serde_path_to_error::deserialize(Value::Object(members)).map_err(|error| {
            Refusal::invalid_input(format_args!("`{}`: {}", error.path(), error.inner()))
        })
    }
}

fn is_json(content_type: &str) -> bool {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/json")
}
