//! Responses of the sandbox that the document lacks, in a list of named entries (`outside.yaml`).

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    reason: String,
    operations: Operations,
    pub(super) statuses: Vec<u16>,
    /// The place of an additional member of the body.
    pub(super) member: Option<String>,
    pub(super) schema: Option<Value>,
    /// The schema of an additional response. An entry without member and schema is a response
    /// without a body.
    pub(super) answer: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Operations {
    All(String),
    Some(Vec<String>),
}

impl Entry {
    pub(super) fn is_for(&self, operation: &str, status: u16) -> bool {
        self.statuses.contains(&status)
            && match &self.operations {
                Operations::All(_) => true,
                Operations::Some(operations) => operations.iter().any(|named| named == operation),
            }
    }

    /// Returns the names of the operations, unless it is all of them.
    pub(super) fn operations(&self) -> &[String] {
        match &self.operations {
            Operations::All(_) => &[],
            Operations::Some(operations) => operations,
        }
    }
}

pub(super) fn entries() -> Vec<Entry> {
    let entries: Vec<Entry> =
        serde_saphyr::from_str(include_str!("outside.yaml")).expect("a list of entries");
    for Entry {
        name,
        reason,
        operations,
        member,
        schema,
        answer,
        ..
    } in &entries
    {
        assert!(!reason.trim().is_empty(), "{name}: an entry needs a reason");
        assert!(
            matches!(operations, Operations::Some(_))
                || matches!(operations, Operations::All(all) if all == "all")
        );
        assert!(
            member.is_some() == schema.is_some() && !(member.is_some() && answer.is_some()),
            "{name}: one of them"
        );
    }
    entries
}
