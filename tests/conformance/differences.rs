//! The differences that a comparison found.

use std::fmt::Display;

use serde::Serialize;
use serde_json::json;

/// Descriptions that include the place.
#[derive(Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    pub(crate) fn add(&mut self, place: impl Display, what: impl Display) {
        self.0.push(format!("{place}: {what}"));
    }

    pub(crate) fn compare<T: PartialEq + Serialize + ?Sized>(
        &mut self,
        place: impl Display,
        what: &str,
        published: &T,
        ours: &T,
    ) {
        if published != ours {
            self.add(
                place,
                format_args!(
                    "{what}: published {}, ours {}",
                    json!(published),
                    json!(ours)
                ),
            );
        }
    }

    pub(crate) fn any_holds(&self, text: &str) -> bool {
        self.0.iter().any(|difference| difference.contains(text))
    }

    /// Panics with all differences, if there are any.
    #[track_caller]
    pub(crate) fn expect_none(&self) {
        assert!(
            self.0.is_empty(),
            "{} differences:\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}
