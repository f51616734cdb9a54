//! The generated code while it is written: as text, with the user's tokens in between.
//!
//! Cargo builds macros without optimization. rustc lexes a text in a fraction of the time that it
//! takes to make each of its tokens here, so only what has a place in the user's code is tokens.

use std::fmt::Display;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::Visibility;

/// Stands for the runtime crate in a text. `crate = …` has a place in the user's code, and may be
/// the `$crate` of the user's macro.
const RUNTIME: &str = "$crate";

/// How long a short text is, and how many of them are kept.
const SHORT: usize = 32;

pub(super) struct Out {
    /// `crate = …`.
    runtime: Option<TokenStream>,
    tokens: TokenStream,
    /// What follows them.
    text: String,
    /// Short texts that were lexed before. They recur, and a copy costs a fraction.
    short: Vec<(String, TokenStream)>,
}

impl Out {
    /// `runtime` is the path of the runtime crate, unless it is `::cliq_api`.
    pub(super) fn new(runtime: Option<&impl ToTokens>) -> Self {
        Self {
            runtime: runtime.map(ToTokens::to_token_stream),
            tokens: TokenStream::new(),
            text: String::new(),
            short: Vec::new(),
        }
    }

    /// Another one of the same crate.
    pub(super) fn beside(&self) -> Self {
        Self::new(self.runtime.as_ref())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.tokens.is_empty()
    }

    /// Writes code whose brackets are balanced.
    pub(super) fn text(&mut self, code: &str) -> &mut Self {
        self.text.push_str(code);
        self
    }

    /// Writes the path of the runtime crate, and code that follows it.
    pub(super) fn runtime(&mut self, code: &str) -> &mut Self {
        let path = match self.runtime {
            Some(_) => RUNTIME,
            None => "::cliq_api",
        };
        self.text(path).text(code)
    }

    /// Writes code in which `$crate` is the runtime crate.
    pub(super) fn template(&mut self, code: &str) -> &mut Self {
        let mut pieces = code.split(RUNTIME);
        self.text(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.runtime(piece);
        }
        self
    }

    /// Writes a string literal.
    pub(super) fn string(&mut self, text: &str) -> &mut Self {
        self.text(&format!("{text:?}"))
    }

    /// Writes a number without a suffix.
    pub(super) fn number(&mut self, number: impl Display) -> &mut Self {
        self.text(&number.to_string())
    }

    /// Writes `[…]` of `items`, separated by commas.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.text("[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            write(self, item);
        }
        self.text("]")
    }

    pub(super) fn visibility(&mut self, vis: &Visibility) -> &mut Self {
        match vis {
            Visibility::Public(_) => self.text("pub "),
            vis => self.tokens(vis),
        }
    }

    /// Writes tokens that have their place.
    pub(super) fn tokens(&mut self, tokens: impl ToTokens) -> &mut Self {
        self.lex();
        tokens.to_tokens(&mut self.tokens);
        self
    }

    /// Writes the same as another one.
    pub(super) fn append(&mut self, other: Self) -> &mut Self {
        if !other.tokens.is_empty() {
            self.lex();
            self.tokens.extend([other.tokens]);
        }
        self.text(&other.text)
    }

    /// Writes brackets around what `inside` writes, which may be tokens.
    pub(super) fn group(
        &mut self,
        delimiter: Delimiter,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.group_at(Span::call_site(), delimiter, inside)
    }

    /// The same, with brackets that have a place.
    pub(super) fn group_at(
        &mut self,
        span: Span,
        delimiter: Delimiter,
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.lex();
        let before = std::mem::take(&mut self.tokens);
        inside(self);
        self.lex();
        let inside = std::mem::replace(&mut self.tokens, before);
        let mut group = Group::new(delimiter, inside);
        group.set_span(span);
        self.tokens.append(group);
        self
    }

    pub(super) fn into_tokens(mut self) -> TokenStream {
        self.lex();
        self.tokens
    }

    /// Makes tokens of the text.
    fn lex(&mut self) {
        let text = self.text.trim_ascii();
        if let &[mark] = text.as_bytes()
            && mark.is_ascii_punctuation()
        {
            self.tokens.append(Punct::new(mark.into(), Spacing::Alone));
        } else if !text.is_empty() {
            let known = self.short.iter().find(|(short, _)| short == text);
            let tokens = if let Some((_, tokens)) = known {
                tokens.clone()
            } else {
                let tokens = lexed(text);
                let tokens = match &self.runtime {
                    Some(runtime) => with_runtime(tokens, runtime),
                    None => tokens,
                };
                if text.len() <= SHORT && self.short.len() < SHORT {
                    self.short.push((text.to_owned(), tokens.clone()));
                }
                tokens
            };
            // As a stream: one by one, each token would be converted.
            self.tokens.extend([tokens]);
        }
        self.text.clear();
    }
}

/// The tokens of a text.
pub(super) fn lexed(text: &str) -> TokenStream {
    if proc_macro::is_available() {
        // `proc_macro2` would lex it on its own before.
        let tokens = proc_macro::TokenStream::from_str(text).map(TokenStream::from);
        tokens.unwrap_or_else(|error| unreachable!("{error}: {text}"))
    } else {
        let tokens = TokenStream::from_str(text);
        tokens.unwrap_or_else(|error| unreachable!("{error}: {text}"))
    }
}

/// Replaces `$crate`.
fn with_runtime(tokens: TokenStream, runtime: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '$' => {
                tokens.next();
                replaced.extend([runtime.clone()]);
            }
            TokenTree::Group(group) => {
                let inside = with_runtime(group.stream(), runtime);
                replaced.append(Group::new(group.delimiter(), inside));
            }
            token => replaced.append(token),
        }
    }
    replaced
}
