//! What is generated for one endpoint: the trait's method, the builder with its setters, and what
//! makes this an endpoint.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Path, Token, Type};

use super::{Names, head};
use crate::check::is_gate;
use crate::model::{AnswerType, Api, Arg, Decode, Endpoint, Param, Place, Shape, Surface, Takes};

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

    /// What is carried to everything that is made from the method: whether it exists at all.
    fn gates(&self) -> impl Iterator<Item = &Attribute> {
        let of_trait = self.api.attrs.iter().filter(|attr| is_gate(attr));
        of_trait.chain(self.surface().attrs.iter().filter(|attr| is_gate(attr)))
    }

    /// The parameter of an argument, with its index.
    fn param(&self, arg: usize) -> Option<(usize, &Param)> {
        let wire = self.endpoint.wire.as_ref()?;
        wire.params
            .iter()
            .enumerate()
            .find(|(_, param)| param.arg == arg)
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
        let required = || args.iter().enumerate().filter(|(_, arg)| !arg.optional);
        let params = required().map(|(_, arg)| parameter(arg));
        let setting = required().map(|(index, arg)| self.set(index, arg));
        let unused = self
            .endpoint
            .wire
            .is_none()
            .then(|| quote!(#[allow(unused_variables)]));
        let deprecated = attrs
            .iter()
            .any(is_deprecation)
            .then(|| quote!(#[allow(deprecated)]));
        let kind = self.kind();
        let docs = docs.map(|docs| {
            let docs = below(attrs, docs);
            quote!(#[doc = #docs])
        });
        let mut body = Group::new(
            Delimiter::Brace,
            quote!(#krate::__private::built(self, #krate::__private::Call::new(<#kind as #krate::Endpoint>::META)#(#setting)*)),
        );
        // The whole method stands at its name, so that rustc points there.
        body.set_span(ident.span());
        out.extend(quote! {
            #(#attrs)* #docs #unused #deprecated
            #fn_token #ident(#receiver #(, #params)*) -> #builder #body
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
        // The user's type stands where its bound is asked for, so that an error about it points
        // there.
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
    pub(super) fn marker(&self, out: &mut TokenStream) {
        let gates = self.surface().attrs.iter().filter(|attr| is_gate(attr));
        let marker = self.marker_name();
        out.extend(quote!(#(#gates)* pub struct #marker;));
    }

    /// `ThreadsCall<__threads::FollowThread>`, what the builder's name stands for. Generated code
    /// goes by it: where the name is taken by something else, that is the one thing that is
    /// wrong.
    fn kind(&self) -> TokenStream {
        let Names {
            builder, markers, ..
        } = self.names;
        let marker = self.marker_name();
        quote!(#builder<#markers::#marker>)
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
        let common = &self.names.builder;
        let krate = self.krate();
        let gates: Vec<_> = self.gates().collect();
        let mut words = attrs.iter().chain(
            args.iter()
                .filter(|arg| !arg.optional)
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
        let kind = self.kind();
        let decode = Ident::new(decode_name(answer.decode), Span::call_site());
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
            .enumerate()
            .filter(|(_, arg)| arg.optional)
            .map(|(index, arg)| self.setter(index, arg));
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
            impl #krate::Endpoint for #kind {
                #response
                type Decode = #krate::decode::#decode;
                const META: &'static #krate::EndpointMeta = &#krate::EndpointMeta { #meta ..#common::<()>::SHARED };
            }
        });
        if !setters.is_empty() {
            out.extend(
                quote!(#(#gates)* #(#allows)* #allow #[allow(dead_code, unreachable_pub)] impl #kind { #setters }),
            );
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
        let unused = self
            .param(index)
            .is_none()
            .then(|| quote!(#[allow(unused_variables)]));
        let about = self.param(index).map(|(_, param)| {
            let about = match param.place {
                Place::Body => " Sets the whole body.".to_owned(),
                _ if param.shape == Shape::Flatten => {
                    " Sets query parameters, one for each member.".to_owned()
                }
                Place::Query => format!(" Sets the query parameter `{}`.", param.name),
                Place::Header => format!(" Sets the header `{}`.", param.name),
                _ => format!(" Sets the field `{}` of the body.", param.name),
            };
            let about = below(docs, &about);
            quote!(#[doc = #about])
        });
        quote! {
            #(#docs)* #about #unused
            #vis fn #ident(self, #parameter) -> Self { #body }
        }
    }

    pub(super) fn table_entry(&self, out: &mut TokenStream) {
        let (krate, kind) = (self.krate(), self.kind());
        let gates = self.surface().attrs.iter().filter(|attr| is_gate(attr));
        out.extend(quote!(#(#gates)* <#kind as #krate::Endpoint>::META,));
    }
}

/// `thread_chat_id: impl Into<ThreadChatId>`. The bound stands at the user's type, so that rustc
/// points there where a value doesn't convert.
fn parameter(arg: &Arg) -> TokenStream {
    let Arg { ident, takes, .. } = arg;
    match takes {
        Takes::Anything => quote!(#ident: impl ::core::marker::Sized),
        Takes::Itself(ty) => quote!(#ident: #ty),
        Takes::Into(ty) => {
            let into = into(ty);
            quote!(#ident: impl #into)
        }
        Takes::Each {
            item, into: true, ..
        } => {
            let into = into(item);
            quote!(#ident: impl ::core::iter::IntoIterator<Item = impl #into>)
        }
        Takes::Each {
            item, into: false, ..
        } => quote!(#ident: impl ::core::iter::IntoIterator<Item = #item>),
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
pub(super) fn is_deprecation(attr: &Attribute) -> bool {
    attr.path().is_ident("deprecated") || attr.path().is_ident("cfg_attr")
}

/// What is carried from the method to its builder.
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

/// What follows the user's words: behind an empty line, if there are any.
fn below(attrs: &[Attribute], docs: &str) -> String {
    let gap = if attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        "\n"
    } else {
        ""
    };
    format!("{gap}{docs}")
}

/// Whether it is documentation with code in it, or such that this can't be seen.
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

/// `type Response = …;`, which rustc speaks of where the user's type may not be there: it points at
/// all of that type.
fn response(ty: &AnswerType, krate: &Path) -> TokenStream {
    let ty = match ty {
        AnswerType::Nothing => {
            return quote!(
                type Response = ();
            );
        }
        // A name that leads nowhere: as there is an error, rustc is silent about it, and about all
        // that has this type.
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

fn decode_name(decode: Decode) -> &'static str {
    match decode {
        Decode::Json => "Json",
        Decode::Paged => "Paged",
        Decode::Raw => "Raw",
        Decode::Ignored => "Ignored",
    }
}
