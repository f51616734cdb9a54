//! The arguments: their types, what callers pass for them, and where each goes.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Ident, LitStr, Type};

use super::attribute::{Attr, Said, place_name, said};
use super::keys::Keys;
use super::types::{
    borrows, inner_reference, is_bare, is_compound, is_named, is_primitive, mentions_self,
    mentions_word, odd_form, only_argument, owned, ungrouped, written,
};
use super::{Scope, reserved};
use crate::model::{Arg, Param, Place, Shape, Takes};
use crate::parse::RawArg;
use crate::problem::Problem;
use crate::text::path::{has_name, same_name};
use crate::text::suggest::nearest;

/// An argument, read by itself: what it is, and what its attribute says.
pub(super) struct Read {
    pub(super) ident: Ident,
    docs: Vec<Attribute>,
    ty: Option<Type>,
    optional: bool,
    place: Said,
}

impl Read {
    /// The type of the value itself, without `Option`.
    fn value(&self) -> Option<&Type> {
        let ty = self.ty.as_ref()?;
        Some(only_argument(ty, "Option").unwrap_or(ty))
    }

    /// The type of a list's items.
    fn item(&self) -> Option<&Type> {
        only_argument(self.value()?, "Vec")
    }

    fn is_bytes(&self) -> bool {
        matches!(&self.place, Said::Place(attr) if attr.bytes)
    }

    pub(super) fn into_arg(self) -> Arg {
        let takes = match (self.value(), self.item()) {
            (None, _) => Takes::Anything,
            (Some(ty), _) if is_primitive(ty) => Takes::Itself(ty.clone()),
            (Some(list), Some(item)) if !self.is_bytes() => Takes::Each {
                list: list.clone(),
                item: item.clone(),
                into: !is_primitive(item),
            },
            (Some(ty), _) => Takes::Into(ty.clone()),
        };
        Arg {
            ident: self.ident,
            docs: self.docs,
            optional: self.optional,
            takes,
        }
    }
}

/// Reads the arguments, each by itself.
pub(super) fn read(raw: Vec<RawArg>, scope: &mut Scope<'_>) -> Vec<Read> {
    let mut args: Vec<Read> = Vec::new();
    for raw in raw {
        let name = raw.ident.unraw().to_string();
        if args.iter().any(|other| other.ident.unraw() == name) {
            scope.push(&raw.ident, &Problem::ArgRepeated { name });
            continue;
        }
        let (docs, attrs): (Vec<_>, Vec<_>) = raw
            .attrs
            .into_iter()
            .partition(|attr| attr.path().is_ident("doc"));
        let place = said(attrs, scope);
        if reserved::BUILDER.contains(&name.as_str()) {
            let place = match &place {
                Said::Place(attr) => place_name(attr.place),
                Said::Nothing => "path",
                Said::Unreadable => "query",
            };
            scope.push(&raw.ident, &Problem::ArgReserved { name, place });
        }
        let is_option = |ty: &Type| only_argument(ty, "Option").is_some() || is_bare(ty, "Option");
        let optional = raw.optional || raw.ty.as_ref().is_some_and(is_option);
        let ty = raw.ty.and_then(|ty| sendable(ty, scope));
        args.push(Read {
            ident: raw.ident,
            docs,
            ty,
            optional,
            place,
        });
    }
    args
}

/// A type that a value can be sent of; after an error, the one that was probably meant.
fn sendable(ty: Type, scope: &mut Scope<'_>) -> Option<Type> {
    let inner = only_argument(&ty, "Option").unwrap_or(&ty);
    let problem = match ungrouped(inner) {
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            let meant = owned
                .as_deref()
                .and_then(|owned| syn::parse_str(owned).ok());
            scope.push(inner, &Problem::TypeReference { owned });
            return meant;
        }
        plain if is_bare(plain, "Option") => Problem::TypeUnfinished { name: "Option" },
        plain if is_bare(plain, "Vec") => Problem::TypeUnfinished { name: "Vec" },
        _ if mentions_word(inner, "impl") => Problem::TypeImpl,
        _ if mentions_word(inner, "dyn") => Problem::TypeDyn,
        _ if mentions_self(inner) => Problem::TypeSelf,
        plain if odd_form(plain).is_some() => Problem::TypeOther {
            what: odd_form(plain).unwrap_or_default(),
        },
        _ if inner_reference(inner) => Problem::TypeReference { owned: None },
        _ if borrows(inner) => Problem::TypeBorrows,
        _ => return Some(ty),
    };
    scope.push(&ty, &problem);
    None
}

/// Says where each argument goes: by its attribute, or by the placeholder of its name. `None` where
/// that can't be said of some.
pub(super) fn place(args: &[Read], keys: &Keys, scope: &mut Scope<'_>) -> Option<Vec<Param>> {
    let path = fill(args, keys, scope);
    let mut rest = Vec::new();
    let mut sound = path.is_some();
    for (index, arg) in args.iter().enumerate() {
        match &arg.place {
            Said::Place(attr) if attr.place != Place::Path => {
                rest.extend(elsewhere(index, arg, attr, keys, scope))
            }
            Said::Unreadable => sound = false,
            _ => {}
        }
    }
    names(args, &rest, keys, scope);
    bodies(args, &rest, keys, scope, sound);
    let mut params = path?;
    params.append(&mut rest);
    sound.then_some(params)
}

/// The placeholders' arguments, in the path's order.
fn fill(args: &[Read], keys: &Keys, scope: &mut Scope<'_>) -> Option<Vec<Param>> {
    let placeholders = &keys.template.placeholders;
    let mut filled: Vec<Option<usize>> = vec![None; placeholders.len()];
    let mut unplaced = Vec::new();
    // An argument that names no placeholder was meant for one all the same.
    let mut astray = 0;
    for (index, arg) in args.iter().enumerate() {
        let position = |name: &str| {
            placeholders
                .iter()
                .position(|placeholder| same_name(placeholder, name))
        };
        let (found, at) = match &arg.place {
            Said::Nothing => (
                position(&arg.ident.unraw().to_string()),
                arg.ident.to_token_stream(),
            ),
            Said::Unreadable => {
                astray += 1;
                continue;
            }
            Said::Place(attr) => {
                let Some(name) = attr.name.as_ref().filter(|_| attr.place == Place::Path) else {
                    continue;
                };
                let Some(found) = position(&name.value()) else {
                    astray += 1;
                    let problem = Problem::UnknownPlaceholder {
                        name: name.value(),
                        placeholders: placeholders.clone(),
                    };
                    scope.push(name, &problem);
                    continue;
                };
                (Some(found), name.to_token_stream())
            }
        };
        match found.map(|position| (position, filled[position])) {
            None => unplaced.push(index),
            Some((position, None)) => {
                filled[position] = Some(index);
                plain(
                    arg,
                    "placeholder",
                    &Problem::OptionInPath,
                    &Problem::ListInPath,
                    scope,
                );
            }
            Some((position, Some(other))) => {
                let placeholder = placeholders[position].clone();
                scope.push(
                    at,
                    &Problem::PlaceholderTaken {
                        placeholder,
                        by: args[other].ident.to_string(),
                    },
                );
            }
        }
    }
    let unfilled: Vec<usize> = (0..placeholders.len())
        .filter(|position| filled[*position].is_none())
        .collect();
    tell_unmatched(args, keys, &unplaced, unfilled, astray, scope);
    let param = |(position, index): (usize, Option<usize>)| {
        let name = placeholders[position].clone();
        Some(Param {
            arg: index?,
            name,
            place: Place::Path,
            shape: Shape::Plain,
            required: true,
        })
    };
    filled.into_iter().enumerate().map(param).collect()
}

/// One error for an argument and the placeholder that it was probably meant for, and one for each
/// that is left.
fn tell_unmatched(
    args: &[Read],
    keys: &Keys,
    unplaced: &[usize],
    mut unfilled: Vec<usize>,
    astray: usize,
    scope: &mut Scope<'_>,
) {
    let placeholders = &keys.template.placeholders;
    let name = |index: usize| args[index].ident.unraw().to_string();
    let mut meant: Vec<Option<usize>> = Vec::new();
    for &index in unplaced {
        let name = name(index);
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
        let placeholder = position.map(|position| placeholders[position].clone());
        let body_allowed = !has_no_body(&keys.method);
        let problem = Problem::ArgWithoutPlace {
            name: name(index),
            placeholder,
            body_allowed,
        };
        scope.push(&args[index].ident, &problem);
    }
    for position in unfilled.into_iter().skip(astray) {
        let placeholder = placeholders[position].clone();
        let elsewhere = args.iter().find_map(|arg| match &arg.place {
            Said::Place(attr) if same_name(&arg.ident.unraw().to_string(), &placeholder) => {
                Some(attr)
            }
            _ => None,
        });
        match elsewhere {
            Some(attr) => {
                scope.push(
                    &attr.whole,
                    &Problem::PlaceholderArgElsewhere {
                        placeholder,
                        place: place_name(attr.place),
                    },
                );
            }
            None => {
                let argument = argument_name(&placeholder);
                scope.push(
                    &keys.path,
                    &Problem::PlaceholderUnfilled {
                        placeholder,
                        argument,
                    },
                );
            }
        }
    }
}

/// `THREAD_CHAT_ID`, `threadChatId` and `thread-chat-id` make `thread_chat_id`; a keyword is made
/// raw.
fn argument_name(placeholder: &str) -> String {
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
        // These can't be raw either.
        "self" | "super" | "crate" => format!("the_{name}: …`, marked `#[path(\"{placeholder}\")]"),
        _ if syn::parse_str::<Ident>(&name).is_err() => format!("r#{name}: …"),
        _ => format!("{name}: …"),
    }
}

/// Refuses what can't be one value.
fn plain(arg: &Read, place: &'static str, option: &Problem, list: &Problem, scope: &mut Scope<'_>) {
    if arg.value().is_some_and(is_compound) {
        scope.push(&arg.ty, &Problem::NotPlain { place });
    } else if arg.optional && *option == Problem::OptionInPath {
        scope.push(&arg.ty, option);
    } else if arg.item().is_some() {
        scope.push(&arg.ty, list);
    }
}

/// What goes into query, header or body.
fn elsewhere(
    index: usize,
    arg: &Read,
    attr: &Attr,
    keys: &Keys,
    scope: &mut Scope<'_>,
) -> Option<Param> {
    let list = arg.item().is_some();
    let shape = match attr.place {
        Place::Query if attr.flatten && list => {
            scope.push(&attr.whole, &Problem::FlattenList);
            return None;
        }
        Place::Query if attr.csv && !list && arg.ty.is_some() => {
            scope.push(&attr.whole, &Problem::CsvNeedsList);
            return None;
        }
        Place::Query
            if attr.flatten
                && arg
                    .value()
                    .is_some_and(|ty| is_primitive(ty) || is_named(ty, "String")) =>
        {
            scope.push(&attr.whole, &Problem::FlattenPlain);
            return None;
        }
        Place::Query
            if !attr.flatten
                && arg
                    .item()
                    .or(arg.value())
                    .is_some_and(|ty| is_compound(ty) || list && is_named(ty, "Vec")) =>
        {
            scope.push(
                &arg.ty,
                &Problem::NotPlain {
                    place: "query parameter",
                },
            );
            return None;
        }
        Place::Query if attr.flatten => Shape::Flatten,
        Place::Query if attr.csv => Shape::Csv,
        Place::Query if list => Shape::Repeated,
        Place::Header => {
            plain(
                arg,
                "header",
                &Problem::ListInHeader,
                &Problem::ListInHeader,
                scope,
            );
            Shape::Plain
        }
        Place::Field if keys.form.is_some() && list => Shape::Repeated,
        Place::Query | Place::Path => Shape::Plain,
        Place::Field if keys.form.is_some() => Shape::Plain,
        Place::Body if attr.bytes => {
            let value = arg.value();
            let is = |name| value.is_some_and(|ty| is_named(ty, name));
            let octets = value
                .and_then(|ty| only_argument(ty, "Vec"))
                .is_some_and(|item| is_named(item, "u8"));
            if let Some(ty) = value.filter(|_| !(is("Bytes") || is("String") || octets)) {
                scope.push(&arg.ty, &Problem::BytesType { found: written(ty) });
                return None;
            }
            let content_type = attr.content_type.as_ref().map(LitStr::value);
            Shape::Bytes(content_type.unwrap_or_else(|| "application/octet-stream".to_owned()))
        }
        Place::Field | Place::Body => Shape::Json,
    };
    let name = attr
        .name
        .as_ref()
        .map_or_else(|| arg.ident.unraw().to_string(), LitStr::value);
    Some(Param {
        arg: index,
        name,
        place: attr.place,
        shape,
        required: !arg.optional,
    })
}

/// Two arguments of one name, or one and a constant.
fn names(args: &[Read], params: &[Param], keys: &Keys, scope: &mut Scope<'_>) {
    let named = |param: &Param| param.shape != Shape::Flatten && param.place != Place::Body;
    for (index, param) in params.iter().enumerate().filter(|(_, param)| named(param)) {
        let same = |other: &&Param| {
            let one = other.place == param.place && named(other);
            // Headers are the same in any case.
            one && (other.name == param.name
                || param.place == Place::Header && other.name.eq_ignore_ascii_case(&param.name))
        };
        let ident = &args[param.arg].ident;
        if let Some(other) = params[..index].iter().find(same) {
            let place = match param.place {
                Place::Query => "query parameter",
                Place::Header => "header",
                _ => "field",
            };
            let by = args[other.arg].ident.to_string();
            scope.push(
                ident,
                &Problem::RepeatedName {
                    place,
                    name: param.name.clone(),
                    by,
                },
            );
        }
        if param.place == Place::Query && keys.template.query_names().any(|name| name == param.name)
        {
            scope.push(
                ident,
                &Problem::ConstantQueryClash {
                    name: param.name.clone(),
                },
            );
        }
    }
}

/// Whether there may be a body, and whether it is one.
fn bodies(args: &[Read], params: &[Param], keys: &Keys, scope: &mut Scope<'_>, all_known: bool) {
    let of = |place: Place| params.iter().filter(move |param| param.place == place);
    if has_no_body(&keys.method) {
        for param in of(Place::Body).chain(of(Place::Field)) {
            let Said::Place(attr) = &args[param.arg].place else {
                continue;
            };
            let problem = Problem::BodyOnGet {
                method: keys.method.clone(),
                place: place_name(param.place),
            };
            scope.push(&attr.whole, &problem);
        }
        if let Some(form) = keys
            .form
            .as_ref()
            .filter(|_| all_known && of(Place::Field).next().is_none())
        {
            scope.push(form, &Problem::FormWithoutFields);
        }
        return;
    }
    for param in of(Place::Body).skip(1) {
        scope.push(&args[param.arg].ident, &Problem::TwoBodies);
    }
    if of(Place::Field).next().is_some()
        && let Some(body) = of(Place::Body).next()
    {
        scope.push(&args[body.arg].ident, &Problem::BodyAndFields);
    } else if let Some(form) = &keys.form {
        if of(Place::Body).next().is_some() {
            scope.push(form, &Problem::FormWithBody);
        } else if of(Place::Field).next().is_none() && all_known {
            scope.push(form, &Problem::FormWithoutFields);
        }
    }
}

fn has_no_body(method: &str) -> bool {
    matches!(method, "GET" | "HEAD")
}
