//! The requests of the builders, with each subset of optional values.

use cliq_api::Place;
use cliq_api::http::StatusCode;
use cliq_api::http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::calls::{Driver, Given};
use crate::canned::client;
use crate::differences::Differences;
use crate::document::{Document, Input, Operation};
use crate::operations::matched;
use crate::schema::{Examples, closed, enumerated, instance, violations};

pub(crate) fn differences(document: &Document) -> Differences {
    let mut differences = Differences::default();
    for (operation, _, driver) in matched(document) {
        let (needed, optional): (Vec<_>, Vec<_>) =
            operation.inputs.iter().partition(|input| input.required);
        for choice in subsets(&optional) {
            check(
                operation,
                driver,
                &given(needed.iter().chain(&choice).copied()),
                &mut differences,
            );
        }
        for (index, input) in operation.inputs.iter().enumerate() {
            let with = |value| {
                let mut given = given(&operation.inputs);
                given.0[index].2 = value;
                given
            };
            for value in enumerated(&input.schema) {
                check(operation, driver, &with(value.clone()), &mut differences);
            }
            if let Some(max) = input.schema.get("maxLength") {
                let max = serde_json::from_value(max.clone()).expect("a number of characters");
                let text = |length| with("ü".repeat(length).into());
                check(operation, driver, &text(max), &mut differences);
                if driver(&client(StatusCode::OK, ""), &text(max + 1))
                    .request
                    .is_ok()
                {
                    differences.add(
                        operation,
                        format_args!("`{}` may be longer than {max}", input.name),
                    );
                }
            }
        }
    }
    differences
}

/// Returns the document's examples.
pub(crate) fn given<'i>(inputs: impl IntoIterator<Item = &'i Input>) -> Given {
    let value = |input: &Input| {
        (
            input.place,
            input.name.clone(),
            instance(&input.schema, Examples::Outer),
        )
    };
    Given(inputs.into_iter().map(value).collect())
}

fn subsets<T: Copy>(all: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..1_u32 << all.len()).map(|choice| {
        let chosen = all
            .iter()
            .enumerate()
            .filter(|(index, _)| choice >> index & 1 == 1);
        chosen.map(|(_, item)| *item).collect()
    })
}

fn check(operation: &Operation, driver: Driver, given: &Given, differences: &mut Differences) {
    let call = driver(&client(StatusCode::OK, ""), given);
    let request = match call.request {
        Ok(request) => request,
        Err(error) => {
            return differences.add(
                operation,
                format_args!("no request with {given:?}: {error}"),
            );
        }
    };
    differences.compare(
        operation,
        "endpoint",
        &operation.to_string(),
        &call.meta.to_string(),
    );
    differences.compare(
        operation,
        "method",
        operation.method.as_str(),
        request.method().as_str(),
    );

    let url = request.uri().to_string();
    let (target, query) = url.split_once('?').unwrap_or((&url, ""));
    let values = given.at(Place::Path);
    let filled = |segment: &str| match segment
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(name) => values
            .get(name)
            .map_or_else(|| format!("{{{name}}}"), plain),
        None => segment.to_owned(),
    };
    let published: Vec<_> = operation
        .origin
        .split('/')
        .chain(operation.path.split('/').skip(1))
        .map(filled)
        .collect();
    differences.compare(
        operation,
        "URL",
        &published,
        &target.split('/').map(decoded).collect(),
    );

    let mut published: Vec<_> = given
        .at(Place::Query)
        .iter()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect();
    let pairs = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut sent: Vec<_> = pairs
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    published.sort();
    sent.sort();
    differences.compare(operation, "query", &published, &sent);

    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().expect("text"));
    let published = operation
        .body
        .as_ref()
        .map(|body| body.content_type.as_str());
    differences.compare(operation, "content type", &published, &content_type);
    let Some(body) = &operation.body else {
        return differences.compare(operation, "body", &[][..], &request.body()[..]);
    };
    let sent = serde_json::from_slice::<Value>(request.body()).unwrap_or_default();
    for violation in violations(&closed(&body.schema), &sent) {
        differences.add(operation, format_args!("body: {violation}"));
    }
    differences.compare(
        operation,
        "body",
        &Value::Object(given.at(Place::Field)),
        &sent,
    );
}

/// Returns the value as text for a path or a query.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .expect("text")
        .into_owned()
}
