//! What a stub wants of a call.

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
    /// A value in the form in which it is read from a call: text in a path, a query, a header and a
    /// form. `null` is none.
    Value {
        place: Place,
        shape: Option<Shape>,
        name: String,
        wanted: Value,
    },
    /// Whatever a test can say in code, and its words for that.
    Predicate {
        words: String,
        holds: Arc<dyn Fn(&ReceivedCall) -> bool + Send + Sync>,
    },
}

impl Matcher {
    /// What a parameter is to be set to; several matchers for one that is flattened.
    ///
    /// # Panics
    ///
    /// If there is no such parameter, or the value could not be sent there.
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
            let members = members
                .iter()
                .map(|(name, value)| Self::plain(place, None, name, value));
            return members.collect();
        }
        let shape = shape.or((place == Place::Field).then_some(Shape::Json));
        vec![Self::plain(place, shape, name, &value)]
    }

    /// What a header is to be set to.
    ///
    /// # Panics
    ///
    /// If a header can't be called that, or can't hold that.
    #[track_caller]
    pub(super) fn header(name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        let Ok(name) = HeaderName::try_from(name) else {
            panic!("no header can be called `{name}`")
        };
        Self::plain(
            Place::Header,
            Some(Shape::Plain),
            name.as_str(),
            &written(value),
        )
    }

    /// What the whole body is to be.
    ///
    /// # Panics
    ///
    /// If it can't be JSON.
    #[track_caller]
    pub(super) fn body(value: &(impl Serialize + ?Sized)) -> Self {
        Self::Value {
            place: Place::Body,
            shape: None,
            name: String::new(),
            wanted: written(value),
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
        let wanted = match (shape, value) {
            (Some(Shape::Json), value) => value.clone(),
            (_, Value::Null) if place != Place::Path => Value::Null,
            // What sends nothing.
            (Some(Shape::Repeated | Shape::Csv) | None, Value::Array(values))
                if values.is_empty() =>
            {
                Value::Null
            }
            // Flattened: one value is not told from a list of one.
            (None, Value::Array(values)) if values.len() == 1 => {
                text(place, name, &values[0]).into()
            }
            (Some(Shape::Repeated | Shape::Csv) | None, Value::Array(values)) => list(values),
            (Some(Shape::Csv), Value::String(joined)) => joined.split(',').collect(),
            (Some(Shape::Repeated | Shape::Csv), value) => list(std::slice::from_ref(value)),
            (_, value) => text(place, name, value).into(),
        };
        Self::Value {
            place,
            shape,
            name: name.to_owned(),
            wanted,
        }
    }

    /// What of the call is not as it is wanted.
    pub(super) fn differs(&self, call: &ReceivedCall) -> Option<String> {
        match self {
            Self::Value {
                place,
                shape,
                name,
                wanted,
            } => {
                let came = call.value(*place, *shape, name);
                let shown = |value: &Value| report::value(name, value);
                (came != *wanted).then(|| {
                    format!(
                        "{}: wanted {}, came {}",
                        self.label(),
                        shown(wanted),
                        shown(&came)
                    )
                })
            }
            Self::Predicate { words, holds } => {
                (!holds(call)).then(|| format!("it is not so that {words}"))
            }
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Value { place, name, .. } if name.is_empty() => place.to_string(),
            Self::Value { place, name, .. } => format!("{place} {name}"),
            Self::Predicate { .. } => "so that".to_owned(),
        }
    }
}

/// `path THREAD_CHAT_ID: "CT_1-T-2"`.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { name, wanted, .. } => {
                write!(f, "{}: {}", self.label(), report::value(name, wanted))
            }
            Self::Predicate { words, .. } => write!(f, "{} {words}", self.label()),
        }
    }
}

#[track_caller]
fn written(value: &(impl Serialize + ?Sized)) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("no call can be sent with this value: {error}"),
    }
}

/// One plain value, as it is written where there are no quotes.
#[track_caller]
fn text(place: Place, name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => panic!(
            "no call can be sent with {value} as the {place} parameter `{name}`, which takes one plain value"
        ),
    }
}
