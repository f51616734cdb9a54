//! Attributes, and the strings in them. They are looked at more than read: ours, and those that
//! decide whether something exists.

use proc_macro2::{Delimiter, Literal, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser, Result};
use syn::punctuated::Punctuated;
use syn::{
    AttrStyle, Attribute, Expr, ExprLit, Lit, MacroDelimiter, Meta, MetaList, MetaNameValue, Path,
    Token, bracketed, token,
};

/// An attribute, with its name as text: comparing an identifier makes text of it each time.
#[derive(Clone)]
pub(crate) struct Attr {
    syntax: Attribute,
    /// The last name of its path.
    name: String,
    /// Whether the path is no more than that.
    is_single: bool,
}

impl Attr {
    pub(crate) fn new(syntax: Attribute) -> Self {
        let segments = &syntax.path().segments;
        let name = segments.last().map(|segment| segment.ident.to_string());
        Self {
            name: name.unwrap_or_default(),
            is_single: syntax.path().get_ident().is_some(),
            syntax,
        }
    }

    /// Reads the attributes that precede something.
    pub(crate) fn parse_outer(input: ParseStream<'_>) -> Result<Vec<Self>> {
        let attrs = parse_outer(input)?;
        Ok(attrs.into_iter().map(Self::new).collect())
    }

    /// Reads the attributes inside of something, which are kept with those before it.
    pub(crate) fn parse_inner(input: ParseStream<'_>) -> Result<Vec<Self>> {
        let attrs = input.call(Attribute::parse_inner)?;
        let outer = |attr| Attribute {
            style: AttrStyle::Outer,
            ..attr
        };
        Ok(attrs.into_iter().map(outer).map(Self::new).collect())
    }

    /// Whether its path is this name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.is_single && self.name == name
    }

    /// The last name of its path.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether its path is one name.
    pub(crate) fn is_single(&self) -> bool {
        self.is_single
    }

    pub(crate) fn path(&self) -> &Path {
        self.syntax.path()
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.syntax.meta
    }

    /// Changes what is in the brackets.
    pub(crate) fn with_meta(self, change: impl FnOnce(Meta) -> Meta) -> Self {
        Self::new(Attribute {
            meta: change(self.syntax.meta),
            ..self.syntax
        })
    }

    /// The words of `/// …`.
    pub(crate) fn doc(&self) -> Option<String> {
        match self.meta() {
            Meta::NameValue(MetaNameValue {
                value: Expr::Lit(ExprLit { lit, .. }),
                ..
            }) if self.is("doc") => match lit {
                Lit::Str(text) => Some(text.value()),
                Lit::Verbatim(text) => string(text),
                _ => None,
            },
            _ => None,
        }
    }
}

impl ToTokens for Attr {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.syntax.to_tokens(tokens);
    }
}

/// Reads the attributes that precede something.
pub(crate) fn parse_outer(input: ParseStream<'_>) -> Result<Vec<Attribute>> {
    let mut attrs = Vec::new();
    while input.peek(Token![#]) {
        let pound_token = input.parse()?;
        let content;
        let bracket_token = bracketed!(content in input);
        attrs.push(Attribute {
            pound_token,
            style: AttrStyle::Outer,
            bracket_token,
            meta: meta(&content)?,
        });
    }
    Ok(attrs)
}

/// Reads what is in an attribute's brackets. `name`, `name = literal` and `name(…)` are read
/// without what syn looks for; the literal stays unread.
fn meta(input: ParseStream<'_>) -> Result<Meta> {
    let plain = input.step(|cursor| {
        let plain = || {
            let (name, rest) = cursor.ident()?;
            let path = Path::from(name);
            if rest.eof() {
                return Some((Meta::Path(path), rest));
            }
            if let Some((mark, value)) = rest.punct().filter(|(mark, _)| mark.as_char() == '=') {
                let (value, rest) = value.literal()?;
                let meta = Meta::NameValue(MetaNameValue {
                    path,
                    eq_token: Token![=](mark.span()),
                    value: Expr::Lit(ExprLit {
                        attrs: Vec::new(),
                        lit: Lit::Verbatim(value),
                    }),
                });
                return rest.eof().then_some((meta, rest));
            }
            let (list, span, rest) = rest.group(Delimiter::Parenthesis)?;
            let meta = Meta::List(MetaList {
                path,
                delimiter: MacroDelimiter::Paren(token::Paren { span }),
                tokens: list.token_stream(),
            });
            rest.eof().then_some((meta, rest))
        };
        plain().ok_or_else(|| cursor.error("expected a plain attribute"))
    });
    plain.or_else(|_| input.parse())
}

/// `#[endpoint…]`, or `#[cliq_api::endpoint…]`.
pub(crate) fn is_endpoint(attr: &Attr) -> bool {
    attr.name() == "endpoint"
}

/// `#[endpoints…]`, or `#[cliq_api::endpoints…]`.
pub(crate) fn is_endpoints(attr: &Attr) -> bool {
    attr.name() == "endpoints"
}

/// `#[async_trait…]`, by whatever path.
pub(crate) fn is_async_trait(attr: &Attr) -> bool {
    attr.name() == "async_trait"
}

/// `#[cfg_attr(…, endpoint(…))]`.
pub(crate) fn hides_endpoint(attr: &Attr) -> bool {
    let is_endpoint = |path: &Path| {
        let last = path.segments.last();
        last.is_some_and(|segment| segment.ident == "endpoint")
    };
    attr.is("cfg_attr") && conditional(attr.meta(), &is_endpoint)
}

/// Whether it decides if the item exists: `#[cfg(…)]`, or a `cfg_attr` that applies one.
pub(crate) fn is_gate(attr: &Attr) -> bool {
    is_or_applies(attr, "cfg")
}

/// `#[deprecated]`, or a `cfg_attr` that may apply it or allow it.
pub(crate) fn is_deprecation(attr: &Attr) -> bool {
    is_or_applies(attr, "deprecated") || applies(attr, "allow")
}

/// `/// …`, or a `cfg_attr` that applies some.
pub(crate) fn is_doc(attr: &Attr) -> bool {
    is_or_applies(attr, "doc")
}

fn is_or_applies(attr: &Attr, name: &str) -> bool {
    attr.is(name) || applies(attr, name)
}

fn applies(attr: &Attr, name: &str) -> bool {
    attr.is("cfg_attr") && conditional(attr.meta(), &|path| path.is_ident(name))
}

/// Whether a `cfg_attr` applies an attribute with such a path, in another `cfg_attr` or directly.
/// What is nested deeper, as in `doc(cfg(…))`, is no attribute.
fn conditional(meta: &Meta, wanted: &dyn Fn(&Path) -> bool) -> bool {
    let Meta::List(list) = meta else {
        return false;
    };
    if !list.path.is_ident("cfg_attr") {
        return false;
    }
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated
        .parse2(list.tokens.clone())
        .unwrap_or_default();
    metas
        .iter()
        .skip(1)
        .any(|meta| wanted(meta.path()) || conditional(meta, wanted))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_decides_whether_something_exists() {
        for (attr, expected) in [
            (quote::quote!(#[cfg(unix)]), true),
            (quote::quote!(#[cfg_attr(x, cfg(unix))]), true),
            (
                quote::quote!(#[cfg_attr(x, allow(y), cfg_attr(z, cfg(unix)))]),
                true,
            ),
            (quote::quote!(#[cfg_attr(docsrs, doc(cfg(unix)))]), false),
            (
                quote::quote!(#[cfg_attr(cfg, doc = include_str!("a"))]),
                false,
            ),
            (quote::quote!(#[doc(cfg(unix))]), false),
        ] {
            let read = Attr::parse_outer.parse2(attr.clone()).unwrap();
            assert_eq!(is_gate(&read[0]), expected, "{attr}");
        }
    }
}
