//! From what a declaration means to the code that does it.
//!
//! Everything is generated into one stream, by absolute paths, and without local variables, so that nothing of the user's can get in
//! its way. What is common to endpoints lives in the runtime; what is common to those of a trait is generated once, in its one generic
//! builder; for an endpoint here is only what differs.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Path};

use crate::check::is_gate;
use crate::model::{Api, Arg, Decode, Endpoint, Param, Place, Shape, Surface, Takes, Wire};
use crate::text::units;

pub(crate) fn expand(api: &Api) -> TokenStream {
    let Api { attrs, vis, trait_token, ident, krate, endpoints, others } = api;
    let name = ident.unraw().to_string();
    let names = Names {
        builder: format_ident!("{name}Call", span = ident.span()),
        markers: format_ident!("__{}", capitals(&name).to_lowercase(), span = Span::call_site()),
        shared: Shared::of(api),
    };
    let mut methods = TokenStream::new();
    let mut beside = TokenStream::new();
    let mut table = TokenStream::new();
    let mut markers = TokenStream::new();
    for endpoint in endpoints {
        let expansion = Expansion { api, names: &names, endpoint };
        let docs = expansion.docs();
        expansion.method(docs.as_ref(), &mut methods);
        expansion.marker(&mut markers);
        expansion.builder(docs.as_ref(), &mut beside);
        expansion.table_entry(&mut table);
    }
    methods.extend(others.iter().cloned());
    let table_name = format_ident!("{}", capitals(&name), span = ident.span());
    let table_doc = format!(" All endpoints of [`{name}`], in the order in which they are declared.");
    let caller = Ident::new("__C", Span::call_site());
    let gates: Vec<_> = attrs.iter().filter(|attr| is_gate(attr)).collect();
    let deprecated = attrs.iter().any(is_deprecation).then(|| quote!(#[allow(deprecated)]));
    if !endpoints.is_empty() {
        common(api, &names, &gates, &markers, &mut beside);
    }
    quote! {
        #(#attrs)*
        #vis #trait_token #ident: #krate::Caller { #methods }
        #(#gates)*
        #deprecated
        impl<#caller: #krate::Caller + ?::core::marker::Sized> #ident for #caller {}
        #(#gates)*
        #[doc = #table_doc]
        #[allow(dead_code, deprecated)]
        #vis static #table_name: &[&#krate::EndpointMeta] = &[#table];
        #beside
    }
}

/// What is made once for a trait.
struct Names {
    /// `ThreadsCall`, generic over what it calls.
    builder: Ident,
    /// `__threads`, the module of what it may call. There they get in nobody's way.
    markers: Ident,
    shared: Shared,
}

/// What most of a trait's endpoints say: that of its first. The others say what differs.
#[derive(Default)]
struct Shared {
    base: String,
    limit: Option<(u32, u64)>,
    lock: Option<u64>,
}

impl Shared {
    fn of(api: &Api) -> Self {
        let first = api.endpoints.iter().find_map(|endpoint| endpoint.wire.as_ref());
        first.map_or_else(Self::default, |wire| Self { base: wire.base.clone(), limit: wire.limit, lock: wire.lock })
    }
}

/// The builder that those of all endpoints are kinds of, and what these have in common.
fn common(api: &Api, names: &Names, gates: &[&Attribute], markers: &TokenStream, out: &mut TokenStream) {
    let Api { vis, ident, krate, .. } = api;
    let Names { builder, markers: module, shared: Shared { base, limit, lock } } = names;
    let (limit, lock) = (limit_meta(krate, *limit), time_meta(krate, *lock));
    let name = ident.unraw().to_string();
    let about = format!(" A call of one of the endpoints of [`{name}`], not sent yet. Each has a name of its own.");
    out.extend(quote! {
        #(#gates)*
        #[doc(hidden)]
        #[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]
        #vis mod #module { #markers }
        #(#gates)*
        #[doc = #about]
        #[must_use = "a call does nothing until it is awaited or sent"]
        #vis struct #builder<E>(#krate::__private::Call, ::core::marker::PhantomData<fn() -> E>);
        #(#gates)*
        impl #builder<()> {
            const SHARED: #krate::EndpointMeta = #krate::EndpointMeta {
                api: #name, base: #base, limit: #limit, lock: #lock, ..#krate::EndpointMeta::DEFAULT
            };
        }
        #(#gates)*
        #[automatically_derived]
        impl<E: 'static> #krate::__private::Builder for #builder<E> {
            fn call(&mut self) -> &mut #krate::__private::Call { &mut self.0 }
        }
        #(#gates)*
        #[automatically_derived]
        impl<E: 'static> ::core::future::IntoFuture for #builder<E> where Self: #krate::Endpoint {
            type Output = ::core::result::Result<<Self as #krate::Endpoint>::Response, #krate::Error>;
            type IntoFuture = #krate::Sending<<Self as #krate::Endpoint>::Response>;
            fn into_future(self) -> Self::IntoFuture { #krate::__private::awaited(self) }
        }
        #(#gates)*
        #[automatically_derived]
        impl<E> ::core::clone::Clone for #builder<E> {
            fn clone(&self) -> Self { Self(::core::clone::Clone::clone(&self.0), self.1) }
        }
        #(#gates)*
        #[automatically_derived]
        impl<E> ::core::fmt::Debug for #builder<E> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { ::core::fmt::Debug::fmt(&self.0, f) }
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
                before != '_' && (!before.is_uppercase() || characters.peek().is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            capitals.push('_');
        }
        capitals.extend(character.to_uppercase());
        before = Some(character);
    }
    capitals
}

struct Expansion<'a> {
    api: &'a Api,
    names: &'a Names,
    endpoint: &'a Endpoint,
}

impl Expansion<'_> {
    fn surface(&self) -> &Surface {
        &self.endpoint.surface
    }

    fn krate(&self) -> &Path {
        &self.api.krate
    }

    /// What is carried to everything that is made from the method: whether it exists at all.
    fn gates(&self) -> impl Iterator<Item = &Attribute> {
        let of_trait = self.api.attrs.iter().filter(|attr| is_gate(attr));
        of_trait.chain(self.surface().attrs.iter().filter(|attr| is_gate(attr)))
    }

    /// The parameter of an argument, with its index.
    fn param(&self, arg: usize) -> Option<(usize, &Param)> {
        let wire = self.endpoint.wire.as_ref()?;
        wire.params.iter().enumerate().find(|(_, param)| param.arg == arg)
    }

    /// The trait's method.
    fn method(&self, docs: Option<&TokenStream>, out: &mut TokenStream) {
        let Surface { attrs, fn_token, ident, receiver, builder, args, .. } = self.surface();
        let krate = self.krate();
        let common = &self.names.builder;
        let required = || args.iter().enumerate().filter(|(_, arg)| !arg.optional);
        let params = required().map(|(_, arg)| parameter(arg));
        let setting = required().map(|(index, arg)| self.set(index, arg));
        let unused = self.endpoint.wire.is_none().then(|| quote!(#[allow(unused_variables)]));
        let deprecated = attrs.iter().any(is_deprecation).then(|| quote!(#[allow(deprecated)]));
        out.extend(quote! {
            #(#attrs)* #docs #unused #deprecated
            #fn_token #ident(#receiver #(, #params)*) -> #builder {
                #common(#krate::__private::Call::new(self, <#builder as #krate::Endpoint>::META)#(#setting)*, ::core::marker::PhantomData)
            }
        });
    }

    /// `.path::<ThreadChatId>(0, thread_chat_id.into())`.
    fn set(&self, index: usize, arg: &Arg) -> Option<TokenStream> {
        let (position, param) = self.param(index)?;
        let krate = self.krate();
        let setter = match (param.place, &param.shape) {
            (Place::Path, _) => "path",
            (Place::Header, _) => "header",
            (Place::Query, Shape::Repeated) => "query_repeated",
            (Place::Query, Shape::Csv) => "query_csv",
            (Place::Query, Shape::Flatten) => "query_flatten",
            (Place::Query, _) => "query",
            (Place::Field, Shape::Repeated) => "form_repeated",
            (Place::Field, Shape::Plain) => "form",
            (Place::Field, _) => "field",
            (Place::Body, Shape::Bytes(_)) => "body_bytes",
            (Place::Body, _) => "body",
        };
        let setter = Ident::new(setter, Span::call_site());
        let of_items = matches!(param.shape, Shape::Repeated | Shape::Csv);
        let position = Literal::usize_unsuffixed(position);
        let value = value(arg, krate);
        // The user's type stands where its bound is asked for, so that an error about it points there.
        Some(match &arg.takes {
            Takes::Anything => return None,
            _ if matches!(param.shape, Shape::Bytes(_)) => {
                let ty = match &arg.takes {
                    Takes::Itself(ty) | Takes::Into(ty) | Takes::Each { list: ty, .. } => ty,
                    Takes::Anything => return None,
                };
                quote!(.#setter::<#ty>(#position, #value))
            }
            Takes::Each { item, .. } if of_items => quote!(.#setter::<#item>(#position, #value)),
            Takes::Itself(ty) | Takes::Into(ty) | Takes::Each { list: ty, .. } => {
                quote!(.#setter::<#ty>(#position, #value))
            }
        })
    }

    /// What names the endpoint where its builder is told apart from the trait's others.
    fn marker(&self, out: &mut TokenStream) {
        let gates = self.surface().attrs.iter().filter(|attr| is_gate(attr));
        let marker = self.marker_name();
        out.extend(quote!(#(#gates)* pub struct #marker;));
    }

    /// `FollowThread` of `FollowThreadRequest`.
    fn marker_name(&self) -> Ident {
        let builder = self.surface().builder.to_string();
        match builder.strip_suffix("Request") {
            Some(name) if name != "Self" => Ident::new(name, Span::call_site()),
            _ => Ident::new(&builder, Span::call_site()),
        }
    }

    /// The builder, with its setters and what makes it an endpoint.
    fn builder(&self, docs: Option<&TokenStream>, out: &mut TokenStream) {
        let Surface { attrs, ident, builder, args, answer, .. } = self.surface();
        let Api { vis, .. } = self.api;
        let Names { builder: common, markers, .. } = self.names;
        let marker = self.marker_name();
        let krate = self.krate();
        let gates: Vec<_> = self.gates().collect();
        let carried = attrs.iter().filter(|attr| !is_gate(attr) && is_carried(attr));
        let about =
            format!("The call of [`{}::{}`]({}::{}), not sent yet.", self.api.ident, ident, self.api.ident, ident);
        let decode = Ident::new(decode_name(answer.decode), Span::call_site());
        let response = answer.ty.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
        let meta = self.meta();
        // The builder is deprecated with the method.
        let allow = attrs.iter().any(is_deprecation).then(|| quote!(#[allow(deprecated)]));
        let setters =
            args.iter().enumerate().filter(|(_, arg)| arg.optional).map(|(index, arg)| self.setter(index, arg));
        let setters: TokenStream = setters.collect();
        out.extend(quote! {
            #(#gates)* #(#carried)* #docs
            #[doc = ""]
            #[doc = #about]
            #[allow(dead_code)]
            #vis type #builder = #common<#markers::#marker>;
            #(#gates)*
            #allow
            #[automatically_derived]
            impl #krate::Endpoint for #builder {
                type Response = #response;
                type Decode = #krate::decode::#decode;
                const META: &'static #krate::EndpointMeta = &#krate::EndpointMeta { #meta ..#common::<()>::SHARED };
            }
        });
        if !setters.is_empty() {
            let allows = attrs.iter().filter(|attr| attr.path().is_ident("allow"));
            out.extend(quote!(#(#gates)* #(#allows)* #allow #[allow(dead_code)] impl #builder { #setters }));
        }
    }

    fn setter(&self, index: usize, arg: &Arg) -> TokenStream {
        let vis = &self.api.vis;
        let Arg { ident, docs, .. } = arg;
        let parameter = parameter(arg);
        let body = match self.set(index, arg) {
            Some(set) => quote!(Self(self.0 #set, self.1)),
            None => quote!(self),
        };
        let unused = self.param(index).is_none().then(|| quote!(#[allow(unused_variables)]));
        let about = self.param(index).map(|(_, param)| {
            let about = match param.place {
                Place::Body => " Sets the whole body.".to_owned(),
                _ if param.shape == Shape::Flatten => " Sets query parameters, one for each member.".to_owned(),
                Place::Query => format!(" Sets the query parameter `{}`.", param.name),
                Place::Header => format!(" Sets the header `{}`.", param.name),
                _ => format!(" Sets the field `{}` of the body.", param.name),
            };
            let gap = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
            quote!(#gap #[doc = #about])
        });
        quote! {
            #(#docs)* #about #unused
            #vis fn #ident(self, #parameter) -> Self { #body }
        }
    }

    fn table_entry(&self, out: &mut TokenStream) {
        let krate = self.krate();
        let builder = &self.surface().builder;
        let gates = self.surface().attrs.iter().filter(|attr| is_gate(attr));
        out.extend(quote!(#(#gates)* <#builder as #krate::Endpoint>::META,));
    }

    /// What differs from the trait's other endpoints.
    fn meta(&self) -> TokenStream {
        let krate = self.krate();
        let name = self.surface().ident.unraw().to_string();
        let mut meta = quote!(name: #name,);
        let Some(wire) = &self.endpoint.wire else { return meta };
        let Wire {
            method,
            base,
            template,
            scopes,
            limit,
            lock,
            bucket,
            idempotent,
            form,
            response,
            page,
            timeout,
            params,
        } = wire;
        let shared = &self.names.shared;
        let method = Ident::new(method, Span::call_site());
        let path = &template.path;
        meta.extend(quote!(method: &#krate::http::Method::#method, path: #path,));
        if *base != shared.base {
            meta.extend(quote!(base: #base,));
        }
        if !template.query.is_empty() {
            let query = &template.query;
            meta.extend(quote!(query: #query,));
        }
        if let Some(scopes) = scopes {
            let rule = Ident::new(if scopes.all { "All" } else { "Any" }, Span::call_site());
            let names = &scopes.names;
            meta.extend(quote!(scopes: #krate::Scopes::#rule(&[#(#names),*]),));
        }
        if *limit != shared.limit {
            let limit = limit_meta(krate, *limit);
            meta.extend(quote!(limit: #limit,));
        }
        if *lock != shared.lock {
            let lock = time_meta(krate, *lock);
            meta.extend(quote!(lock: #lock,));
        }
        if let Some(bucket) = bucket {
            meta.extend(quote!(bucket: ::core::option::Option::Some(#bucket),));
        }
        if !idempotent {
            meta.extend(quote!(idempotent: false,));
        }
        if *form {
            meta.extend(quote!(form: true,));
        }
        if !response.is_empty() {
            meta.extend(quote!(response: &[#(#response),*],));
        }
        if let Some(page) = page {
            let (items, token) = (&page.items, &page.token);
            let param = Literal::usize_unsuffixed(page.param);
            meta.extend(quote! {
                page: ::core::option::Option::Some(#krate::PageMeta::new(&[#(#items),*], &[#(#token),*], #param)),
            });
        }
        if timeout.is_some() {
            let timeout = time_meta(krate, *timeout);
            meta.extend(quote!(timeout: #timeout,));
        }
        if !params.is_empty() {
            let params = params.iter().map(|param| self.param_meta(param));
            meta.extend(quote!(params: &[#(#params),*],));
        }
        meta
    }

    fn param_meta(&self, param: &Param) -> TokenStream {
        let krate = self.krate();
        let Param { name, required, .. } = param;
        let kind = match (param.place, &param.shape) {
            // Those that are met most have a short form, which is less for the compiler to read.
            (Place::Path, _) => "path",
            (Place::Header, _) => "header",
            (Place::Query, Shape::Plain) => "query",
            (Place::Field, Shape::Json) => "field",
            (_, shape) => {
                let place = Ident::new(&format!("{:?}", param.place), Span::call_site());
                let shape = match shape {
                    Shape::Plain => quote!(Plain),
                    Shape::Repeated => quote!(Repeated),
                    Shape::Csv => quote!(Csv),
                    Shape::Flatten => quote!(Flatten),
                    Shape::Json => quote!(Json),
                    Shape::Bytes(content_type) => quote!(Bytes(#content_type)),
                };
                return quote!(#krate::Param::new(#name, #krate::Place::#place, #krate::Shape::#shape, #required));
            }
        };
        let kind = Ident::new(kind, Span::call_site());
        quote!(#krate::Param::#kind(#name, #required))
    }

    /// The endpoint's line, which follows the user's own words.
    fn docs(&self) -> Option<TokenStream> {
        let wire = self.endpoint.wire.as_ref()?;
        let query = if wire.template.query.is_empty() { String::new() } else { format!("?{}", wire.template.query) };
        let line = format!(" `{} {}{}{query}`", wire.method, wire.base, wire.template.path);
        let mut facts = Vec::new();
        if let Some(scopes) = &wire.scopes {
            let names: Vec<String> = scopes.names.iter().map(|name| format!("`{name}`")).collect();
            facts.push(match (names.len(), scopes.all) {
                (1, _) => format!("Scope: {}.", names.concat()),
                (_, true) => format!("Scopes: all of {}.", names.join(", ")),
                (_, false) => format!("Scopes: any of {}.", names.join(", ")),
            });
        }
        if let Some((calls, per)) = wire.limit {
            let lock = wire.lock.map(|lock| match units::in_words(lock).as_str() {
                one if !one.starts_with(|first: char| first.is_ascii_digit()) => format!(", then locked for one {one}"),
                several => format!(", then locked for {several}"),
            });
            let calls = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
            facts.push(format!("Limit: {calls} per {} and user{}.", units::in_words(per), lock.unwrap_or_default()));
        }
        let facts = format!(" {}", facts.join(" "));
        let gap = self.surface().attrs.iter().any(|attr| attr.path().is_ident("doc")).then(|| quote!(#[doc = ""]));
        let facts = (!facts.trim().is_empty()).then(|| quote!(#[doc = ""] #[doc = #facts]));
        Some(quote!(#gap #[doc = #line] #facts))
    }
}

/// `thread_chat_id: impl Into<ThreadChatId>`.
fn parameter(arg: &Arg) -> TokenStream {
    let Arg { ident, takes, .. } = arg;
    match takes {
        Takes::Anything => quote!(#ident: impl ::core::marker::Sized),
        Takes::Itself(ty) => quote!(#ident: #ty),
        Takes::Into(ty) => quote!(#ident: impl ::core::convert::Into<#ty>),
        Takes::Each { item, into: true, .. } => {
            quote!(#ident: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<#item>>)
        }
        Takes::Each { item, into: false, .. } => quote!(#ident: impl ::core::iter::IntoIterator<Item = #item>),
    }
}

/// The argument's value, converted.
fn value(arg: &Arg, krate: &Path) -> TokenStream {
    let Arg { ident, takes, .. } = arg;
    match takes {
        Takes::Anything | Takes::Itself(_) => ident.to_token_stream(),
        Takes::Into(_) => quote!(::core::convert::Into::into(#ident)),
        Takes::Each { item, .. } => quote!(#krate::__private::collect::<#item>(#ident)),
    }
}

/// `#[deprecated]`, or a `cfg_attr` that may hold one.
fn is_deprecation(attr: &Attribute) -> bool {
    attr.path().is_ident("deprecated") || attr.path().is_ident("cfg_attr")
}

/// What is carried from the method to its builder.
fn is_carried(attr: &Attribute) -> bool {
    ["deprecated", "doc", "allow", "cfg_attr"].iter().any(|name| attr.path().is_ident(name))
}

fn decode_name(decode: Decode) -> &'static str {
    match decode {
        Decode::Json => "Json",
        Decode::Paged => "Paged",
        Decode::Raw => "Raw",
        Decode::Ignored => "Ignored",
    }
}

fn limit_meta(krate: &Path, limit: Option<(u32, u64)>) -> TokenStream {
    let Some((calls, per)) = limit else { return quote!(::core::option::Option::None) };
    let (calls, per) = (Literal::u32_unsuffixed(calls), Literal::u64_unsuffixed(per));
    quote!(#krate::__private::limit(#calls, #per))
}

fn time_meta(krate: &Path, seconds: Option<u64>) -> TokenStream {
    let Some(seconds) = seconds else { return quote!(::core::option::Option::None) };
    let seconds = Literal::u64_unsuffixed(seconds);
    quote!(#krate::__private::seconds(#seconds))
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
