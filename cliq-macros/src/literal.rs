//! String literals.

use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;
use syn::Lit;
use syn::parse::{Parse, ParseStream, Result};

/// A string as it is written, and what it is.
#[derive(Clone)]
pub(crate) struct Text {
    literal: Literal,
    value: String,
}

impl Text {
    /// `None` if it is no string, or has a suffix.
    pub(crate) fn of(literal: &Literal) -> Option<Self> {
        Some(Self {
            value: string(literal)?,
            literal: literal.clone(),
        })
    }

    pub(crate) fn value(&self) -> String {
        self.value.clone()
    }
}

impl Parse for Text {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let literal: Literal = input.parse()?;
        Self::of(&literal).ok_or_else(|| syn::Error::new(literal.span(), "expected a string"))
    }
}

impl ToTokens for Text {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.literal.to_tokens(tokens);
    }
}

/// What a string literal without a suffix holds.
pub(crate) fn string(literal: &Literal) -> Option<String> {
    let written = literal.to_string();
    let inside = written
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inside {
        // Nearly all are like that, and syn would look at each character.
        Some(inside) if !inside.contains('\\') && !inside.contains('\r') => Some(inside.to_owned()),
        _ => match Lit::new(literal.clone()) {
            Lit::Str(text) if text.suffix().is_empty() => Some(text.value()),
            _ => None,
        },
    }
}
