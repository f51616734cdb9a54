//! From what a declaration means to the code that does it.
//!
//! Everything is generated into one stream, by absolute paths and without local variables, so that
//! it can't conflict with the user's code. What is common to endpoints lives in the runtime; what
//! is common to those of a trait is generated once, in its one generic builder; an endpoint adds
//! only what differs.

mod editor;
mod endpoint;
mod meta;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Token, Visibility, parse_quote};

use crate::attrs::{is_deprecation, is_gate};
use crate::check::Api;
use crate::parse::values::Lock;
use crate::text::units::Rate;
use endpoint::Expansion;
use meta::{limits_meta, lock_meta, name_meta, pairs_meta, summary};

pub(crate) fn expand(api: &Api) -> TokenStream {
    let Api {
        attrs,
        vis,
        trait_token,
        ident,
        krate,
        endpoints,
        others,
        ..
    } = api;
    let name = ident.unraw().to_string();
    let names = Names {
        builder: format_ident!("{name}Call", span = ident.span()),
        markers: format_ident!(
            "__{}",
            capitals(&name).to_lowercase(),
            span = Span::call_site()
        ),
        inner_vis: inside(vis),
        shared: Shared::of(api),
    };
    let mut methods = TokenStream::new();
    let mut beside = TokenStream::new();
    let mut table = TokenStream::new();
    let mut markers = TokenStream::new();
    for endpoint in endpoints {
        let expansion = Expansion {
            api,
            names: &names,
            endpoint,
        };
        let docs = expansion.docs();
        expansion.method(docs.as_deref(), &mut methods);
        expansion.declare_marker(&mut markers);
        expansion.builder(docs.as_deref(), &mut beside);
        expansion.table_entry(&mut table);
    }
    methods.extend(others.iter().cloned());
    let table_name = format_ident!("{}", capitals(&name), span = ident.span());
    let table_doc =
        format!(" All endpoints of [`{name}`], in the order in which they are declared.");
    // rustc shows it where two traits have a method of one name.
    let caller = Ident::new("AnyCaller", ident.span());
    let gates: Vec<_> = attrs.iter().filter(|attr| is_gate(attr)).collect();
    let deprecated = attrs
        .iter()
        .any(is_deprecation)
        .then(|| quote!(#[allow(deprecated)]));
    if !endpoints.is_empty() {
        common(api, &names, &table_name, &gates, &markers, &mut beside);
    }
    let completions = editor::completions(api);
    let here = ident.span();
    let (keyword, end) = (Token![impl](here), Token![;](here));
    let nothing = quote_spanned!(here=> {});
    let table_head = head(vis, "static", ident.span());
    quote! {
        #completions
        #(#attrs)*
        #vis #trait_token #ident: #krate::Caller { #methods }
        #(#gates)*
        #deprecated
        #keyword<#caller: #krate::Caller + ?::core::marker::Sized> #ident for #caller #nothing
        #(#gates)*
        #[doc = #table_doc]
        #[allow(dead_code, deprecated, unreachable_pub)]
        #table_head #table_name: &[&#krate::EndpointMeta] = &[#table] #end
        #beside
    }
}

/// `pub struct`, with the span of the token that the item is named after. If its last token has it
/// too, rustc points there when the name is taken.
fn head(vis: &Visibility, keyword: &str, span: Span) -> TokenStream {
    fn moved(tokens: TokenStream, span: Span) -> TokenStream {
        let token = |token: TokenTree| match token {
            TokenTree::Group(group) => {
                TokenTree::from(Group::new(group.delimiter(), moved(group.stream(), span)))
            }
            mut token => {
                token.set_span(span);
                token
            }
        };
        tokens.into_iter().map(token).collect()
    }
    let keyword = Ident::new(keyword, span);
    let vis = moved(vis.to_token_stream(), span);
    quote!(#vis #keyword)
}

/// The same visibility, written one module further in.
fn inside(vis: &Visibility) -> Visibility {
    let mut vis = vis.clone();
    match &mut vis {
        Visibility::Inherited => vis = parse_quote!(pub(super)),
        Visibility::Restricted(restricted) if restricted.path.is_ident("self") => {
            vis = parse_quote!(pub(super));
        }
        Visibility::Restricted(restricted) if restricted.path.segments[0].ident == "super" => {
            let path = &restricted.path;
            vis = parse_quote!(pub(in super::#path));
        }
        Visibility::Public(_) | Visibility::Restricted(_) => {}
    }
    vis
}

/// What is generated once for a trait.
struct Names {
    /// `ThreadsCall`, generic over what it calls.
    builder: Ident,
    /// `__threads`, the module of the endpoints' markers.
    markers: Ident,
    /// The trait's visibility, from inside that module.
    inner_vis: Visibility,
    shared: Shared,
}

/// What most of a trait's endpoints have: that of its first. The others add what differs.
#[derive(Default)]
struct Shared {
    base: String,
    limits: Vec<Rate>,
    lock: Option<Lock>,
    bucket: Option<String>,
    server: Option<String>,
    headers: Vec<(String, String)>,
}

impl Shared {
    fn of(api: &Api) -> Self {
        let first = api
            .endpoints
            .iter()
            .find_map(|endpoint| endpoint.wire.as_ref());
        first.map_or_else(Self::default, |wire| Self {
            base: wire.base.clone(),
            limits: wire.limits.clone(),
            lock: wire.lock,
            bucket: wire.bucket.clone(),
            server: wire.server.clone(),
            headers: wire.headers.clone(),
        })
    }

    /// The members of its metadata. What has errors is left out.
    fn meta(&self, api: &Api) -> Option<TokenStream> {
        let (krate, name) = (&api.krate, api.ident.unraw().to_string());
        if !api.is_sound {
            return None;
        }
        let mut meta = quote!(api: #name,);
        if let Some(summary) = summary(&api.attrs) {
            meta.extend(quote!(api_summary: #summary,));
        }
        if !self.base.is_empty() {
            let base = &self.base;
            meta.extend(quote!(base: #base,));
        }
        if !self.limits.is_empty() {
            let limits = limits_meta(krate, &self.limits);
            meta.extend(quote!(limits: #limits,));
        }
        if self.lock.is_some() {
            let lock = lock_meta(krate, self.lock);
            meta.extend(quote!(lock: #lock,));
        }
        if self.bucket.is_some() {
            let bucket = name_meta(self.bucket.as_deref());
            meta.extend(quote!(bucket: #bucket,));
        }
        if self.server.is_some() {
            let server = name_meta(self.server.as_deref());
            meta.extend(quote!(server: #server,));
        }
        if !self.headers.is_empty() {
            let headers = pairs_meta(&self.headers);
            meta.extend(quote!(headers: #headers,));
        }
        Some(meta)
    }
}

/// The generic builder of all endpoints, and what they have in common.
fn common(
    api: &Api,
    names: &Names,
    table: &Ident,
    gates: &[&Attribute],
    markers: &TokenStream,
    out: &mut TokenStream,
) {
    let Api {
        vis, ident, krate, ..
    } = api;
    let Names {
        builder,
        markers: module,
        shared,
        ..
    } = names;
    let shared = shared.meta(api);
    let struct_head = head(vis, "struct", ident.span());
    let end = Token![;](ident.span());
    let name = ident.unraw().to_string();
    let about = format!(" A call of one of the endpoints of [`{name}`], not sent yet.");
    out.extend(quote! {
        #(#gates)*
        #[doc(hidden)]
        #[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
        #vis mod #module { #markers }
        #(#gates)*
        #[doc = #about]
        #[allow(dead_code, non_camel_case_types, unreachable_pub)]
        #[must_use = "a call does nothing until it is awaited or sent"]
        #struct_head #builder<E>(#krate::__private::Call, #krate::__private::Of<E>) #end
        #(#gates)*
        impl #builder<()> {
            const SHARED: #krate::EndpointMeta = #krate::EndpointMeta {
                table: || #table, #shared ..#krate::EndpointMeta::DEFAULT
            };
        }
        #(#gates)*
        #[automatically_derived]
        impl<E: 'static> #krate::__private::Builder for #builder<E> {
            fn new(call: #krate::__private::Call, context: #krate::__private::Context) -> Self {
                Self(call, #krate::__private::Of::new(context))
            }
            fn call(&mut self) -> &mut #krate::__private::Call { &mut self.0 }
            fn context(&mut self) -> &mut #krate::__private::Context { self.1.context() }
        }
        #(#gates)*
        #[automatically_derived]
        impl<E: #krate::__private::Declaration> #krate::Endpoint for #builder<E> {
            type Response = E::Response;
            type Decode = E::Decode;
            const META: &'static #krate::EndpointMeta = E::META;
        }
        #(#gates)*
        #[automatically_derived]
        impl<E: 'static> ::core::future::IntoFuture for #builder<E> where Self: #krate::Endpoint {
            type Output =
                ::core::result::Result<<Self as #krate::Endpoint>::Response, #krate::Error>;
            type IntoFuture = #krate::ResponseFuture<<Self as #krate::Endpoint>::Response>;
            fn into_future(self) -> Self::IntoFuture { #krate::__private::awaited(self) }
        }
        #(#gates)*
        #[automatically_derived]
        impl<E> ::core::clone::Clone for #builder<E> {
            fn clone(&self) -> Self {
                Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
            }
        }
        #(#gates)*
        #[automatically_derived]
        impl<E> ::core::fmt::Debug for #builder<E> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }
    });
}

/// `MyApi` makes `MY_API`.
fn capitals(name: &str) -> String {
    let mut capitals = String::new();
    let mut before: Option<char> = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let starts_word = character.is_uppercase()
            && before.is_some_and(|before| {
                before != '_'
                    && (!before.is_uppercase()
                        || characters.peek().is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            capitals.push('_');
        }
        capitals.extend(character.to_uppercase());
        before = Some(character);
    }
    capitals
}

#[cfg(test)]
mod tests {
    use super::capitals;

    #[test]
    fn a_table_is_named_in_capitals() {
        for (name, expected) in [
            ("Threads", "THREADS"),
            ("MyApi", "MY_API"),
            ("HTTPApi", "HTTP_API"),
            ("V2Api", "V2_API"),
            ("My_Api", "MY_API"),
        ] {
            assert_eq!(capitals(name), expected);
        }
    }
}
