//! Compares the document of the declared threads with the one that Zoho publishes: equal in every
//! operation, parameter, requirement, scope, body and response, except for those in
//! `exceptions.yaml`, each of which has a reason and is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cliq_api::threads::THREADS;
use cliq_openapi::document;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    name: String,
    reason: String,
    /// The prefixes of the differences.
    at: Vec<String>,
}

fn published() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/threads-v3.openapi.yaml");
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn ours() -> Value {
    document(&[THREADS])
        .title("Threads")
        .server("https://cliq.zoho.com")
        .oauth2(
            "Cliq_Auth",
            "https://accounts.zoho.com/oauth/v2/auth",
            "https://accounts.zoho.com/oauth/v2/token",
        )
        .to_value()
}

/// Returns all differences, each with its place.
fn differences(published: &Value, ours: &Value) -> Vec<String> {
    let (published, ours) = (operations(published), operations(ours));
    let names: BTreeSet<_> = published.keys().chain(ours.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let missing = Value::Null;
        let before = published.get(name).unwrap_or(&missing);
        let after = ours.get(name).unwrap_or(&missing);
        differ(name, before, after, &mut found);
    }
    found
}

fn differ(place: &str, published: &Value, ours: &Value, found: &mut Vec<String>) {
    match (published, ours) {
        (Value::Object(before), Value::Object(after)) => {
            let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
            for name in names {
                let missing = Value::Null;
                let before = before.get(name).unwrap_or(&missing);
                let after = after.get(name).unwrap_or(&missing);
                differ(&format!("{place} {name}"), before, after, found);
            }
        }
        _ if published == ours => {}
        _ => found.push(format!("{place}: published {published}, ours {ours}")),
    }
}

/// Returns the facts of each operation, by method and full path.
fn operations(document: &Value) -> BTreeMap<String, Value> {
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let server = operation
                .pointer("/servers/0")
                .unwrap_or(&document["servers"][0]);
            let url = server["url"].as_str().unwrap();
            let name = format!("{} {url}{path}", method.to_uppercase());
            operations.insert(name, operation_of(operation, document));
        }
    }
    operations
}

fn operation_of(operation: &Value, document: &Value) -> Value {
    let mut parameters = Map::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = format!("{} {}", text(&parameter["in"]), text(&parameter["name"]));
        let is_form = parameter["in"] == "query";
        let parameter = json!({
            "required": parameter["required"] == true,
            "style": parameter.get("style").cloned().unwrap_or(json!(if is_form { "form" } else { "simple" })),
            "schema": schema(&parameter["schema"], document),
        });
        parameters.insert(name, parameter);
    }
    let body = operation.get("requestBody").map(
        |body| json!({ "required": body["required"] == true, "content": content(body, document) }),
    );
    let answers = operation["responses"].as_object().into_iter().flatten();
    let answers = answers.filter(|(status, _)| status.starts_with('2'));
    let answers: Map<_, _> = answers
        .map(|(status, answer)| (status.clone(), content(answer, document)))
        .collect();
    json!({
        "parameters": parameters,
        "scopes": operation["security"],
        "body": body,
        "answers": answers,
    })
}

fn content(of: &Value, document: &Value) -> Value {
    let content = of["content"].as_object().into_iter().flatten();
    content
        .map(|(name, content)| (name.clone(), schema(&content["schema"], document)))
        .collect()
}

/// Returns a schema with its references resolved, without descriptions and examples.
fn schema(value: &Value, document: &Value) -> Value {
    if let Some(target) = value["$ref"].as_str() {
        return schema(
            document.pointer(target.trim_start_matches('#')).unwrap(),
            document,
        );
    }
    let Some(members) = value.as_object() else {
        return value.clone();
    };
    let mut kept = Map::new();
    for (name, member) in members {
        let member = match name.as_str() {
            "description" | "example" | "examples" | "default" | "title" => continue,
            "properties" => member
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, property)| (name.clone(), schema(property, document)))
                .collect(),
            "items" | "additionalProperties" => schema(member, document),
            "required" => {
                let mut names: Vec<_> = member.as_array().into_iter().flatten().map(text).collect();
                names.sort_unstable();
                json!(names)
            }
            _ => member.clone(),
        };
        kept.insert(name.clone(), member);
    }
    kept.into()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn the_documents_differ_only_in_named_exceptions() {
    let exceptions: Vec<Exception> =
        serde_saphyr::from_str(include_str!("exceptions.yaml")).unwrap();
    let found = differences(&published(), &ours());
    let starts: Vec<&String> = exceptions
        .iter()
        .flat_map(|exception| &exception.at)
        .collect();
    let is_named = |difference: &&String| starts.iter().any(|start| difference.starts_with(*start));
    let unnamed: Vec<_> = found
        .iter()
        .filter(|difference| !is_named(difference))
        .collect();
    assert!(
        unnamed.is_empty(),
        "{} differences:\n{unnamed:#?}",
        unnamed.len()
    );
    for Exception { name, reason, at } in &exceptions {
        assert!(
            !reason.trim().is_empty(),
            "{name}: an exception needs a reason"
        );
        for start in at {
            let is_needed = found.iter().any(|difference| difference.starts_with(start));
            assert!(is_needed, "{name}: not needed: {start}");
        }
    }
}

#[test]
fn a_change_of_the_published_document_is_found() {
    let before = differences(&published(), &ours()).len();
    let threads = "/paths/~1threads~1{THREAD_CHAT_ID}";
    for (place, value) in [
        (
            format!("{threads}~1follow/post/security/0/Cliq_Auth"),
            json!(["ZohoCliq.Chats.READ"]),
        ),
        (
            format!("{threads}~1follow/post/parameters/0/required"),
            json!(false),
        ),
        (format!("{threads}/put/requestBody/required"), json!(false)),
        (
            "/components/schemas/thread-creation-payload/required".to_owned(),
            json!(["text"]),
        ),
        (
            "/components/schemas/thread-creation-payload/properties/text/type".to_owned(),
            json!("integer"),
        ),
        (
            "/components/schemas/Members/properties/name/type".to_owned(),
            json!("integer"),
        ),
        (
            "/servers/0/url".to_owned(),
            json!("https://cliq.zoho.com/api/v4"),
        ),
    ] {
        let mut changed = published();
        *changed
            .pointer_mut(&place)
            .unwrap_or_else(|| panic!("{place}")) = value;
        assert!(differences(&changed, &ours()).len() > before, "{place}");
    }
}
