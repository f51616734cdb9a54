//! One call: an endpoint's metadata and the serialized values.
//!
//! Every builder is a newtype around [`Call`], so a generated setter is one line, and only the
//! serialization of a value is generic.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use super::error::RequestError;
use super::value;
use super::{
    BodyValue, FieldMembers, FieldValue, HeaderValue, NestedValue, PartValue, PathValue,
    QueryMembers, QueryValue, RawValue, StreamValue,
};
use crate::body::{Body, Part, Parts, Payload};
use crate::meta::{EndpointMeta, Place, Shape};

/// An endpoint and the values of one call. Builders and [`DynamicCall`](crate::DynamicCall) wrap
/// it.
#[derive(Clone)]
pub struct Call {
    meta: &'static EndpointMeta,
    /// The serialized values of all slots, concatenated.
    text: Vec<u8>,
    /// One for each parameter of the endpoint.
    slots: Vec<Slot>,
    body: Payload,
}

#[derive(Clone, Default)]
enum Slot {
    #[default]
    Unset,
    Set(Range<usize>),
    Invalid(Box<RequestError>),
}

/// Setters: `fn(self, index of the parameter, value) -> Self`. They convert the value, so that the
/// generated code is short. The last value wins. A value that can't be serialized is stored as the
/// parameter's error until a later one replaces it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "generated code passes values, without borrows"
)]
impl Call {
    #[doc(hidden)]
    pub fn new(meta: &'static EndpointMeta) -> Self {
        Self {
            meta,
            // Large enough for the values of a typical call.
            text: Vec::with_capacity(if meta.params.is_empty() { 0 } else { 256 }),
            slots: vec![Slot::Unset; meta.params.len()],
            body: Payload::default(),
        }
    }

    #[doc(hidden)]
    pub fn path<T: PathValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set(index, |out, _| value::path(out, &value))
    }

    #[doc(hidden)]
    pub fn path_csv<T: PathValue>(self, index: usize, values: Vec<T>) -> Self {
        self.set(index, |out, _| value::path_csv(out, &values))
    }

    #[doc(hidden)]
    pub fn path_rest<T: PathValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set(index, |out, _| value::rest(out, &value))
    }

    #[doc(hidden)]
    pub fn path_segments<T: PathValue>(self, index: usize, values: Vec<T>) -> Self {
        self.set(index, |out, _| value::segments(out, &values))
    }

    #[doc(hidden)]
    pub fn query<T: QueryValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set(index, |out, name| value::pair(out, name, &value))
    }

    #[doc(hidden)]
    pub fn query_repeated<T: QueryValue>(self, index: usize, values: Vec<T>) -> Self {
        self.set(index, |out, name| value::repeated(out, name, &values))
    }

    #[doc(hidden)]
    pub fn query_csv<T: QueryValue>(self, index: usize, values: Vec<T>) -> Self {
        self.set(index, |out, name| value::csv(out, name, &values))
    }

    #[doc(hidden)]
    pub fn query_flatten<T: QueryMembers>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set(index, |out, _| value::flattened(out, &value).map(drop))
    }

    #[doc(hidden)]
    pub fn query_deep<T: NestedValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.deep(index, &value)
    }

    #[doc(hidden)]
    pub fn header<T: HeaderValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set(index, |out, _| value::header(out, &value))
    }

    #[doc(hidden)]
    pub fn field<T: FieldValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set(index, |out, name| {
            value::json(out, name)?;
            out.push(b':');
            value::json(out, &value)
        })
    }

    #[doc(hidden)]
    pub fn field_csv<T: QueryValue>(self, index: usize, values: Vec<T>) -> Self {
        self.joined_field(index, &values)
    }

    #[doc(hidden)]
    pub fn field_flatten<T: FieldMembers>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.flattened_field(index, &value)
    }

    #[doc(hidden)]
    pub fn form_nested<T: NestedValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.deep(index, &value)
    }

    #[doc(hidden)]
    pub fn form<T: QueryValue>(self, index: usize, value: impl Into<T>) -> Self {
        self.query::<T>(index, value)
    }

    #[doc(hidden)]
    pub fn form_repeated<T: QueryValue>(self, index: usize, values: Vec<T>) -> Self {
        self.query_repeated(index, values)
    }

    #[doc(hidden)]
    pub fn body<T: BodyValue>(mut self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        let mut body = Vec::new();
        self = self.set(index, |_, _| value::json(&mut body, &value));
        self.body = Body::from(body).into();
        self
    }

    #[doc(hidden)]
    pub fn body_bytes<T: RawValue>(mut self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self = self.set(index, |_, _| Ok(()));
        self.body = Body::from(value.into()).into();
        self
    }
}

/// Setters of streams.
impl Call {
    #[doc(hidden)]
    pub fn body_stream<T: StreamValue>(mut self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self = self.set(index, |_, _| Ok(()));
        self.body = value.into().into();
        self
    }

    #[doc(hidden)]
    pub fn part<T: QueryValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set_parts(index, |add| add(text_part(&value)?))
    }

    #[doc(hidden)]
    pub fn part_repeated<T: QueryValue>(self, index: usize, values: Vec<T>) -> Self {
        self.set_parts(index, |add| {
            let mut values = values.into_iter();
            values.try_for_each(|value| add(text_part(&value)?))
        })
    }

    #[doc(hidden)]
    pub fn part_file<T: PartValue>(self, index: usize, value: impl Into<T>) -> Self {
        let value: T = value.into();
        self.set_parts(index, |add| add(value.into()))
    }

    #[doc(hidden)]
    pub fn part_files<T: PartValue>(self, index: usize, values: Vec<T>) -> Self {
        self.set_parts(index, |add| {
            values.into_iter().try_for_each(|value| add(value.into()))
        })
    }

    /// Replaces the parts of a parameter.
    fn set_parts(mut self, index: usize, set: impl FnOnce(Add<'_>) -> Added) -> Self {
        if let Payload::Parts(parts) = &mut self.body {
            parts.remove(index);
        }
        self.slots[index] = Slot::Unset;
        self.add_parts(index, set)
    }

    fn add_parts(mut self, index: usize, set: impl FnOnce(Add<'_>) -> Added) -> Self {
        let mut added = Vec::new();
        let result = set(&mut |part| match part.invalid() {
            Some(problem) => Err(RequestError::new(problem)),
            None => {
                added.push(part);
                Ok(())
            }
        });
        let written = result.and_then(|()| self.parts_mut().map(|_| ()));
        if let (Ok(()), Payload::Parts(parts)) = (&written, &mut self.body) {
            let name = self.meta.params[index].name;
            let is_any = !added.is_empty();
            for part in added {
                parts.push(index, name, part);
            }
            return self.set(index, |out, _| {
                // A list without items is seen by its empty slot.
                out.extend(is_any.then_some(b'.'));
                Ok(())
            });
        }
        self.set(index, |_, _| written)
    }

    fn parts_mut(&mut self) -> Result<&mut Parts, RequestError> {
        if !matches!(self.body, Payload::Parts(_)) {
            let parts = Parts::new().map_err(|error| {
                RequestError::new(format!("no random boundary for a multipart body: {error}"))
            })?;
            self.body = Payload::Parts(Box::new(parts));
        }
        match &mut self.body {
            Payload::Parts(parts) => Ok(parts),
            Payload::Whole(_) => unreachable!("they were just put there"),
        }
    }
}

/// Adds a part.
type Add<'a> = &'a mut dyn FnMut(Part) -> Added;
type Added = Result<(), RequestError>;

fn text_part<T: Serialize + ?Sized>(value: &T) -> Result<Part, RequestError> {
    let mut text = Vec::new();
    value::text(&mut text, value)?;
    Ok(Part::new(text))
}

/// What depends on the endpoint's metadata.
impl Call {
    fn deep<T: Serialize + ?Sized>(self, index: usize, value: &T) -> Self {
        let is_required = self.meta.params[index].required;
        self.set(index, |out, name| {
            value::deep(out, name, value, is_required)
        })
    }

    fn joined_field<T: Serialize>(self, index: usize, values: &[T]) -> Self {
        let is_form = self.meta.form;
        self.set(index, |out, name| match values {
            [] => Ok(()),
            values if is_form => value::csv(out, name, values),
            values => {
                value::json(out, name)?;
                out.push(b':');
                value::json(out, &value::comma_joined(values)?)
            }
        })
    }

    fn flattened_field<T: Serialize + ?Sized>(self, index: usize, value: &T) -> Self {
        let meta = self.meta;
        self.set(index, |out, _| {
            let names = match (meta.form, meta.nested) {
                (false, _) => value::json_members(out, value)?,
                (true, false) => value::flattened(out, value)?,
                (true, true) => value::deep_members(out, value)?,
            };
            let is_declared = |name: &&String| {
                let of_params = meta.params.iter().any(|param| {
                    param.place == Place::Field
                        && param.shape != Shape::Flatten
                        && param.name == **name
                });
                of_params || meta.fields.iter().any(|(field, _)| field == *name)
            };
            match names.iter().find(is_declared) {
                None => Ok(()),
                Some(name) => Err(RequestError::new(format!(
                    "the member `{name}` is a field of its own"
                ))),
            }
        })
    }

    /// Takes the call out of a builder that is dropped afterwards.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            meta: self.meta,
            text: std::mem::take(&mut self.text),
            slots: std::mem::take(&mut self.slots),
            body: std::mem::take(&mut self.body),
        }
    }

    /// Returns the endpoint.
    pub fn meta(&self) -> &'static EndpointMeta {
        self.meta
    }

    pub(crate) fn payload(&self) -> &Payload {
        &self.body
    }

    /// Sets a parameter according to its metadata, for calls without a typed builder.
    pub(crate) fn set_by_meta<T: Serialize + ?Sized>(self, index: usize, value: &T) -> Self {
        let param = &self.meta.params[index];
        let list = |value: &T| match serde_json::to_value(value) {
            Ok(serde_json::Value::Array(values)) => Ok(values),
            Ok(_) => Err(RequestError::new("expected a list")),
            Err(error) => Err(RequestError::new(error.to_string())),
        };
        match (param.place, param.shape) {
            (Place::Part, Shape::Plain) => self.set_parts(index, |add| add(text_part(value)?)),
            (Place::Part, Shape::Repeated) => self.set_parts(index, |add| {
                let values = list(value)?;
                values.iter().try_for_each(|value| add(text_part(value)?))
            }),
            (_, Shape::File | Shape::Files) => self.set(index, |_, _| {
                Err(RequestError::new("expected a part; set it with `part`"))
            }),
            (Place::Path, Shape::Csv) => {
                self.set(index, |out, _| value::path_csv(out, &list(value)?))
            }
            (Place::Path, Shape::Segments) => self.set(index, |out, _| match list(value) {
                Ok(segments) => value::segments(out, &segments),
                Err(_) => value::rest(out, value),
            }),
            (Place::Path, _) => self.set(index, |out, _| value::path(out, value)),
            (Place::Header, _) => self.set(index, |out, _| value::header(out, value)),
            (_, Shape::Plain) => self.set(index, |out, name| value::pair(out, name, value)),
            (_, Shape::Repeated) => {
                self.set(index, |out, name| value::repeated(out, name, &list(value)?))
            }
            (Place::Field, Shape::Csv) => match list(value) {
                Ok(values) => self.joined_field(index, &values),
                Err(error) => self.set(index, |_, _| Err(error)),
            },
            (Place::Field, Shape::Flatten) => self.flattened_field(index, value),
            (_, Shape::Deep) => self.deep(index, value),
            (_, Shape::Csv) => self.set(index, |out, name| value::csv(out, name, &list(value)?)),
            (_, Shape::Flatten) => self.set(index, |out, _| value::flattened(out, value).map(drop)),
            (Place::Field, _) => self.field::<&T>(index, value),
            (_, Shape::Json | Shape::Segments) => self.body::<&T>(index, value),
            (_, Shape::Bytes(_)) => self.set(index, |_, _| {
                Err(RequestError::new(
                    "expected raw bytes; set them with `body`",
                ))
            }),
        }
    }

    /// Sets the body of an endpoint that declares `#[body(bytes)]` or `#[body(stream)]`.
    pub(crate) fn set_body(&mut self, body: Body) -> Result<(), RequestError> {
        let mut params = self.meta.params.iter();
        let index = params
            .position(|param| matches!(param.shape, Shape::Bytes(_)))
            .ok_or_else(|| {
                RequestError::new(
                    "the endpoint declares neither `#[body(bytes)]` nor `#[body(stream)]`",
                )
            })?;
        self.slots[index] = Slot::Set(0..0);
        self.body = body.into();
        Ok(())
    }

    /// Sets a part of an endpoint that declares `multipart`. To a list, it is added.
    pub(crate) fn with_part(self, index: usize, part: Part) -> Self {
        match self.meta.params[index].shape {
            Shape::Files | Shape::Repeated => self.add_parts(index, |add| add(part)),
            _ => self.set_parts(index, |add| add(part)),
        }
    }

    /// Returns the serialized value of a parameter.
    pub(crate) fn written(&self, index: usize) -> Option<&[u8]> {
        match &self.slots[index] {
            Slot::Set(range) => Some(&self.text[range.clone()]),
            Slot::Unset | Slot::Invalid(_) => None,
        }
    }

    /// Returns whether a query parameter is set to `value`.
    pub(crate) fn is_set_to(&self, index: usize, value: &str) -> bool {
        let mut pair = Vec::new();
        value::pair(&mut pair, self.meta.params[index].name, value).is_ok()
            && self.written(index) == Some(&pair)
    }

    /// Checks that all required parameters are set, and that none is invalid.
    ///
    /// # Errors
    ///
    /// The problem of the first parameter that has one.
    pub(crate) fn check(&self) -> Result<(), RequestError> {
        for (param, slot) in self.meta.params.iter().zip(&self.slots) {
            match slot {
                Slot::Invalid(why) => {
                    let why = format!("invalid {} parameter `{}`: {why}", param.place, param.name);
                    return Err(RequestError::new(why));
                }
                Slot::Unset if param.required => {
                    let why = format!(
                        "missing required {} parameter `{}`",
                        param.place, param.name
                    );
                    return Err(RequestError::new(why));
                }
                // Without the parameter the request would mean another thing: everything, often.
                Slot::Set(range)
                    if param.required
                        && range.is_empty()
                        && matches!(param.shape, Shape::Csv | Shape::Repeated | Shape::Files) =>
                {
                    let why = format!(
                        "the {} parameter `{}` can't be sent: it is required, and its list is empty",
                        param.place, param.name
                    );
                    return Err(RequestError::new(why));
                }
                Slot::Unset | Slot::Set(_) => {}
            }
        }
        Ok(())
    }

    fn set(
        mut self,
        index: usize,
        write: impl FnOnce(&mut Vec<u8>, &str) -> Result<(), RequestError>,
    ) -> Self {
        let start = self.text.len();
        self.slots[index] = match write(&mut self.text, self.meta.params[index].name) {
            Ok(()) => Slot::Set(start..self.text.len()),
            Err(why) => {
                self.text.truncate(start);
                Slot::Invalid(Box::new(why))
            }
        };
        self
    }
}

/// Shows the endpoint and which parameters are set. Values may be secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = self
            .meta
            .params
            .iter()
            .zip(&self.slots)
            .filter(|(_, slot)| !matches!(slot, Slot::Unset))
            .map(|(param, _)| param.name)
            .collect();
        f.debug_struct("Call")
            .field("endpoint", &format_args!("{}", self.meta))
            .field("set", &set)
            .finish_non_exhaustive()
    }
}
