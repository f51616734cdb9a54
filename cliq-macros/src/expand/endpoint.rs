//! What is generated for one endpoint: the trait's method, the builder with its setters, and what
//! makes this an endpoint.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Path, Token, Type};

use super::meta::summary;
use super::{Names, head};
use crate::attrs::{is_deprecation, is_doc, is_gate};
use crate::check::answer::AnswerType;
use crate::check::arguments::{Argument, Sent, Takes};
use crate::check::encoding::Encoding;
use crate::check::{Api, Endpoint, Surface};
use crate::problem::On;
use crate::types::{Value, scalar};

pub(super) struct Expansion<'a> {
    pub(super) api: &'a Api,
    pub(super) names: &'a Names,
    pub(super) endpoint: &'a Endpoint,
}

impl Expansion<'_> {
    pub(super) fn surface(&self) -> &Surface {
        &self.endpoint.surface
    }

    pub(super) fn krate(&self) -> &Path {
        &self.api.krate
    }

    /// The `#[cfg]`s that every generated item repeats.
    fn gates(&self) -> impl Iterator<Item = &Attribute> {
        let of_trait = self.api.attrs.iter().filter(|attr| is_gate(attr));
        of_trait.chain(self.surface().attrs.iter().filter(|attr| is_gate(attr)))
    }

    /// How an argument is sent; `None` after an error.
    fn sent<'s>(&'s self, arg: &'s Argument) -> Option<&'s Sent> {
        self.endpoint.wire.as_ref().and(arg.sent.as_ref())
    }

    /// The trait's method.
    pub(super) fn method(&self, docs: Option<&str>, out: &mut TokenStream) {
        let Surface {
            attrs,
            fn_token,
            ident,
            receiver,
            builder,
            args,
            ..
        } = self.surface();
        let krate = self.krate();
        let required = || args.iter().filter(|arg| !arg.value.optional);
        let params = required().map(parameter);
        let setting = required().map(|arg| self.set(arg));
        let unused = self
            .endpoint
            .wire
            .is_none()
            .then(|| quote!(#[allow(unused_variables)]));
        let deprecated = attrs
            .iter()
            .any(is_deprecation)
            .then(|| quote!(#[allow(deprecated)]));
        let marker = self.marker();
        let docs = docs.map(|docs| {
            let docs = below(attrs, docs);
            quote!(#[doc = #docs])
        });
        let mut body = Group::new(
            Delimiter::Brace,
            quote! {
                #krate::__private::built(self, #krate::__private::call::<#marker>()#(#setting)*)
            },
        );
        // rustc points at the method's name if the whole method has its span.
        body.set_span(ident.span());
        out.extend(quote! {
            #(#attrs)* #docs #unused #deprecated
            #fn_token #ident(#receiver #(, #params)*) -> #builder #body
        });
    }

    /// `.path::<ThreadChatId>(0, thread_chat_id)`.
    fn set(&self, arg: &Argument) -> Option<TokenStream> {
        let sent = self.sent(arg)?;
        let row = sent.encoding.row();
        let setter = Ident::new(row.setter, Span::call_site());
        let position = Literal::usize_unsuffixed(sent.position);
        let value = value(arg, self.krate());
        // The user's type is where its bound is required, so that an error about it points there.
        let ty = match &arg.value.item {
            Some(item) if row.per_item => item,
            _ => arg.value.ty.as_ref()?,
        };
        Some(quote!(.#setter::<#ty>(#position, #value)))
    }

    /// The type that distinguishes the endpoint's builder from the trait's others.
    pub(super) fn declare_marker(&self, out: &mut TokenStream) {
        let gates = self.surface().attrs.iter().filter(|attr| is_gate(attr));
        let (vis, marker) = (&self.names.inner_vis, self.marker_name());
        out.extend(quote!(#(#gates)* #vis struct #marker;));
    }

    /// `__threads::FollowThread`.
    fn marker(&self) -> TokenStream {
        let (module, marker) = (&self.names.markers, self.marker_name());
        quote!(#module::#marker)
    }

    /// `ThreadsCall<__threads::FollowThread>`, of which the builder's name is an alias. Generated
    /// code doesn't use the alias, so that a name that is taken is reported once.
    fn kind(&self) -> TokenStream {
        let (builder, marker) = (&self.names.builder, self.marker());
        quote!(#builder<#marker>)
    }

    /// `FollowThread` of `FollowThreadRequest`.
    fn marker_name(&self) -> Ident {
        let builder = self.surface().builder.to_string();
        match builder.strip_suffix("Request") {
            Some(name) if name != "Self" && name != "_" => Ident::new(name, Span::call_site()),
            _ => Ident::new(&builder, Span::call_site()),
        }
    }

    /// The builder, with its setters and what makes it an endpoint.
    pub(super) fn builder(&self, docs: Option<&str>, out: &mut TokenStream) {
        let Surface {
            attrs,
            ident,
            builder,
            args,
            answer,
            ..
        } = self.surface();
        let Api { vis, .. } = self.api;
        let krate = self.krate();
        let gates: Vec<_> = self.gates().collect();
        let mut words = attrs.iter().chain(
            args.iter()
                .filter(|arg| !arg.value.optional)
                .flat_map(|arg| &arg.docs),
        );
        let has_code = words.any(may_hold_code);
        let carried = carried(attrs, has_code);
        let (api, name) = (self.api.ident.unraw(), ident.unraw());
        let about = format!(" The call of [`{api}::{name}`]({api}::{name}), not sent yet.");
        let about = below(
            attrs,
            &docs.map_or_else(|| about.clone(), |docs| format!("{docs}\n\n{about}")),
        );
        let about = if has_code {
            untested(&quote!(doc = #about))
        } else {
            quote!(#[doc = #about])
        };
        let (head, end) = (head(vis, "type", ident.span()), Token![;](ident.span()));
        let (kind, marker) = (self.kind(), self.marker());
        let decode = Ident::new(answer.decode.name(), Span::call_site());
        let response = response(&answer.ty, krate);
        let meta = self.meta();
        // The builder is deprecated with the method.
        let allow = attrs
            .iter()
            .any(is_deprecation)
            .then(|| quote!(#[allow(deprecated)]));
        let is_allow = |attr: &&Attribute| attr.path().is_ident("allow");
        let by_trait: Vec<_> = self.api.attrs.iter().filter(is_allow).collect();
        let allows: Vec<_> = by_trait
            .iter()
            .copied()
            .chain(attrs.iter().filter(is_allow))
            .collect();
        let setters = args
            .iter()
            .filter(|arg| arg.value.optional)
            .map(|arg| self.setter(arg));
        let setters: TokenStream = setters.collect();
        out.extend(quote! {
            #(#gates)* #(#by_trait)* #(#carried)*
            #about
            #[allow(dead_code, unreachable_pub)]
            #head #builder = #kind #end
            #(#gates)*
            #(#allows)*
            #allow
            #[automatically_derived]
            impl #krate::__private::Declaration for #marker {
                #response
                type Decode = #krate::decode::#decode;
                const META: &'static #krate::EndpointMeta = &#meta;
            }
        });
        if !setters.is_empty() {
            out.extend(quote! {
                #(#gates)* #(#allows)* #allow #[allow(dead_code, unreachable_pub)]
                impl #kind { #setters }
            });
        }
    }

    fn setter(&self, arg: &Argument) -> TokenStream {
        let vis = &self.api.vis;
        let Argument { ident, docs, .. } = arg;
        let parameter = parameter(arg);
        let body = match self.set(arg) {
            Some(set) => quote!(Self(self.0 #set, self.1)),
            None => quote!(self),
        };
        let sent = self.sent(arg);
        let unused = sent.is_none().then(|| quote!(#[allow(unused_variables)]));
        let about = sent.map(|sent| {
            let name = &sent.name;
            let about = match sent.encoding.row().on {
                On::Body => " Sets the whole body.".to_owned(),
                _ if sent.encoding == Encoding::QueryFlatten => {
                    " Sets query parameters, one for each member.".to_owned()
                }
                _ if sent.encoding == Encoding::FieldFlatten => {
                    " Sets fields of the body, one for each member.".to_owned()
                }
                On::Query => format!(" Sets the query parameter `{name}`."),
                On::Header => format!(" Sets the header `{name}`."),
                On::Part => format!(" Sets the part `{name}` of the body."),
                _ => format!(" Sets the field `{name}` of the body."),
            };
            let about = below(docs, &about);
            quote!(#[doc = #about])
        });
        quote! {
            #(#docs)* #about #unused
            #vis fn #ident(self, #parameter) -> Self { #body }
        }
    }

    /// The arguments, by their positions.
    pub(super) fn sent_args(&self) -> Vec<(&Sent, &Argument)> {
        let args = self.surface().args.iter();
        let mut args: Vec<_> = args
            .filter_map(|arg| Some((self.sent(arg)?, arg)))
            .collect();
        args.sort_by_key(|(sent, _)| sent.position);
        args
    }

    /// The metadata of the arguments, by their positions.
    pub(super) fn params(&self) -> Vec<TokenStream> {
        let params = self.sent_args().into_iter();
        params
            .map(|(sent, arg)| {
                let param = param_meta(self.krate(), sent, arg);
                let value = value_meta(sent, &arg.value);
                quote!(#param #value)
            })
            .collect()
    }

    pub(super) fn table_entry(&self, out: &mut TokenStream) {
        let (krate, marker) = (self.krate(), self.marker());
        let gates = self.surface().attrs.iter().filter(|attr| is_gate(attr));
        out.extend(quote!(#(#gates)* <#marker as #krate::__private::Declaration>::META,));
    }
}

/// `Param::query("name", true, "The name.")`.
fn param_meta(krate: &Path, sent: &Sent, arg: &Argument) -> TokenStream {
    let (row, name) = (sent.encoding.row(), &sent.name);
    let required = !arg.value.optional;
    let summary = summary(&arg.docs).unwrap_or_default();
    let ident = |name: &str| Ident::new(name, Span::call_site());
    if row.is_short {
        let kind = ident(row.setter);
        return quote!(#krate::Param::#kind(#name, #required, #summary));
    }
    let place = ident(row.place);
    let shape = ident(row.shape);
    let content_type = match &sent.encoding {
        Encoding::BodyBytes(content_type) | Encoding::BodyStream(content_type) => {
            Some(quote!((#content_type)))
        }
        _ => None,
    };
    quote! {
        #krate::Param::new(
            #name, #krate::Place::#place, #krate::Shape::#shape #content_type, #required, #summary
        )
    }
}

/// `.boolean()`, `.string().list()`: what the type's name reveals of the value.
fn value_meta(sent: &Sent, value: &Value) -> TokenStream {
    let mut meta = TokenStream::new();
    let kind = value.item.as_ref().or(value.ty.as_ref()).and_then(scalar);
    if let Some(kind) = kind {
        let kind = Ident::new(kind, Span::call_site());
        meta.extend(quote!(.#kind()));
    }
    // Elsewhere the shape covers it.
    if value.item.is_some() && sent.encoding.row().shape == "Json" {
        meta.extend(quote!(.list()));
    }
    meta
}

/// `thread_chat_id: impl Into<ThreadChatId>`. The bound has the span of the user's type, where
/// rustc then points if a value doesn't convert.
fn parameter(arg: &Argument) -> TokenStream {
    let ident = &arg.ident;
    match arg.takes() {
        Takes::Anything => quote!(#ident: impl ::core::marker::Sized),
        Takes::Itself(ty) => quote!(#ident: #ty),
        Takes::Into(ty) => {
            let into = into(ty);
            quote!(#ident: impl #into)
        }
        Takes::Each { item, into: true } => {
            let into = into(item);
            quote!(#ident: impl ::core::iter::IntoIterator<Item = impl #into>)
        }
        Takes::Each { item, into: false } => {
            quote!(#ident: impl ::core::iter::IntoIterator<Item = #item>)
        }
        Takes::EachOfEach { item, into: true } => {
            let into = into(item);
            quote! {
                #ident: impl ::core::iter::IntoIterator<
                    Item = impl ::core::iter::IntoIterator<Item = impl #into>
                >
            }
        }
        Takes::EachOfEach { item, into: false } => {
            quote! {
                #ident: impl ::core::iter::IntoIterator<
                    Item = impl ::core::iter::IntoIterator<Item = #item>
                >
            }
        }
    }
}

fn into(ty: &Type) -> TokenStream {
    let (first, last) = ends(ty);
    let (root, end) = (Token![::](first), Token![>](last));
    quote!(#root core::convert::Into<#ty #end)
}

/// The places of a type's first and last tokens.
fn ends(ty: &Type) -> (Span, Span) {
    let tokens: Vec<_> = ty.to_token_stream().into_iter().collect();
    let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
    (span(tokens.first()), span(tokens.last()))
}

/// The argument's value. The setter converts it.
fn value(arg: &Argument, krate: &Path) -> TokenStream {
    let ident = &arg.ident;
    match arg.takes() {
        Takes::Anything | Takes::Itself(_) | Takes::Into(_) => ident.to_token_stream(),
        Takes::Each { item, .. } => quote!(#krate::__private::collect::<#item>(#ident)),
        Takes::EachOfEach { item, .. } => {
            quote!(#krate::__private::collect_lists::<#item>(#ident))
        }
    }
}

/// The method's attributes that its builder repeats.
fn carried(attrs: &[Attribute], has_code: bool) -> impl Iterator<Item = TokenStream> {
    attrs
        .iter()
        .filter(|attr| !is_gate(attr))
        .filter_map(move |attr| match &attr.meta {
            meta if has_code && attr.path().is_ident("doc") => Some(untested(meta)),
            _ if ["deprecated", "doc", "allow", "cfg_attr"]
                .iter()
                .any(|name| attr.path().is_ident(name)) =>
            {
                Some(attr.to_token_stream())
            }
            _ => None,
        })
}

/// Documentation whose code is not tested: what the method's shows is tested there, and once is
/// enough.
fn untested(doc: &impl ToTokens) -> TokenStream {
    quote!(#[cfg_attr(not(doctest), #doc)])
}

/// What follows the user's words: after an empty line, if there are any. rustdoc trims one line
/// break.
fn below(attrs: &[Attribute], docs: &str) -> String {
    let gap = if attrs.iter().any(is_doc) { "\n\n" } else { "" };
    format!("{gap}{docs}")
}

/// Whether it is documentation that may have code in it.
pub(super) fn may_hold_code(attr: &Attribute) -> bool {
    let Meta::NameValue(doc) = &attr.meta else {
        return false;
    };
    let is_code = |text: &str| {
        ["```", "~~~", "    ", "\t"]
            .iter()
            .any(|mark| text.contains(mark))
    };
    doc.path.is_ident("doc") && doc_text(attr).is_none_or(|text| is_code(&text))
}

/// The words of `/// …`.
pub(super) fn doc_text(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// `type Response = …;` at the user's type, where rustc points if that type doesn't fit.
fn response(ty: &AnswerType, krate: &Path) -> TokenStream {
    let ty = match ty {
        AnswerType::Nothing => {
            return quote!(
                type Response = ();
            );
        }
        // A name that doesn't exist: after our error, rustc is silent about it and about everything
        // of this type.
        AnswerType::Unknown => return quote!(type Response = #krate::__private::Unknown;),
        AnswerType::Known(ty) => ty,
    };
    let (first, last) = ends(ty);
    let (keyword, name, end) = (
        Token![type](first),
        Ident::new("Response", last),
        Token![;](last),
    );
    quote!(#keyword #name = #ty #end)
}
