//! Published responses, decoded into the models and encoded again.

use cliq_api::http::StatusCode;
use cliq_api::{EndpointMeta, Error, NextPage};
use serde_json::Value;

use crate::calls::{Driver, Given};
use crate::canned::answered;
use crate::differences::Differences;
use crate::document::{Answer, Document, Operation};
use crate::operations::matched;
use crate::pointer::{part, put, remove};
use crate::requests::given;
use crate::schema::{Examples, instance, members, violations};

pub(crate) fn differences(document: &Document) -> Differences {
    let mut differences = Differences::default();
    for (operation, meta, driver) in matched(document) {
        let given = given(operation.inputs.iter().filter(|input| input.required));
        let case = Case {
            document,
            operation,
            meta,
            driver,
            given: &given,
        };
        for answer in &operation.answers {
            if answer.status.is_success() {
                case.success(answer, &mut differences);
            } else {
                case.refusal(answer, &mut differences);
            }
        }
    }
    differences
}

struct Case<'a> {
    document: &'a Document,
    operation: &'a Operation,
    meta: &'static EndpointMeta,
    driver: Driver,
    given: &'a Given,
}

impl Case<'_> {
    fn success(&self, answer: &Answer, differences: &mut Differences) {
        let Some(schema) = &answer.schema else {
            if let Err(error) = self.answered(answer.status, None) {
                differences.add(self.operation, format_args!("an empty answer: {error}"));
            }
            return;
        };
        self.examples_of_their_schema(answer, differences);
        for example in &answer.examples {
            match self.answered(answer.status, Some(example)) {
                Ok(Some(value)) => {
                    let published = example.pointer(&self.selected()).unwrap_or(&Value::Null);
                    differences.compare(self.operation, "answer", published, &value);
                }
                Ok(None) if *schema == self.document.no_response => {}
                Ok(None) => differences.add(self.operation, "an answer is published and not read"),
                Err(error) => differences.add(
                    self.operation,
                    format_args!("the answer {example}: {error}"),
                ),
            }
        }
        if self
            .answered(answer.status, answer.examples.last())
            .is_ok_and(|value| value.is_some())
        {
            self.each_member(answer.status, schema, differences);
        }
    }

    /// Optional members may be missing. A member that a model names is rejected if it has another
    /// type, which distinguishes it from one that is only stored.
    fn each_member(&self, status: StatusCode, schema: &Value, differences: &mut Differences) {
        let whole = instance(schema, Examples::Inner);
        for member in members(schema) {
            let place = format!("{}: the answer's {}", self.operation, member.pointer);

            let mut without = whole.clone();
            remove(&mut without, &member.pointer).expect("the instance has all members");
            let accepted = self.answered(status, Some(&without)).is_ok();
            differences.compare(&place, "may be missing", &!member.required, &accepted);

            let mut misfit = whole.clone();
            put(&mut misfit, &member.pointer, member.misfit).expect("the instance has all members");
            let refused = self
                .answered(status, Some(&misfit))
                .is_err_and(|error| error.is_decode());
            let read = self.reads(&member.pointer) && !member.kept;
            differences.compare(&place, "has its type in the model", &read, &refused);
        }
    }

    fn refusal(&self, answer: &Answer, differences: &mut Differences) {
        self.examples_of_their_schema(answer, differences);
        for example in &answer.examples {
            let Err(error) = self.answered(answer.status, Some(example)) else {
                differences.add(
                    self.operation,
                    format_args!("{} is taken for a success", answer.status),
                );
                continue;
            };
            differences.compare(
                self.operation,
                "status",
                &Some(answer.status.as_u16()),
                &error.status().map(|status| status.as_u16()),
            );
            differences.compare(
                self.operation,
                "message",
                &example["message"].as_str(),
                &error.message(),
            );
            differences.compare(
                self.operation,
                "code",
                &example["code"].as_str(),
                &error.code(),
            );
            for member in answer.schema.iter().flat_map(members) {
                if !matches!(member.pointer.as_str(), "/code" | "/message") {
                    differences.add(
                        self.operation,
                        format_args!("no error has the member {}", member.pointer),
                    );
                }
            }
        }
    }

    fn examples_of_their_schema(&self, answer: &Answer, differences: &mut Differences) {
        for example in &answer.examples {
            for violation in answer
                .schema
                .iter()
                .flat_map(|schema| violations(schema, example))
            {
                differences.add(
                    self.operation,
                    format_args!("the published example {example}: {violation}"),
                );
            }
        }
    }

    fn answered(&self, status: StatusCode, body: Option<&Value>) -> Result<Option<Value>, Error> {
        answered(self.driver, self.given, status, body)
    }

    /// Returns the pointer to the result in the response.
    fn selected(&self) -> String {
        pointer(self.meta.response())
    }

    /// Returns whether the endpoint decodes the member. Of a page, it decodes items and token, and
    /// stores the rest.
    fn reads(&self, member: &str) -> bool {
        let within = |outer: &str| {
            member
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match self.meta.page() {
            Some(page) => {
                let token = match page.next() {
                    NextPage::Token { member, .. } => within(&pointer(member)),
                    _ => false,
                };
                token || within(&pointer(page.items()))
            }
            None => within(&self.selected()),
        }
    }
}

fn pointer(path: &[&str]) -> String {
    path.iter()
        .flat_map(|member| ["/".to_owned(), part(member)])
        .collect()
}
