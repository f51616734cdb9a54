//! Judges responses: it has the document's schemas with all objects closed, and records what it has
//! seen.

use std::collections::{BTreeMap, BTreeSet};

use cliq_api::Bytes;
use cliq_api::http::{Method, Response};
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Value, json};

use super::outside::{Entry, entries};
use crate::document::{Document, Operation, published};
use crate::pointer::put;
use crate::schema::{closed, members};

pub(super) struct Judge {
    operations: Vec<Judged>,
    entries: Vec<Entry>,
    /// Operation, status and place in the body.
    seen: BTreeSet<(String, u16, String)>,
    /// Entry, operation and status.
    used: BTreeSet<(usize, String, u16)>,
}

struct Judged {
    name: String,
    method: Method,
    segments: Vec<String>,
    answers: BTreeMap<u16, Form>,
}

/// The form of one response of an operation.
struct Form {
    /// `None` if it has no body.
    validator: Option<Validator>,
    /// The places of all documented members, at any depth.
    members: Vec<String>,
    /// The places that entries add, with the entry; without a place, the entry adds the whole
    /// response.
    added: Vec<(usize, Option<String>)>,
    /// Published messages, with their codes.
    refusals: Vec<(Value, Value)>,
}

impl Judge {
    pub(super) fn new() -> Self {
        let entries = entries();
        // As published, and two operations of which it only has the schemas.
        let mut operations = Document::new(&published()).operations;
        let known: Vec<_> = operations.iter().map(ToString::to_string).collect();
        operations.extend(
            Document::published()
                .operations
                .into_iter()
                .filter(|operation| !known.contains(&operation.to_string())),
        );
        let operations = operations
            .iter()
            .map(|operation| Judged::new(operation, &entries))
            .collect();
        Self {
            operations,
            entries,
            seen: BTreeSet::new(),
            used: BTreeSet::new(),
        }
    }

    /// Returns the names of all operations, such as `POST /api/v3/threads/<THREAD_CHAT_ID>/follow`.
    pub(super) fn operations(&self) -> Vec<String> {
        self.operations
            .iter()
            .map(|operation| operation.name.clone())
            .collect()
    }

    /// Returns the documented statuses of an operation.
    pub(super) fn documented(&self, operation: &str) -> Vec<u16> {
        let answers = self.operation(operation).answers.iter();
        answers
            .filter(|(_, form)| form.added.iter().all(|(_, place)| place.is_some()))
            .map(|(&status, _)| status)
            .collect()
    }

    /// Panics if the response isn't one of the operation's.
    #[track_caller]
    pub(super) fn check(&mut self, operation: &str, answer: &Response<Bytes>) {
        if let Err(problem) = self.judge(operation, answer) {
            let status = answer.status().as_u16();
            panic!(
                "{operation}: {status}: {problem}\n{}",
                String::from_utf8_lossy(answer.body())
            );
        }
    }

    /// Returns what is wrong with the response, if anything.
    pub(super) fn judge(
        &mut self,
        operation: &str,
        answer: &Response<Bytes>,
    ) -> Result<(), String> {
        let status = answer.status().as_u16();
        let form = self
            .operation(operation)
            .answers
            .get(&status)
            .ok_or("the document has no such status")?;
        let body = match &form.validator {
            None if answer.body().is_empty() => None,
            None => return Err("it has no body in the document".to_owned()),
            Some(validator) => {
                let content_type = answer
                    .headers()
                    .get("content-type")
                    .and_then(|value| value.to_str().ok());
                if !content_type.is_some_and(|value| value.starts_with("application/json")) {
                    return Err(format!("{content_type:?} is no JSON"));
                }
                let body: Value =
                    serde_json::from_slice(answer.body()).map_err(|error| error.to_string())?;
                let violation = |error: ValidationError<'_>| {
                    format!("at {:?}: {error}", error.instance_path().as_str())
                };
                let violations: Vec<_> = validator.iter_errors(&body).map(violation).collect();
                if !violations.is_empty() {
                    return Err(violations.join("; "));
                }
                Some(body)
            }
        };
        let is_there = |place: &str| body.as_ref().is_some_and(|body| has(body, place));
        let seen = form
            .members
            .iter()
            .filter(|place| is_there(place))
            .cloned()
            .chain([String::new()]);
        let seen: Vec<_> = seen
            .map(|place| (operation.to_owned(), status, place))
            .collect();
        let used = form
            .added
            .iter()
            .filter(|(_, place)| place.as_deref().is_none_or(is_there));
        let used: Vec<_> = used
            .map(|(entry, _)| (*entry, operation.to_owned(), status))
            .collect();
        self.seen.extend(seen);
        self.used.extend(used);
        Ok(())
    }

    /// As [`check`](Self::check), for a request to a URL.
    #[track_caller]
    pub(super) fn check_at(&mut self, method: &Method, url: &str, answer: &Response<Bytes>) {
        let path: Vec<_> = url
            .split('?')
            .next()
            .unwrap_or_default()
            .split('/')
            .collect();
        let is_of = |operation: &&Judged| {
            operation.method == *method
                && operation.segments.len() == path.len()
                && operation
                    .segments
                    .iter()
                    .zip(&path)
                    .all(|(own, sent)| own.starts_with('{') || own == sent)
        };
        let operation = self
            .operations
            .iter()
            .find(is_of)
            .unwrap_or_else(|| panic!("no operation has {method} {url}"));
        self.check(&operation.name.clone(), answer);
    }

    /// Returns a description of where the parts of an error response come from.
    pub(super) fn origin(
        &self,
        operation: &str,
        status: u16,
        code: &Value,
        message: &Value,
    ) -> &'static str {
        let form = self.operation(operation).answers.get(&status);
        let Some(form) = form.filter(|form| form.added.iter().all(|(_, place)| place.is_some()))
        else {
            return "assumed";
        };
        if form
            .refusals
            .iter()
            .any(|refusal| *refusal == (message.clone(), code.clone()))
        {
            "published"
        } else if form
            .refusals
            .iter()
            .any(|(published, _)| published == message)
        {
            "status and message published, code assumed"
        } else {
            "status published, the rest assumed"
        }
    }

    /// Returns documented responses and members that were never seen, and unused entries of
    /// `outside.yaml`.
    pub(super) fn unseen(&self) -> Vec<String> {
        let mut unseen = Vec::new();
        for Judged { name, answers, .. } in &self.operations {
            for (status, form) in answers {
                for place in form.members.iter().map(String::as_str).chain([""]) {
                    if !self
                        .seen
                        .contains(&(name.clone(), *status, place.to_owned()))
                    {
                        unseen.push(format!("{name}: {status}: {place:?}"));
                    }
                }
            }
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let used = || self.used.iter().filter(move |(used, ..)| *used == index);
            for operation in entry.operations() {
                if !used().any(|(_, used, _)| used == operation) {
                    unseen.push(format!("outside.yaml: {}: {operation}", entry.name));
                }
            }
            for status in &entry.statuses {
                if !used().any(|(.., used)| used == status) {
                    unseen.push(format!("outside.yaml: {}: {status}", entry.name));
                }
            }
        }
        unseen
    }

    fn operation(&self, name: &str) -> &Judged {
        let found = self
            .operations
            .iter()
            .find(|operation| operation.name == name);
        found.unwrap_or_else(|| panic!("the document has no {name}"))
    }
}

impl Judged {
    fn new(operation: &Operation, entries: &[Entry]) -> Self {
        let name = operation.to_string();
        let mut answers = BTreeMap::new();
        for answer in &operation.answers {
            let status = answer.status.as_u16();
            let added = entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.is_for(&name, status));
            let form = Form::new(answer.schema.as_ref(), added, &answer.examples);
            answers.insert(status, form);
        }
        for (index, entry) in entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.member.is_none())
        {
            for &status in entry
                .statuses
                .iter()
                .filter(|&&status| entry.is_for(&name, status))
            {
                assert!(
                    !answers.contains_key(&status),
                    "{}: not needed, the document has {name}: {status}",
                    entry.name
                );
                let others = entries
                    .iter()
                    .enumerate()
                    .filter(|(_, entry)| entry.member.is_some() && entry.is_for(&name, status));
                let mut form = Form::new(entry.answer.as_ref(), others, &[]);
                form.members.clear();
                form.added.push((index, None));
                answers.insert(status, form);
            }
        }
        let segments = operation.path.split('/').map(str::to_owned).collect();
        Self {
            name,
            method: operation.method.clone(),
            segments,
            answers,
        }
    }
}

impl Form {
    fn new<'e>(
        schema: Option<&Value>,
        entries: impl Iterator<Item = (usize, &'e Entry)>,
        examples: &[Value],
    ) -> Self {
        let members = schema
            .iter()
            .flat_map(|schema| members(schema))
            .map(|member| member.pointer)
            .collect();
        let mut schema = schema.map(closed);
        let mut added = Vec::new();
        for (index, entry) in entries {
            let (Some(place), Some(addition), Some(schema)) =
                (&entry.member, &entry.schema, &mut schema)
            else {
                continue;
            };
            let pointer = place.replace('/', "/properties/");
            if schema.pointer(&pointer).is_none() {
                put(schema, &pointer, closed(addition))
                    .unwrap_or_else(|| panic!("{}: there is no {place}", entry.name));
                added.push((index, Some(place.clone())));
            }
        }
        let validator = schema.map(|schema| {
            let options = jsonschema::options()
                .with_draft(Draft::Draft4)
                .should_validate_formats(true);
            options.build(&schema).expect("a JSON schema")
        });
        let refusal = |example: &Value| {
            (
                example["message"].clone(),
                example.get("code").cloned().unwrap_or(json!(null)),
            )
        };
        Self {
            validator,
            members,
            added,
            refusals: examples.iter().map(refusal).collect(),
        }
    }
}

/// Returns whether the value has something at the place, where `0` is any item of a list.
fn has(value: &Value, place: &str) -> bool {
    let Some(rest) = place.strip_prefix('/') else {
        return true;
    };
    let (name, _) = rest.split_once('/').unwrap_or((rest, ""));
    let rest = &rest[name.len()..];
    match value {
        Value::Array(items) => items.iter().any(|item| has(item, rest)),
        _ => value
            .get(name.replace("~1", "/").replace("~0", "~"))
            .is_some_and(|value| has(value, rest)),
    }
}
