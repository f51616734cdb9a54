//! The return type: what the answer is, and whether it agrees with the keys.

use syn::{Ident, Type};

use super::Scope;
use super::arguments::Read;
use super::keys::Keys;
use super::types::{
    borrows, first_argument, inner_reference, is_named, mentions_self, mentions_word, odd_form,
    only_argument, owned, ungrouped, written,
};
use crate::model::{Answer, AnswerType, Decode, Page, Param, Place, Shape};
use crate::parse::Output;
use crate::problem::Problem;

/// What a return type says. After an error, the type that was probably meant, so that code that
/// uses the answer stays right.
pub(super) fn answer(output: &Output, scope: &mut Scope<'_>) -> Answer {
    let ty = match output {
        Output::Nothing => return ignored(),
        Output::Unreadable => return unknown(),
        Output::Type(ty) => ty,
    };
    match ungrouped(ty) {
        Type::Tuple(tuple) if tuple.elems.is_empty() => ignored(),
        ty if mentions_word(ty, "impl") || mentions_word(ty, "dyn") => {
            scope.push(ty, &Problem::ReturnImpl);
            unknown()
        }
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            let meant = owned
                .as_deref()
                .and_then(|owned| syn::parse_str::<Type>(owned).ok());
            scope.push(ty, &Problem::ReturnReference { owned });
            meant.as_ref().map_or_else(unknown, by_name)
        }
        _ if inner_reference(ty) => {
            scope.push(ty, &Problem::ReturnReference { owned: None });
            unknown()
        }
        _ if borrows(ty) => {
            scope.push(ty, &Problem::ReturnBorrows);
            unknown()
        }
        _ if mentions_self(ty) => {
            scope.push(ty, &Problem::ReturnSelf);
            unknown()
        }
        Type::Path(_) if is_named(ty, "Result") => {
            let inner = first_argument(ty);
            scope.push(
                ty,
                &Problem::ReturnResult {
                    inner: inner.map(written).filter(|inner| inner != "()"),
                },
            );
            match inner.map(ungrouped) {
                Some(Type::Path(_)) => by_name(inner.unwrap_or(ty)),
                Some(Type::Tuple(tuple)) if tuple.elems.is_empty() => ignored(),
                _ => unknown(),
            }
        }
        ty if only_argument(ty, "Option")
            .is_some_and(|inner| only_argument(inner, "Page").is_some()) =>
        {
            scope.push(ty, &Problem::ReturnOptionalPage);
            by_name(only_argument(ty, "Option").unwrap_or(ty))
        }
        // Its type is still being typed.
        ty if is_named(ty, "Page") && first_argument(ty).is_none() => {
            scope.push(ty, &Problem::ReturnBarePage);
            unknown()
        }
        ty if odd_form(ty).is_some() => {
            scope.push(
                ty,
                &Problem::ReturnOther {
                    what: odd_form(ty).unwrap_or_default(),
                },
            );
            unknown()
        }
        ty => by_name(ty),
    }
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
pub(super) fn check(keys: &Keys, decode: Decode, output: &Output, scope: &mut Scope<'_>) {
    if keys.method == "HEAD" && decode != Decode::Ignored {
        scope.push(output, &Problem::AnswerOfHead);
        return;
    }
    match (&keys.page, decode) {
        (None, Decode::Paged) if !keys.unreadable_page => {
            scope.push(output, &Problem::PageWithoutKey)
        }
        (Some(page), Decode::Json | Decode::Raw | Decode::Ignored) => {
            scope.push(&page.tokens, &Problem::KeyWithoutPage);
        }
        _ => {}
    }
    if let Some((tokens, _)) = &keys.response {
        match (&keys.page, decode) {
            (Some(_), _) | (_, Decode::Paged) => scope.push(tokens, &Problem::ResponseWithPage),
            (_, Decode::Raw) => scope.push(
                tokens,
                &Problem::ResponseUnread {
                    decode: "read as raw `Bytes`",
                },
            ),
            (_, Decode::Ignored) => {
                scope.push(tokens, &Problem::ResponseUnread { decode: "ignored" })
            }
            (_, Decode::Json) => {}
        }
    }
}

/// The page's keys, with the parameter that carries the token.
pub(super) fn page(
    keys: &Keys,
    args: &[Read],
    params: &[Param],
    scope: &mut Scope<'_>,
) -> Option<Page> {
    let page = keys.page.as_ref()?;
    let named = page.param.clone().or_else(|| page.token.last().cloned())?;
    let queries = || {
        params
            .iter()
            .enumerate()
            .filter(|(_, param)| param.place == Place::Query)
    };
    let Some((index, param)) = queries().find(|(_, param)| param.name == named) else {
        let queries = queries().map(|(_, param)| param.name.clone()).collect();
        scope.push(
            &page.tokens,
            &Problem::PageNoParam {
                param: named,
                queries,
            },
        );
        return None;
    };
    let ident: &Ident = &args[param.arg].ident;
    if param.required {
        scope.push(
            ident,
            &Problem::PageParamRequired {
                param: ident.to_string(),
            },
        );
    } else if param.shape != Shape::Plain {
        scope.push(
            ident,
            &Problem::PageParamShape {
                param: ident.to_string(),
            },
        );
    }
    Some(Page {
        items: page.items.clone(),
        token: page.token.clone(),
        param: index,
    })
}
