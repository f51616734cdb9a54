//! What the modules of the API declare their types with: open enums, models of responses, and
//! structs of requests.

/// Declares open enums: they keep unknown names, so that new values of the server don't break
/// decoding.
///
/// The known names are in the JSON schema. They aren't with `[text]`: there the server has more
/// that aren't documented.
macro_rules! open_enums {
    ($(
        $(#[doc = $about:literal])*
        $name:ident $([$any:ident])? {
            $($(#[$about_variant:meta])* $variant:ident = $text:literal,)*
        }
    )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[$about_variant])* $variant,)*
                /// A value that this version doesn't know.
                Other(String),
            }

            impl $name {
                /// Returns the name that is sent.
                pub fn as_str(&self) -> &str {
                    match self {
                        $(Self::$variant => $text,)*
                        Self::Other(text) => text,
                    }
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    match text {
                        $($text => Self::$variant,)*
                        text => Self::Other(text.to_owned()),
                    }
                }
            }

            impl From<String> for $name {
                fn from(text: String) -> Self {
                    text.as_str().into()
                }
            }

            impl From<&$name> for $name {
                fn from(value: &$name) -> Self {
                    value.clone()
                }
            }

            impl ::std::fmt::Display for $name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<S: ::serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                    out.serialize_str(self.as_str())
                }
            }

            impl $crate::cliq::member::Plain for $name {}

            $crate::cliq::macros::described! { text $($any)? $name [$($about)*] [$($text)*] }

            impl<'de> ::serde::Deserialize<'de> for $name {
                fn deserialize<D: ::serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
                    <String as ::serde::Deserialize>::deserialize(value).map(Self::from)
                }
            }
        )*
    };
}

/// Declares models of responses. Zoho's documents require no member of a response, so all are
/// optional; those that a model doesn't name are kept in `other`.
///
/// `name` is the member's name unless `name = "wire"` gives another. A model with `[or_empty]` is
/// empty where the response is. The JSON schema of a member is that of its type, or of the type
/// behind `as`.
macro_rules! models {
    ($(
        $(#[doc = $about:literal])*
        $name:ident $([$or_empty:ident])? {
            $(
                $(#[doc = $about_field:literal])*
                $field:ident $(= $wire:literal)?: $kind:ty $(as $described:ty)?,
            )*
        }
    )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug, Clone, Default, PartialEq)]
            #[non_exhaustive]
            pub struct $name {
                $($(#[doc = $about_field])* pub $field: Option<$kind>,)*
                /// All other members of the response.
                pub other: ::serde_json::Map<String, ::serde_json::Value>,
            }

            impl $crate::cliq::member::Model for $name {
                $(const OR_EMPTY: bool = $crate::cliq::macros::model!(or_empty $or_empty);)?

                fn read<'de, A: ::serde::de::MapAccess<'de>>(
                    &mut self,
                    name: &str,
                    members: &mut A,
                ) -> Result<bool, A::Error> {
                    let _ = &members;
                    $(
                        if name == $crate::cliq::macros::model!(name $field $($wire)?) {
                            self.$field =
                                $crate::cliq::member::Member::read(name, members, &mut self.other)?;
                            return Ok(true);
                        }
                    )*
                    Ok(false)
                }

                fn write<M: ::serde::ser::SerializeMap>(
                    &self,
                    members: &mut M,
                ) -> Result<(), M::Error> {
                    let _ = &members;
                    $(
                        if let Some(value) = &self.$field {
                            let name = $crate::cliq::macros::model!(name $field $($wire)?);
                            $crate::cliq::member::Member::write(value, name, members)?;
                        }
                    )*
                    Ok(())
                }

                fn other(&mut self) -> &mut ::serde_json::Map<String, ::serde_json::Value> {
                    &mut self.other
                }
            }

            impl $crate::cliq::member::Plain for $name {}

            $crate::cliq::macros::described! {
                object $name [$($about)*] {
                    $(
                        optional [$($about_field)*]
                        ($crate::cliq::macros::model!(name $field $($wire)?)):
                        (member $kind $(as $described)?),
                    )*
                }
            }

            impl<'de> ::serde::Deserialize<'de> for $name {
                fn deserialize<D: ::serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
                    $crate::cliq::member::read(value)
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<S: ::serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                    $crate::cliq::member::write(self, &self.other, out)
                }
            }
        )*
    };
}

/// Parts of [`models`].
macro_rules! model {
    (or_empty or_empty) => {
        true
    };
    (name $field:ident) => {
        stringify!($field)
    };
    (name $field:ident $wire:literal) => {
        $wire
    };
}

/// Declares structs of requests: what is required is passed to `new`, the rest has setters.
macro_rules! inputs {
    ($(
        $(#[doc = $about:literal])*
        $name:ident (
            $($needed:ident $(= $needed_wire:literal)?: $needed_kind:ty),* $(,)?
        ) {
            $(
                $(#[doc = $about_field:literal])*
                $field:ident $(= $wire:literal)?: $kind:ty,
            )*
        }
    )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug, Clone, PartialEq)]
            #[must_use]
            pub struct $name {
                $($needed: $needed_kind,)*
                $($field: Option<$kind>,)*
            }

            impl $name {
                /// Returns one with what is required, and nothing else.
                pub fn new($($needed: impl Into<$needed_kind>),*) -> Self {
                    Self {
                        $($needed: $needed.into(),)*
                        $($field: None,)*
                    }
                }

                $(
                    $(#[doc = $about_field])*
                    pub fn $field(self, value: impl Into<$kind>) -> Self {
                        Self { $field: Some(value.into()), ..self }
                    }
                )*
            }

            $crate::cliq::macros::described! {
                object $name [$($about)*] {
                    $(
                        required []
                        ($crate::cliq::macros::model!(name $needed $($needed_wire)?)):
                        (type $needed_kind),
                    )*
                    $(
                        optional [$($about_field)*]
                        ($crate::cliq::macros::model!(name $field $($wire)?)):
                        (type $kind),
                    )*
                }
            }

            impl ::serde::Serialize for $name {
                fn serialize<S: ::serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                    use ::serde::ser::SerializeMap as _;
                    let mut members = out.serialize_map(None)?;
                    $(
                        members.serialize_entry(
                            $crate::cliq::macros::model!(name $needed $($needed_wire)?),
                            &self.$needed,
                        )?;
                    )*
                    $(
                        if let Some(value) = &self.$field {
                            members.serialize_entry(
                                $crate::cliq::macros::model!(name $field $($wire)?),
                                value,
                            )?;
                        }
                    )*
                    members.end()
                }
            }
        )*
    };
}

/// The JSON schema of a declared type. Without the feature `schema`, nothing.
#[cfg(feature = "schema")]
macro_rules! described {
    (text $name:ident [$($about:literal)*] [$($text:literal)*]) => {
        $crate::cliq::macros::described! { inline $name: $crate::cliq::schemas::names(
            &[$($about),*],
            &[$($text),*],
        ) }
    };
    (text text $name:ident [$($about:literal)*] [$($text:literal)*]) => {
        $crate::cliq::macros::described! { text $name [$($about)*] }
    };
    (text $name:ident [$($about:literal)*]) => {
        $crate::cliq::macros::described! {
            inline $name: $crate::cliq::schemas::text(&[$($about),*])
        }
    };
    (inline $name:ident: $schema:expr) => {
        impl ::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $schema
            }
        }
    };
    (object $name:ident [$($about:literal)*] {
        $($need:ident [$($about_field:literal)*] ($wire:expr): ($($of:tt)*),)*
    }) => {
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::cliq::schemas::object(generator, &[$($about),*], &[
                    $($crate::cliq::schemas::Property::$need(
                        $wire,
                        &[$($about_field),*],
                        $crate::cliq::macros::described!(of $($of)*),
                    ),)*
                ])
            }
        }
    };
    (of type $kind:ty) => {
        ::schemars::SchemaGenerator::subschema_for::<$kind>
    };
    (of member $kind:ty as $described:ty) => {
        ::schemars::SchemaGenerator::subschema_for::<$described>
    };
    (of member $kind:ty) => {
        <$kind as $crate::cliq::member::Member>::schema
    };
}

#[cfg(not(feature = "schema"))]
macro_rules! described {
    ($($tokens:tt)*) => {};
}

pub(super) use {described, inputs, model, models, open_enums};
