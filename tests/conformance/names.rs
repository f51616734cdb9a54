//! The document's enumerations, compared with the variants of our enums. These accept any name, so
//! no call would show a difference.

use cliq_api::threads::{AutoFollow, AutoFollowStatus, FollowState, ThreadAction, ThreadState};

use crate::differences::Differences;
use crate::document::Document;
use crate::schema::each_enumerated;

pub(crate) fn differences(document: &Document) -> Differences {
    let mut differences = Differences::default();
    for operation in &document.operations {
        let inputs = operation
            .inputs
            .iter()
            .map(|input| (input.name.as_str(), &input.schema));
        let answers = operation
            .answers
            .iter()
            .filter_map(|answer| Some(("", answer.schema.as_ref()?)));
        for (name, schema) in inputs.chain(answers) {
            each_enumerated(name, schema, &mut |name, value| {
                if !value.as_str().is_some_and(|value| is_variant(name, value)) {
                    differences.add(
                        operation,
                        format_args!("`{name}` may be {value}, which is no variant"),
                    );
                }
            });
        }
    }
    differences
}

fn is_variant(member: &str, name: &str) -> bool {
    match member {
        "action" => !matches!(ThreadAction::from(name), ThreadAction::Other(_)),
        "auto_follow_threads" => !matches!(AutoFollow::from(name), AutoFollow::Other(_)),
        "status" => !matches!(AutoFollowStatus::from(name), AutoFollowStatus::Other(_)),
        "state" => !matches!(FollowState::from(name), FollowState::Other(_)),
        "type" | "thread_state" => !matches!(ThreadState::from(name), ThreadState::Other(_)),
        _ => false,
    }
}
