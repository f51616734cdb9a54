//! The published document, in the form that is compared.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;

use cliq_api::Place;
use cliq_api::http::{Method, StatusCode};
use serde_json::Value;

use crate::exceptions;
use crate::prose;
use crate::schema::{self, Examples, instance};

/// The document's text.
pub(crate) fn text() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/threads-v3.openapi.yaml");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The document as it is published.
pub(crate) fn published() -> Value {
    serde_saphyr::from_str(&text()).expect("the document is YAML")
}

pub(crate) struct Document {
    pub(crate) operations: Vec<Operation>,
    /// All scopes of its security scheme.
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) schemas: BTreeSet<String>,
    /// Includes schemas that are referenced through other schemas.
    pub(crate) schemas_in_use: BTreeSet<String>,
    /// The schema of an empty response.
    pub(crate) no_response: Value,
    /// Exceptions that don't fit the document.
    pub(crate) exceptions: Vec<String>,
}

pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Such as `https://cliq.zoho.com`.
    pub(crate) origin: String,
    /// Such as `/api/v3/threads/{THREAD_CHAT_ID}`.
    pub(crate) path: String,
    /// Its parameters, and the members of its body as fields.
    pub(crate) inputs: Vec<Input>,
    pub(crate) body: Option<Body>,
    /// All are required.
    pub(crate) scopes: Vec<String>,
    /// Calls and seconds; `null` if none is documented.
    pub(crate) limit: Value,
    /// Seconds; `null` if none is documented.
    pub(crate) lock: Value,
    pub(crate) answers: Vec<Answer>,
}

pub(crate) struct Input {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Value,
}

pub(crate) struct Body {
    pub(crate) content_type: String,
    pub(crate) schema: Value,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// `None` if it has no body.
    pub(crate) schema: Option<Value>,
    /// The published examples, and those generated from the schema's examples.
    pub(crate) examples: Vec<Value>,
}

impl Document {
    /// Returns the published document with the exceptions.
    pub(crate) fn published() -> Self {
        Self::with_exceptions(published())
    }

    pub(crate) fn with_exceptions(document: Value) -> Self {
        let mut document = prose::as_members(document);
        let exceptions = exceptions::add_to(&mut document);
        Self {
            exceptions,
            ..Self::new(&document)
        }
    }

    pub(crate) fn new(document: &Value) -> Self {
        let names = |pointer| {
            members(document.pointer(pointer))
                .map(|(name, _)| name.clone())
                .collect()
        };
        Self {
            operations: operations(document),
            scopes: names("/components/securitySchemes/Cliq_Auth/flows/implicit/scopes"),
            schemas: names("/components/schemas"),
            schemas_in_use: schemas_in(&document["paths"], document),
            no_response: resolved(&document["components"]["schemas"]["no-response"], document),
            exceptions: Vec::new(),
        }
    }
}

/// In the same form as an endpoint's metadata.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            self.method,
            self.path.replace('{', "<").replace('}', ">")
        )
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let server = &document["servers"][0];
    let paths = members(document.get("paths"));
    paths
        .flat_map(|(path, methods)| {
            members(Some(methods)).map(move |(method, operation)| (path, method, operation))
        })
        .map(|(path, method, operation)| {
            let operation = resolved(operation, document);
            let server = operation.pointer("/servers/0").unwrap_or(server);
            let url = server["url"].as_str().expect("a server has a URL");
            let (origin, base) = url
                .match_indices('/')
                .nth(2)
                .map_or((url, ""), |(slash, _)| url.split_at(slash));
            let body = body(&operation);
            let fields = body
                .as_ref()
                .map(|body| inputs_of(Place::Field, &body.schema));
            Operation {
                method: method.to_uppercase().parse().expect("a method"),
                origin: origin.to_owned(),
                path: format!("{base}{path}"),
                inputs: list(&operation["parameters"])
                    .flat_map(parameter)
                    .chain(fields.into_iter().flatten())
                    .collect(),
                body,
                scopes: scopes(&operation),
                limit: operation["x-limit"].clone(),
                lock: operation["x-lock"].clone(),
                answers: members(operation.get("responses"))
                    .map(|(status, response)| answer(status, response))
                    .collect(),
            }
        })
        .collect()
}

fn parameter(parameter: &Value) -> Vec<Input> {
    let place = match text_of(&parameter["in"]) {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        place => panic!("no parameter can be in {place:?}"),
    };
    let mut schema = parameter["schema"].clone();
    if let Some(example) = parameter.get("example") {
        schema["example"] = example.clone();
    }
    // OpenAPI's `form` style sends each member of an object under its own name.
    if schema.get("properties").is_some() {
        return inputs_of(place, &schema);
    }
    vec![Input {
        place,
        name: text_of(&parameter["name"]).to_owned(),
        required: parameter["required"] == true,
        schema,
    }]
}

fn inputs_of(place: Place, schema: &Value) -> Vec<Input> {
    let input = |(name, property): (&String, &Value)| Input {
        place,
        name: name.clone(),
        required: schema::required(schema, name),
        schema: property.clone(),
    };
    members(schema.get("properties")).map(input).collect()
}

fn body(operation: &Value) -> Option<Body> {
    let mut contents = members(operation.pointer("/requestBody/content"));
    let body = contents.next().map(|(content_type, content)| Body {
        content_type: content_type.clone(),
        schema: content["schema"].clone(),
    });
    assert!(
        contents.next().is_none(),
        "a body in several forms isn't compared"
    );
    body
}

fn scopes(operation: &Value) -> Vec<String> {
    let mut alternatives = list(&operation["security"]);
    let scopes = alternatives
        .next()
        .map_or(Value::Null, |scheme| scheme["Cliq_Auth"].clone());
    assert!(
        alternatives.next().is_none(),
        "scopes of which any will do aren't compared"
    );
    list(&scopes)
        .map(|scope| text_of(scope).to_owned())
        .collect()
}

fn answer(status: &str, response: &Value) -> Answer {
    // `2XX` is any status of that class.
    let status = status.replace('X', "0").parse().expect("a status");
    let content = response
        .get("content")
        .map(|content| &content["application/json"]);
    let Some(content) = content else {
        return Answer {
            status,
            schema: None,
            examples: Vec::new(),
        };
    };
    let schema = content["schema"].clone();
    let named = members(content.get("examples")).map(|(_, example)| example["value"].clone());
    let mut examples: Vec<_> = named.chain(content.get("example").cloned()).collect();
    for kind in [Examples::Outer, Examples::Inner] {
        let assembled = instance(&schema, kind);
        if !examples.contains(&assembled) {
            examples.push(assembled);
        }
    }
    Answer {
        status,
        schema: Some(schema),
        examples,
    }
}

/// Returns the value with its references resolved.
fn resolved(value: &Value, document: &Value) -> Value {
    match value {
        Value::Object(object) => match reference(value) {
            Some(pointer) => resolved(
                document
                    .pointer(pointer)
                    .expect("a reference leads somewhere"),
                document,
            ),
            None => object
                .iter()
                .map(|(name, value)| (name.clone(), resolved(value, document)))
                .collect(),
        },
        Value::Array(items) => items.iter().map(|item| resolved(item, document)).collect(),
        plain => plain.clone(),
    }
}

/// Returns the names of the schemas that a part of the document references.
pub(crate) fn schemas_in(part: &Value, document: &Value) -> BTreeSet<String> {
    let deeper: Vec<_> = match part {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    let mut names: BTreeSet<_> = deeper
        .into_iter()
        .flat_map(|part| schemas_in(part, document))
        .collect();
    if let Some(pointer) = reference(part) {
        names.extend(
            pointer
                .strip_prefix("/components/schemas/")
                .map(str::to_owned),
        );
        names.extend(schemas_in(
            document
                .pointer(pointer)
                .expect("a reference leads somewhere"),
            document,
        ));
    }
    names
}

fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix('#')
}

fn members(object: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    object.and_then(Value::as_object).into_iter().flatten()
}

fn list(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
}
