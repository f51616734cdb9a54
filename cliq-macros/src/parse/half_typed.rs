//! Methods that can't be read as a whole, as they are still being typed: what can be read of them
//! is kept, so that their names, and those of their arguments, stay known.
//!
//! rustc has reported what is wrong with them by now; one error more is added at most.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Receiver, Signature, Token, Type};

use super::argument::Arg;
use super::{Method, Output, endpoint_of};
use crate::attrs::Attr;
use crate::errors::Sink;
use crate::problem::Problem;
use crate::types::first_argument;

pub(super) fn read<'e>(tokens: &TokenStream, errors: Sink<'e>) -> Option<Method<'e>> {
    let Some(parts) = Parts::of(tokens) else {
        errors.push_last(tokens, &Problem::UnreadableMember);
        return None;
    };
    if !parts.garbage.is_empty() {
        errors.push_last(parts.garbage, &Problem::UnreadableMember);
    }
    errors.name(&parts.ident);
    let mut receiver: Option<Receiver> = None;
    let mut no_self = None;
    let mut args: Vec<Arg<'e>> = Vec::new();
    let mut untyped = None;
    // What is wrong with these is a consequence.
    let consequences = errors.part();
    consequences.close();
    for chunk in arguments(parts.args) {
        match argument(&chunk, consequences) {
            Argument::This(this) => receiver = syn::parse2(quote!(&#this)).ok(),
            // `&sel`, on its way to `&self`.
            Argument::Named(arg)
                if arg.ty.is_none()
                    && args.is_empty()
                    && chunk.first().is_some_and(is_reference) =>
            {
                no_self = Some(chunk.into_iter().collect::<TokenStream>());
            }
            Argument::Named(mut arg) => {
                if arg.ty.is_none() && !arg.optional {
                    untyped.get_or_insert_with(|| arg.ident.clone());
                }
                // `id id: String` is one.
                if let Some(before) =
                    args.pop_if(|before| before.ident == arg.ident && before.ty.is_none())
                    && arg.attr.is_absent()
                {
                    arg.attr = before.attr;
                }
                args.push(*arg);
            }
            Argument::Nothing => {}
        }
    }
    match (untyped, parts.arrow, no_self) {
        (_, _, Some(chunk)) => errors.push_last(chunk, &Problem::NoSelf),
        (Some(arg), ..) => errors.push_last(arg, &Problem::ArgWithoutType),
        (None, Some(arrow), _) => errors.push_last(arrow, &Problem::ReturnArrow),
        (None, None, None) => errors.push_last(&parts.ident, &Problem::UnreadableMethod),
    }
    let (attrs, endpoint, repeated) = endpoint_of(parts.attrs, errors);
    let (fn_token, ident) = (parts.fn_token, parts.ident);
    Some(Method {
        errors,
        attrs,
        endpoint,
        repeated,
        vis: TokenStream::new(),
        default: None,
        sig: Signature {
            fn_token,
            ..syn::parse2(quote!(fn #ident())).ok()?
        },
        receiver,
        args,
        output: parts.output,
        body: None,
        half_typed: true,
    })
}

struct Parts {
    attrs: Vec<Attr>,
    /// What is before `fn` and doesn't belong there.
    garbage: TokenStream,
    fn_token: Token![fn],
    ident: Ident,
    args: TokenStream,
    /// What is in the place of `->`, if it is something else.
    arrow: Option<TokenStream>,
    output: Output,
}

impl Parts {
    fn of(tokens: &TokenStream) -> Option<Self> {
        let mut before: Vec<TokenTree> = tokens.clone().into_iter().collect();
        // The last one that names something: a lone `fn` may precede it.
        let is_named = |pair: &[TokenTree]| is_word(&pair[0], "fn") && named(&pair[1]).is_some();
        let position = before.windows(2).rposition(is_named)?;
        let mut tokens = before.split_off(position).into_iter().peekable();
        let fn_token = Token![fn](tokens.next()?.span());
        let ident = named(&tokens.next()?)?;
        let args = match tokens.next_if(is_parenthesized) {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => TokenStream::new(),
        };
        let (arrow, output) = output(&tokens.collect::<Vec<_>>());
        let (attrs, garbage) = (attributes(&before), garbage(&before));
        Some(Self {
            attrs,
            garbage,
            fn_token,
            ident,
            args,
            arrow,
            output,
        })
    }
}

/// A name that is no keyword.
fn named(token: &TokenTree) -> Option<Ident> {
    match token {
        TokenTree::Ident(ident) => syn::parse2(TokenTree::Ident(ident.clone()).into()).ok(),
        _ => None,
    }
}

fn is_reference(token: &TokenTree) -> bool {
    is_punct(token, '&')
}

/// The tokens before `fn` less attributes and the words that are allowed there.
fn garbage(tokens: &[TokenTree]) -> TokenStream {
    let words = [
        "pub", "default", "const", "async", "unsafe", "safe", "extern",
    ];
    let mut garbage = TokenStream::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1);
        let is_attribute = is_punct(token, '#')
            && next.is_some_and(|next| !attributes(&[token.clone(), next.clone()]).is_empty());
        if is_attribute {
            at += 1;
        } else if words.iter().any(|word| is_word(token, word)) {
            // `pub(crate)`, `extern "C"`.
            at += usize::from(matches!(
                next,
                Some(TokenTree::Group(_) | TokenTree::Literal(_))
            ));
        } else {
            garbage.extend([token.clone()]);
        }
        at += 1;
    }
    garbage
}

fn is_parenthesized(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}

/// Those of the attributes that can be read.
fn attributes(tokens: &[TokenTree]) -> Vec<Attr> {
    let pairs = tokens
        .windows(2)
        .filter(|pair| is_punct(&pair[0], '#') && matches!(pair[1], TokenTree::Group(_)));
    let read = |pair: &[TokenTree]| {
        Attr::parse_outer
            .parse2(pair.iter().cloned().collect())
            .ok()
    };
    pairs.filter_map(read).flatten().collect()
}

/// `-> Type`, or what was meant for it: `=> Type`, `: Type`, `- Type`, `Type`.
fn output(tokens: &[TokenTree]) -> (Option<TokenStream>, Output) {
    let marks = tokens
        .iter()
        .take_while(|token| {
            ['-', '=', '>', ':']
                .iter()
                .any(|mark| is_punct(token, *mark))
        })
        .count();
    let (arrow, ty) = tokens.split_at(marks);
    let ty = ty
        .iter()
        .take_while(|token| !is_punct(token, ';') && !is_braced(token) && !is_word(token, "where"));
    let ty: Vec<_> = ty.cloned().collect();
    let written: String = arrow.iter().map(ToString::to_string).collect();
    let found = match written.as_str() {
        "->" => None,
        "" if ty.is_empty() => None,
        "" => Some(&ty[..]),
        _ => Some(arrow),
    };
    let found = found.map(|tokens| tokens.iter().cloned().collect());
    let output = match ty_of(&ty).0 {
        Some(ty) => Output::Type(Box::new(ty)),
        None if written.is_empty() && ty.is_empty() => Output::Nothing,
        None => Output::Unreadable,
    };
    (found, output)
}

fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Splits where an argument begins, whatever separates it from the one before: at `self`, and at a
/// name before a single colon, each with what belongs before it.
fn arguments(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut chunks: Vec<Vec<TokenTree>> = vec![Vec::new()];
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        let begins = is_word(token, "self") || is_name(token) && begins_type(&tokens[index + 1..]);
        if let (true, Some(chunk)) = (begins, chunks.last_mut()) {
            let own = chunk.len() - prefix(chunk);
            let next = chunk.split_off(own);
            chunks.push(next);
            depth = 0;
        }
        depth = if is_punct(token, '<') {
            depth + 1
        } else {
            depth.saturating_sub(usize::from(is_punct(token, '>')))
        };
        if is_punct(token, ',') && depth == 0 {
            chunks.push(Vec::new());
        } else if let Some(chunk) = chunks.last_mut() {
            chunk.push(token.clone());
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

fn is_name(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_))
}

/// Whether a colon follows that is no half of `::`.
fn begins_type(rest: &[TokenTree]) -> bool {
    let Some(TokenTree::Punct(punct)) = rest.first() else {
        return false;
    };
    punct.as_char() == ':' && punct.spacing() == Spacing::Alone
}

/// How many tokens at the end of a chunk belong to the argument that begins behind it: attributes,
/// `mut`, `&`.
fn prefix(chunk: &[TokenTree]) -> usize {
    let mut length = 0;
    loop {
        let rest = &chunk[..chunk.len() - length];
        length += match rest {
            [.., hash, TokenTree::Group(group)]
                if is_punct(hash, '#') && group.delimiter() == Delimiter::Bracket =>
            {
                2
            }
            [.., last] if is_punct(last, '&') || is_punct(last, '#') || is_word(last, "mut") => 1,
            _ => return length,
        };
    }
}

enum Argument<'e> {
    /// `self`, however it is written.
    This(Ident),
    Named(Box<Arg<'e>>),
    Nothing,
}

fn argument<'e>(chunk: &[TokenTree], errors: Sink<'e>) -> Argument<'e> {
    let names = |token: &TokenTree| match token {
        TokenTree::Ident(ident) if ident != "mut" && ident != "ref" => Some(ident.clone()),
        _ => None,
    };
    let Some((position, ident)) = chunk
        .iter()
        .enumerate()
        .find_map(|(at, token)| Some((at, names(token)?)))
    else {
        return Argument::Nothing;
    };
    if ident == "self" {
        return Argument::This(ident);
    }
    // A keyword can't be a name, and rustc reports it.
    let Ok(ident) = syn::parse2::<Ident>(TokenTree::Ident(ident).into()) else {
        return Argument::Nothing;
    };
    let rest = &chunk[position + 1..];
    // However many colons there are.
    let colons = rest.iter().take_while(|token| is_punct(token, ':')).count();
    let (ty, optional) = ty_of(&rest[colons..]);
    let attrs = attributes(&chunk[..position]);
    Argument::Named(Box::new(Arg {
        optional,
        ..Arg::new(attrs, ident, ty, errors)
    }))
}

/// A type, as far as it is written, and whether it is an unfinished `Option`.
fn ty_of(tokens: &[TokenTree]) -> (Option<Type>, bool) {
    if tokens.is_empty() {
        return (None, false);
    }
    let whole: TokenStream = tokens.iter().cloned().collect();
    if let Ok(ty) = syn::parse2::<Type>(whole) {
        return (Some(ty), false);
    }
    // As much of its beginning as is a type, so that what follows by mistake costs nothing.
    let beginning = |input: ParseStream<'_>| {
        let ty: Type = input.parse()?;
        let rest: TokenStream = input.parse()?;
        Ok((ty, rest.is_empty()))
    };
    let optional = tokens.first().is_some_and(|token| is_word(token, "Option"));
    let read = beginning
        .parse2(tokens.iter().cloned().collect())
        .ok()
        .map(|(ty, _)| ty);
    // `Option` alone is not one yet.
    if optional && read.as_ref().is_none_or(|ty| first_argument(ty).is_none()) {
        return (None, true);
    }
    (read, false)
}
