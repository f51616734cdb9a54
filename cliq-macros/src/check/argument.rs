//! One argument: its type, what callers pass for it, and how its value is encoded, for which one
//! table names the runtime's setter, the metadata and the bound of the value.

use syn::ext::IdentExt;
use syn::{Ident, Type};

use super::reserved;
use crate::attrs::{Attr, Text};
use crate::errors::Sink;
use crate::parse::argument::{Arg, ArgAttr};
use crate::parse::endpoint::EndpointAttr;
use crate::parse::keys::{Slot, Whole};
use crate::parse::values::Form;
use crate::problem::{On, Problem};
use crate::types::{
    Inside, Value, innermost, is_bare, is_compound, is_named, is_odd, is_option, is_primitive,
    only_argument, owned, ungrouped, written,
};

/// An argument of an endpoint.
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    pub(crate) docs: Vec<Attr>,
    /// An optional one is a setter of the builder, another a parameter of the method.
    pub(crate) value: Value,
    pub(super) attr: Slot<ArgAttr>,
    /// `None` where it is unknown, after an error.
    pub(crate) sent: Option<Sent>,
}

/// How an argument is sent.
pub(crate) struct Sent {
    /// On the wire.
    pub(crate) name: String,
    pub(crate) encoding: Encoding,
    /// Among all of the endpoint: those of the path first, in its order.
    pub(crate) position: usize,
}

/// What a parameter or a setter takes.
pub(crate) enum Takes<'t> {
    /// Anything, while it has no type.
    Anything,
    /// A number or a boolean, as it is.
    Itself(&'t Type),
    /// Whatever converts into it.
    Into(&'t Type),
    /// An iterator of the items of a list, or of what converts into them.
    Each { item: &'t Type, into: bool },
    /// The same of a list of lists.
    EachOfEach { item: &'t Type, into: bool },
}

impl Argument {
    pub(crate) fn takes(&self) -> Takes<'_> {
        let is_bytes = matches!(
            self.attr.value(),
            Some(ArgAttr::BodyBytes { .. } | ArgAttr::BodyStream { .. })
        );
        match (&self.value.ty, &self.value.item) {
            (None, _) => Takes::Anything,
            (Some(ty), _) if is_primitive(ty) => Takes::Itself(ty),
            (Some(_), Some(list)) if !is_bytes => match only_argument(list, "Vec") {
                // A `Vec<u8>` is mostly made from text.
                Some(item) if !is_named(item, "u8") => Takes::EachOfEach {
                    item,
                    into: !is_primitive(item),
                },
                _ => Takes::Each {
                    item: list,
                    into: !is_primitive(list),
                },
            },
            (Some(ty), _) => Takes::Into(ty),
        }
    }

    /// The argument's name, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    pub(super) fn is_on(&self, on: On) -> bool {
        self.attr.value().is_some_and(|attr| attr.on() == on)
    }
}

/// Reads the arguments, each on its own. Those of the path are placed by `places`.
pub(super) fn read(
    written: Vec<Arg<'_>>,
    builder: &Ident,
    attr: Option<&EndpointAttr>,
) -> Vec<Argument> {
    let form = attr.and_then(|attr| attr.args.keys.form.value().copied());
    let head = attr.and_then(|attr| attr.head.as_ref());
    let mut positions = head.map_or(0, |head| head.template.placeholders.len())..;
    let mut args: Vec<Argument> = Vec::new();
    for arg in written {
        let errors = arg.errors;
        let name = arg.ident.unraw().to_string();
        if args.iter().any(|other| other.name() == name) {
            errors.push(&arg.ident, &Problem::ArgRepeated { name });
            continue;
        }
        if let Some(pattern) = &arg.pattern {
            errors.push(pattern, &Problem::ArgPattern);
        }
        let is_setter = arg.optional || arg.ty.as_ref().is_some_and(is_option);
        if is_setter && reserved::SETTER.contains(&name.as_str()) {
            let on = match &arg.attr {
                Slot::Given(attr, _) => attr.on(),
                Slot::Absent => On::Path,
                Slot::Unreadable(_) => On::Query,
            };
            errors.push(&arg.ident, &Problem::ArgReserved { name, on });
        }
        let value = sendable(Value::of(arg.ty, arg.optional), builder, errors);
        let sent = match &arg.attr {
            Slot::Given(ArgAttr::Path { .. }, _) | Slot::Absent | Slot::Unreadable(_) => None,
            Slot::Given(attr, key) => {
                let encoding = Encoding::of(attr, &value, form);
                if !errors.failed() {
                    check_value(&value, &encoding, Some(&key.whole), errors);
                }
                Some(Sent {
                    name: attr
                        .name()
                        .map_or_else(|| arg.ident.unraw().to_string(), Text::value),
                    encoding,
                    position: positions.next().unwrap_or_default(),
                })
            }
        };
        args.push(Argument {
            ident: arg.ident,
            docs: arg.docs,
            value,
            attr: arg.attr,
            sent,
        });
    }
    args
}

/// A value whose type can be sent. After an error, it has the type that was probably meant, or
/// none.
fn sendable(value: Value, builder: &Ident, errors: Sink<'_>) -> Value {
    let Some(ty) = &value.ty else { return value };
    if let Some(same) = innermost(ty, builder) {
        let name = builder.to_string();
        errors.push(same, &Problem::BuilderIsType { name });
        return Value::of(None, value.optional);
    }
    let inside = Inside::of(ty);
    let mut meant = None;
    let problem = match ungrouped(ty) {
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            meant = owned
                .as_deref()
                .and_then(|owned| syn::parse_str(owned).ok());
            Problem::TypeReference { owned }
        }
        plain if is_bare(plain, "Option") => Problem::TypeUnfinished { name: "Option" },
        plain if is_bare(plain, "Vec") => Problem::TypeUnfinished { name: "Vec" },
        _ if inside.has_impl => Problem::TypeImpl,
        _ if inside.has_dyn => Problem::TypeDyn,
        _ if inside.has_self => Problem::TypeSelf,
        plain if is_odd(plain) => Problem::TypeOdd {
            found: written(plain),
        },
        _ if inside.has_reference => Problem::TypeReference { owned: None },
        _ if inside.has_lifetime => Problem::TypeBorrows,
        _ => return value,
    };
    errors.push(ty, &problem);
    Value::of(meant, value.optional)
}

/// Whether a value's type can have the bound of its encoding, as far as its form shows.
pub(super) fn check_value(
    value: &Value,
    encoding: &Encoding,
    attr: Option<&Whole>,
    errors: Sink<'_>,
) {
    let Some(ty) = &value.ty else { return };
    let row = encoding.row();
    let found = || written(ty);
    let (at_type, problem) = match (row.bound, &value.item) {
        (Bound::QueryValue, item)
            if row.on == On::Part
                && (is_named(ty, "Bytes")
                    || item.as_ref().is_some_and(|ty| is_named(ty, "u8"))) =>
        {
            (true, Problem::PartOfBytes { found: found() })
        }
        (Bound::PathValue | Bound::QueryValue | Bound::HeaderValue, None) if is_compound(ty) => {
            (true, Problem::NotScalar { found: found() })
        }
        (Bound::PathValue | Bound::QueryValue | Bound::HeaderValue, None) if row.per_item => {
            (false, Problem::CsvNeedsList { found: found() })
        }
        (Bound::PathValue, _) if value.optional => (true, Problem::OptionInPath),
        (Bound::PathValue | Bound::QueryValue | Bound::HeaderValue, Some(_)) if !row.per_item => {
            (true, Problem::ListNotAllowed { on: row.on })
        }
        (Bound::PathValue | Bound::QueryValue | Bound::HeaderValue, Some(item))
            if is_compound(item) || is_named(item, "Vec") =>
        {
            let found = written(item);
            (true, Problem::NotScalar { found })
        }
        (Bound::QueryMembers | Bound::FieldMembers, item)
            if item.is_some() || is_primitive(ty) || is_named(ty, "String") =>
        {
            let problem = Problem::NotMembers {
                on: row.on,
                found: found(),
                is_list: item.is_some(),
            };
            (false, problem)
        }
        (Bound::NestedValue, None) if row.on == On::Query && is_scalar(ty) => {
            (false, Problem::DeepScalar { found: found() })
        }
        (Bound::RawValue, item) if !is_bytes(ty, item.as_ref()) => {
            (true, Problem::NotBytes { found: found() })
        }
        (Bound::StreamValue, _) if !is_named(ty, "Body") => {
            (true, Problem::NotBody { found: found() })
        }
        _ => return,
    };
    match attr {
        Some(attr) if !at_type => errors.push(attr, &problem),
        _ => errors.push(&value.whole, &problem),
    }
}

fn is_scalar(ty: &Type) -> bool {
    is_primitive(ty) || is_named(ty, "String")
}

fn is_bytes(ty: &Type, item: Option<&Type>) -> bool {
    item.map_or_else(
        || is_named(ty, "Bytes") || is_named(ty, "String"),
        |item| is_named(item, "u8"),
    )
}

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
    /// With its content type.
    BodyStream(String),
    Part,
    PartRepeated,
    PartFile,
    PartFiles,
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
    StreamValue,
    PartValue,
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

    /// The encoding of an argument by its attribute.
    fn of(attr: &ArgAttr, value: &Value, form: Option<Form>) -> Self {
        let is_form = form.is_some();
        let is_list = value.item.is_some();
        let is_file = |ty: &Option<Type>| ty.as_ref().is_some_and(|ty| is_named(ty, "Part"));
        let content_type = |written: &Option<String>| {
            let written = written.clone();
            written.unwrap_or_else(|| "application/octet-stream".to_owned())
        };
        match attr {
            ArgAttr::Path { .. } => Self::of_path(Some(attr), is_list, false),
            ArgAttr::QueryDeep { .. } => Self::QueryDeep,
            ArgAttr::FieldFlatten => Self::FieldFlatten,
            ArgAttr::Field { csv: true, .. } => Self::FieldCsv,
            ArgAttr::Field { .. } if form == Some(Form::Nested) => Self::FormNested,
            ArgAttr::Query { csv: true, .. } => Self::QueryCsv,
            ArgAttr::Query { .. } if is_list => Self::QueryRepeated,
            ArgAttr::Query { .. } => Self::Query,
            ArgAttr::QueryFlatten => Self::QueryFlatten,
            ArgAttr::Header { .. } => Self::Header,
            ArgAttr::Field { .. } if is_form && is_list => Self::FormRepeated,
            ArgAttr::Field { .. } if is_form => Self::FormField,
            ArgAttr::Field { .. } => Self::Field,
            ArgAttr::Body => Self::Body,
            ArgAttr::BodyBytes { content_type: text } => Self::BodyBytes(content_type(text)),
            ArgAttr::BodyStream { content_type: text } => Self::BodyStream(content_type(text)),
            ArgAttr::Part { .. } if is_file(&value.item) => Self::PartFiles,
            ArgAttr::Part { .. } if is_list => Self::PartRepeated,
            ArgAttr::Part { .. } if is_file(&value.ty) => Self::PartFile,
            ArgAttr::Part { .. } => Self::Part,
        }
    }

    /// The table.
    pub(crate) fn row(&self) -> Row {
        use Bound::{
            BodyValue, FieldMembers, FieldValue, HeaderValue, NestedValue, PartValue, PathValue,
            QueryMembers, QueryValue, RawValue, StreamValue,
        };
        let row = |on, shape, setter, bound| Row {
            on,
            place: match on {
                On::Query => "Query",
                On::Header => "Header",
                On::Field => "Field",
                On::Body => "Body",
                On::Part => "Part",
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
            Self::BodyStream(_) => row(On::Body, "Bytes", "body_stream", StreamValue),
            Self::Part => row(On::Part, "Plain", "part", QueryValue),
            Self::PartRepeated => list(On::Part, "Repeated", "part_repeated", QueryValue),
            Self::PartFile => row(On::Part, "File", "part_file", PartValue),
            Self::PartFiles => list(On::Part, "Files", "part_files", PartValue),
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
            Encoding::BodyStream(String::new()),
            Encoding::Part,
            Encoding::PartRepeated,
            Encoding::PartFile,
            Encoding::PartFiles,
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
