//! What the user wrote, typed: the trait, its members, their attributes with keys and options.
//!
//! Only what can't be read is reported here; whether it is allowed is for `check` to decide.
//! Members are read one by one, so that one that can't be read (half-typed code) never costs the
//! others.

pub(crate) mod argument;
pub(crate) mod endpoint;
mod half_typed;
pub(crate) mod keys;
pub(crate) mod values;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, FnArg, Generics, Ident, ItemTrait, Pat, PatIdent, PatType, Receiver, ReceiverKind,
    ReturnType, Safety, Signature, Token, TraitItem, Type, Visibility, braced, parenthesized,
};

use crate::attrs::{Attr, is_endpoint, is_endpoints, parse_outer};
use crate::errors::{Errors, Sink};
use crate::problem::{On, Problem};
use crate::types;
use argument::Arg;
use endpoint::{EndpointAttr, TraitArgs};
use keys::Read;

/// A trait under `#[endpoints]`.
pub(crate) struct Trait<'e> {
    pub(crate) errors: Sink<'e>,
    pub(crate) args: Read<TraitArgs>,
    pub(crate) head: Head,
    pub(crate) members: Vec<Member<'e>>,
    /// Where something is left in an attribute, or behind the trait, that belongs nowhere.
    pub(crate) left: Option<Span>,
}

/// A trait without its members.
pub(crate) struct Head {
    pub(crate) attrs: Vec<Attr>,
    pub(crate) vis: Visibility,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) auto: Option<Token![auto]>,
    pub(crate) trait_token: Token![trait],
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) supertraits: TokenStream,
}

#[expect(
    clippy::large_enum_variant,
    reason = "there are few of them, and nearly all are methods"
)]
pub(crate) enum Member<'e> {
    Method(Method<'e>),
    /// A type, a constant or a macro.
    Other(TraitItem, Sink<'e>),
}

/// A method, whether it is an endpoint or not.
pub(crate) struct Method<'e> {
    pub(crate) errors: Sink<'e>,
    /// All attributes but `#[endpoint]`.
    pub(crate) attrs: Vec<Attr>,
    /// The attribute as it is written, and as it was read.
    pub(crate) endpoint: Option<(Attr, EndpointAttr)>,
    /// Further `#[endpoint]`s.
    pub(crate) repeated: Vec<Attr>,
    /// `pub`, which a member of a trait can't have.
    pub(crate) vis: TokenStream,
    pub(crate) default: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) args: Vec<Arg<'e>>,
    pub(crate) output: Output,
    /// What is in braces, unread.
    pub(crate) body: Option<TokenTree>,
    pub(crate) half_typed: bool,
}

/// A return type.
pub(crate) enum Output {
    Nothing,
    Type(Box<Type>),
    /// Unreadable; the error is reported.
    Unreadable,
}

impl ToTokens for Output {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Self::Type(ty) = self {
            ty.to_tokens(tokens);
        }
    }
}

/// Reads a trait with the keys of its attribute. `None` where it is no trait, or where not even its
/// head can be read.
pub(crate) fn read<'e>(
    args: TokenStream,
    item: &TokenStream,
    errors: &'e Errors,
) -> Option<Trait<'e>> {
    let of_trait = errors.of_trait();
    let args = endpoint::trait_args(args, of_trait);
    let mut read_head = None;
    let mut members = Vec::new();
    let read = |input: ParseStream<'_>| {
        let head = read_head.insert(input.call(head)?);
        let content;
        let _ = braced!(content in input);
        head.attrs.extend(content.call(Attr::parse_inner)?);
        while !content.is_empty() {
            if content.parse::<Option<Token![;]>>()?.is_some() {
                // rustc reports it.
                continue;
            }
            members.extend(member(&content, errors.of_member()));
        }
        Ok(())
    };
    let read = read.parse2(item.clone());
    let Some(head) = read_head else {
        of_trait.push(item, &Problem::NotATrait);
        return None;
    };
    // Members are read by now. What can be left of them are words in an attribute that belong
    // nowhere.
    let left = read.err().map(|left| left.span());
    Some(Trait {
        errors: of_trait,
        args,
        head,
        members,
        left,
    })
}

/// Reads a trait up to its members.
fn head(input: ParseStream<'_>) -> syn::Result<Head> {
    let attrs = input.call(Attr::parse_outer)?;
    let vis = input.parse()?;
    let unsafety = input.parse()?;
    let auto = input.parse()?;
    let trait_token = input.parse()?;
    let ident = input.parse()?;
    let mut generics: Generics = input.parse()?;
    let mut supertraits = TokenStream::new();
    if input.peek(Token![:]) {
        let _: Token![:] = input.parse()?;
        while !input.is_empty() && !input.peek(Token![where]) && !input.peek(syn::token::Brace) {
            supertraits.extend(std::iter::once(input.parse::<TokenTree>()?));
        }
    }
    generics.where_clause = input.parse()?;
    if !input.peek(syn::token::Brace) {
        return Err(input.error("expected members"));
    }
    Ok(Head {
        attrs,
        vis,
        unsafety,
        auto,
        trait_token,
        ident,
        generics,
        supertraits,
    })
}

/// A method up to its `;` or its body, which stays unread.
struct WholeMethod {
    attrs: Vec<Attr>,
    vis: TokenStream,
    default: Option<Token![default]>,
    sig: Signature,
    body: Option<TokenTree>,
}

impl Parse for WholeMethod {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attr::parse_outer)?;
        let mut vis = TokenStream::new();
        let mut default = None;
        // Mostly there is nothing else.
        if !input.peek(Token![fn]) {
            match input.parse()? {
                Visibility::Inherited => {}
                written => vis = written.into_token_stream(),
            }
            let more = input.call(Attr::parse_outer)?;
            if !more.is_empty() {
                // `pub` before attributes is an error of rustc's already.
                vis = TokenStream::new();
            }
            attrs.extend(more);
            default = input.parse()?;
        }
        Ok(Self {
            attrs,
            vis,
            default,
            sig: input.call(signature)?,
            body: if input.parse::<Option<Token![;]>>()?.is_some() {
                None
            } else if input.peek(syn::token::Brace) {
                Some(input.parse()?)
            } else {
                return Err(input.error("expected `;`"));
            },
        })
    }
}

/// Reads any signature. syn reads them as well, but it looks ahead for all that one can have, at
/// several times the cost where it isn't optimized, as in a macro.
fn signature(input: ParseStream<'_>) -> syn::Result<Signature> {
    let ahead = input.fork();
    match plain(&ahead) {
        Ok(sig) if ahead.peek(Token![;]) || ahead.peek(syn::token::Brace) => {
            input.advance_to(&ahead);
            Ok(sig)
        }
        _ => input.parse(),
    }
}

/// Reads a signature as nearly all are written: `fn name(&self, a: A, b: Option<B>) -> C`.
fn plain(input: ParseStream<'_>) -> syn::Result<Signature> {
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
        ReturnType::Type(input.parse()?, Box::new(types::read(input)?))
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
fn argument(input: ParseStream<'_>, is_first: bool) -> syn::Result<FnArg> {
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
        ty: Box::new(types::read(input)?),
    }))
}

fn member<'e>(input: ParseStream<'_>, errors: Sink<'e>) -> Option<Member<'e>> {
    let ahead = input.fork();
    if let Ok(whole) = ahead.parse::<WholeMethod>() {
        input.advance_to(&ahead);
        return Some(Member::Method(method(whole, errors)));
    }
    let ahead = input.fork();
    match ahead.parse::<TraitItem>() {
        Ok(item @ (TraitItem::Const(_) | TraitItem::Type(_) | TraitItem::Macro(_))) => {
            input.advance_to(&ahead);
            Some(Member::Other(item, errors))
        }
        _ => half_typed::read(&next_member(input), errors).map(Member::Method),
    }
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
        // A method whose `;` is still missing ends where the next one begins; whatever precedes
        // `fn` belongs to it.
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
    if attributes && ahead.call(Attr::parse_outer).is_err() {
        return false;
    }
    ahead.peek(Token![fn]) && ahead.peek2(Ident) && ahead.peek3(syn::token::Paren)
}

fn method(whole: WholeMethod, errors: Sink<'_>) -> Method<'_> {
    let WholeMethod {
        attrs,
        vis,
        default,
        mut sig,
        body,
    } = whole;
    errors.name(&sig.ident);
    let (attrs, endpoint, repeated) = endpoint_of(attrs, errors);
    let mut receiver = None;
    let mut args = Vec::new();
    for input in std::mem::take(&mut sig.inputs) {
        match input {
            FnArg::Receiver(this) => receiver = Some(this),
            // What a composition takes is its own matter.
            FnArg::Typed(arg) if endpoint.is_some() || body.is_none() => {
                args.push(Arg::typed(arg, args.len(), errors.part()));
            }
            FnArg::Typed(arg) => sig.inputs.push(FnArg::Typed(arg)),
        }
    }
    Method {
        errors,
        attrs,
        endpoint,
        repeated,
        vis,
        default,
        output: match &sig.output {
            ReturnType::Default => Output::Nothing,
            ReturnType::Type(_, ty) => Output::Type(ty.clone()),
        },
        sig,
        receiver,
        args,
        body,
        half_typed: false,
    }
}

type EndpointOf = (Vec<Attr>, Option<(Attr, EndpointAttr)>, Vec<Attr>);

/// The other attributes, the first `#[endpoint]`, and further ones.
fn endpoint_of(attrs: Vec<Attr>, errors: Sink<'_>) -> EndpointOf {
    let (ours, attrs): (Vec<_>, Vec<_>) = attrs.into_iter().partition(is_endpoint);
    let mut ours = ours.into_iter();
    let endpoint = ours.next().map(|attr| {
        let read = EndpointAttr::read(&attr, errors.part());
        (attr, read)
    });
    (attrs, endpoint, ours.collect())
}

/// What is left of an item that is not ours to expand: itself, less our attributes.
pub(crate) fn without_ours(item: TokenStream) -> TokenStream {
    let is_other = |attr: &Attribute| !is_endpoint(&Attr::new(attr.clone()));
    if let Ok(mut method) = syn::parse2::<syn::TraitItemFn>(item.clone()) {
        method.attrs.retain(is_other);
        strip_args(&mut method.sig);
        return method.into_token_stream();
    }
    if let Ok(mut function) = syn::parse2::<syn::ItemFn>(item.clone()) {
        function.attrs.retain(is_other);
        strip_args(&mut function.sig);
        return function.into_token_stream();
    }
    if let Ok(mut item) = syn::parse2::<ItemTrait>(item.clone()) {
        item.attrs
            .retain(|attr| is_other(attr) && !is_endpoints(&Attr::new(attr.clone())));
        for member in &mut item.items {
            if let TraitItem::Fn(method) = member {
                method.attrs.retain(is_other);
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
            arg.attrs
                .retain(|attr| !On::PLACES.iter().any(|on| attr.path().is_ident(on.name())));
        }
    }
}
