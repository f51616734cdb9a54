//! What is generated for one endpoint: the trait's method, the builder with its setters, and what
//! makes this an endpoint.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Ident, Meta, PathArguments, Token, Type};

use super::meta::summary;
use super::out::Out;
use super::{Names, head};
use crate::attrs::{Attr, is_deprecation, is_doc, is_gate};
use crate::check::answer::{AnswerType, Decode};
use crate::check::argument::{Argument, Encoding, Sent, Takes};
use crate::check::{Api, Endpoint, Surface};
use crate::problem::On;
use crate::types::{scalar, single_segment};

pub(super) struct Expansion<'a> {
    pub(super) api: &'a Api,
    pub(super) names: &'a Names,
    pub(super) endpoint: &'a Endpoint,
}

impl Expansion<'_> {
    pub(super) fn surface(&self) -> &Surface {
        &self.endpoint.surface
    }

    /// The `#[cfg]`s that every generated item repeats.
    fn gates(&self, out: &mut Out) {
        let of_trait = self.api.attrs.iter();
        for attr in of_trait
            .chain(&self.surface().attrs)
            .filter(|attr| is_gate(attr))
        {
            out.tokens(attr);
        }
    }

    /// The `#[cfg]`s of the method.
    fn own_gates(&self, out: &mut Out) {
        for attr in self.surface().attrs.iter().filter(|attr| is_gate(attr)) {
            out.tokens(attr);
        }
    }

    /// How an argument is sent; `None` after an error.
    fn sent<'s>(&'s self, arg: &'s Argument) -> Option<&'s Sent> {
        self.endpoint.wire.as_ref().and(arg.sent.as_ref())
    }

    /// The trait's method.
    pub(super) fn method(&self, docs: Option<&str>, out: &mut Out) {
        let Surface {
            attrs,
            fn_token,
            ident,
            receiver,
            builder,
            args,
            ..
        } = self.surface();
        let required = || args.iter().filter(|arg| !arg.value.optional);
        for attr in attrs {
            out.tokens(attr);
        }
        if let Some(docs) = docs {
            out.text("#[doc = ").string(&below(attrs, docs)).text("]");
        }
        if self.endpoint.wire.is_none() {
            out.text("#[allow(unused_variables)]");
        }
        if attrs.iter().any(is_deprecation) {
            out.text("#[allow(deprecated)]");
        }
        out.tokens(fn_token).tokens(ident);
        out.group(Delimiter::Parenthesis, |out| {
            out.tokens(receiver);
            for arg in required() {
                out.text(",");
                parameter(arg, out);
            }
        });
        out.text("->").tokens(builder);
        // rustc points at the method's name if the whole method has its span.
        out.group_at(ident.span(), Delimiter::Brace, |out| {
            out.runtime("::__private::built");
            out.group(Delimiter::Parenthesis, |out| {
                out.text("self, ").runtime("::__private::call::<");
                self.marker(out);
                out.text(">()");
                for arg in required() {
                    self.set(arg, out);
                }
            });
        });
    }

    /// `.path::<ThreadChatId>(0, thread_chat_id)`.
    fn set(&self, arg: &Argument, out: &mut Out) {
        let Some(sent) = self.sent(arg) else { return };
        let row = sent.encoding.row();
        // The user's type is where its bound is required, so that an error about it points there.
        let ty = match (&arg.value.item, &arg.value.ty) {
            (Some(item), _) if row.per_item => item,
            (_, Some(ty)) => ty,
            (_, None) => return,
        };
        out.text(".").text(row.setter).text("::<").tokens(ty);
        out.text(">").group(Delimiter::Parenthesis, |out| {
            out.number(sent.position).text(", ");
            value(arg, out);
        });
    }

    /// The type that distinguishes the endpoint's builder from the trait's others.
    pub(super) fn declare_marker(&self, out: &mut Out) {
        self.own_gates(out);
        out.visibility(&self.names.inner_vis);
        // With braces, so that rustc has no constructor to check.
        out.text("struct ").text(&self.marker_name()).text(" {}");
    }

    /// `__threads::FollowThread`.
    fn marker(&self, out: &mut Out) {
        out.text(&self.names.markers).text("::");
        out.text(&self.marker_name());
    }

    /// `ThreadsCall<__threads::FollowThread>`, of which the builder's name is an alias. Generated
    /// code doesn't use the alias, so that a name that is taken is reported once.
    fn kind(&self, out: &mut Out) {
        out.tokens(&self.names.builder).text("<");
        self.marker(out);
        out.text(">");
    }

    /// `FollowThread` of `FollowThreadRequest`.
    fn marker_name(&self) -> String {
        let builder = self.surface().builder.to_string();
        match builder.strip_suffix("Request") {
            Some(name) if name != "Self" && name != "_" => name.to_owned(),
            _ => builder,
        }
    }

    /// The builder, with its setters and what makes it an endpoint.
    pub(super) fn builder(&self, docs: Option<&str>, out: &mut Out) {
        self.alias(docs, out);
        self.declaration(out);
        self.setters(out);
    }

    /// `pub type FollowThreadRequest = ThreadsCall<__threads::FollowThread>;`.
    fn alias(&self, docs: Option<&str>, out: &mut Out) {
        let Surface {
            attrs,
            ident,
            builder,
            args,
            ..
        } = self.surface();
        let mut words = attrs.iter().chain(
            args.iter()
                .filter(|arg| !arg.value.optional)
                .flat_map(|arg| &arg.docs),
        );
        let has_code = words.any(may_hold_code);
        self.gates(out);
        for attr in self.api.attrs.iter().filter(|attr| is_allow(attr)) {
            out.tokens(attr);
        }
        for attr in carried(attrs, has_code) {
            out.tokens(attr);
        }
        let (api, name) = (self.api.ident.unraw(), ident.unraw());
        let about = format!(" The call of [`{api}::{name}`]({api}::{name}), not sent yet.");
        let first = below(attrs, docs.unwrap_or(&about));
        if has_code {
            out.text("#[cfg_attr(not(doctest), doc = ");
            out.string(&first).text(")]");
        } else {
            out.text("#[doc = ").string(&first).text("]");
        }
        if docs.is_some() {
            // For rustdoc alone: rustc resolves links in the documentation of all public items.
            let about = format!("\n\n{about}");
            out.text("#[cfg_attr(doc, doc = ").string(&about).text(")]");
        }
        out.text("#[allow(dead_code, unreachable_pub)]");
        out.tokens(head(&self.api.vis, "type", ident.span()));
        out.tokens(builder).text("=");
        self.kind(out);
        out.tokens(Token![;](ident.span()));
    }

    /// The endpoint's response and metadata.
    fn declaration(&self, out: &mut Out) {
        let answer = &self.surface().answer;
        self.gates(out);
        self.allows(out);
        let is_json = answer.decode == Decode::Json;
        out.text("#[automatically_derived] impl ");
        out.runtime(if is_json {
            "::__private::JsonDeclaration for "
        } else {
            "::__private::Declaration for "
        });
        self.marker(out);
        out.group(Delimiter::Brace, |out| {
            response(&answer.ty, out);
            if !is_json {
                out.text("type Decode = ").runtime("::decode::");
                out.text(answer.decode.name()).text(";");
            }
            out.text("const META: &'static ");
            out.runtime("::EndpointMeta = &");
            self.meta(out);
            out.text(";");
        });
    }

    /// The setters of the optional arguments.
    fn setters(&self, out: &mut Out) {
        let args = &self.surface().args;
        let optional = || args.iter().filter(|arg| arg.value.optional);
        if optional().next().is_none() {
            return;
        }
        self.gates(out);
        self.allows(out);
        out.text("#[allow(dead_code, unreachable_pub)] impl ");
        self.kind(out);
        out.group(Delimiter::Brace, |out| {
            for arg in optional() {
                self.setter(arg, out);
            }
        });
    }

    /// What the user allows, and what follows from the method's being deprecated: its builder is,
    /// too.
    fn allows(&self, out: &mut Out) {
        let attrs = &self.surface().attrs;
        for attr in self
            .api
            .attrs
            .iter()
            .chain(attrs)
            .filter(|attr| is_allow(attr))
        {
            out.tokens(attr);
        }
        if attrs.iter().any(is_deprecation) {
            out.text("#[allow(deprecated)]");
        }
    }

    fn setter(&self, arg: &Argument, out: &mut Out) {
        let Argument { ident, docs, .. } = arg;
        for attr in docs {
            out.tokens(attr);
        }
        let sent = self.sent(arg);
        match sent {
            Some(sent) => {
                let about = below(docs, &about_setter(sent));
                out.text("#[doc = ").string(&about).text("]");
            }
            None => {
                out.text("#[allow(unused_variables)]");
            }
        }
        out.visibility(&self.api.vis).text("fn ").tokens(ident);
        out.group(Delimiter::Parenthesis, |out| {
            out.text("self, ");
            parameter(arg, out);
        });
        out.text("-> Self");
        out.group(Delimiter::Brace, |out| {
            if sent.is_some() && arg.value.ty.is_some() {
                out.text("Self").group(Delimiter::Parenthesis, |out| {
                    out.text("self.0");
                    self.set(arg, out);
                    out.text(", self.1");
                });
            } else {
                out.text("self");
            }
        });
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

    pub(super) fn table_entry(&self, out: &mut Out) {
        self.own_gates(out);
        out.text("<");
        self.marker(out);
        out.text(" as ").runtime("::__private::Declaration>::META,");
    }
}

fn is_allow(attr: &Attr) -> bool {
    attr.is("allow")
}

/// What a setter does, for its documentation.
fn about_setter(sent: &Sent) -> String {
    let name = &sent.name;
    match sent.encoding.row().on {
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
    }
}

/// `Param::query("name", true, "The name.")`, and what the type's name reveals of the value:
/// `.boolean()`, `.string().list()`.
pub(super) fn param_meta(sent: &Sent, arg: &Argument, out: &mut Out) {
    let (row, name) = (sent.encoding.row(), &sent.name);
    let required = if arg.value.optional { "false" } else { "true" };
    let summary = summary(&arg.docs).unwrap_or_default();
    out.runtime("::Param::");
    if row.is_short {
        out.text(row.setter).text("(").string(name);
    } else {
        out.text("new(").string(name).text(", ");
        out.runtime("::Place::").text(row.place).text(", ");
        out.runtime("::Shape::").text(row.shape);
        if let Encoding::BodyBytes(content_type) | Encoding::BodyStream(content_type) =
            &sent.encoding
        {
            out.text("(").string(content_type).text(")");
        }
    }
    out.text(", ").text(required).text(", ");
    out.string(&summary).text(")");
    let value = &arg.value;
    if let Some(kind) = value.item.as_ref().or(value.ty.as_ref()).and_then(scalar) {
        out.text(".").text(kind).text("()");
    }
    // Elsewhere the shape covers it.
    if value.item.is_some() && row.shape == "Json" {
        out.text(".list()");
    }
}

/// `thread_chat_id: impl Into<ThreadChatId>`. The bound has the span of the user's type, where
/// rustc then points if a value doesn't convert.
fn parameter(arg: &Argument, out: &mut Out) {
    out.tokens(&arg.ident).text(":");
    match arg.takes() {
        Takes::Anything => {
            out.text("impl ::core::marker::Sized");
        }
        Takes::Itself(ty) => {
            out.tokens(ty);
        }
        Takes::Into(ty) => into(ty, out),
        Takes::Each { item, into } => {
            out.text("impl ::core::iter::IntoIterator<Item = ");
            each(item, into, out);
            out.text(">");
        }
        Takes::EachOfEach { item, into } => {
            out.text("impl ::core::iter::IntoIterator<Item = ");
            out.text("impl ::core::iter::IntoIterator<Item = ");
            each(item, into, out);
            out.text("> >");
        }
    }
}

fn each(item: &Type, is_into: bool, out: &mut Out) {
    if is_into {
        into(item, out);
    } else {
        out.tokens(item);
    }
}

fn into(ty: &Type, out: &mut Out) {
    let (first, last) = ends(ty);
    out.text("impl").tokens(Token![::](first));
    out.text("core::convert::Into<").tokens(ty);
    out.tokens(Token![>](last));
}

/// The places of a type's first and last tokens.
fn ends(ty: &Type) -> (Span, Span) {
    // Mostly it is `A` or `A<B>`.
    if let Type::Path(ty) = ty
        && let Some(name) = single_segment(ty)
    {
        let first = name.ident.span();
        match &name.arguments {
            PathArguments::None => return (first, first),
            PathArguments::AngleBracketed(arguments) => return (first, arguments.gt_token.span),
            PathArguments::Parenthesized(_) => {}
        }
    }
    let tokens: Vec<_> = ty.to_token_stream().into_iter().collect();
    let span = |token: Option<&TokenTree>| token.map_or_else(Span::call_site, TokenTree::span);
    (span(tokens.first()), span(tokens.last()))
}

/// The argument's value. The setter converts it.
fn value(arg: &Argument, out: &mut Out) {
    let collect = match arg.takes() {
        Takes::Anything | Takes::Itself(_) | Takes::Into(_) => None,
        Takes::Each { item, .. } => Some(("collect", item)),
        Takes::EachOfEach { item, .. } => Some(("collect_lists", item)),
    };
    let Some((collect, item)) = collect else {
        out.tokens(&arg.ident);
        return;
    };
    out.runtime("::__private::").text(collect).text("::<");
    out.tokens(item).text(">");
    out.group(Delimiter::Parenthesis, |out| {
        out.tokens(&arg.ident);
    });
}

/// The method's attributes that its builder repeats.
fn carried(attrs: &[Attr], has_code: bool) -> impl Iterator<Item = TokenStream> {
    attrs
        .iter()
        .filter(|attr| !is_gate(attr))
        .filter_map(move |attr| match attr.name() {
            "doc" if has_code && attr.is_single() => Some(untested(attr.meta())),
            "deprecated" | "doc" | "allow" | "cfg_attr" if attr.is_single() => {
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
fn below(attrs: &[Attr], docs: &str) -> String {
    let gap = if attrs.iter().any(is_doc) { "\n\n" } else { "" };
    format!("{gap}{docs}")
}

/// Whether it is documentation that may have code in it.
pub(super) fn may_hold_code(attr: &Attr) -> bool {
    let is_code = |text: &str| {
        ["```", "~~~", "    ", "\t"]
            .iter()
            .any(|mark| text.contains(mark))
    };
    attr.is("doc")
        && matches!(attr.meta(), Meta::NameValue(_))
        && attr.doc().is_none_or(|text| is_code(&text))
}

/// `type Response = …;` at the user's type, where rustc points if that type doesn't fit.
fn response(ty: &AnswerType, out: &mut Out) {
    let ty = match ty {
        AnswerType::Nothing => {
            out.text("type Response = ();");
            return;
        }
        // A name that doesn't exist: after our error, rustc is silent about it and about everything
        // of this type.
        AnswerType::Unknown => {
            out.text("type Response = ");
            out.runtime("::__private::Unknown;");
            return;
        }
        AnswerType::Known(ty) => ty,
    };
    let (first, last) = ends(ty);
    out.tokens(Token![type](first));
    out.tokens(Ident::new("Response", last)).text("=");
    out.tokens(ty).tokens(Token![;](last));
}
