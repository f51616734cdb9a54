//! From what was written to what it means, telling everything that is wrong on the way.

mod answer;
mod arguments;
mod attribute;
mod between;
mod keys;
mod reserved;
mod types;
mod values;

use proc_macro2::{TokenStream, TokenTree};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Meta, Path, Type};

use crate::errors::Errors;
use crate::model::{Api, Endpoint, Surface, Wire};
use crate::parse::{Output, RawMember, RawMethod, RawTrait, is_endpoints};
use crate::problem::Problem;

pub(crate) use between::is_gate;
pub(crate) use keys::Defaults;
pub(crate) use types::first_argument;

/// Errors about one method.
pub(crate) struct Scope<'e> {
    errors: &'e mut Errors,
    method: String,
}

impl Scope<'_> {
    fn push(&mut self, at: impl quote::ToTokens, problem: &Problem) {
        self.errors.push(Some(&self.method), at, problem);
    }
}

/// Checks a trait. It always gives one: endpoints with errors lack what they would do.
pub(crate) fn check(raw: RawTrait, defaults: Defaults, errors: &mut Errors) -> Api {
    for attr in raw.attrs.iter().filter(|attr| is_endpoints(attr)) {
        errors.push(None, attr, &Problem::EndpointsTwice);
    }
    for attr in raw.attrs.iter().filter(|attr| is_async_trait(attr)) {
        errors.push(None, attr, &Problem::AsyncTrait);
    }
    let attrs = raw
        .attrs
        .into_iter()
        .filter(|attr| !is_endpoints(attr) && !is_async_trait(attr))
        .collect();
    let mut others = Vec::new();
    let mut endpoints = Vec::new();
    for member in raw.members {
        match member {
            RawMember::Other(ident, tokens) => {
                reserved::method(
                    &ident,
                    &mut Scope {
                        method: ident.to_string(),
                        errors,
                    },
                );
                others.push(tokens);
            }
            RawMember::Endpoint(method) => endpoints.push(endpoint(*method, &defaults, errors)),
        }
    }
    let endpoints = between::check(endpoints, errors);
    errors.enter(0);
    if let Some(lock) = defaults.idle_lock(endpoints.iter().map(|endpoint| endpoint.wire.as_ref()))
    {
        errors.push(None, lock, &Problem::LockWithoutLimit);
    }
    if let Some(left) = raw.left.filter(|_| errors.len() == 0) {
        errors.push(None, Ident::new("_", left), &Problem::UnreadableAttribute);
    }
    let krate = defaults.krate.unwrap_or_else(runtime);
    Api {
        attrs,
        vis: raw.vis,
        trait_token: raw.trait_token,
        ident: raw.ident,
        krate,
        endpoints,
        others,
    }
}

fn is_async_trait(attr: &Attribute) -> bool {
    attr.path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "async_trait")
}

/// An endpoint, and what of it only means something beside the others.
struct Declared {
    endpoint: Endpoint,
    shares: Option<Ident>,
    path: Option<LitStr>,
}

fn runtime() -> Path {
    syn::parse_quote!(::cliq_api)
}

fn endpoint(mut raw: RawMethod, defaults: &Defaults, errors: &mut Errors) -> Declared {
    errors.enter(raw.place);
    let before = errors.len();
    let mut scope = Scope {
        method: raw.ident.to_string(),
        errors,
    };
    reserved::method(&raw.ident, &mut scope);
    let builder = builder_name(&raw.ident);
    builder_is_type(&mut raw, &builder, &mut scope);
    let before_answer = scope.errors.len();
    let answer = answer::answer(&raw.output, &mut scope);
    let answered = scope.errors.len() == before_answer;
    let args = arguments::read(raw.args, &mut scope);
    let keys = raw
        .endpoint
        .as_ref()
        .and_then(|attr| keys::endpoint(attr, defaults, &mut scope))
        .filter(|_| !raw.broken);
    // What an argument means depends on the path and the method; without them nothing more can be
    // said.
    let (shares, path) = keys
        .as_ref()
        .map(|keys| (keys.shares.clone(), Some(keys.path.clone())))
        .unwrap_or_default();
    let wire = keys.and_then(|keys| {
        let params = arguments::place(&args, &keys, &mut scope)?;
        if answered {
            answer::check(&keys, answer.decode, &raw.output, &mut scope);
        }
        let page = answer::page(&keys, &args, &params, &mut scope);
        Some(keys.into_wire(params, page))
    });
    if raw.half_typed {
        errors.forget(before);
    }
    let sound = !raw.broken && errors.len() == before;
    let surface = Surface {
        attrs: raw.attrs.into_iter().map(lenient).collect(),
        fn_token: raw.fn_token,
        ident: raw.ident,
        receiver: raw.receiver.unwrap_or_else(|| quote::quote!(&self)),
        builder,
        args: args.into_iter().map(arguments::Read::into_arg).collect(),
        answer,
    };
    Declared {
        endpoint: Endpoint {
            surface,
            wire: wire.filter(|_: &Wire| sound),
        },
        shares,
        path,
    }
}

/// `#[expect(…)]` as `#[allow(…)]`: what is expected may come of one of the things that are made
/// from the method, and not of the others.
fn lenient(mut attr: Attribute) -> Attribute {
    fn words(tokens: TokenStream) -> TokenStream {
        let mut tokens = tokens.into_iter().peekable();
        let mut lenient = TokenStream::new();
        while let Some(token) = tokens.next() {
            lenient.extend([match token {
                TokenTree::Ident(word)
                    if word == "expect" && matches!(tokens.peek(), Some(TokenTree::Group(_))) =>
                {
                    Ident::new("allow", word.span()).into()
                }
                token => token,
            }]);
        }
        lenient
    }
    if let Meta::List(list) = &mut attr.meta {
        if list.path.is_ident("expect") {
            list.path = Ident::new("allow", list.path.span()).into();
        } else if list.path.is_ident("cfg_attr") {
            list.tokens = words(std::mem::take(&mut list.tokens));
        }
    }
    attr
}

/// A type that bears the builder's name would be hidden by it.
fn builder_is_type(raw: &mut RawMethod, builder: &Ident, scope: &mut Scope<'_>) {
    let mut is_hidden = |ty: &Type| {
        let mut inner = Some(ty);
        // By a path of several names it can still be reached.
        while let Some(outer) =
            inner.filter(|ty| types::single_name(ty).is_none_or(|name| name != builder))
        {
            inner = first_argument(outer);
        }
        if let Some(same) = inner {
            scope.push(
                same,
                &Problem::BuilderIsType {
                    name: builder.to_string(),
                },
            );
        }
        inner.is_some()
    };
    // Which type is meant can't be written here.
    for arg in &mut raw.args {
        arg.ty = arg.ty.take().filter(|ty| !is_hidden(ty));
    }
    if let Output::Type(ty) = &raw.output
        && is_hidden(ty)
    {
        raw.output = Output::Unreadable;
    }
}

/// `follow_thread` makes `FollowThreadRequest`.
fn builder_name(method: &Ident) -> Ident {
    let mut name = String::new();
    for word in method.unraw().to_string().split('_') {
        let mut characters = word.chars();
        name.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(characters.as_str());
    }
    // `_2` and `__` have nothing that a name could begin with.
    if name.is_empty() || syn::parse_str::<Ident>(&name).is_err() && name != "Self" {
        name.insert(0, '_');
    }
    format_ident!("{name}Request", span = method.span())
}
