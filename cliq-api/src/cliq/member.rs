//! How models of responses are read and written: members by name, and what they don't name.
//!
//! Each model is a few lines by [`models!`](super::macros::models) in place of derived code, which
//! would be most of what this crate compiles.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A struct of optional members, and others.
pub(crate) trait Model: Default {
    /// Whether a response without a body is one without members.
    const OR_EMPTY: bool = false;

    /// Reads the value of a member, if the model has it.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut A,
    ) -> Result<bool, A::Error>;

    /// Writes the members that the model has by name.
    fn write<M: SerializeMap>(&self, members: &mut M) -> Result<(), M::Error>;

    fn other(&mut self) -> &mut Map<String, Value>;
}

/// The type of a member.
pub(crate) trait Member: Sized {
    fn read<'de, A: MapAccess<'de>>(
        name: &str,
        members: &mut A,
        other: &mut Map<String, Value>,
    ) -> Result<Option<Self>, A::Error>;

    fn write<M: SerializeMap>(&self, name: &'static str, members: &mut M) -> Result<(), M::Error>;

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// A member that is read and written as `serde` does it.
pub(crate) trait Plain {}

/// A type with a JSON schema, with the feature `schema`.
#[cfg(feature = "schema")]
pub(crate) use schemars::JsonSchema as Described;

/// Any type.
#[cfg(not(feature = "schema"))]
pub(crate) trait Described {}

#[cfg(not(feature = "schema"))]
impl<T> Described for T {}

impl Plain for String {}
impl Plain for bool {}
impl Plain for u64 {}
impl Plain for i64 {}
impl Plain for Value {}
impl Plain for Map<String, Value> {}
impl<T> Plain for Vec<T> {}
impl<T> Plain for BTreeMap<String, T> {}

impl<T: Plain + Described + Serialize + DeserializeOwned> Member for T {
    fn read<'de, A: MapAccess<'de>>(
        _: &str,
        members: &mut A,
        _: &mut Map<String, Value>,
    ) -> Result<Option<Self>, A::Error> {
        members.next_value()
    }

    fn write<M: SerializeMap>(&self, name: &'static str, members: &mut M) -> Result<(), M::Error> {
        members.serialize_entry(name, self)
    }

    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }
}

/// Reads a model.
pub(crate) fn read<'de, T: Model, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    if T::OR_EMPTY {
        value.deserialize_option(Members(PhantomData))
    } else {
        value.deserialize_map(Members(PhantomData))
    }
}

/// Writes a model and what it has no names for.
pub(crate) fn write<S: Serializer>(
    model: &impl Model,
    other: &Map<String, Value>,
    out: S,
) -> Result<S::Ok, S::Error> {
    let mut members = out.serialize_map(None)?;
    model.write(&mut members)?;
    for (name, value) in other {
        members.serialize_entry(name, value)?;
    }
    members.end()
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Model> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut model = T::default();
        while let Some(Name(name)) = members.next_key()? {
            if !model.read(&name, &mut members)? {
                let value = members.next_value()?;
                model.other().insert(name.into_owned(), value);
            }
        }
        Ok(model)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<T, D::Error> {
        value.deserialize_map(self)
    }
}

/// A member's name, borrowed where it isn't escaped. Derived code would hide it from errors.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}
