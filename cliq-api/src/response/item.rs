//! Items of a list that are decoded one by one.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::error::DecodeError;
use super::json::from_value;

/// A value that may fail to be decoded, without failing what it is in: `Page<Lenient<Ticket>>`,
/// `Vec<Lenient<Ticket>>`.
///
/// [`PagedExt::lenient`](crate::PagedExt::lenient) reads the items of any paged endpoint like this.
///
/// ```
/// # use cliq_api::prelude::*;
/// # use cliq_api::Lenient;
/// # #[derive(serde::Deserialize)]
/// # struct Ticket { id: u64 }
/// # #[endpoints]
/// # trait Tickets {
/// #[endpoint(GET "/tickets", response = "data")]
/// fn list_tickets(&self) -> Vec<Lenient<Ticket>>;
/// # }
/// # async fn example(client: Client) -> Result<(), Error> {
/// for ticket in client.list_tickets().await? {
///     match ticket.into_result() {
///         Ok(ticket) => println!("{}", ticket.id),
///         Err(error) => eprintln!("skipped: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lenient<T>(Result<T, ItemError>);

impl<T> Lenient<T> {
    /// Returns the value, or why it doesn't have the declared type.
    pub fn into_result(self) -> Result<T, ItemError> {
        self.0
    }

    /// Returns the value, or why it doesn't have the declared type, without consuming it.
    pub fn as_result(&self) -> Result<&T, &ItemError> {
        self.0.as_ref()
    }
}

impl<T> From<T> for Lenient<T> {
    fn from(value: T) -> Self {
        Self(Ok(value))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(item: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(item)?;
        Ok(Self(
            from_value(&value).map_err(|problem| ItemError { problem, value }),
        ))
    }
}

/// A value that couldn't be decoded is serialized as it was received.
impl<T: Serialize> Serialize for Lenient<T> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(value) => value.serialize(out),
            Err(error) => error.value.serialize(out),
        }
    }
}

/// Where and why an item doesn't have the declared type.
///
/// Neither `Display` nor `Debug` shows a value of the item.
#[derive(Clone, PartialEq)]
pub struct ItemError {
    problem: DecodeError,
    value: Value,
}

impl ItemError {
    /// Returns the item as it was received. It may hold secrets.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Returns the item as it was received.
    pub fn into_value(self) -> Value {
        self.value
    }
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl fmt::Debug for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemError")
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ItemError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_fails_alone_and_is_kept() {
        let json = r#"[1, "canary", 3]"#;
        let items: Vec<Lenient<u8>> = serde_json::from_str(json).unwrap();
        assert_eq!(items[0], 1.into());
        let error = items[1].as_result().unwrap_err();
        assert_eq!(error.to_string(), "expected u8, found a string");
        assert!(!format!("{error:?}").contains("canary"));
        assert_eq!(error.value(), "canary");
        assert_eq!(items[2].clone().into_result(), Ok(3));
        assert_eq!(serde_json::to_string(&items).unwrap(), r#"[1,"canary",3]"#);
    }
}
