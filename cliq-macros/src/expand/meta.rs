//! An endpoint's metadata, and the lines of its documentation that follow from it.

use proc_macro2::Delimiter;
use quote::quote;
use syn::Type;
use syn::ext::IdentExt;

use super::endpoint::{Expansion, may_hold_code, param_meta};
use super::out::Out;
use crate::attrs::{Attr, Text};
use crate::check::answer::{AnswerType, Decode};
use crate::check::argument::Encoding;
use crate::check::wire::{Page, Way, Wire};
use crate::parse::values::{Form, KeyHeader, Lock, Member, Timeout};
use crate::text::units::{self, Rate};
use crate::types::{first_argument, is_named};

impl Expansion<'_> {
    /// The metadata: a call that has what all endpoints have, and a literal around it if there is
    /// more.
    pub(super) fn meta(&self, out: &mut Out) {
        let name = self.surface().ident.unraw().to_string();
        let Some(wire) = &self.endpoint.wire else {
            let summary = summary(&self.surface().attrs).unwrap_or_default();
            out.runtime("::EndpointMeta { name: ").string(&name);
            out.text(", summary: ").string(&summary).text(", ..");
            out.text(&self.names.shared_meta).text("}");
            return;
        };
        let mut unusual = out.beside();
        self.unusual(wire, &mut unusual);
        if unusual.is_empty() {
            self.usual(&name, wire, out);
            return;
        }
        out.runtime("::EndpointMeta");
        out.group(Delimiter::Brace, |out| {
            out.append(unusual).text("..");
            self.usual(&name, wire, out);
        });
    }

    /// What all endpoints have.
    fn usual(&self, name: &str, wire: &Wire, out: &mut Out) {
        let summary = summary(&self.surface().attrs).unwrap_or_default();
        out.text(&self.names.shared_meta).text(".");
        out.text(&wire.method.name.to_lowercase()).text("(");
        out.string(name).text(", ").string(&summary).text(", ");
        out.string(&wire.template.path).text(", &");
        let any = wire.scopes.as_ref().filter(|scopes| !scopes.all);
        strings(any.map_or(&[], |any| &any.names), out);
        out.text(", &");
        out.list(self.sent_args(), |out, (sent, arg)| {
            param_meta(sent, arg, out);
        });
        out.text(")");
    }

    /// What few endpoints have, or what differs from the trait's other endpoints.
    fn unusual(&self, wire: &Wire, out: &mut Out) {
        let is_deprecated = |attr: &Attr| attr.is("deprecated");
        if self.surface().attrs.iter().any(is_deprecated) {
            out.text("deprecated: true, ");
        }
        let Wire {
            method,
            base,
            template,
            scopes,
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
            out.text("base: ").string(base).text(", ");
        }
        if !template.query.is_empty() {
            out.text("query: ").string(&template.query).text(", ");
        }
        if let Some(scopes) = scopes.as_ref().filter(|scopes| scopes.all) {
            out.text("scopes: ").runtime("::Scopes::All(&");
            strings(&scopes.names, out);
            out.text("), ");
        }
        if *limits != shared.limits {
            limits_meta(limits, out);
        }
        if *lock != shared.lock {
            lock_meta(*lock, out);
        }
        if *bucket != shared.bucket {
            name_meta("bucket", bucket.as_deref(), out);
        }
        if *server != shared.server {
            name_meta("server", server.as_deref(), out);
        }
        if *headers != shared.headers {
            pairs_meta("headers", headers, out);
        }
        if let Some(fields) = keys.field.value() {
            let fields = fields.0.iter();
            let fields: Vec<_> = fields
                .map(|(name, json)| (name.value(), json.clone()))
                .collect();
            pairs_meta("fields", &fields, out);
        }
        if keys.body.value().is_some() {
            out.text("body_optional: true, ");
        }
        if *idempotent != method.is_idempotent {
            let idempotent = if *idempotent { "true" } else { "false" };
            out.text("idempotent: ").text(idempotent).text(", ");
        }
        if let Some(form) = keys.form.value() {
            out.text("form: true, ");
            if *form == Form::Nested {
                out.text("nested: true, ");
            }
        }
        self.answer(wire, out);
        if let Some(KeyHeader(header)) = keys.idempotency_key.value() {
            name_meta("idempotency_key", Some(header), out);
        }
        if let Some(Timeout(seconds)) = keys.timeout.value() {
            out.text("timeout: ").runtime("::__private::seconds(");
            out.number(*seconds).text("), ");
        }
        if let Some(schema) = &self.api.schema {
            self.schemas(schema.feature.as_ref(), out);
        }
    }

    /// What is read of the response, and how.
    fn answer(&self, wire: &Wire, out: &mut Out) {
        if let Some(Member(response)) = wire.keys.response.value() {
            out.text("response: &");
            strings(response, out);
            out.text(", ");
            if self.surface().answer.is_option() {
                out.text("optional: true, ");
            }
        }
        if let Some(kind) = self.surface().answer.decode.kind() {
            out.text("kind: ").runtime("::ResponseKind::");
            out.text(kind).text(", ");
        }
        if let Some(page) = &wire.page {
            out.text("page: ::core::option::Option::Some(");
            page_meta(page, out);
            out.text("), ");
        }
    }

    /// The JSON schemas of the response and of the arguments, with this feature or always.
    fn schemas(&self, feature: Option<&Text>, out: &mut Out) {
        let gate = |out: &mut Out| {
            if let Some(feature) = feature {
                out.tokens(quote!(#[cfg(feature = #feature)]));
            }
        };
        let schema = |ty: &Type, out: &mut Out| {
            out.text("::core::option::Option::Some");
            out.group(Delimiter::Parenthesis, |out| {
                out.runtime("::__private::schema::<").tokens(ty).text(">");
            });
        };
        let answer = &self.surface().answer;
        if let AnswerType::Known(ty) = &answer.ty {
            let ty = match answer.decode {
                Decode::Json => Some(&**ty),
                Decode::Paged | Decode::JsonLines => first_argument(ty),
                Decode::Events => first_argument(ty).filter(|data| !is_named(data, "Text")),
                Decode::Raw | Decode::Text | Decode::Download | Decode::Ignored => None,
            };
            if let Some(ty) = ty {
                gate(out);
                out.text("response_schema: ");
                schema(ty, out);
                out.text(",");
            }
        }
        let params = self.sent_args();
        if params.is_empty() {
            return;
        }
        gate(out);
        out.text("param_schemas: &");
        out.group(Delimiter::Bracket, |out| {
            for (index, (sent, arg)) in params.into_iter().enumerate() {
                if index > 0 {
                    out.text(",");
                }
                match &arg.value.ty {
                    Some(ty) if has_schema(&sent.encoding) => schema(ty, out),
                    _ => {
                        out.text("::core::option::Option::None");
                    }
                }
            }
        });
        out.text(",");
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
            let words: Vec<String> = arg.docs.iter().filter_map(Attr::doc).collect();
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

/// `["a", "b"]`.
fn strings(texts: &[String], out: &mut Out) {
    out.list(texts, |out, text| {
        out.string(text);
    });
}

fn page_meta(page: &Page, out: &mut Out) {
    out.runtime("::PageMeta::");
    let begin = |way: &str, out: &mut Out| {
        out.text(way).text("(&");
        strings(&page.items, out);
    };
    match &page.way {
        Way::Token { member, param } => {
            begin("new", out);
            out.text(", &");
            strings(member, out);
            out.text(", ").number(*param);
        }
        Way::Link => begin("link", out),
        Way::Url { member } => {
            begin("url", out);
            out.text(", &");
            strings(member, out);
        }
        Way::Number { param, first } => {
            begin("number", out);
            out.text(", ").number(*param);
            out.text(", ").number(*first);
        }
        Way::Offset { param } => {
            begin("offset", out);
            out.text(", ").number(*param);
        }
    }
    out.text(")");
    if let Some(more) = &page.more {
        out.text(".with_more(&");
        strings(more, out);
        out.text(")");
    }
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
pub(super) fn summary(attrs: &[Attr]) -> Option<String> {
    let lines = attrs.iter().filter_map(Attr::doc);
    let text = lines.collect::<Vec<_>>().join("\n");
    let lines = text.lines().map(str::trim);
    let paragraph = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty());
    let summary = paragraph.collect::<Vec<_>>().join(" ");
    (!summary.is_empty()).then_some(summary)
}

pub(super) fn limits_meta(limits: &[Rate], out: &mut Out) {
    out.text("limits: &").list(limits, |out, limit| {
        out.runtime("::__private::limit(").number(limit.calls);
        out.text(", ").number(limit.seconds).text(")");
        if limit.per_app {
            out.text(".per_app()");
        }
    });
    out.text(", ");
}

pub(super) fn lock_meta(lock: Option<Lock>, out: &mut Out) {
    out.text("lock: ");
    match lock {
        Some(Lock::Seconds(seconds)) => out.runtime("::__private::lock(").number(seconds).text(")"),
        Some(Lock::None) => out.runtime("::Lockout::None"),
        None => out.runtime("::Lockout::Undeclared"),
    };
    out.text(", ");
}

pub(super) fn name_meta(member: &str, name: Option<&str>, out: &mut Out) {
    out.text(member).text(": ::core::option::Option::");
    match name {
        Some(name) => out.text("Some(").string(name).text("), "),
        None => out.text("None, "),
    };
}

pub(super) fn pairs_meta(member: &str, pairs: &[(String, String)], out: &mut Out) {
    out.text(member)
        .text(": &")
        .list(pairs, |out, (name, value)| {
            out.text("(")
                .string(name)
                .text(", ")
                .string(value)
                .text(")");
        });
    out.text(", ");
}
