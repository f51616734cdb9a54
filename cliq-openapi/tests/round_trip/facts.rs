//! The metadata of an endpoint, except schemas and links in texts.

use cliq_api::{EndpointMeta, NextPage};
use serde_json::{Value, json};

pub(crate) fn facts(meta: &EndpointMeta) -> Value {
    let params: Vec<_> = meta
        .params()
        .iter()
        .map(|param| {
            json!({
                "name": param.name(),
                "place": format!("{:?}", param.place()),
                "shape": format!("{:?}", param.shape()),
                "required": param.required(),
                "summary": plain(param.summary()),
            })
        })
        .collect();
    let limits: Vec<_> = meta.limits().iter().map(ToString::to_string).collect();
    let page = meta.page().map(|page| {
        json!({
            "items": page.items(),
            "next": format!("{:?}", page.next()),
            "more": page.more(),
            "is_link": page.next() == NextPage::Link,
        })
    });
    json!({
        "name": meta.name(),
        "api": meta.api(),
        "summary": plain(meta.summary()),
        "deprecated": meta.deprecated(),
        "method": meta.method().as_str(),
        "base": meta.base(),
        "path": meta.path(),
        "query": meta.query(),
        "scopes": format!("{:?}", meta.scopes()),
        "limits": limits,
        "lock": format!("{:?}", meta.lockout()),
        "bucket": meta.bucket(),
        "server": meta.server(),
        "idempotent": meta.idempotent(),
        "idempotency_key": meta.idempotency_key(),
        "headers": meta.headers(),
        "fields": meta.fields(),
        "body_optional": meta.body_optional(),
        "form": meta.form(),
        "nested": meta.nested(),
        "multipart": meta.multipart(),
        "response": meta.response(),
        "optional": meta.optional(),
        "kind": format!("{:?}", meta.kind()),
        "page": page,
        "timeout": meta.timeout().map(|timeout| timeout.as_secs()),
        "params": params,
    })
}

/// Removes links, which have no target outside of rustdoc.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let Some((words, behind)) = after.split_once(']') else {
            break;
        };
        out.push_str(words);
        rest = match behind
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
        {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    out.push_str(rest);
    out
}
