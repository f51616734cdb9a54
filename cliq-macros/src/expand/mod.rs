//! From what a declaration means to the code that does it.
//!
//! Everything is generated into one stream, by absolute paths and without local variables, so that
//! it can't conflict with the user's code. What is common to endpoints lives in the runtime; what
//! is common to those of a trait is generated once, in its one generic builder; an endpoint adds
//! only what differs.

mod editor;
mod endpoint;
mod meta;
mod out;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Token, Visibility, parse_quote};

use crate::attrs::{is_deprecation, is_gate};
use crate::check::Api;
use crate::parse::values::Lock;
use crate::text::units::Rate;
use endpoint::Expansion;
use meta::{limits_meta, lock_meta, name_meta, pairs_meta, summary};
use out::Out;

pub(crate) fn expand(api: &Api) -> TokenStream {
    let Api {
        attrs,
        vis,
        trait_token,
        ident,
        endpoints,
        others,
        ..
    } = api;
    let names = Names::of(api);
    let mut out = Out::new(api.krate.as_ref());
    let mut methods = out.beside();
    let mut beside = out.beside();
    let mut table = out.beside();
    let mut markers = out.beside();
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
    for other in others {
        methods.tokens(other);
    }
    let name = ident.unraw().to_string();
    let here = ident.span();
    let gates = |out: &mut Out| {
        for attr in attrs.iter().filter(|attr| is_gate(attr)) {
            out.tokens(attr);
        }
    };
    editor::completions(api, &mut out);
    for attr in attrs {
        out.tokens(attr);
    }
    out.tokens(vis).tokens(trait_token).tokens(ident);
    out.text(": ").runtime("::Caller");
    out.group(Delimiter::Brace, |out| {
        out.append(methods);
    });
    gates(&mut out);
    if attrs.iter().any(is_deprecation) {
        out.text("#[allow(deprecated)]");
    }
    // rustc shows the caller's name where two traits have a method of one name.
    let caller = Ident::new("AnyCaller", here);
    out.tokens(Token![impl](here)).text("<").tokens(&caller);
    out.text(": ").runtime("::Caller + ?::core::marker::Sized>");
    out.tokens(ident).text("for").tokens(&caller);
    out.group_at(here, Delimiter::Brace, |_| ());
    gates(&mut out);
    let about = format!(" All endpoints of [`{name}`], in the order in which they are declared.");
    out.text("#[doc = ").string(&about).text("]");
    out.text("#[allow(dead_code, deprecated, unreachable_pub)]");
    out.tokens(head(vis, "static", here)).tokens(&names.table);
    out.text(": &").runtime("::Endpoints = &");
    out.runtime("::Endpoints::new");
    out.group(Delimiter::Parenthesis, |out| {
        out.text("|| &").group(Delimiter::Bracket, |out| {
            out.append(table);
        });
    });
    out.tokens(Token![;](here)).append(beside);
    if !endpoints.is_empty() {
        common(api, &names, gates, markers, &mut out);
    }
    out.into_tokens()
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
    if let Visibility::Public(_) = vis {
        let vis = Token![pub](span);
        return quote!(#vis #keyword);
    }
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
    /// `THREADS`.
    table: Ident,
    /// `ThreadsCall`, generic over what it calls.
    builder: Ident,
    /// `ThreadsCall::<()>::SHARED`.
    shared_meta: String,
    /// `__threads`, the module of the endpoints' markers.
    markers: String,
    /// The trait's visibility, from inside that module.
    inner_vis: Visibility,
    shared: Shared,
}

impl Names {
    fn of(api: &Api) -> Self {
        let name = api.ident.unraw().to_string();
        let capitals = capitals(&name);
        Self {
            table: Ident::new(&capitals, api.ident.span()),
            builder: format_ident!("{name}Call", span = api.ident.span()),
            shared_meta: format!("{name}Call::<()>::SHARED"),
            markers: format!("__{}", capitals.to_lowercase()),
            inner_vis: inside(&api.vis),
            shared: Shared::of(api),
        }
    }
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
    fn meta(&self, api: &Api, out: &mut Out) {
        if !api.is_sound {
            return;
        }
        let name = api.ident.unraw().to_string();
        out.text("api: ").string(&name).text(", ");
        if let Some(summary) = summary(&api.attrs) {
            out.text("api_summary: ").string(&summary).text(", ");
        }
        if !self.base.is_empty() {
            out.text("base: ").string(&self.base).text(", ");
        }
        if !self.limits.is_empty() {
            limits_meta(&self.limits, out);
        }
        if self.lock.is_some() {
            lock_meta(self.lock, out);
        }
        if self.bucket.is_some() {
            name_meta("bucket", self.bucket.as_deref(), out);
        }
        if self.server.is_some() {
            name_meta("server", self.server.as_deref(), out);
        }
        if !self.headers.is_empty() {
            pairs_meta("headers", &self.headers, out);
        }
    }
}

/// The generic builder of all endpoints, and what they have in common.
fn common(api: &Api, names: &Names, gates: impl Fn(&mut Out), markers: Out, out: &mut Out) {
    let here = api.ident.span();
    let name = api.ident.unraw().to_string();
    let builder = names.builder.to_string();
    gates(out);
    out.text("#[doc(hidden)]");
    out.text("#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub)]");
    out.tokens(&api.vis).text("mod ").text(&names.markers);
    out.group(Delimiter::Brace, |out| {
        out.append(markers);
    });
    gates(out);
    let about = format!(" A call of one of the endpoints of [`{name}`], not sent yet.");
    out.text("#[doc = ").string(&about).text("]");
    out.text("#[allow(dead_code, non_camel_case_types, unreachable_pub)]");
    out.text("#[must_use = \"a call does nothing until it is awaited or sent\"]");
    out.tokens(head(&api.vis, "struct", here));
    out.tokens(&names.builder);
    out.template("<E>($crate::__private::Call, $crate::__private::Of<E>)");
    out.tokens(Token![;](here));
    gates(out);
    out.text("impl ").text(&builder);
    out.template("<()> { const SHARED: $crate::EndpointMeta = $crate::EndpointMeta { table: || ");
    out.text(&names.table.to_string()).text(", ");
    names.shared.meta(api, out);
    out.template("..$crate::EndpointMeta::DEFAULT }; }");
    for implementation in IMPLEMENTATIONS {
        gates(out);
        out.template(&implementation.replace("$Builder", &builder));
    }
}

/// What the builder implements, whatever it calls.
const IMPLEMENTATIONS: [&str; 5] = [
    "#[automatically_derived]
    impl<E: 'static> $crate::__private::Builder for $Builder<E> {
        fn new(call: $crate::__private::Call, context: $crate::__private::Context) -> Self {
            Self(call, $crate::__private::Of::new(context))
        }
        fn call(&mut self) -> &mut $crate::__private::Call { &mut self.0 }
        fn context(&mut self) -> &mut $crate::__private::Context { self.1.context() }
    }",
    "#[automatically_derived]
    impl<E: $crate::__private::Declaration> $crate::Endpoint for $Builder<E> {
        type Response = E::Response;
        type Decode = E::Decode;
        const META: &'static $crate::EndpointMeta = E::META;
    }",
    "#[automatically_derived]
    impl<E: 'static> ::core::future::IntoFuture for $Builder<E> where Self: $crate::Endpoint {
        type Output = ::core::result::Result<<Self as $crate::Endpoint>::Response, $crate::Error>;
        type IntoFuture = $crate::ResponseFuture<<Self as $crate::Endpoint>::Response>;
        fn into_future(self) -> Self::IntoFuture { $crate::__private::awaited(self) }
    }",
    "#[automatically_derived]
    impl<E> ::core::clone::Clone for $Builder<E> {
        fn clone(&self) -> Self {
            Self(::core::clone::Clone::clone(&self.0), ::core::clone::Clone::clone(&self.1))
        }
    }",
    "#[automatically_derived]
    impl<E> ::core::fmt::Debug for $Builder<E> {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::core::fmt::Debug::fmt(&self.0, f)
        }
    }",
];

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
