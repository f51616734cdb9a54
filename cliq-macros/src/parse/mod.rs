//! What the user wrote, as it stands: nothing here has been checked for meaning.
//!
//! A trait's members are read one by one, so that one that can't be read (half-typed code) never
//! costs the others.

mod half_typed;
pub(crate) mod keys;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{
    Attribute, FnArg, Generics, Ident, ItemTrait, ReceiverKind, ReturnType, Safety, Signature,
    Token, TraitItem, Type, Visibility, braced,
};

use crate::errors::Errors;
use crate::problem::{METHODS, Problem};
use crate::text::suggest::nearest;

/// A trait under `#[endpoints]`.
pub(crate) struct RawTrait {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) trait_token: Token![trait],
    pub(crate) ident: Ident,
    pub(crate) members: Vec<RawMember>,
    /// Where something is left in an attribute, or behind the trait, that belongs nowhere.
    pub(crate) left: Option<Span>,
}

pub(crate) enum RawMember {
    /// A method with `#[endpoint]`.
    Endpoint(Box<RawMethod>),
    /// A method with a body, passed through, and its name.
    Other(Ident, TokenStream),
}

/// A method with `#[endpoint]`.
pub(crate) struct RawMethod {
    /// `None` where it is missing.
    pub(crate) endpoint: Option<Attribute>,
    /// All attributes but ours.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) fn_token: Token![fn],
    pub(crate) ident: Ident,
    /// `&self` as written; nothing where it is something else.
    pub(crate) receiver: Option<TokenStream>,
    pub(crate) args: Vec<RawArg>,
    pub(crate) output: Output,
    /// Whether something is wrong with it already.
    pub(crate) broken: bool,
    /// Whether that is all that can be said: what else is wrong comes of it.
    pub(crate) half_typed: bool,
    /// Its place in the trait, from 1.
    pub(crate) place: usize,
}

/// A return type.
pub(crate) enum Output {
    Nothing,
    Type(Box<Type>),
    /// There is one that can't be read, and that was told.
    Unreadable,
}

impl ToTokens for Output {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Self::Type(ty) = self {
            ty.to_tokens(tokens);
        }
    }
}

pub(crate) struct RawArg {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ident: Ident,
    /// `None` while it is being typed.
    pub(crate) ty: Option<Type>,
    /// Whether it is an `Option`, where the type doesn't say so as it is still being typed.
    pub(crate) optional: bool,
}

/// Reads a trait. `Err` where it is none, or where not even its head can be read.
pub(crate) fn read(item: TokenStream, errors: &mut Errors) -> syn::Result<RawTrait> {
    let mut read_head = None;
    let read = |input: ParseStream<'_>| {
        read_head = Some(input.parse::<Head>()?);
        Ok(())
    };
    let whole = read.parse2(item);
    let Some(mut head) = read_head else {
        return whole.and(Err(syn::Error::new(Span::call_site(), "no trait")));
    };
    head.check(errors);
    let mut members = Vec::new();
    let mut attrs = std::mem::take(&mut head.attrs);
    let read = |input: ParseStream<'_>| {
        for attr in input.call(Attribute::parse_inner)? {
            // What stands inside holds for the whole as well, and is carried like what stands
            // above.
            attrs.push(Attribute {
                style: syn::AttrStyle::Outer,
                ..attr
            });
        }
        let mut place = 0;
        while !input.is_empty() {
            if input.parse::<Option<Token![;]>>()?.is_some() {
                // rustc tells of it.
                continue;
            }
            place += 1;
            errors.enter(place);
            let mut member = member(input, errors);
            if let Some(RawMember::Endpoint(method)) = &mut member {
                method.place = place;
            }
            members.extend(member);
        }
        Ok(())
    };
    let body = read.parse2(head.body);
    // Members are there by now. What can be left of them are words in an attribute that belong
    // nowhere.
    let left = whole.and(body).err().map(|left| left.span());
    Ok(RawTrait {
        attrs,
        vis: head.vis,
        trait_token: head.trait_token,
        ident: head.ident,
        members,
        left,
    })
}

/// A trait with its members still unread.
struct Head {
    attrs: Vec<Attribute>,
    vis: Visibility,
    unsafety: Option<Token![unsafe]>,
    auto: Option<Token![auto]>,
    trait_token: Token![trait],
    ident: Ident,
    generics: Generics,
    supertraits: TokenStream,
    body: TokenStream,
}

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let unsafety = input.parse()?;
        let auto = input.parse()?;
        let trait_token = input.parse()?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut supertraits = TokenStream::new();
        if input.peek(Token![:]) {
            let _: Token![:] = input.parse()?;
            while !input.is_empty() && !input.peek(Token![where]) && !input.peek(syn::token::Brace)
            {
                supertraits.extend(std::iter::once(input.parse::<TokenTree>()?));
            }
        }
        generics.where_clause = input.parse()?;
        let content;
        let _ = braced!(content in input);
        let body = content.parse()?;
        Ok(Self {
            attrs,
            vis,
            unsafety,
            auto,
            trait_token,
            ident,
            generics,
            supertraits,
            body,
        })
    }
}

impl Head {
    fn check(&self, errors: &mut Errors) {
        if !self.generics.params.is_empty() {
            errors.push(None, &self.generics, &Problem::TraitGenerics);
        }
        if let Some(clause) = &self.generics.where_clause {
            errors.push(None, clause, &Problem::TraitWhere);
        }
        if let Some(token) = &self.unsafety {
            errors.push(None, token, &Problem::TraitUnsafe);
        }
        if let Some(token) = &self.auto {
            errors.push(None, token, &Problem::TraitAuto);
        }
        if !self.supertraits.is_empty() {
            errors.push(None, &self.supertraits, &Problem::TraitSupertraits);
        }
    }
}

fn member(input: ParseStream<'_>, errors: &mut Errors) -> Option<RawMember> {
    let ahead = input.fork();
    let (item, before_fn) = match ahead.parse::<TraitItem>() {
        Ok(TraitItem::Verbatim(_)) | Err(_) => {
            let tokens = next_member(input);
            let (plain, before_fn) = without_qualifiers(tokens.clone());
            match syn::parse2::<TraitItem>(plain) {
                Ok(item) => (item, before_fn),
                Err(_) => return half_typed::read(&tokens, errors),
            }
        }
        Ok(item) => {
            input.advance_to(&ahead);
            (item, Vec::new())
        }
    };
    let before = errors.len();
    for (at, problem) in before_fn {
        let name = if let TraitItem::Fn(method) = &item {
            Some(method.sig.ident.to_string())
        } else {
            None
        };
        errors.push(name.as_deref(), at, &problem);
    }
    match item {
        TraitItem::Fn(method) => {
            let (ours, attrs): (Vec<_>, Vec<_>) = method.attrs.into_iter().partition(is_endpoint);
            let name = method.sig.ident.to_string();
            for attr in attrs.iter().filter(|attr| is_hidden_endpoint(attr)) {
                errors.push(Some(&name), attr, &Problem::EndpointBehindCfgAttr);
            }
            let hidden = attrs.iter().any(is_hidden_endpoint);
            let mut ours = ours.into_iter();
            let Some(endpoint) = ours.next() else {
                if method.default.is_some() {
                    let ident = method.sig.ident.clone();
                    let method = syn::TraitItemFn { attrs, ..method };
                    return Some(RawMember::Other(ident, method.into_token_stream()));
                }
                let (misspelt, attrs): (Vec<_>, Vec<_>) =
                    attrs.into_iter().partition(is_misspelt_endpoint);
                if let Some(attr) = misspelt.first() {
                    let found = attr.path().to_token_stream().to_string();
                    errors.push(
                        Some(&name),
                        attr.path(),
                        &Problem::EndpointMisspelt { found },
                    );
                } else if !hidden {
                    errors.push(Some(&name), &method.sig, &Problem::MethodWithoutEndpoint);
                }
                return Some(stand_in(attrs, method.sig, errors));
            };
            for again in ours {
                errors.push(Some(&name), again, &Problem::EndpointTwice);
            }
            if let Some(body) = &method.default {
                errors.push(Some(&name), body, &Problem::MethodBody);
            }
            let mut method = signature(Some(endpoint), attrs, method.sig, errors);
            method.broken |= errors.len() > before;
            Some(RawMember::Endpoint(Box::new(method)))
        }
        TraitItem::Type(item) => refuse(item, &Problem::AssociatedType, errors),
        TraitItem::Const(item) => refuse(item, &Problem::AssociatedConst, errors),
        TraitItem::Macro(item) => refuse(item, &Problem::MacroInTrait, errors),
        other => refuse(other, &Problem::UnreadableMember, errors),
    }
}

/// `pub default fn` less its `pub` and `default`, which a trait's members can't have.
fn without_qualifiers(tokens: TokenStream) -> (TokenStream, Vec<(TokenStream, Problem)>) {
    let parts = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        let visibility: Visibility = input.parse()?;
        // Before attributes it is an error of rustc's already.
        let told = input.peek(Token![#]);
        let default: Option<Token![default]> = input.parse()?;
        let rest: TokenStream = input.parse()?;
        let mut found = Vec::new();
        if !told && !matches!(visibility, Visibility::Inherited) {
            found.push((visibility.into_token_stream(), Problem::Visibility));
        }
        if let Some(default) = default {
            found.push((default.into_token_stream(), Problem::DefaultMethod));
        }
        Ok((quote!(#(#attrs)* #rest), found))
    };
    parts.parse2(tokens.clone()).unwrap_or((tokens, Vec::new()))
}

fn refuse(item: impl ToTokens, problem: &Problem, errors: &mut Errors) -> Option<RawMember> {
    errors.push(None, item, problem);
    None
}

/// The tokens of one member: up to its `;` or its braces.
fn next_member(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut ended = false;
    let mut named = false;
    let mut behind_fn = false;
    while let Ok(token) = input.parse::<TokenTree>() {
        ended = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
        let last = match &token {
            TokenTree::Punct(_) => ended,
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        let is_fn = matches!(&token, TokenTree::Ident(word) if word == "fn");
        named |= behind_fn && !is_fn;
        behind_fn = is_fn;
        tokens.extend(std::iter::once(token));
        // A method whose `;` is still missing ends where the next one begins; what stands before
        // `fn` belongs to it, whatever it is.
        if last || named && starts_member(input) {
            break;
        }
    }
    if !ended && input.peek(Token![;]) {
        // Behind braces it belongs to the same member, as in `const A: u8 = { 1 };`.
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// Whether what follows can only be the beginning of a member: `#[…] … fn` or `fn`.
fn starts_member(input: ParseStream<'_>) -> bool {
    if !(input.peek(Token![#]) || input.peek(Token![fn])) {
        return false;
    }
    let ahead = input.fork();
    let attributes = ahead.peek(Token![#]);
    if attributes && ahead.call(Attribute::parse_outer).is_err() {
        return false;
    }
    ahead.peek(Token![fn]) && ahead.peek2(Ident) && ahead.peek3(syn::token::Paren)
}

/// A method that is no endpoint, kept so that code that calls it has no further error.
fn stand_in(attrs: Vec<Attribute>, sig: Signature, errors: &mut Errors) -> RawMember {
    let attrs = attrs
        .into_iter()
        .filter(|attr| !is_hidden_endpoint(attr))
        .collect();
    let mut method = signature(None, attrs, sig, errors);
    method.broken = true;
    RawMember::Endpoint(Box::new(method))
}

fn signature(
    endpoint: Option<Attribute>,
    attrs: Vec<Attribute>,
    sig: Signature,
    errors: &mut Errors,
) -> RawMethod {
    let name = sig.ident.to_string();
    let before = errors.len();
    let mut refuse = |at: &dyn ToTokens, problem: &Problem| {
        errors.push(Some(&name), at.to_token_stream(), problem)
    };
    if let Some(token) = &sig.constness {
        refuse(token, &Problem::ConstMethod);
    }
    if let Some(token) = &sig.asyncness {
        refuse(token, &Problem::AsyncMethod);
    }
    match &sig.safety {
        Safety::Safe(token) => refuse(token, &Problem::UnsafeMethod),
        Safety::Unsafe(token) => refuse(token, &Problem::UnsafeMethod),
        Safety::Default => {}
    }
    if let Some(abi) = &sig.abi {
        refuse(abi, &Problem::ExternMethod);
    }
    if !sig.generics.params.is_empty() {
        let only_lifetimes = sig
            .generics
            .params
            .iter()
            .all(|param| matches!(param, syn::GenericParam::Lifetime(_)));
        let problem = if only_lifetimes {
            Problem::MethodLifetimes
        } else {
            Problem::MethodGenerics
        };
        refuse(&sig.generics, &problem);
    }
    if let Some(clause) = &sig.generics.where_clause {
        refuse(clause, &Problem::MethodWhere);
    }
    if let Some(variadic) = &sig.variadic {
        refuse(variadic, &Problem::TypeOther { what: "variadic" });
    }

    let mut receiver = None;
    let mut args = Vec::new();
    let inputs = sig.inputs.to_token_stream();
    for input in sig.inputs {
        match input {
            FnArg::Receiver(this) => {
                match &this.kind {
                    ReceiverKind::Reference(_, None, None) => {}
                    ReceiverKind::Reference(_, _, Some(_)) => refuse(&this, &Problem::SelfMut),
                    // A lifetime that is used was declared, and that was told.
                    ReceiverKind::Reference(_, Some(_), _) if !sig.generics.params.is_empty() => {}
                    ReceiverKind::Reference(_, Some(_), _) => {
                        refuse(&this, &Problem::MethodLifetimes)
                    }
                    ReceiverKind::Value => refuse(&this, &Problem::SelfByValue),
                    _ => refuse(&this, &Problem::SelfTyped),
                }
                let this_token = &this.self_token;
                receiver = Some(quote!(&#this_token));
            }
            FnArg::Typed(arg) => {
                if !is_plain(&arg.pat) {
                    refuse(&arg.pat, &Problem::ArgPattern);
                }
                args.push(typed(arg, args.len()));
            }
        }
    }
    if receiver.is_none() {
        let at = if inputs.is_empty() {
            sig.ident.to_token_stream()
        } else {
            inputs
        };
        refuse(&at, &Problem::NoSelf);
    }
    RawMethod {
        endpoint,
        attrs,
        fn_token: sig.fn_token,
        ident: sig.ident,
        receiver,
        args,
        output: written_output(sig.output),
        broken: errors.len() > before,
        half_typed: false,
        place: 0,
    }
}

fn written_output(output: ReturnType) -> Output {
    match output {
        ReturnType::Default => Output::Nothing,
        ReturnType::Type(_, ty) => Output::Type(ty),
    }
}

fn is_plain(pattern: &syn::Pat) -> bool {
    matches!(pattern, syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none())
}

/// An argument, under the name that it has, or probably was to have.
fn typed(arg: syn::PatType, index: usize) -> RawArg {
    let ident = match *arg.pat {
        syn::Pat::Ident(pat) => pat.ident,
        pattern => only_name(pattern.to_token_stream())
            .unwrap_or_else(|| quote::format_ident!("argument_{index}")),
    };
    RawArg {
        attrs: arg.attrs,
        ident,
        ty: Some(*arg.ty),
        optional: false,
    }
}

/// The one name that a pattern such as `Json(value)` binds.
fn only_name(pattern: TokenStream) -> Option<Ident> {
    fn collect(tokens: TokenStream, names: &mut Vec<Ident>) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident.to_string().starts_with(char::is_lowercase) => {
                    names.push(ident)
                }
                TokenTree::Group(group) => collect(group.stream(), names),
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    collect(pattern, &mut names);
    names.retain(|name| name != "mut" && name != "ref" && name != "box");
    if names.len() == 1 { names.pop() } else { None }
}

fn last_segment_is(path: &syn::Path, name: &str) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

/// `#[endpoint…]`, or `#[cliq_api::endpoint…]`.
pub(crate) fn is_endpoint(attr: &Attribute) -> bool {
    last_segment_is(attr.path(), "endpoint")
}

/// `#[endpoints…]`, or `#[cliq_api::endpoints…]`.
pub(crate) fn is_endpoints(attr: &Attribute) -> bool {
    last_segment_is(attr.path(), "endpoints")
}

/// `#[cfg_attr(…, endpoint(…))]`.
pub(crate) fn is_hidden_endpoint(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg_attr") && mentions(attr.to_token_stream(), "endpoint")
}

/// `#[enpoint(…)]`, `#[get("…")]`: what other words for it look like.
fn is_misspelt_endpoint(attr: &Attribute) -> bool {
    let Some(name) = attr
        .path()
        .segments
        .last()
        .map(|segment| segment.ident.to_string())
    else {
        return false;
    };
    let is_method = METHODS
        .iter()
        .any(|method| method.eq_ignore_ascii_case(&name));
    is_method
        || name == "route"
        || attr.path().segments.len() == 1 && nearest(&name, ["endpoint"]).is_some()
}

/// Whether an identifier stands anywhere in `tokens`.
pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// What is left of an item that is not ours to expand: itself, less our attributes.
pub(crate) fn without_ours(item: TokenStream) -> TokenStream {
    if let Ok(mut method) = syn::parse2::<syn::TraitItemFn>(item.clone()) {
        method.attrs.retain(|attr| !is_endpoint(attr));
        strip_args(&mut method.sig);
        return method.into_token_stream();
    }
    if let Ok(mut function) = syn::parse2::<syn::ItemFn>(item.clone()) {
        function.attrs.retain(|attr| !is_endpoint(attr));
        strip_args(&mut function.sig);
        return function.into_token_stream();
    }
    if let Ok(mut item) = syn::parse2::<ItemTrait>(item.clone()) {
        item.attrs
            .retain(|attr| !is_endpoints(attr) && !is_endpoint(attr));
        for member in &mut item.items {
            if let TraitItem::Fn(method) = member {
                method.attrs.retain(|attr| !is_endpoint(attr));
                strip_args(&mut method.sig);
            }
        }
        return item.into_token_stream();
    }
    item
}

fn strip_args(sig: &mut Signature) {
    for input in &mut sig.inputs {
        if let FnArg::Typed(arg) = input {
            arg.attrs.retain(|attr| {
                !crate::problem::PLACES
                    .iter()
                    .any(|place| attr.path().is_ident(place))
            });
        }
    }
}
