//! Chooses between the content types of a body or a response.

use super::source::Source;
use crate::node::Node;

/// Returns the successful response: its object, content type and schema.
pub(super) fn success<'s>(
    source: &'s Source,
    operation: &'s Node,
) -> Option<(&'s Node, &'s str, &'s Node)> {
    let mut found = None;
    for (status, response) in operation.at("responses").entries() {
        let is_success = status.starts_with('2') && status != "204" && status != "205";
        let response = source.follow(response);
        let is_default = status == "default" && found.is_none();
        if !is_success && !is_default {
            continue;
        }
        if status == "default"
            && operation
                .at("responses")
                .entries()
                .any(|(status, _)| status.starts_with('2'))
        {
            continue;
        }
        if let Some((content_type, content)) = preferred(response.at("content")) {
            // The first successful status wins.
            if found.is_none() {
                found = Some((response, content_type, content.at("schema")));
            }
        }
    }
    found
}

pub(super) fn is_json(content_type: &str) -> bool {
    let essence = essence(content_type);
    essence == "application/json" || essence.ends_with("+json") || essence == "text/json"
}

pub(super) fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Returns the preferred content, if there are several.
pub(super) fn preferred(content: &Node) -> Option<(&str, &Node)> {
    let all = || content.entries();
    let named = |name: &str| all().find(|(content_type, _)| essence(content_type) == name);
    named("application/json")
        .or_else(|| all().find(|(content_type, _)| is_json(content_type)))
        .or_else(|| named("application/x-www-form-urlencoded"))
        .or_else(|| named("multipart/form-data"))
        .or_else(|| named("text/event-stream"))
        .or_else(|| all().next())
}
