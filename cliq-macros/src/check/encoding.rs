//! How an argument's value is encoded: one table that names, for each way, the runtime's setter,
//! the metadata and the bound of the value.

use crate::parse::argument::ArgAttr;
use crate::parse::values::Form;
use crate::problem::On;

/// A way in which a value is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encoding {
    Path,
    PathCsv,
    /// Several segments in one text.
    PathRest,
    /// Several segments, each an item of a list.
    PathSegments,
    Query,
    QueryRepeated,
    QueryCsv,
    QueryFlatten,
    QueryDeep,
    Header,
    Field,
    FieldCsv,
    FieldFlatten,
    FormField,
    FormRepeated,
    FormNested,
    Body,
    /// With its content type.
    BodyBytes(String),
}

/// What follows from an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where the value goes.
    pub(crate) on: On,
    /// The runtime's `Place` and `Shape`.
    pub(crate) place: &'static str,
    pub(crate) shape: &'static str,
    /// The setter of the runtime's `Call`.
    pub(crate) setter: &'static str,
    /// Whether `Param` has a constructor of the setter's name, which is less to compile.
    pub(crate) is_short: bool,
    pub(crate) bound: Bound,
    /// Whether the value is a list whose items have the bound.
    pub(crate) per_item: bool,
}

/// The runtime's trait that a value must implement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    PathValue,
    QueryValue,
    QueryMembers,
    NestedValue,
    HeaderValue,
    FieldValue,
    FieldMembers,
    BodyValue,
    RawValue,
}

impl Encoding {
    /// The encoding of an argument of the path, which may have several segments.
    pub(super) fn of_path(attr: Option<&ArgAttr>, is_list: bool, is_rest: bool) -> Self {
        match attr {
            Some(ArgAttr::Path { csv: true, .. }) => Self::PathCsv,
            _ if is_rest && is_list => Self::PathSegments,
            _ if is_rest => Self::PathRest,
            _ => Self::Path,
        }
    }

    /// The encoding of an argument by its attribute; `None` without one, as it belongs to the path.
    pub(super) fn of(attr: Option<&ArgAttr>, is_list: bool, form: Option<Form>) -> Self {
        let is_form = form.is_some();
        match attr {
            None | Some(ArgAttr::Path { .. }) => Self::of_path(attr, is_list, false),
            Some(ArgAttr::QueryDeep { .. }) => Self::QueryDeep,
            Some(ArgAttr::FieldFlatten) => Self::FieldFlatten,
            Some(ArgAttr::Field { csv: true, .. }) => Self::FieldCsv,
            Some(ArgAttr::Field { .. }) if form == Some(Form::Nested) => Self::FormNested,
            Some(ArgAttr::Query { csv: true, .. }) => Self::QueryCsv,
            Some(ArgAttr::Query { .. }) if is_list => Self::QueryRepeated,
            Some(ArgAttr::Query { .. }) => Self::Query,
            Some(ArgAttr::QueryFlatten) => Self::QueryFlatten,
            Some(ArgAttr::Header { .. }) => Self::Header,
            Some(ArgAttr::Field { .. }) if is_form && is_list => Self::FormRepeated,
            Some(ArgAttr::Field { .. }) if is_form => Self::FormField,
            Some(ArgAttr::Field { .. }) => Self::Field,
            Some(ArgAttr::Body) => Self::Body,
            Some(ArgAttr::BodyBytes { content_type }) => Self::BodyBytes(
                content_type
                    .clone()
                    .unwrap_or_else(|| "application/octet-stream".to_owned()),
            ),
        }
    }

    /// The table.
    pub(crate) fn row(&self) -> Row {
        use Bound::{
            BodyValue, FieldMembers, FieldValue, HeaderValue, NestedValue, PathValue, QueryMembers,
            QueryValue, RawValue,
        };
        let row = |on, shape, setter, bound| Row {
            on,
            place: match on {
                On::Query => "Query",
                On::Header => "Header",
                On::Field => "Field",
                On::Body => "Body",
                _ => "Path",
            },
            shape,
            setter,
            is_short: false,
            bound,
            per_item: false,
        };
        let short = |on, shape, setter, bound| Row {
            is_short: true,
            ..row(on, shape, setter, bound)
        };
        let list = |on, shape, setter, bound| Row {
            per_item: true,
            ..row(on, shape, setter, bound)
        };
        match self {
            Self::Path => short(On::Path, "Plain", "path", PathValue),
            Self::PathCsv => list(On::Path, "Csv", "path_csv", PathValue),
            Self::PathRest => row(On::Path, "Segments", "path_rest", PathValue),
            Self::PathSegments => list(On::Path, "Segments", "path_segments", PathValue),
            Self::Query => short(On::Query, "Plain", "query", QueryValue),
            Self::QueryRepeated => list(On::Query, "Repeated", "query_repeated", QueryValue),
            Self::QueryCsv => list(On::Query, "Csv", "query_csv", QueryValue),
            Self::QueryFlatten => row(On::Query, "Flatten", "query_flatten", QueryMembers),
            Self::QueryDeep => row(On::Query, "Deep", "query_deep", NestedValue),
            Self::Header => short(On::Header, "Plain", "header", HeaderValue),
            Self::Field => short(On::Field, "Json", "field", FieldValue),
            Self::FieldCsv => list(On::Field, "Csv", "field_csv", QueryValue),
            Self::FieldFlatten => row(On::Field, "Flatten", "field_flatten", FieldMembers),
            Self::FormNested => row(On::Field, "Deep", "form_nested", NestedValue),
            Self::FormField => row(On::Field, "Plain", "form", QueryValue),
            Self::FormRepeated => list(On::Field, "Repeated", "form_repeated", QueryValue),
            Self::Body => row(On::Body, "Json", "body", BodyValue),
            Self::BodyBytes(_) => row(On::Body, "Bytes", "body_bytes", RawValue),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// All text of the runtime's sources.
    fn runtime(folder: &Path) -> String {
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let text = entries.map(|path| match path.extension() {
            _ if path.is_dir() => runtime(&path),
            Some(extension) if extension == "rs" => fs::read_to_string(&path).unwrap(),
            _ => String::new(),
        });
        text.collect()
    }

    #[test]
    fn the_runtime_has_each_setter_with_its_bound() {
        let runtime = runtime(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cliq-api/src"));
        for encoding in [
            Encoding::Path,
            Encoding::PathCsv,
            Encoding::PathRest,
            Encoding::PathSegments,
            Encoding::Query,
            Encoding::QueryRepeated,
            Encoding::QueryCsv,
            Encoding::QueryFlatten,
            Encoding::QueryDeep,
            Encoding::Header,
            Encoding::Field,
            Encoding::FieldCsv,
            Encoding::FieldFlatten,
            Encoding::FormField,
            Encoding::FormNested,
            Encoding::FormRepeated,
            Encoding::Body,
            Encoding::BodyBytes(String::new()),
        ] {
            let row = encoding.row();
            let setter = format!("pub fn {}<T: {:?}>", row.setter, row.bound);
            assert!(runtime.contains(&setter), "{setter}");
            if row.is_short {
                let param = format!("pub const fn {}(", row.setter);
                assert!(runtime.contains(&param), "{param}");
            }
        }
    }
}
