//! The words in an attribute's parentheses: `POST "/path", scope = "…", page(items = "…")`,
//! separated by commas.
//!
//! Each is read by itself, so that one that can't be read costs no other.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Meta, Token};

/// `key`, `key = value` or `key(words)`.
pub(crate) struct Key {
    pub(crate) name: Ident,
    pub(crate) value: Value,
    /// All of it, to underline.
    pub(crate) tokens: TokenStream,
}

pub(crate) enum Value {
    None,
    Equals(TokenStream),
    List(TokenStream),
}

/// What stands in an attribute's parentheses; empty where it has none.
pub(crate) fn inside(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

/// Splits at the commas that stand in no group. A comma at the end is as good as none; one that
/// separates nothing is kept as what it is.
pub(crate) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut chunks = vec![TokenStream::new()];
    let mut depth = 0_usize;
    let mut before = ' ';
    for token in tokens {
        let this = if let TokenTree::Punct(punct) = &token {
            punct.as_char()
        } else {
            ' '
        };
        match this {
            // Commas between a type's parameters stand in no group.
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                if let Some(chunk) = chunks.last_mut().filter(|chunk| chunk.is_empty()) {
                    chunk.extend(std::iter::once(token));
                }
                chunks.push(TokenStream::new());
                before = this;
                continue;
            }
            _ => {}
        }
        before = this;
        if let Some(chunk) = chunks.last_mut() {
            chunk.extend(std::iter::once(token));
        }
    }
    if chunks.last().is_some_and(TokenStream::is_empty) {
        chunks.pop();
    }
    chunks
}

/// Takes the commas that separate nothing out of what [`split`] gave, and gives back the first.
pub(crate) fn lone_comma(chunks: &mut Vec<TokenStream>) -> Option<TokenStream> {
    let lone: Vec<_> = chunks
        .extract_if(.., |chunk| syn::parse2::<Token![,]>(chunk.clone()).is_ok())
        .collect();
    lone.into_iter().next()
}

/// Reads one word that begins with a name; `Err` holds what can't be read.
pub(crate) fn key(tokens: TokenStream) -> Result<Key, TokenStream> {
    let parse = |input: ParseStream<'_>| {
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            let _: Token![=] = input.parse()?;
            Value::Equals(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let content;
            let _ = syn::parenthesized!(content in input);
            Value::List(content.parse()?)
        } else {
            Value::None
        };
        Ok((name, value, input.parse::<TokenStream>()?))
    };
    match parse.parse2(tokens.clone()) {
        Ok((name, value, rest)) if rest.is_empty() => Ok(Key {
            name,
            value,
            tokens,
        }),
        Ok((_, _, rest)) => Err(rest),
        Err(_) => Err(tokens),
    }
}
