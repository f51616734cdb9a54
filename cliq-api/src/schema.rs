//! JSON schemas of the types in a declaration.

use serde_json::Value;

/// A type whose JSON schema is known, which the key `schema` of `#[endpoints]` needs.
#[cfg_attr(
    feature = "schema",
    diagnostic::on_unimplemented(
        message = "`{Self}` has no JSON schema",
        label = "expected a type with `schemars::JsonSchema`",
        note = "derive `schemars::JsonSchema` for it, or remove `schema` from `#[endpoints(…)]`"
    )
)]
#[cfg_attr(
    not(feature = "schema"),
    diagnostic::on_unimplemented(
        message = "`schema` requires the feature `schema` of `cliq-api`",
        label = "its JSON schema is unknown without the feature",
        note = "enable the feature, or remove `schema` from `#[endpoints(…)]`"
    )
)]
pub trait HasSchema {
    #[doc(hidden)]
    fn json_schema() -> Value;
}

#[cfg(feature = "schema")]
#[diagnostic::do_not_recommend]
impl<T: schemars::JsonSchema> HasSchema for T {
    fn json_schema() -> Value {
        schemars::schema_for!(T).to_value()
    }
}

/// Returns the JSON schema of a type.
pub fn schema<T: HasSchema>() -> Value {
    T::json_schema()
}
