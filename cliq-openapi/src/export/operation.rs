//! Exports an endpoint as an operation.

use std::time::Duration;

use cliq_api::{EndpointMeta, Lockout, Place, Scopes};

use super::parameter::parameters;
use super::schema::Schemas;
use super::{Document, answer, body};
use crate::node::Node;

pub(super) struct Operation<'d> {
    pub(super) document: &'d Document,
    pub(super) meta: &'static EndpointMeta,
    /// The base in the document's server URL.
    pub(super) base: &'d str,
    pub(super) id: String,
}

impl Operation<'_> {
    /// Returns a path such as `/tickets/{TICKET_ID}`.
    pub(super) fn path(&self) -> String {
        let path = self.meta.path().replace("..>", "}");
        path.replace('<', "{").replace('>', "}")
    }

    pub(super) fn build(&self, schemas: &mut Schemas) -> Node {
        let meta = self.meta;
        let mut operation = Node::object([("tags", Node::List(vec![Node::from(meta.api())]))]);
        if !meta.summary().is_empty() {
            operation.set("summary", without_links(meta.summary()));
        }
        operation.set("operationId", self.id.as_str());
        if meta.deprecated() {
            operation.set("deprecated", true);
        }
        if meta.base() != self.base || meta.server().is_some() {
            let server = self.document.server_of(meta.base(), meta.server());
            operation.set("servers", vec![server]);
        }
        self.security(&mut operation);
        self.limits(&mut operation);
        self.repeats(&mut operation);
        let parameters = parameters(meta, schemas, &mut operation);
        if !parameters.is_empty() {
            operation.set("parameters", parameters);
        }
        if let Some(body) = body::request_body(meta, schemas) {
            operation.set("requestBody", body);
        }
        self.order(&mut operation);
        answer::responses(meta, schemas, &mut operation);
        operation
    }

    fn security(&self, operation: &mut Node) {
        let scheme = self.document.scheme();
        let names =
            |names: &[&str]| Node::List(names.iter().map(|name| Node::from(*name)).collect());
        let requirement = |scopes| Node::object([(scheme, scopes)]);
        let scopes = self.meta.scopes();
        let none = || requirement(Node::List(Vec::new()));
        let security = match scopes {
            Scopes::None => return,
            _ if !self.document.has_scopes() => {
                let rule = if matches!(scopes, Scopes::Any(_)) {
                    "any"
                } else {
                    "all"
                };
                operation.set("x-scopes", Node::object([(rule, names(scopes.names()))]));
                vec![none()]
            }
            Scopes::Any(any) => any.iter().map(|name| requirement(names(&[name]))).collect(),
            scopes => vec![requirement(names(scopes.names()))],
        };
        // `security` has one form for a single scope, so an extension records its rule.
        if let (Scopes::All([_]), true) = (scopes, self.document.has_scopes()) {
            operation.set("x-scopes", Node::object([("all", names(scopes.names()))]));
        }
        operation.set("security", security);
    }

    fn limits(&self, operation: &mut Node) {
        let limits = self.meta.limits().iter();
        let limits: Vec<_> = limits.map(|limit| Node::from(limit.to_string())).collect();
        if !limits.is_empty() {
            operation.set("x-limits", limits);
        }
        match self.meta.lockout() {
            Lockout::For(lock) => operation.set("x-lock", duration(lock)),
            Lockout::None => operation.set("x-lock", "none"),
            _ => {}
        }
        if let Some(bucket) = self.meta.bucket() {
            operation.set("x-bucket", bucket);
        }
    }

    fn repeats(&self, operation: &mut Node) {
        let meta = self.meta;
        let follows =
            !matches!(meta.method().as_str(), "POST" | "PATCH") || meta.idempotency_key().is_some();
        if meta.idempotent() != follows {
            operation.set("x-idempotent", meta.idempotent());
        }
        if let Some(header) = meta.idempotency_key() {
            operation.set("x-idempotency-key", header);
        }
        if let Some(timeout) = meta.timeout() {
            operation.set("x-timeout", duration(timeout));
        }
    }

    /// Records the arguments' order, unless it is parameters before the body.
    fn order(&self, operation: &mut Node) {
        let params = self.meta.params().iter();
        let params: Vec<_> = params
            .filter(|param| param.place() != Place::Path)
            .collect();
        let is_parameter = |place| matches!(place, Place::Query | Place::Header);
        let natural = params.is_sorted_by_key(|param| !is_parameter(param.place()));
        if !natural {
            let names = params.iter().map(|param| {
                let place = param.place();
                Node::from(format!("{place}.{}", param.name()))
            });
            operation.set("x-order", names.collect::<Vec<_>>());
        }
    }
}

/// Returns `10min`, for example.
fn duration(time: Duration) -> String {
    match time.as_secs() {
        days if days > 0 && days.is_multiple_of(86_400) => format!("{}day", days / 86_400),
        hours if hours > 0 && hours.is_multiple_of(3600) => format!("{}h", hours / 3600),
        minutes if minutes > 0 && minutes.is_multiple_of(60) => format!("{}min", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Replaces links to items by their text, as they have no target outside of rustdoc.
pub(super) fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        out.push_str(&rest[..start]);
        let link = &rest[start + 1..];
        let Some((words, after)) = link.split_once(']') else {
            rest = &rest[start..];
            break;
        };
        let target = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'));
        match target {
            Some((target, _)) if target.contains("://") => {
                out.push('[');
                rest = link;
                continue;
            }
            Some((_, after)) => rest = after,
            None => rest = after,
        }
        out.push_str(words);
    }
    out.push_str(rest);
    out
}
