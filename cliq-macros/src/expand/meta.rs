//! An endpoint's metadata, and the lines of its documentation that follow from it.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Ident, Path};

use super::endpoint::{Expansion, doc_text, may_hold_code};
use crate::check::wire::{Page, Way, Wire};
use crate::parse::values::{Calls, KeyHeader, Member, Timeout};
use crate::text::units;

impl Expansion<'_> {
    /// What differs from the trait's other endpoints.
    pub(super) fn meta(&self) -> TokenStream {
        let krate = self.krate();
        let name = self.surface().ident.unraw().to_string();
        let mut meta = quote!(name: #name,);
        let Some(wire) = &self.endpoint.wire else {
            return meta;
        };
        let Wire {
            method,
            base,
            template,
            scopes,
            limit,
            lock,
            bucket,
            idempotent,
            page,
            keys,
        } = wire;
        let shared = &self.names.shared;
        let method = Ident::new(method.name, Span::call_site());
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
        if keys.form.value().is_some() {
            meta.extend(quote!(form: true,));
        }
        if let Some(Member(response)) = keys.response.value() {
            meta.extend(quote!(response: &[#(#response),*],));
            if self.surface().answer.is_option() {
                meta.extend(quote!(optional: true,));
            }
        }
        if let Some(kind) = self.surface().answer.decode.kind() {
            let kind = Ident::new(kind, Span::call_site());
            meta.extend(quote!(kind: #krate::ResponseKind::#kind,));
        }
        if let Some(page) = page {
            let page = page_meta(krate, page);
            meta.extend(quote!(page: ::core::option::Option::Some(#page),));
        }
        if let Some(KeyHeader(header)) = keys.idempotency_key.value() {
            meta.extend(quote!(idempotency_key: ::core::option::Option::Some(#header),));
        }
        if let Some(Timeout(seconds)) = keys.timeout.value() {
            let timeout = time_meta(krate, Some(*seconds));
            meta.extend(quote!(timeout: #timeout,));
        }
        let params = self.params();
        if !params.is_empty() {
            meta.extend(quote!(params: &[#(#params),*],));
        }
        meta
    }

    /// What follows the user's own words: the endpoint's line, its scope and limit, and the words of
    /// required arguments, in one text, as each attribute costs.
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
        if let Some(Calls { calls, seconds }) = wire.limit {
            let lock = wire.lock.map(|lock| match units::in_words(lock).as_str() {
                one if !one.starts_with(|first: char| first.is_ascii_digit()) => {
                    format!(", then locked for one {one}")
                }
                several => format!(", then locked for {several}"),
            });
            let calls = if calls == 1 {
                "1 call".to_owned()
            } else {
                format!("{calls} calls")
            };
            facts.push(format!(
                "Limit: {calls} per {} and user{}.",
                units::in_words(seconds),
                lock.unwrap_or_default()
            ));
        }
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

pub(super) fn limit_meta(krate: &Path, limit: Option<Calls>) -> TokenStream {
    let Some(Calls { calls, seconds }) = limit else {
        return quote!(::core::option::Option::None);
    };
    let (calls, per) = (
        Literal::u32_unsuffixed(calls),
        Literal::u64_unsuffixed(seconds),
    );
    quote!(#krate::__private::limit(#calls, #per))
}

pub(super) fn time_meta(krate: &Path, seconds: Option<u64>) -> TokenStream {
    let Some(seconds) = seconds else {
        return quote!(::core::option::Option::None);
    };
    let seconds = Literal::u64_unsuffixed(seconds);
    quote!(#krate::__private::seconds(#seconds))
}
