//! One request, as an operation reads it.

use cliq_api::{Endpoint, Place};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use time::OffsetDateTime;

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
    /// What stands in the place of the path's placeholder.
    pub(crate) subject: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: &'r [u8],
}

impl Call<'_> {
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as the JSON object that `E` declares: with no member that it doesn't, and with all that it requires.
    pub(crate) fn body<E: Endpoint, T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let body = if self.body.is_empty() { b"{}" } else { self.body };
        let members: Map<String, Value> = serde_json::from_slice(body).map_err(Refusal::invalid_input)?;
        let fields = || E::META.params().iter().filter(|param| param.place() == Place::Field);
        if let Some(extra) = members.keys().find(|key| fields().all(|field| field.name() != *key)) {
            return Err(Refusal::extra_key(extra));
        }
        if let Some(missing) = fields().find(|field| field.required() && !members.contains_key(field.name())) {
            return Err(Refusal::missing_param(missing.name()));
        }
        serde_json::from_value(Value::Object(members)).map_err(Refusal::invalid_input)
    }
}
