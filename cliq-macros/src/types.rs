//! Types as they are written: `Option<T>`, `Vec<T>`, numbers. A macro sees names only, so a type is
//! recognized by its name.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::buffer::Cursor;
use syn::parse::{ParseStream, Result};
use syn::punctuated::Punctuated;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Ident, PathArguments, PathSegment, Token,
    Type, TypePath,
};

/// Reads any type. `A` and `A<B>`, as nearly all are, are read without syn, which looks ahead for
/// all that a type can be.
pub(crate) fn read(input: ParseStream<'_>) -> Result<Type> {
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

/// The type of a value that is sent: what is left of it without `Option`, and what a list holds.
pub(crate) struct Value {
    pub(crate) optional: bool,
    /// As it is written.
    pub(crate) whole: Option<Type>,
    /// Without `Option`; `None` while there is no type that could be sent.
    pub(crate) ty: Option<Type>,
    /// `T` of `Vec<T>`.
    pub(crate) item: Option<Type>,
}

impl Value {
    /// `optional` is for a type that is still being typed.
    pub(crate) fn of(ty: Option<Type>, optional: bool) -> Self {
        let inner = ty
            .as_ref()
            .map(|ty| only_argument(ty, "Option").unwrap_or(ty));
        let wrapped = ty.as_ref().is_some_and(is_option);
        Self {
            optional: optional || wrapped,
            item: inner.and_then(|ty| only_argument(ty, "Vec")).cloned(),
            ty: inner.cloned(),
            whole: ty,
        }
    }
}

/// `Option<T>`, or `Option` whose type is still to be written.
pub(crate) fn is_option(ty: &Type) -> bool {
    only_argument(ty, "Option").is_some() || is_bare(ty, "Option")
}

/// A type that came through `macro_rules!` is in a group without delimiters.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}

/// The last name of a path: `Option` of `std::option::Option<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// The name of a path that is one.
fn single_name(ty: &Type) -> Option<&Ident> {
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            last_segment(ty).map(|segment| &segment.ident)
        }
        _ => None,
    }
}

/// The only segment of a path, such as `Name<T>`.
pub(crate) fn single_segment(ty: &TypePath) -> Option<&PathSegment> {
    let mut segments = ty.path.segments.iter();
    match (segments.next(), segments.next()) {
        (Some(segment), None) if ty.qself.is_none() && ty.path.leading_colon.is_none() => {
            Some(segment)
        }
        _ => None,
    }
}

/// `T` of `Name<T>`.
pub(crate) fn only_argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let segment = last_segment(ty)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    let mut arguments = arguments.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(argument)), None) if segment.ident == name => Some(argument),
        _ => None,
    }
}

/// The first type argument, whatever the name.
pub(crate) fn first_argument(ty: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The type of this name, which others may be around: by a path of several names it isn't meant.
pub(crate) fn innermost<'t>(ty: &'t Type, name: &Ident) -> Option<&'t Type> {
    let mut inner = Some(ty);
    while let Some(outer) = inner.filter(|ty| single_name(ty).is_none_or(|it| it != name)) {
        inner = first_argument(outer);
    }
    inner
}

pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// Whether it is a name such as `Option` whose type is still to be written.
pub(crate) fn is_bare(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name && segment.arguments.is_empty())
}

/// Numbers and booleans, which literals don't convert into.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 15] = [
        "bool", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
        "isize", "f32", "f64",
    ];
    last_segment(ty).is_some_and(|segment| {
        // Once: comparing an identifier makes text of it.
        PRIMITIVES.contains(&segment.ident.to_string().as_str())
    })
}

/// What a type's name reveals of its values: the name of a setter of `Param`.
pub(crate) fn scalar(ty: &Type) -> Option<&'static str> {
    let segment = last_segment(ty).filter(|segment| segment.arguments.is_empty())?;
    Some(match &*segment.ident.to_string() {
        "String" => "string",
        "bool" => "boolean",
        "f32" | "f64" => "number",
        _ if is_primitive(ty) => "integer",
        _ => return None,
    })
}

/// The owned type that a reference was probably meant for.
pub(crate) fn owned(ty: &Type) -> Option<String> {
    match ungrouped(ty) {
        Type::Reference(reference) => owned(&reference.elem),
        Type::Slice(slice) => Some(format!("Vec<{}>", owned(&slice.elem)?)),
        ty @ Type::Path(_) if is_named(ty, "str") => Some("String".to_owned()),
        ty @ Type::Path(_) if !Inside::of(ty).has_reference => Some(written(ty)),
        _ => None,
    }
}

/// A type as a user would write it: tokens print with spaces between them.
pub(crate) fn written(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    ["< ", " <", " >", " ,", " ::", ":: ", "& "]
        .iter()
        .fold(text, |text, spaced| text.replace(spaced, spaced.trim()))
}

/// Whether no value can have such a type, or none that could be sent or read.
pub(crate) fn is_odd(ty: &Type) -> bool {
    match ungrouped(ty) {
        Type::FnPtr(_)
        | Type::Ptr(_)
        | Type::Never(_)
        | Type::Infer(_)
        | Type::Slice(_)
        | Type::Verbatim(_) => true,
        ty => is_named(ty, "str"),
    }
}

/// Whether a value of the type can't be a scalar, by its form alone.
pub(crate) fn is_compound(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Array(_) | Type::Tuple(_))
}

/// Whether an identifier occurs anywhere in `tokens`.
pub(crate) fn mentions(tokens: impl ToTokens, name: &str) -> bool {
    any_token(tokens.into_token_stream(), &mut |token| match token {
        TokenTree::Ident(ident) => ident == name,
        _ => false,
    })
}

/// What occurs anywhere in a type.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
pub(crate) struct Inside {
    pub(crate) has_impl: bool,
    pub(crate) has_dyn: bool,
    pub(crate) has_self: bool,
    pub(crate) has_reference: bool,
    /// One other than `'static`.
    pub(crate) has_lifetime: bool,
}

impl Inside {
    pub(crate) fn of(ty: &Type) -> Self {
        let mut this = Self::default();
        if is_plain(ty) {
            return this;
        }
        let mut quote = false;
        any_token(ty.to_token_stream(), &mut |token| {
            match token {
                TokenTree::Punct(punct) => {
                    quote = punct.as_char() == '\'';
                    this.has_reference |= punct.as_char() == '&';
                }
                TokenTree::Ident(_) if std::mem::take(&mut quote) => {
                    this.has_lifetime |= token.to_string() != "static";
                }
                TokenTree::Ident(name) => {
                    this.has_impl |= name == "impl";
                    this.has_dyn |= name == "dyn";
                    this.has_self |= name == "Self";
                }
                TokenTree::Group(_) | TokenTree::Literal(_) => {}
            }
            false
        });
        this
    }
}

/// Whether it is `A` or `A<B>` and nothing else.
fn is_plain(ty: &Type) -> bool {
    let Type::Path(ty) = ty else { return false };
    let Some(segment) = single_segment(ty) else {
        return false;
    };
    let is_plain = match &segment.arguments {
        PathArguments::None => true,
        PathArguments::AngleBracketed(arguments) => {
            let mut arguments = arguments.args.iter();
            match (arguments.next(), arguments.next()) {
                (Some(GenericArgument::Type(argument)), None) => is_plain(argument),
                _ => false,
            }
        }
        PathArguments::Parenthesized(_) => false,
    };
    is_plain && segment.ident != "Self"
}

fn any_token(tokens: TokenStream, found: &mut dyn FnMut(&TokenTree) -> bool) -> bool {
    tokens.into_iter().any(|token| {
        found(&token)
            || matches!(&token, TokenTree::Group(group) if any_token(group.stream(), found))
    })
}
