//! Conditions of a stub on a call.

use std::fmt;
use std::sync::Arc;

use cliq_api::{EndpointMeta, Place, Shape};
use http::HeaderName;
use serde::Serialize;
use serde_json::Value;

use super::received::ReceivedCall;
use super::{names, report};

#[derive(Clone)]
pub(super) enum Matcher {
    /// The expected value, in the form of [`ReceivedCall::value`]: text in a path, a query, a
    /// header and a form; `null` if it must not be sent.
    Value {
        place: Place,
        shape: Option<Shape>,
        name: String,
        expected: Value,
    },
    /// A function, and its description for reports.
    Predicate {
        description: String,
        holds: Arc<dyn Fn(&ReceivedCall) -> bool + Send + Sync>,
    },
}

impl Matcher {
    /// Expects a parameter to be set to `value`. Returns several matchers for a flattened one.
    ///
    /// # Panics
    ///
    /// If the endpoint has no such parameter, or it can't hold the value.
    #[track_caller]
    pub(super) fn of(
        endpoint: &'static EndpointMeta,
        place: Place,
        name: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Vec<Self> {
        let shape = names::param(endpoint, place, name).map(|param| param.shape());
        let value = written(value);
        if let (Some(Shape::Flatten), Value::Object(members)) = (shape, &value) {
            let shape = match place {
                Place::Field if !endpoint.form() => Some(Shape::Json),
                Place::Field if endpoint.nested() => Some(Shape::Deep),
                _ => None,
            };
            let members = members
                .iter()
                .map(|(name, value)| Self::plain(place, shape, name, value));
            return members.collect();
        }
        let shape = shape.or((place == Place::Field).then_some(Shape::Json));
        vec![Self::plain(place, shape, name, &value)]
    }

    /// Expects a header to be set to `value`.
    ///
    /// # Panics
    ///
    /// If the header is invalid.
    #[track_caller]
    pub(super) fn header(name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        let Ok(name) = HeaderName::try_from(name) else {
            panic!("invalid header name `{name}`")
        };
        Self::plain(
            Place::Header,
            Some(Shape::Plain),
            name.as_str(),
            &written(value),
        )
    }

    /// Expects the whole body to equal `value`.
    ///
    /// # Panics
    ///
    /// If the value can't be serialized.
    #[track_caller]
    pub(super) fn body(value: &(impl Serialize + ?Sized)) -> Self {
        Self::Value {
            place: Place::Body,
            shape: None,
            name: String::new(),
            expected: written(value),
        }
    }

    #[track_caller]
    fn plain(place: Place, shape: Option<Shape>, name: &str, value: &Value) -> Self {
        let list = |values: &[Value]| {
            values
                .iter()
                .map(|value| text(place, name, value))
                .collect::<Value>()
        };
        let expected = match (shape, value) {
            (Some(Shape::Json), value) => value.clone(),
            (_, Value::Null) if place != Place::Path => Value::Null,
            (Some(Shape::Deep), value) => deep(place, name, value),
            // In a path, a list is a single text.
            (_, Value::Array(values)) if place == Place::Path => {
                let between = if shape == Some(Shape::Csv) { "," } else { "/" };
                let texts = values.iter().map(|value| text(place, name, value));
                texts.collect::<Vec<_>>().join(between).into()
            }
            (Some(Shape::Csv), value) if place == Place::Path => text(place, name, value).into(),
            // An empty list isn't sent.
            (Some(Shape::Repeated | Shape::Csv | Shape::Files) | None, Value::Array(values))
                if values.is_empty() =>
            {
                Value::Null
            }
            // Flattened: a list of one item can't be distinguished from a single value.
            (None, Value::Array(values)) if values.len() == 1 => {
                text(place, name, &values[0]).into()
            }
            (Some(Shape::Repeated | Shape::Csv | Shape::Files) | None, Value::Array(values)) => {
                list(values)
            }
            (Some(Shape::Csv), Value::String(joined)) => joined.split(',').collect(),
            (Some(Shape::Repeated | Shape::Csv | Shape::Files), value) => {
                list(std::slice::from_ref(value))
            }
            (_, value) => text(place, name, value).into(),
        };
        Self::Value {
            place,
            shape,
            name: name.to_owned(),
            expected,
        }
    }

    /// Describes the difference between the call and the expectation, if there is one.
    pub(super) fn difference(&self, call: &ReceivedCall) -> Option<String> {
        match self {
            Self::Value {
                place,
                shape,
                name,
                expected,
            } => {
                let found = call.value(*place, *shape, name);
                let shown = |value: &Value| report::value(name, value);
                (found != *expected).then(|| {
                    format!(
                        "{}: expected {}, found {}",
                        self.label(),
                        shown(expected),
                        shown(&found)
                    )
                })
            }
            Self::Predicate { description, holds } => {
                (!holds(call)).then(|| format!("condition not met: {description}"))
            }
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Value { place, name, .. } if name.is_empty() => place.to_string(),
            Self::Value { place, name, .. } => format!("{place} {name}"),
            Self::Predicate { .. } => "condition".to_owned(),
        }
    }
}

/// Such as `path TICKET_ID: "42"`.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { name, expected, .. } => {
                write!(f, "{}: {}", self.label(), report::value(name, expected))
            }
            Self::Predicate { description, .. } => write!(f, "{}: {description}", self.label()),
        }
    }
}

#[track_caller]
fn written(value: &(impl Serialize + ?Sized)) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the expected value can't be serialized: {error}"),
    }
}

/// Returns a bracketed value as it is sent: scalars as text, without `null` and empty lists.
#[track_caller]
fn deep(place: Place, name: &str, value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Array(values) => {
            let values = values.iter().map(|value| deep(place, name, value));
            let values: Vec<_> = values.filter(|value| !value.is_null()).collect();
            if values.is_empty() {
                Value::Null
            } else {
                values.into()
            }
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(member, value)| (member.clone(), deep(place, name, value)));
            let members: serde_json::Map<_, _> =
                members.filter(|(_, value)| !value.is_null()).collect();
            if members.is_empty() {
                Value::Null
            } else {
                members.into()
            }
        }
        value => text(place, name, value).into(),
    }
}

/// Returns the text of a scalar.
#[track_caller]
fn text(place: Place, name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => panic!("expected a scalar for the {place} parameter `{name}`, found {value}"),
    }
}
