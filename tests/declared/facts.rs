//! The facts of Zoho's documents: operations with parameters, scopes, limits, bodies and responses.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use cliq_api::Place;
use serde_json::Value;

pub(crate) struct Operation {
    /// The document, such as `v3/bots`.
    pub(crate) document: String,
    /// As documented, such as `GET /bots/{BOT_ID}`.
    pub(crate) text: String,
    pub(crate) id: Option<String>,
    pub(crate) method: String,
    /// The full path, such as `/api/v3/bots/{BOT_ID}`.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    /// The operation's server, if it isn't the document's.
    pub(crate) server: Option<String>,
    /// Several if the documented limit depends on a value of the body.
    pub(crate) limits: Vec<(Option<String>, Option<String>)>,
    /// Alternatives, each of which needs all of its scopes.
    pub(crate) scopes: Vec<Vec<String>>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Value>,
    pub(crate) answers: Vec<Answer>,
}

pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) required: bool,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) schema: Option<Value>,
    pub(crate) examples: Vec<Value>,
}

/// Returns the operations of one version of the API, in the order of its documents.
pub(crate) fn operations(version: &str) -> Vec<Operation> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("declared")
        .join(version);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| document(version, file))
        .collect()
}

fn document(version: &str, file: &PathBuf) -> Vec<Operation> {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let document: Value = serde_saphyr::from_str(&text).expect("YAML");
    let name = format!("{version}/{}", text_of(&document["document"]));
    let base = base(text_of(&document["server"])).to_owned();
    list(&document["operations"])
        .map(|operation| read(&name, &base, operation))
        .collect()
}

fn base(url: &str) -> &str {
    url.strip_prefix("https://cliq.zoho.com")
        .unwrap_or_else(|| panic!("{url}"))
}

fn read(document: &str, base: &str, operation: &Value) -> Operation {
    let documented = text_of(&operation["operation"]);
    let (method, path) = documented.split_once(' ').expect("a method and a path");
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (path, None),
    };
    let limit = |of: &Value| {
        let member = |name: &str| of[name].as_str().map(str::to_owned);
        (member("limit"), member("lock"))
    };
    let mut limits = vec![limit(operation)];
    if let Some(by_value) = operation["limit_by_value_of_operation"].as_object() {
        limits = by_value.values().map(limit).collect();
    }
    Operation {
        document: document.to_owned(),
        text: documented.to_owned(),
        id: operation["operation_id"].as_str().map(str::to_owned),
        method: method.to_owned(),
        path: format!("{base}{path}"),
        query,
        server: operation["server"].as_str().map(str::to_owned),
        limits,
        scopes: list(&operation["security"])
            .map(|all| list(all).map(|scope| text_of(scope).to_owned()).collect())
            .collect(),
        parameters: list(&operation["parameters"]).map(parameter).collect(),
        body: operation["body"]["content"]
            .as_object()
            .map(|content| content["application/json"].clone()),
        answers: members(&operation["answers"])
            .map(|(status, answer)| {
                let content = &answer["content"]["application/json"];
                Answer {
                    status: status.parse().expect("a status"),
                    schema: content.get("schema").cloned(),
                    examples: list(&content["examples"]).cloned().collect(),
                }
            })
            .collect(),
    }
}

fn parameter(parameter: &Value) -> Parameter {
    Parameter {
        place: match text_of(&parameter["in"]) {
            "path" => Place::Path,
            "query" => Place::Query,
            place => panic!("no parameter is in {place:?}"),
        },
        name: text_of(&parameter["name"]).to_owned(),
        required: parameter["required"] == true,
    }
}

/// Such as `v3/chats createChatV3`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.id.as_ref().unwrap_or(&self.text);
        write!(f, "{} {name}", self.document)
    }
}

/// Returns method and path without the names of placeholders, which a server doesn't know.
pub(crate) fn shape(method: &str, path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with(['{', '<']) {
            "{}"
        } else {
            segment
        }
    });
    format!("{method} {}", segments.collect::<Vec<_>>().join("/"))
}

/// Returns the names of the placeholders of a path.
pub(crate) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix(['{', '<'])?;
        name.strip_suffix(['}', '>'])
    })
}

pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text_of(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
}
