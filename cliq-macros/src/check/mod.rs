//! From what was written to what it means, with everything that is wrong with it.
//!
//! Only what was checked can be expanded: an endpoint with an error keeps its [`Surface`], so that
//! code which uses it stays right, and has no [`Wire`].

pub(crate) mod answer;
pub(crate) mod argument;
mod between;
mod places;
mod reserved;
mod signature;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Meta, Path, Token, TraitItem, Visibility};

use crate::attrs::{Attr, hides_endpoint, is_async_trait, is_endpoints};
use crate::errors::Sink;
use crate::parse::endpoint::EndpointAttr;
use crate::parse::values::Schema;
use crate::parse::{Head, Member, Method, Output, Trait};
use crate::problem::{On, Problem};
use crate::text::method::METHODS;
use crate::text::suggest::nearest;
use answer::Answer;
use argument::Argument;
use wire::{Defaults, Wire};

/// A checked trait.
pub(crate) struct Api {
    pub(crate) attrs: Vec<Attr>,
    pub(crate) vis: Visibility,
    pub(crate) trait_token: Token![trait],
    pub(crate) ident: Ident,
    /// The runtime crate, unless it is `::cliq_api`.
    pub(crate) krate: Option<Path>,
    /// Whether, and with which feature, the metadata has schemas.
    pub(crate) schema: Option<Schema>,
    pub(crate) endpoints: Vec<Endpoint>,
    /// Methods with a body, passed through.
    pub(crate) others: Vec<TokenStream>,
    /// Whether there is no error about the trait itself.
    pub(crate) is_sound: bool,
    /// Words where editors complete keys.
    pub(crate) unknown: Vec<(On, Ident)>,
}

/// A checked method.
pub(crate) struct Endpoint {
    pub(crate) surface: Surface,
    /// `None` after an error, so that it can be named and called but does nothing.
    pub(crate) wire: Option<Wire>,
}

/// What a user's code sees of an endpoint: known even where the declaration has errors.
pub(crate) struct Surface {
    /// All attributes but ours.
    pub(crate) attrs: Vec<Attr>,
    pub(crate) fn_token: Token![fn],
    pub(crate) ident: Ident,
    pub(crate) receiver: TokenStream,
    pub(crate) builder: Ident,
    pub(crate) args: Vec<Argument>,
    pub(crate) answer: Answer,
}

/// An endpoint that is still to be compared with the others.
struct Declared<'e> {
    errors: Sink<'e>,
    endpoint: Endpoint,
}

/// Checks a trait. What has errors is left out: what an endpoint does, a composition, a key.
pub(crate) fn check(written: Trait<'_>) -> Api {
    let Trait {
        errors,
        args,
        head,
        members,
        left,
    } = written;
    check_head(&head, errors);
    let defaults = Defaults::new(args);
    defaults.check(errors);
    let unknown = defaults.unknown().iter();
    let mut unknown: Vec<_> = unknown
        .map(|ident| (On::Endpoints, ident.clone()))
        .collect();
    let mut others = Vec::new();
    let mut declared = Vec::new();
    for member in members {
        match member {
            Member::Other(item, errors) => errors.push(&item, &not_a_method(&item)),
            Member::Method(method) => {
                unknown.extend(completed(&method));
                signature::qualifiers(&method);
                reserved::method(&method.sig.ident, method.errors);
                if is_composition(&method) {
                    others.extend(composition(method));
                } else {
                    declared.push(endpoint(method, &defaults));
                }
            }
        }
    }
    let endpoints = between::check(declared);
    let wires = endpoints.iter().map(|endpoint| endpoint.wire.as_ref());
    if let Some(lock) = defaults.idle_lock(wires) {
        errors.push(lock, &Problem::LockWithoutLimit);
    }
    // What is left is mostly a consequence of something that is reported already.
    let all_sound = endpoints.iter().all(|endpoint| endpoint.wire.is_some());
    if let Some(left) = left.filter(|_| all_sound && !errors.failed()) {
        errors.push(Ident::new("_", left), &Problem::UnreadableAttribute);
    }
    let is_ours = |attr: &Attr| is_endpoints(attr) || is_async_trait(attr);
    Api {
        attrs: head
            .attrs
            .into_iter()
            .filter(|attr| !is_ours(attr))
            .collect(),
        vis: head.vis,
        trait_token: head.trait_token,
        ident: head.ident,
        krate: defaults.krate().cloned(),
        schema: defaults.schema().cloned(),
        endpoints,
        others,
        is_sound: !errors.failed(),
        unknown,
    }
}

fn check_head(head: &Head, errors: Sink<'_>) {
    let refuse = |at: &dyn ToTokens, problem: Problem| {
        let at = at.to_token_stream();
        if !at.is_empty() {
            errors.push(at, &problem);
        }
    };
    refuse(&head.generics, Problem::TraitGenerics);
    refuse(&head.generics.where_clause, Problem::TraitWhere);
    refuse(&head.unsafety, Problem::TraitUnsafe);
    refuse(&head.auto, Problem::TraitAuto);
    refuse(&head.supertraits, Problem::TraitSupertraits);
    for attr in &head.attrs {
        if is_endpoints(attr) {
            errors.push(attr, &Problem::EndpointsTwice);
        } else if is_async_trait(attr) {
            errors.push(attr, &Problem::AsyncTrait);
        }
    }
}

fn not_a_method(item: &TraitItem) -> Problem {
    match item {
        TraitItem::Type(_) => Problem::AssociatedType,
        TraitItem::Const(_) => Problem::AssociatedConst,
        TraitItem::Macro(_) => Problem::MacroInTrait,
        _ => Problem::UnreadableMember,
    }
}

/// Unknown keys, options and attributes of a method.
fn completed(method: &Method<'_>) -> Vec<(On, Ident)> {
    let mut unknown = Vec::new();
    if let Some((_, attr)) = &method.endpoint {
        unknown.extend(
            attr.args
                .unknown
                .iter()
                .map(|ident| (On::Endpoint, ident.clone())),
        );
        let page = attr.args.keys.page.value();
        let of_page = page.into_iter().flat_map(|page| &page.unknown);
        unknown.extend(of_page.map(|ident| (On::Page, ident.clone())));
    }
    unknown.extend(
        method
            .args
            .iter()
            .flat_map(|arg| arg.unknown.iter().cloned()),
    );
    unknown
}

/// A method with a body and without `#[endpoint]`.
fn is_composition(method: &Method<'_>) -> bool {
    method.endpoint.is_none() && method.body.is_some() && !method.attrs.iter().any(hides_endpoint)
}

/// A composition as it was written, with its body unread; `None` after an error.
fn composition(method: Method<'_>) -> Option<TokenStream> {
    let Method {
        errors,
        attrs,
        mut sig,
        receiver,
        body,
        ..
    } = method;
    if let Some(receiver) = receiver {
        sig.inputs.insert(0, syn::FnArg::Receiver(receiver));
    }
    (!errors.failed()).then(|| quote!(#(#attrs)* #sig #body))
}

fn endpoint<'e>(mut method: Method<'e>, defaults: &Defaults) -> Declared<'e> {
    let errors = method.errors;
    without_endpoint(&mut method);
    signature::check(&method);
    let builder = builder_name(&method.sig.ident);
    let of_answer = errors.part();
    let answer = answer::read(&method.output, &builder, of_answer);
    let attr = method.endpoint.map(|(_, attr)| attr);
    let mut args = argument::read(method.args, &builder, attr.as_ref());
    let wire = attr.and_then(|attr| {
        wire::check_keys(&attr, defaults, errors);
        wire(
            attr,
            defaults,
            &mut args,
            (&answer, of_answer),
            &method.output,
            errors,
        )
    });
    let surface = Surface {
        attrs: method.attrs.into_iter().map(lenient).collect(),
        fn_token: method.sig.fn_token,
        ident: method.sig.ident,
        receiver: match &method.receiver {
            // Its token has the user's place in the code.
            Some(receiver) => {
                let this = &receiver.self_token;
                quote!(&#this)
            }
            None => quote!(&self),
        },
        builder,
        args,
        answer,
    };
    Declared {
        errors,
        endpoint: Endpoint { surface, wire },
    }
}

/// Reports a method that is neither an endpoint nor a composition, and removes what was meant for
/// `#[endpoint]`.
fn without_endpoint(method: &mut Method<'_>) {
    let errors = method.errors;
    let hiding: Vec<Attr> = method
        .attrs
        .extract_if(.., |attr| hides_endpoint(attr))
        .collect();
    for attr in &hiding {
        errors.push(attr, &Problem::EndpointBehindCfgAttr);
    }
    if method.endpoint.is_some() || method.half_typed {
        return;
    }
    let misspelt: Vec<Attr> = method
        .attrs
        .extract_if(.., |attr| is_misspelt_endpoint(attr))
        .collect();
    if let Some(attr) = misspelt.first() {
        let found = attr.path().to_token_stream().to_string();
        errors.push(attr.path(), &Problem::EndpointMisspelt { found });
    } else if hiding.is_empty() {
        // Whatever else an endpoint can't have is a consequence.
        let at = method.sig.to_token_stream();
        errors.push_last(at, &Problem::MethodWithoutEndpoint);
    }
}

/// `#[enpoint(…)]`, `#[get("…")]`: what other words for it look like.
fn is_misspelt_endpoint(attr: &Attr) -> bool {
    let name = attr.name();
    let is_method = METHODS
        .iter()
        .any(|method| method.name.eq_ignore_ascii_case(name));
    is_method || name == "route" || attr.is_single() && nearest(name, ["endpoint"]).is_some()
}

/// What the endpoint does, if method and path can be read. What has errors is dropped once those
/// between the methods are known, too.
fn wire(
    attr: EndpointAttr,
    defaults: &Defaults,
    args: &mut [Argument],
    (answer, of_answer): (&Answer, Sink<'_>),
    output: &Output,
    errors: Sink<'_>,
) -> Option<Wire> {
    let head = attr.head.as_ref()?;
    places::check(args, head, &attr, errors);
    if !of_answer.failed() {
        answer::check(head, &attr, answer.decode, output, errors);
    }
    let page = answer::page(&attr, args, errors);
    let (head, keys) = (attr.head?, attr.args.keys);
    Some(Wire::new(head, keys, defaults, page, errors))
}

/// `#[expect(…)]` as `#[allow(…)]`: what is expected may arise in one of the generated items and
/// not in the others.
fn lenient(attr: Attr) -> Attr {
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
    let is_expect = attr.is("expect");
    if !is_expect && !attr.is("cfg_attr") {
        return attr;
    }
    attr.with_meta(|mut meta| {
        if let Meta::List(list) = &mut meta {
            if is_expect {
                list.path = Ident::new("allow", list.path.span()).into();
            } else {
                list.tokens = words(std::mem::take(&mut list.tokens));
            }
        }
        meta
    })
}

/// `follow_thread` makes `FollowThreadRequest`.
fn builder_name(method: &Ident) -> Ident {
    let mut name = String::new();
    for word in method.unraw().to_string().split('_') {
        let mut characters = word.chars();
        name.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(characters.as_str());
    }
    // `_2` and `__` have nothing that a name could begin with. No keyword but `Self` begins with a
    // capital.
    let is_name =
        |name: &str| name.starts_with(char::is_uppercase) || syn::parse_str::<Ident>(name).is_ok();
    if !is_name(&name) {
        name.insert(0, '_');
    }
    format_ident!("{name}Request", span = method.span())
}
