//! The return type: what the answer is, and whether it agrees with the keys.

use syn::{Ident, Type};

use super::argument::{Argument, Encoding};
use super::wire::{Page, Way};
use crate::errors::Sink;
use crate::parse::Output;
use crate::parse::endpoint::{EndpointAttr, Head, PageArgs};
use crate::parse::keys::{Key, Read, Whole};
use crate::parse::values::Next;
use crate::problem::{On, Problem};
use crate::types::{
    Inside, first_argument, innermost, is_named, is_odd, only_argument, owned, ungrouped, written,
};

/// The answer: its type as written, and how it is decoded by that.
pub(crate) struct Answer {
    pub(crate) ty: AnswerType,
    pub(crate) decode: Decode,
}

impl Answer {
    pub(crate) fn is_option(&self) -> bool {
        matches!(&self.ty, AnswerType::Known(ty) if only_argument(ty, "Option").is_some())
    }
}

pub(crate) enum AnswerType {
    /// `()`.
    Nothing,
    Known(Box<Type>),
    /// Unreadable; the error is reported.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decode {
    Json,
    Paged,
    Raw,
    Text,
    Download,
    Events,
    JsonLines,
    Ignored,
}

impl Decode {
    /// The name of the runtime's type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "Json",
            Self::Paged => "Paged",
            Self::Raw => "Raw",
            Self::Text => "Text",
            Self::Download => "Download",
            Self::Events => "Events",
            Self::JsonLines => "JsonLines",
            Self::Ignored => "Ignored",
        }
    }

    /// The runtime's `ResponseKind`, where it is not JSON.
    pub(crate) fn kind(self) -> Option<&'static str> {
        match self {
            Self::Json | Self::Paged | Self::Ignored => None,
            Self::Raw => Some("Bytes"),
            other => Some(other.name()),
        }
    }
}

/// Reads a return type. After an error, it is the type that was probably meant, so that code which
/// uses the answer stays right.
pub(super) fn read(output: &Output, builder: &Ident, errors: Sink<'_>) -> Answer {
    let ty = match output {
        Output::Nothing => return ignored(),
        Output::Unreadable => return unknown(),
        Output::Type(ty) => ty,
    };
    if let Some(same) = innermost(ty, builder) {
        let name = builder.to_string();
        errors.push(same, &Problem::BuilderIsType { name });
        return unknown();
    }
    let inside = Inside::of(ty);
    let (problem, meant) = match ungrouped(ty) {
        Type::Tuple(tuple) if tuple.elems.is_empty() => return ignored(),
        _ if inside.has_impl || inside.has_dyn => (Problem::ReturnImpl, unknown()),
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            let meant = owned
                .as_deref()
                .and_then(|owned| syn::parse_str::<Type>(owned).ok());
            let meant = meant.as_ref().map_or_else(unknown, by_name);
            (Problem::ReturnReference { owned }, meant)
        }
        _ if inside.has_reference => (Problem::ReturnReference { owned: None }, unknown()),
        _ if inside.has_lifetime => (Problem::ReturnBorrows, unknown()),
        _ if inside.has_self => (Problem::ReturnSelf, unknown()),
        Type::Path(_) if is_named(ty, "Result") => {
            let inner = first_argument(ty);
            let meant = match inner.map(ungrouped) {
                Some(Type::Path(_)) => inner.map_or_else(unknown, by_name),
                Some(Type::Tuple(tuple)) if tuple.elems.is_empty() => ignored(),
                _ => unknown(),
            };
            let inner = inner.map(written).filter(|inner| inner != "()");
            (Problem::ReturnResult { inner }, meant)
        }
        ty if let Some((name, inner)) = never_optional(ty) => {
            let ty = written(inner);
            (Problem::ReturnOptional { name, ty }, by_name(inner))
        }
        // Its type is still being typed.
        ty if is_named(ty, "Page") && first_argument(ty).is_none() => {
            (Problem::ReturnBarePage, unknown())
        }
        ty if is_odd(ty) => (Problem::ReturnOdd { found: written(ty) }, unknown()),
        ty => return by_name(ty),
    };
    errors.push(ty, &problem);
    meant
}

/// `Page<T>` of `Option<Page<T>>`, and the same of streams.
fn never_optional(ty: &Type) -> Option<(&'static str, &Type)> {
    let inner = only_argument(ty, "Option")?;
    let generic = ["Page", "Events", "JsonLines"];
    let name = generic
        .into_iter()
        .find(|name| only_argument(inner, name).is_some())
        .or_else(|| is_named(inner, "Download").then_some("Download"))?;
    Some((name, inner))
}

fn ignored() -> Answer {
    Answer {
        ty: AnswerType::Nothing,
        decode: Decode::Ignored,
    }
}

fn unknown() -> Answer {
    Answer {
        ty: AnswerType::Unknown,
        decode: Decode::Json,
    }
}

fn by_name(ty: &Type) -> Answer {
    let decode = match () {
        () if is_named(ty, "Bytes") => Decode::Raw,
        () if is_named(ty, "Text") => Decode::Text,
        () if is_named(ty, "Download") => Decode::Download,
        () if only_argument(ty, "Page").is_some() => Decode::Paged,
        () if only_argument(ty, "Events").is_some() => Decode::Events,
        () if only_argument(ty, "JsonLines").is_some() => Decode::JsonLines,
        () => Decode::Json,
    };
    Answer {
        ty: AnswerType::Known(Box::new(ty.clone())),
        decode,
    }
}

/// Whether the keys agree with the return type.
pub(super) fn check(
    head: &Head,
    attr: &EndpointAttr,
    decode: Decode,
    output: &Output,
    errors: Sink<'_>,
) {
    let keys = &attr.args.keys;
    if head.method.name == "HEAD" && decode != Decode::Ignored {
        errors.push(output, &Problem::AnswerOfHead);
        return;
    }
    match (keys.page.given(), decode) {
        (None, Decode::Paged) if keys.page.is_absent() && !attr.may_hold("page") => {
            errors.push(output, &Problem::PageWithoutKey);
        }
        (None, _) | (_, Decode::Paged) => {}
        (Some((_, page)), _) => errors.push(page, &Problem::KeyWithoutPage),
    }
    if let Some((_, response)) = keys.response.given() {
        let problem = match decode {
            _ if !keys.page.is_absent() => Problem::ResponseWithPage,
            Decode::Paged => Problem::ResponseWithPage,
            Decode::Json => return,
            Decode::Ignored => Problem::ResponseUnread { found: None },
            other => Problem::ResponseUnread {
                found: other.kind(),
            },
        };
        errors.push(response, &problem);
    }
}

/// The page's keys, with the argument that asks for the next page.
pub(super) fn page(attr: &EndpointAttr, args: &[Argument], errors: Sink<'_>) -> Option<Page> {
    let (page, at) = attr.args.keys.page.given()?;
    let errors = errors.part();
    let way = way(page, at, args, errors);
    check_page(page, at, errors);
    let way = way.filter(|_| !errors.failed())?;
    let keys = &page.keys;
    Some(Page {
        items: keys
            .items
            .value()
            .map(|items| items.0.clone())
            .unwrap_or_default(),
        way,
        more: keys.more.value().map(|more| more.0.clone()),
    })
}

/// The one key that selects how the next page is found.
fn way(page: &Read<PageArgs>, at: &Whole, args: &[Argument], errors: Sink<'_>) -> Option<Way> {
    let keys = &page.keys;
    let ways = [
        ("token", keys.token.key()),
        ("next", keys.next.key()),
        ("number", keys.number.key()),
        ("offset", keys.offset.key()),
    ];
    let mut written = ways
        .into_iter()
        .filter_map(|(name, key)| Some((name, key?)));
    let Some((first, _)) = written.next() else {
        if ["token", "next", "number", "offset"]
            .iter()
            .all(|key| !page.may_hold(key))
        {
            errors.push(at, &Problem::PageWithoutWay);
        }
        return None;
    };
    if let Some((second, key)) = written.next() {
        errors.push(&key.whole, &Problem::PageKeysConflict { first, second });
        return None;
    }
    match first {
        "token" => {
            let member = keys.token.value()?.0.clone();
            let named = keys.param.value().map(|param| param.0.clone());
            let param = param(
                named.or_else(|| member.last().cloned())?,
                first,
                at,
                args,
                errors,
            )?;
            Some(Way::Token { member, param })
        }
        "next" => match keys.next.value()? {
            Next::Link => Some(Way::Link),
            Next::Url(member) => Some(Way::Url {
                member: member.clone(),
            }),
        },
        "number" => Some(Way::Number {
            param: param(keys.number.value()?.0.clone(), first, at, args, errors)?,
            first: keys.first.value().map_or(1, |first| first.0),
        }),
        _ => Some(Way::Offset {
            param: param(keys.offset.value()?.0.clone(), first, at, args, errors)?,
        }),
    }
}

/// The position of the query argument that carries what asks for the next page.
fn param(
    named: String,
    carries: &'static str,
    at: &Whole,
    args: &[Argument],
    errors: Sink<'_>,
) -> Option<usize> {
    let queries = || {
        args.iter().filter_map(|arg| {
            let sent = arg.sent.as_ref()?;
            (sent.encoding.row().on == On::Query && sent.encoding != Encoding::QueryFlatten)
                .then_some((arg, sent))
        })
    };
    let Some((arg, sent)) = queries().find(|(_, sent)| sent.name == named) else {
        // One that could not be read may be it.
        if args.iter().all(|arg| arg.sent.is_some()) {
            let queries = queries().map(|(_, sent)| sent.name.clone()).collect();
            let problem = Problem::PageNoParam {
                param: named,
                carries,
                queries,
            };
            errors.push(at, &problem);
        }
        return None;
    };
    let param = arg.ident.to_string();
    if !arg.value.optional {
        errors.push(&arg.ident, &Problem::PageParamRequired { param, carries });
    } else if sent.encoding != Encoding::Query {
        errors.push(&arg.ident, &Problem::PageParamEncoding { param, carries });
    }
    Some(sent.position)
}

/// Whether the keys beside the way agree with it, and no member is inside another.
fn check_page(page: &Read<PageArgs>, at: &Whole, errors: Sink<'_>) {
    let keys = &page.keys;
    let requires = |key: &'static str, given: Option<&Key>, other: &'static str, has: bool| {
        if let Some(given) = given.filter(|_| !has && !page.may_hold(other)) {
            errors.push(&given.whole, &Problem::PageKeyRequires { key, other });
        }
    };
    requires("param", keys.param.key(), "token", !keys.token.is_absent());
    requires(
        "first",
        keys.first.key(),
        "number",
        !keys.number.is_absent(),
    );
    if let (Some(more), false) = (keys.more.key(), keys.next.is_absent()) {
        let problem = Problem::PageKeysConflict {
            first: "next",
            second: "more",
        };
        errors.push(&more.whole, &problem);
    }
    // A list has no members beside it.
    let needs_object = [
        ("token", !keys.token.is_absent()),
        ("more", !keys.more.is_absent()),
        ("next", matches!(keys.next.value(), Some(Next::Url(_)))),
    ];
    let needs_object = needs_object.iter().any(|(_, given)| *given);
    if needs_object && keys.items.is_absent() && !page.may_hold("items") {
        errors.push(at, &Problem::PageMissing { key: "items" });
    }
    let Some(items) = keys.items.value() else {
        return;
    };
    let beside = [
        ("token", keys.token.value().map(|token| &token.0)),
        ("more", keys.more.value().map(|more| &more.0)),
        (
            "next",
            match keys.next.value() {
                Some(Next::Url(member)) => Some(member),
                _ => None,
            },
        ),
    ];
    for (key, member) in beside {
        if member.is_some_and(|member| member.starts_with(&items.0)) {
            errors.push(at, &Problem::InItems { key });
        }
    }
}
