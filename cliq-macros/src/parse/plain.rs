//! Signatures as nearly all are written: `fn name(&self, a: A, b: Option<B>) -> C`.
//!
//! syn reads them as well, but it looks ahead for all that a signature can have, at several times
//! the cost where it isn't optimized, as in a macro.

use proc_macro2::Delimiter;
use syn::buffer::Cursor;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Result};
use syn::punctuated::Punctuated;
use syn::{
    AngleBracketedGenericArguments, FnArg, GenericArgument, Generics, Ident, Pat, PatIdent,
    PatType, PathArguments, PathSegment, Receiver, ReceiverKind, ReturnType, Safety, Signature,
    Token, Type, TypePath, parenthesized, token,
};

use crate::attrs::parse_outer;

/// Reads any signature.
pub(super) fn signature(input: ParseStream<'_>) -> Result<Signature> {
    let ahead = input.fork();
    match plain(&ahead) {
        Ok(sig) if ahead.peek(Token![;]) || ahead.peek(token::Brace) => {
            input.advance_to(&ahead);
            Ok(sig)
        }
        _ => input.parse(),
    }
}

fn plain(input: ParseStream<'_>) -> Result<Signature> {
    let (fn_token, ident) = (input.parse()?, input.parse()?);
    let content;
    let paren_token = parenthesized!(content in input);
    let mut inputs = Punctuated::new();
    while !content.is_empty() {
        inputs.push_value(argument(&content, inputs.is_empty())?);
        if content.is_empty() {
            break;
        }
        inputs.push_punct(content.parse()?);
    }
    let output = if input.peek(Token![->]) {
        ReturnType::Type(input.parse()?, Box::new(ty(input)?))
    } else {
        ReturnType::Default
    };
    Ok(Signature {
        constness: None,
        asyncness: None,
        safety: Safety::Default,
        abi: None,
        fn_token,
        ident,
        generics: Generics::default(),
        paren_token,
        inputs,
        variadic: None,
        output,
    })
}

/// `&self` or `name: Type`.
fn argument(input: ParseStream<'_>, is_first: bool) -> Result<FnArg> {
    let attrs = input.call(parse_outer)?;
    if is_first && input.peek(Token![&]) {
        return Ok(FnArg::Receiver(Receiver {
            attrs,
            mutability: None,
            kind: ReceiverKind::Reference(input.parse()?, None, None),
            self_token: input.parse()?,
        }));
    }
    let pat = Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: input.parse()?,
        subpat: None,
    });
    Ok(FnArg::Typed(PatType {
        attrs,
        pat: Box::new(pat),
        colon_token: input.parse()?,
        ty: Box::new(ty(input)?),
    }))
}

/// Reads any type.
fn ty(input: ParseStream<'_>) -> Result<Type> {
    let is_end = |behind: Cursor<'_>| {
        behind.eof()
            || behind.group(Delimiter::Brace).is_some()
            || (behind.punct()).is_some_and(|(mark, _)| matches!(mark.as_char(), ',' | ';'))
    };
    if behind_path(input.cursor()).is_some_and(is_end) {
        path(input)
    } else {
        input.parse()
    }
}

/// What is behind `A` or `A<B>`.
fn behind_path(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let (_, behind) = cursor.ident()?;
    match behind.punct() {
        Some((mark, inside)) if mark.as_char() == '<' => {
            let (mark, behind) = behind_path(inside)?.punct()?;
            (mark.as_char() == '>').then_some(behind)
        }
        _ => Some(behind),
    }
}

/// Reads `A` or `A<B>`.
fn path(input: ParseStream<'_>) -> Result<Type> {
    let ident: Ident = input.parse()?;
    let arguments = if input.peek(Token![<]) {
        PathArguments::AngleBracketed(AngleBracketedGenericArguments {
            colon2_token: None,
            lt_token: input.parse()?,
            args: Punctuated::from_iter([GenericArgument::Type(path(input)?)]),
            gt_token: input.parse()?,
        })
    } else {
        PathArguments::None
    };
    Ok(Type::Path(TypePath {
        attrs: Vec::new(),
        qself: None,
        path: PathSegment { ident, arguments }.into(),
    }))
}
