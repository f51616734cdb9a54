//! The return type: what the answer is, and whether it agrees with the keys.

use syn::Type;

use super::arguments::Argument;
use super::encoding::Encoding;
use super::wire::Page;
use crate::errors::Sink;
use crate::parse::Output;
use crate::parse::endpoint::{EndpointAttr, Head, PageArgs};
use crate::parse::keys::{Read, Whole};
use crate::problem::{On, Problem};
use crate::types::{
    Inside, first_argument, is_named, is_odd, only_argument, owned, ungrouped, written,
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
    Ignored,
}

/// Reads a return type. After an error, it is the type that was probably meant, so that code which
/// uses the answer stays right.
pub(super) fn read(output: &Output, errors: Sink<'_>) -> Answer {
    let ty = match output {
        Output::Nothing => return ignored(),
        Output::Unreadable => return unknown(),
        Output::Type(ty) => ty,
    };
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
        ty if let Some(page) = optional_page(ty) => {
            let problem = Problem::ReturnOptionalPage {
                page: written(page),
            };
            (problem, by_name(page))
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

/// `Page<T>` of `Option<Page<T>>`.
fn optional_page(ty: &Type) -> Option<&Type> {
    only_argument(ty, "Option").filter(|inner| only_argument(inner, "Page").is_some())
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
        () if only_argument(ty, "Page").is_some() => Decode::Paged,
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
        (Some((_, page)), Decode::Json | Decode::Raw | Decode::Ignored) => {
            errors.push(page, &Problem::KeyWithoutPage);
        }
        _ => {}
    }
    if let Some((_, response)) = keys.response.given() {
        let problem = match decode {
            _ if !keys.page.is_absent() => Problem::ResponseWithPage,
            Decode::Paged => Problem::ResponseWithPage,
            Decode::Raw => Problem::ResponseUnread { raw: true },
            Decode::Ignored => Problem::ResponseUnread { raw: false },
            Decode::Json => return,
        };
        errors.push(response, &problem);
    }
}

/// The page's keys, with the argument that carries the token.
pub(super) fn page(attr: &EndpointAttr, args: &[Argument], errors: Sink<'_>) -> Option<Page> {
    let (page, at) = attr.args.keys.page.given()?;
    let (items, token) = members(page, at, errors)?;
    let named = page.keys.param.value().map(|param| param.0.clone());
    let named = named.or_else(|| token.last().cloned())?;
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
                queries,
            };
            errors.push(at, &problem);
        }
        return None;
    };
    let param = arg.ident.to_string();
    if !arg.value.optional {
        errors.push(&arg.ident, &Problem::PageParamRequired { param });
    } else if sent.encoding != Encoding::Query {
        errors.push(&arg.ident, &Problem::PageParamEncoding { param });
    }
    Some(Page {
        items,
        token,
        param: sent.position,
    })
}

/// The paths of items and token.
fn members(
    page: &Read<PageArgs>,
    at: &Whole,
    errors: Sink<'_>,
) -> Option<(Vec<String>, Vec<String>)> {
    let keys = &page.keys;
    for (key, slot) in [("items", &keys.items), ("token", &keys.token)] {
        if slot.is_absent() && !page.may_hold(key) {
            errors.push(at, &Problem::PageMissing { key });
            return None;
        }
    }
    let (items, token) = (&keys.items.value()?.0, &keys.token.value()?.0);
    if token.starts_with(items) {
        errors.push(at, &Problem::TokenInItems);
        return None;
    }
    Some((items.clone(), token.clone()))
}
