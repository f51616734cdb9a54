//! The words in an attribute's parentheses: `"name", scope = "…", page(items = "…"), form`,
//! separated by commas.
//!
//! Each is read by itself, so that one that can't be read costs no other.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Meta, Token};

/// `key`, `key = value` or `key(words)`; an attribute is one, too.
pub(crate) struct Key {
    pub(crate) name: Ident,
    pub(crate) value: Value,
    /// All of it, to underline.
    pub(crate) whole: Whole,
}

pub(crate) enum Whole {
    Word(TokenStream),
    Attribute(Box<Attribute>),
}

impl ToTokens for Whole {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Word(word) => word.to_tokens(tokens),
            Self::Attribute(attr) => attr.to_tokens(tokens),
        }
    }
}

pub(crate) enum Value {
    None,
    Equals(TokenStream),
    List(TokenStream),
}

impl Key {
    /// `#[name]`, `#[name(…)]` or `#[name = …]`; of a path, its last name.
    pub(crate) fn of_attribute(attr: Attribute) -> Self {
        let value = match &attr.meta {
            Meta::Path(_) => Value::None,
            Meta::NameValue(meta) => Value::Equals(meta.value.to_token_stream()),
            Meta::List(list) => Value::List(list.tokens.clone()),
        };
        let last = attr.path().segments.last();
        Self {
            name: last.map_or_else(
                || Ident::new("_", Span::call_site()),
                |segment| segment.ident.clone(),
            ),
            value,
            whole: Whole::Attribute(Box::new(attr)),
        }
    }

    /// The name as written, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.name.unraw().to_string()
    }

    /// Reads one word that begins with a name; `Err` holds what can't be read.
    pub(crate) fn parse(tokens: TokenStream) -> Result<Self, TokenStream> {
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
            Ok((name, value, rest)) if rest.is_empty() => Ok(Self {
                name,
                value,
                whole: Whole::Word(tokens),
            }),
            Ok((_, _, rest)) => Err(rest),
            Err(_) => Err(tokens),
        }
    }
}

/// What is in an attribute's parentheses; empty where it has none.
pub(crate) fn inside(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

/// Splits at the commas outside of groups. A comma at the end is as good as none; one that
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
            // Commas between a type's parameters are in no group.
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

/// Whether it is a comma that [`split`] kept.
pub(crate) fn is_comma(tokens: &TokenStream) -> bool {
    syn::parse2::<Token![,]>(tokens.clone()).is_ok()
}

/// Takes the commas that separate nothing out of what [`split`] returned, and returns the first.
pub(crate) fn lone_comma(chunks: &mut Vec<TokenStream>) -> Option<TokenStream> {
    let lone: Vec<_> = chunks.extract_if(.., |chunk| is_comma(chunk)).collect();
    lone.into_iter().next()
}

/// A string that is a whole word. `"text"suffix` is none.
pub(crate) fn text(tokens: &TokenStream) -> Option<LitStr> {
    syn::parse2::<LitStr>(tokens.clone())
        .ok()
        .filter(|text| text.suffix().is_empty())
}
