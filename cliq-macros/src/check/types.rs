//! Types as they are written: `Option<T>`, `Vec<T>`, numbers. Which of them a type is goes by its
//! name alone, for that is all that a macro can see.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// A type that came through `macro_rules!` stands in a group without delimiters.
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
pub(crate) fn single_name(ty: &Type) -> Option<&syn::Ident> {
    match ungrouped(ty) {
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            last_segment(ty).map(|segment| &segment.ident)
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
    last_segment(ty).is_some_and(|segment| PRIMITIVES.iter().any(|name| segment.ident == name))
}

/// The owned type that a reference stands for, as far as it can be told.
pub(crate) fn owned(ty: &Type) -> Option<String> {
    match ungrouped(ty) {
        Type::Reference(reference) => owned(&reference.elem),
        Type::Slice(slice) => Some(format!("Vec<{}>", owned(&slice.elem)?)),
        ty @ Type::Path(_) if is_named(ty, "str") => Some("String".to_owned()),
        ty @ Type::Path(_) if !inner_reference(ty) => Some(written(ty)),
        _ => None,
    }
}

/// A type as a user would write it: tokens print with spaces between them.
pub(crate) fn written(ty: &Type) -> String {
    let text = quote::quote!(#ty).to_string();
    ["< ", " <", " >", " ,", " ::", ":: ", "& "]
        .iter()
        .fold(text, |text, spaced| text.replace(spaced, spaced.trim()))
}

/// The name of a type's form where no value can have it, or where it can't be sent or read.
pub(crate) fn odd_form(ty: &Type) -> Option<&'static str> {
    match ungrouped(ty) {
        Type::FnPtr(_) => Some("a function pointer"),
        Type::Ptr(_) => Some("a raw pointer"),
        Type::Never(_) => Some("`!`"),
        Type::Infer(_) => Some("`_`"),
        Type::Slice(_) => Some("a slice"),
        Type::Verbatim(_) => Some("of this form"),
        ty if is_named(ty, "str") => Some("a bare `str`"),
        _ => None,
    }
}

/// Whether a value of the type can't be one plain value, by its form alone.
pub(crate) fn is_compound(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Array(_) | Type::Tuple(_))
}

/// Whether a word such as `impl` or `dyn` stands anywhere in a type.
pub(crate) fn mentions_word(ty: &Type, word: &str) -> bool {
    crate::parse::mentions(quote::quote!(#ty), word)
}

/// Whether `Self`, or a type below it, stands anywhere in a type.
pub(crate) fn mentions_self(ty: &Type) -> bool {
    crate::parse::mentions(quote::quote!(#ty), "Self")
}

/// Whether a reference stands anywhere in a type, where no lifetime could be named.
pub(crate) fn inner_reference(ty: &Type) -> bool {
    fn stands(tokens: proc_macro2::TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Punct(punct) => punct.as_char() == '&',
            proc_macro2::TokenTree::Group(group) => stands(group.stream()),
            _ => false,
        })
    }
    stands(quote::quote!(#ty))
}

/// Whether a lifetime stands anywhere in a type that is not `'static`.
pub(crate) fn borrows(ty: &Type) -> bool {
    fn stands(tokens: proc_macro2::TokenStream) -> bool {
        let mut quote = false;
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Punct(punct) => {
                quote = punct.as_char() == '\'';
                false
            }
            proc_macro2::TokenTree::Ident(name) => std::mem::take(&mut quote) && name != "static",
            proc_macro2::TokenTree::Group(group) => stands(group.stream()),
            proc_macro2::TokenTree::Literal(_) => false,
        })
    }
    stands(quote::quote!(#ty))
}
