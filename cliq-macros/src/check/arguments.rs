//! The arguments: their types, what callers pass for them, and where each goes.

use syn::ext::IdentExt;
use syn::{Ident, Type};

use super::encoding::{Bound, Encoding};
use super::reserved;
use super::wire::is_same;
use crate::attrs::Attr;
use crate::errors::Sink;
use crate::literal::Text;
use crate::parse::argument::{Arg, ArgAttr};
use crate::parse::endpoint::{EndpointAttr, Head};
use crate::parse::keys::{Slot, Whole};
use crate::parse::values::Form;
use crate::problem::{On, Problem};
use crate::text::path::{has_name, same_name};
use crate::text::suggest::nearest;
use crate::types::{
    Inside, Value, is_bare, is_compound, is_named, is_odd, is_option, is_primitive, only_argument,
    owned, ungrouped, written,
};

/// An argument of an endpoint.
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    pub(crate) docs: Vec<Attr>,
    /// An optional one is a setter of the builder, another a parameter of the method.
    pub(crate) value: Value,
    attr: Slot<ArgAttr>,
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

    fn is_on(&self, on: On) -> bool {
        self.attr.value().is_some_and(|attr| attr.on() == on)
    }
}

/// Reads the arguments, each on its own.
pub(super) fn read(written: Vec<Arg<'_>>, form: Option<Form>) -> Vec<Argument> {
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
        let value = sendable(Value::of(arg.ty, arg.optional), errors);
        let sent = match &arg.attr {
            Slot::Given(ArgAttr::Path { .. }, _) | Slot::Absent | Slot::Unreadable(_) => None,
            Slot::Given(attr, key) => {
                let encoding = Encoding::of(Some(attr), &value, form);
                if !errors.failed() {
                    check_value(&value, &encoding, Some(&key.whole), errors);
                }
                Some(Sent {
                    name: attr
                        .name()
                        .map_or_else(|| arg.ident.unraw().to_string(), Text::value),
                    encoding,
                    position: 0,
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
fn sendable(value: Value, errors: Sink<'_>) -> Value {
    let Some(ty) = &value.ty else { return value };
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
fn check_value(value: &Value, encoding: &Encoding, attr: Option<&Whole>, errors: Sink<'_>) {
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

/// Decides where each argument goes: by its attribute, or by the placeholder of its name.
pub(super) fn place(args: &mut [Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    fill(args, head, errors);
    let others = args
        .iter_mut()
        .filter_map(|arg| arg.sent.as_mut())
        .filter(|sent| sent.encoding.row().on != On::Path);
    for (index, sent) in others.enumerate() {
        sent.position = head.template.placeholders.len() + index;
    }
    names(args, head, attr, errors);
    bodies(args, head, attr, errors);
    parts(args, head, attr, errors);
}

/// Finds the placeholders' arguments.
fn fill(args: &mut [Argument], head: &Head, errors: Sink<'_>) {
    let placeholders = &head.template.placeholders;
    let position = |name: &str| {
        placeholders
            .iter()
            .position(|placeholder| same_name(placeholder, name))
    };
    let mut filled: Vec<Option<String>> = vec![None; placeholders.len()];
    let mut unplaced = Vec::new();
    // Arguments that name no placeholder were meant for one nevertheless.
    let mut astray = 0;
    for (index, arg) in args.iter_mut().enumerate() {
        let found = match &arg.attr {
            Slot::Absent => position(&arg.ident.unraw().to_string()),
            Slot::Unreadable(_) => {
                astray += 1;
                continue;
            }
            Slot::Given(ArgAttr::Path { name: None, .. }, _) => {
                position(&arg.ident.unraw().to_string())
            }
            Slot::Given(
                ArgAttr::Path {
                    name: Some(name), ..
                },
                _,
            ) => {
                let found = position(&name.value());
                if found.is_none() {
                    astray += 1;
                    let problem = Problem::PlaceholderUnknown {
                        name: name.value(),
                        placeholders: placeholders.clone(),
                    };
                    errors.push(name, &problem);
                    continue;
                }
                found
            }
            Slot::Given(..) => continue,
        };
        let Some(position) = found else {
            unplaced.push(index);
            continue;
        };
        if let Some(by) = &filled[position] {
            let problem = Problem::PlaceholderTaken {
                placeholder: placeholders[position].clone(),
                by: by.clone(),
            };
            match &arg.attr {
                Slot::Given(
                    ArgAttr::Path {
                        name: Some(name), ..
                    },
                    _,
                ) => errors.push(name, &problem),
                _ => errors.push(&arg.ident, &problem),
            }
            continue;
        }
        filled[position] = Some(arg.ident.to_string());
        let is_rest = head.template.rest == Some(position);
        let encoding = Encoding::of_path(arg.attr.value(), arg.value.item.is_some(), is_rest);
        check_value(&arg.value, &encoding, None, errors);
        if let (Encoding::PathCsv, true, Slot::Given(_, key)) = (&encoding, is_rest, &arg.attr) {
            let placeholder = placeholders[position].clone();
            errors.push(&key.whole, &Problem::CsvOfSegments { placeholder });
        }
        arg.sent = Some(Sent {
            name: placeholders[position].clone(),
            encoding,
            position,
        });
    }
    let unfilled: Vec<usize> = (0..placeholders.len())
        .filter(|position| filled[*position].is_none())
        .collect();
    report_unmatched(args, head, &unplaced, unfilled, astray, errors);
}

/// Reports one error for an argument and the placeholder that it was probably meant for, and one
/// for each that is left.
fn report_unmatched(
    args: &[Argument],
    head: &Head,
    unplaced: &[usize],
    mut unfilled: Vec<usize>,
    astray: usize,
    errors: Sink<'_>,
) {
    let placeholders = &head.template.placeholders;
    let mut meant: Vec<Option<usize>> = Vec::new();
    for &index in unplaced {
        let name = args[index].name();
        let candidates = || {
            unfilled
                .iter()
                .map(|position| placeholders[*position].as_str())
        };
        let near = nearest(&name, candidates())
            .or_else(|| candidates().find(|candidate| has_name(candidate, &name)));
        let found = near.and_then(|near| {
            unfilled
                .iter()
                .position(|position| placeholders[*position] == near)
        });
        meant.push(found.map(|found| unfilled.remove(found)));
    }
    // The last ones left belong together, whatever they are called.
    if meant.iter().filter(|position| position.is_none()).count() == unfilled.len() {
        let mut left = std::mem::take(&mut unfilled).into_iter();
        for position in &mut meant {
            *position = position.or_else(|| left.next());
        }
    }
    for (&index, position) in unplaced.iter().zip(meant) {
        let problem = Problem::ArgWithoutPlace {
            name: args[index].name(),
            placeholder: position.map(|position| placeholders[position].clone()),
            body_allowed: head.method.may_have_body,
        };
        errors.push(&args[index].ident, &problem);
    }
    for position in unfilled.into_iter().skip(astray) {
        let placeholder = placeholders[position].clone();
        let elsewhere = args.iter().find_map(|arg| match &arg.attr {
            Slot::Given(attr, key) if same_name(&arg.name(), &placeholder) => {
                Some((attr.on(), key))
            }
            _ => None,
        });
        match elsewhere {
            Some((on, key)) => {
                let problem = Problem::PlaceholderArgElsewhere { placeholder, on };
                errors.push(&key.whole, &problem);
            }
            None => {
                let problem = Problem::PlaceholderUnfilled {
                    argument: argument_name(&placeholder),
                    placeholder,
                };
                errors.push(&head.path, &problem);
            }
        }
    }
}

/// `THREAD_CHAT_ID`, `threadChatId` and `thread-chat-id` make `thread_chat_id`; a keyword is made
/// raw. `None` for one that can't be.
fn argument_name(placeholder: &str) -> Option<String> {
    let shouted = !placeholder.contains(|character: char| character.is_ascii_lowercase());
    let mut name = String::new();
    for character in placeholder.chars() {
        if character.is_ascii_uppercase() && !shouted && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.push(if character == '-' {
            '_'
        } else {
            character.to_ascii_lowercase()
        });
    }
    match name.as_str() {
        "self" | "super" | "crate" => None,
        _ if syn::parse_str::<Ident>(&name).is_err() => Some(format!("r#{name}")),
        _ => Some(name),
    }
}

/// Two arguments of one name, or one and a constant.
fn names(args: &[Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    let named = |arg: &&Argument| {
        let encoding = arg.sent.as_ref().map(|sent| &sent.encoding);
        !matches!(
            encoding,
            None | Some(
                Encoding::Path
                    | Encoding::PathCsv
                    | Encoding::PathRest
                    | Encoding::PathSegments
                    | Encoding::QueryFlatten
                    | Encoding::FieldFlatten
                    | Encoding::Body
                    | Encoding::BodyBytes(_)
                    | Encoding::BodyStream(_)
            )
        )
    };
    let keys = &attr.args.keys;
    let headers = keys.header.value().into_iter().flat_map(|it| &it.0);
    let headers = headers.map(|(name, _)| (On::Header, name.value()));
    let fields = keys.field.value().into_iter().flat_map(|it| &it.0);
    let fields = fields.map(|(name, _)| (On::Field, name.value()));
    let constants: Vec<(On, String)> = headers.chain(fields).collect();
    let mut seen: Vec<(On, &str)> = Vec::new();
    let key = attr.args.keys.idempotency_key.value();
    if let (Some(key), Some((_, headers))) = (key, keys.header.given())
        && constants
            .iter()
            .any(|(on, name)| *on == On::Header && is_same(*on, name, &key.0))
    {
        let name = key.0.clone();
        errors.push(headers, &Problem::KeyHeaderArgument { name });
    }
    for arg in args.iter().filter(named) {
        let Some(sent) = &arg.sent else { continue };
        let (on, name) = (sent.encoding.row().on, sent.name.as_str());
        let same = |(other_on, other): &(On, &str)| *other_on == on && is_same(on, other, name);
        if on == On::Header && key.is_some_and(|key| key.0.eq_ignore_ascii_case(name)) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::KeyHeaderArgument { name });
        }
        if constants.iter().any(|(on, name)| same(&(*on, name))) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::ConstantClash { on, name });
        }
        if seen.iter().any(same) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::RepeatedName { on, name });
        }
        if on == On::Query && head.template.query_names().any(|constant| constant == name) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::ConstantQueryClash { name });
        }
        seen.push((on, name));
    }
}

/// Whether there may be a body, and whether it is one.
fn bodies(args: &[Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    let of = |on: On| args.iter().filter(move |arg| arg.is_on(on));
    let keys = &attr.args.keys;
    let form = keys.form.given().map(|(_, tokens)| tokens);
    let constants = keys.field.given().map(|(_, tokens)| tokens);
    let has_fields = of(On::Field).next().is_some() || constants.is_some();
    // An argument that could not be read may be one.
    let all_known = args.iter().all(|arg| !arg.attr.is_unreadable());
    if !head.method.may_have_body {
        for on in [On::Body, On::Field, On::Part] {
            for arg in of(on) {
                let Slot::Given(_, key) = &arg.attr else {
                    continue;
                };
                let method = head.method.name;
                errors.push(&key.whole, &Problem::BodyNotAllowed { method, on });
            }
        }
        if let Some(constants) = constants {
            let method = head.method.name;
            errors.push(constants, &Problem::ConstantFieldNotAllowed { method });
        }
        if let Some((_, optional)) = keys.body.given().filter(|_| all_known && !has_fields) {
            errors.push(optional, &Problem::OptionalBodyWithoutFields);
        }
        if let Some(form) = form.filter(|_| all_known && !has_fields) {
            errors.push(form, &Problem::FormWithoutFields);
        }
        return;
    }
    for arg in of(On::Body).skip(1) {
        errors.push(&arg.ident, &Problem::TwoBodies);
    }
    if let Some((_, optional)) = keys.body.given() {
        left_out(args, optional, constants.is_some(), all_known, errors);
    }
    match (of(On::Body).next(), form) {
        (Some(_), _) if of(On::Field).next().is_none() && constants.is_some() => {
            if let Some(constants) = constants {
                errors.push(constants, &Problem::ConstantFieldWithBody);
            }
        }
        (Some(body), _) if has_fields => errors.push(&body.ident, &Problem::BodyAndFields),
        (Some(_), Some(form)) => errors.push(form, &Problem::FormWithBody),
        (None, Some(form)) if !has_fields && all_known && attr.args.keys.multipart.is_absent() => {
            errors.push(form, &Problem::FormWithoutFields);
        }
        _ => {}
    }
}

/// Whether parts are sent as what they are, and nothing beside them.
fn parts(args: &[Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    let of = |on: On| {
        args.iter().filter_map(move |arg| match &arg.attr {
            Slot::Given(attr, key) if attr.on() == on => Some(&key.whole),
            _ => None,
        })
    };
    let multipart = &attr.args.keys.multipart;
    let Some((_, key)) = multipart.given() else {
        let is_known = multipart.is_absent() && !attr.may_hold("multipart");
        if let Some(part) = of(On::Part).next().filter(|_| is_known) {
            errors.push(part, &Problem::PartWithoutMultipart);
        }
        return;
    };
    if let Some((_, form)) = attr.args.keys.form.given() {
        errors.push(form, &Problem::MultipartWith { what: "form" });
        return;
    }
    if !head.method.may_have_body {
        return;
    }
    if let Some((_, constants)) = attr.args.keys.field.given() {
        errors.push(constants, &Problem::MultipartWith { what: "field(…)" });
    }
    for (on, what) in [(On::Body, "#[body]"), (On::Field, "#[field]")] {
        for arg in of(on) {
            errors.push(arg, &Problem::MultipartWith { what });
        }
    }
    let all_known = args.iter().all(|arg| !arg.attr.is_unreadable());
    if all_known && !errors.failed() && of(On::Part).next().is_none() {
        errors.push(key, &Problem::MultipartWithoutParts);
    }
}

/// Whether there can be a call without a body.
fn left_out(
    args: &[Argument],
    optional: &Whole,
    has_constants: bool,
    all_known: bool,
    errors: Sink<'_>,
) {
    let fields = || args.iter().filter(|arg| arg.is_on(On::Field));
    let always = fields().find(|arg| {
        let flattened = matches!(arg.attr.value(), Some(ArgAttr::FieldFlatten));
        !arg.value.optional && !flattened
    });
    let problem = match always {
        Some(arg) => Problem::OptionalBodyAlwaysSet {
            by: format!("`{}`", arg.name()),
        },
        None if has_constants => Problem::OptionalBodyAlwaysSet {
            by: "`field(…)`".into(),
        },
        None if fields().next().is_none() && all_known => Problem::OptionalBodyWithoutFields,
        None => return,
    };
    errors.push(optional, &problem);
}
