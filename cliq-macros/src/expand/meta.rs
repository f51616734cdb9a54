//! An endpoint's metadata, and the lines of its documentation that follow from it.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Ident, LitStr, Path};

use super::endpoint::{Expansion, doc_text, may_hold_code};
use crate::check::answer::{AnswerType, Decode};
use crate::check::encoding::Encoding;
use crate::check::wire::{Page, Way, Wire};
use crate::parse::values::{Form, KeyHeader, Lock, Member, Timeout};
use crate::text::units::{self, Rate};
use crate::types::{first_argument, is_named};

impl Expansion<'_> {
    /// The metadata: a call that has what all endpoints have, and a literal around it if there is
    /// more.
    pub(super) fn meta(&self) -> TokenStream {
        let (krate, common) = (self.krate(), &self.names.builder);
        let name = self.surface().ident.unraw().to_string();
        let summary = summary(&self.surface().attrs).unwrap_or_default();
        let shared = quote!(#common::<()>::SHARED);
        let Some(wire) = &self.endpoint.wire else {
            return quote!(#krate::EndpointMeta { name: #name, summary: #summary, ..#shared });
        };
        let method = Ident::new(&wire.method.name.to_lowercase(), Span::call_site());
        let path = &wire.template.path;
        let scopes = scopes_meta(krate, wire);
        let params = self.params();
        let usual = quote!(#shared.#method(#name, #summary, #path, #scopes, &[#(#params),*]));
        let rest = self.unusual(wire);
        if rest.is_empty() {
            usual
        } else {
            quote!(#krate::EndpointMeta { #rest ..#usual })
        }
    }

    /// What few endpoints have, or what differs from the trait's other endpoints.
    fn unusual(&self, wire: &Wire) -> TokenStream {
        let krate = self.krate();
        let mut meta = TokenStream::new();
        let is_deprecated = |attr: &Attribute| attr.path().is_ident("deprecated");
        if self.surface().attrs.iter().any(is_deprecated) {
            meta.extend(quote!(deprecated: true,));
        }
        let Wire {
            method,
            base,
            template,
            scopes: _,
            limits,
            lock,
            bucket,
            server,
            headers,
            idempotent,
            page: _,
            keys,
        } = wire;
        let shared = &self.names.shared;
        if *base != shared.base {
            meta.extend(quote!(base: #base,));
        }
        if !template.query.is_empty() {
            let query = &template.query;
            meta.extend(quote!(query: #query,));
        }
        if *limits != shared.limits {
            let limits = limits_meta(krate, limits);
            meta.extend(quote!(limits: #limits,));
        }
        if *lock != shared.lock {
            let lock = lock_meta(krate, *lock);
            meta.extend(quote!(lock: #lock,));
        }
        if *bucket != shared.bucket {
            let bucket = name_meta(bucket.as_deref());
            meta.extend(quote!(bucket: #bucket,));
        }
        if *server != shared.server {
            let server = name_meta(server.as_deref());
            meta.extend(quote!(server: #server,));
        }
        if *headers != shared.headers {
            let headers = pairs_meta(headers);
            meta.extend(quote!(headers: #headers,));
        }
        if let Some(fields) = keys.field.value() {
            let fields = fields.0.iter();
            let fields: Vec<_> = fields
                .map(|(name, json)| (name.value(), json.clone()))
                .collect();
            let fields = pairs_meta(&fields);
            meta.extend(quote!(fields: #fields,));
        }
        if keys.body.value().is_some() {
            meta.extend(quote!(body_optional: true,));
        }
        if *idempotent != method.is_idempotent {
            meta.extend(quote!(idempotent: #idempotent,));
        }
        if let Some(form) = keys.form.value() {
            meta.extend(quote!(form: true,));
            if *form == Form::Nested {
                meta.extend(quote!(nested: true,));
            }
        }
        meta.extend(self.answer(wire));
        if let Some(KeyHeader(header)) = keys.idempotency_key.value() {
            meta.extend(quote!(idempotency_key: ::core::option::Option::Some(#header),));
        }
        if let Some(Timeout(seconds)) = keys.timeout.value() {
            let timeout = time_meta(krate, Some(*seconds));
            meta.extend(quote!(timeout: #timeout,));
        }
        if let Some(schema) = &self.api.schema {
            meta.extend(self.schemas(schema.feature.as_ref()));
        }
        meta
    }

    /// What is read of the response, and how.
    fn answer(&self, wire: &Wire) -> TokenStream {
        let krate = self.krate();
        let mut meta = TokenStream::new();
        if let Some(Member(response)) = wire.keys.response.value() {
            meta.extend(quote!(response: &[#(#response),*],));
            if self.surface().answer.is_option() {
                meta.extend(quote!(optional: true,));
            }
        }
        if let Some(kind) = self.surface().answer.decode.kind() {
            let kind = Ident::new(kind, Span::call_site());
            meta.extend(quote!(kind: #krate::ResponseKind::#kind,));
        }
        if let Some(page) = &wire.page {
            let page = page_meta(krate, page);
            meta.extend(quote!(page: ::core::option::Option::Some(#page),));
        }
        meta
    }

    /// The JSON schemas of the response and of the arguments, with this feature or always.
    fn schemas(&self, feature: Option<&LitStr>) -> TokenStream {
        let krate = self.krate();
        let gate = feature.map(|feature| quote!(#[cfg(feature = #feature)]));
        let mut schemas = TokenStream::new();
        let answer = &self.surface().answer;
        if let AnswerType::Known(ty) = &answer.ty {
            let ty = match answer.decode {
                Decode::Json => Some(&**ty),
                Decode::Paged | Decode::JsonLines => first_argument(ty),
                Decode::Events => first_argument(ty).filter(|data| !is_named(data, "Text")),
                Decode::Raw | Decode::Text | Decode::Download | Decode::Ignored => None,
            };
            if let Some(ty) = ty {
                let schema = quote!(#krate::__private::schema::<#ty>);
                schemas
                    .extend(quote!(#gate response_schema: ::core::option::Option::Some(#schema),));
            }
        }
        let params = self.sent_args();
        if !params.is_empty() {
            let params = params.iter().map(|(sent, arg)| match &arg.value.ty {
                Some(ty) if has_schema(&sent.encoding) => {
                    quote!(::core::option::Option::Some(#krate::__private::schema::<#ty>))
                }
                _ => quote!(::core::option::Option::None),
            });
            schemas.extend(quote!(#gate param_schemas: &[#(#params),*],));
        }
        schemas
    }

    /// What follows the user's own words: the endpoint's line, its scope and limit, and the words
    /// of required arguments, in one text, as each attribute costs.
    pub(super) fn docs(&self) -> Option<String> {
        let wire = self.endpoint.wire.as_ref()?;
        let query = if wire.template.query.is_empty() {
            String::new()
        } else {
            format!("?{}", wire.template.query)
        };
        let mut docs = format!(
            " `{} {}{}{query}`",
            wire.method.name, wire.base, wire.template.path
        );
        let mut facts = Vec::new();
        if let Some(scopes) = &wire.scopes {
            let names: Vec<String> = scopes
                .names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            facts.push(match (names.len(), scopes.all) {
                (1, _) => format!("Scope: {}.", names.concat()),
                (_, true) => format!("Scopes: all of {}.", names.join(", ")),
                (_, false) => format!("Scopes: any of {}.", names.join(", ")),
            });
        }
        facts.extend(limits_in_words(wire));
        if !facts.is_empty() {
            docs.extend(["\n\n ", &facts.join(" ")]);
        }
        // The words of an optional one are on its setter.
        let required = self
            .surface()
            .args
            .iter()
            .filter(|arg| !arg.value.optional && !arg.docs.is_empty());
        for (index, arg) in required.enumerate() {
            let words: Vec<String> = arg.docs.iter().filter_map(doc_text).collect();
            let gap = if index == 0 { "\n\n" } else { "\n" };
            // Code needs separate lines.
            let begin = if arg.docs.iter().any(may_hold_code) {
                "\n\n  "
            } else {
                ""
            };
            docs.extend([
                gap,
                &format!(" - `{}`:{begin}{}", arg.ident.unraw(), words.join("\n  ")),
            ]);
        }
        Some(docs)
    }
}

/// Whether an argument is a value rather than raw content.
fn has_schema(encoding: &Encoding) -> bool {
    !matches!(
        encoding,
        Encoding::BodyBytes(_) | Encoding::BodyStream(_) | Encoding::PartFile | Encoding::PartFiles
    )
}

fn scopes_meta(krate: &Path, wire: &Wire) -> TokenStream {
    let Some(scopes) = &wire.scopes else {
        return quote!(#krate::Scopes::None);
    };
    let rule = Ident::new(if scopes.all { "All" } else { "Any" }, Span::call_site());
    let names = &scopes.names;
    quote!(#krate::Scopes::#rule(&[#(#names),*]))
}

fn page_meta(krate: &Path, page: &Page) -> TokenStream {
    let items = &page.items;
    let items = quote!(&[#(#items),*]);
    let number = Literal::usize_unsuffixed;
    let mut meta = quote!(#krate::PageMeta::);
    meta.extend(match &page.way {
        Way::Token { member, param } => {
            let param = number(*param);
            quote!(new(#items, &[#(#member),*], #param))
        }
        Way::Link => quote!(link(#items)),
        Way::Url { member } => quote!(url(#items, &[#(#member),*])),
        Way::Number { param, first } => {
            let (param, first) = (number(*param), Literal::u64_unsuffixed(*first));
            quote!(number(#items, #param, #first))
        }
        Way::Offset { param } => {
            let param = number(*param);
            quote!(offset(#items, #param))
        }
    });
    if let Some(more) = &page.more {
        meta.extend(quote!(.with_more(&[#(#more),*])));
    }
    meta
}

/// `Limits: 100 calls per second and user, 10000 calls per day of all users.`
fn limits_in_words(wire: &Wire) -> Option<String> {
    let limits: Vec<String> = wire.limits.iter().map(limit_in_words).collect();
    let of = match limits.len() {
        0 => return None,
        1 => "Limit",
        _ => "Limits",
    };
    let lock = match wire.lock {
        Some(Lock::Seconds(lock)) => match units::in_words(lock).as_str() {
            one if !one.starts_with(|first: char| first.is_ascii_digit()) => {
                format!(", then locked for one {one}")
            }
            several => format!(", then locked for {several}"),
        },
        Some(Lock::None) | None => String::new(),
    };
    Some(format!("{of}: {}{lock}.", limits.join(", ")))
}

fn limit_in_words(limit: &Rate) -> String {
    let calls = match limit.calls {
        1 => "1 call".to_owned(),
        calls => format!("{calls} calls"),
    };
    let per = units::in_words(limit.seconds);
    if limit.per_app {
        format!("{calls} per {per} for all users together")
    } else {
        format!("{calls} per {per} and user")
    }
}

/// The first paragraph of documentation, in one line.
pub(super) fn summary(attrs: &[Attribute]) -> Option<String> {
    let lines = attrs.iter().filter_map(doc_text);
    let text = lines.collect::<Vec<_>>().join("\n");
    let lines = text.lines().map(str::trim);
    let paragraph = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty());
    let summary = paragraph.collect::<Vec<_>>().join(" ");
    (!summary.is_empty()).then_some(summary)
}

pub(super) fn limits_meta(krate: &Path, limits: &[Rate]) -> TokenStream {
    let limits = limits.iter().map(|limit| {
        let calls = Literal::u32_unsuffixed(limit.calls);
        let per = Literal::u64_unsuffixed(limit.seconds);
        let per_app = limit.per_app.then(|| quote!(.per_app()));
        quote!(#krate::__private::limit(#calls, #per)#per_app)
    });
    quote!(&[#(#limits),*])
}

pub(super) fn lock_meta(krate: &Path, lock: Option<Lock>) -> TokenStream {
    match lock {
        Some(Lock::Seconds(seconds)) => {
            let seconds = Literal::u64_unsuffixed(seconds);
            quote!(#krate::__private::lock(#seconds))
        }
        Some(Lock::None) => quote!(#krate::Lockout::None),
        None => quote!(#krate::Lockout::Undeclared),
    }
}

pub(super) fn name_meta(name: Option<&str>) -> TokenStream {
    match name {
        Some(name) => quote!(::core::option::Option::Some(#name)),
        None => quote!(::core::option::Option::None),
    }
}

pub(super) fn pairs_meta(pairs: &[(String, String)]) -> TokenStream {
    let pairs = pairs.iter().map(|(name, value)| quote!((#name, #value)));
    quote!(&[#(#pairs),*])
}

fn time_meta(krate: &Path, seconds: Option<u64>) -> TokenStream {
    let Some(seconds) = seconds else {
        return quote!(::core::option::Option::None);
    };
    let seconds = Literal::u64_unsuffixed(seconds);
    quote!(#krate::__private::seconds(#seconds))
}
