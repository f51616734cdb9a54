//! Where a declaration differs from the documents, by name and with a reason (`exceptions.yaml`).
//! Each difference that an exception lists must be there.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    name: String,
    reason: String,
    differences: Vec<String>,
}

/// What a comparison found, each difference in one line.
#[derive(Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    pub(crate) fn add(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }

    /// Fails for differences without an exception, and for exceptions of this topic without a
    /// difference. The topic is the first word of a difference.
    #[track_caller]
    pub(crate) fn expect_only_exceptions(self, topic: &str) {
        let exceptions: Vec<Exception> =
            serde_saphyr::from_str(include_str!("exceptions.yaml")).expect("a list of exceptions");
        let mut excused = BTreeSet::new();
        for Exception {
            name,
            reason,
            differences,
        } in exceptions
        {
            assert!(
                !reason.trim().is_empty(),
                "{name}: an exception needs a reason"
            );
            for difference in differences {
                assert!(
                    excused.insert(difference.clone()),
                    "{name}: twice: {difference}"
                );
            }
        }
        let found: BTreeSet<String> = self
            .0
            .iter()
            .map(|text| format!("{topic} {text}"))
            .collect();
        let unexpected: Vec<_> = found.difference(&excused).cloned().collect();
        let unneeded: Vec<_> = excused
            .difference(&found)
            .filter(|text| text.split(' ').next() == Some(topic))
            .cloned()
            .collect();
        assert!(
            unexpected.is_empty() && unneeded.is_empty(),
            "{} differences:\n{}\n{} exceptions that aren't needed:\n{}",
            unexpected.len(),
            unexpected.join("\n"),
            unneeded.len(),
            unneeded.join("\n"),
        );
    }
}
