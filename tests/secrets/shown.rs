//! Everything that a program could print of a client, a call and its error, and a search for a
//! secret in it.

use std::error::Error as StdError;
use std::fmt::{Debug, Write};
use std::panic::AssertUnwindSafe;

use cliq_api::{Endpoint, Error};

#[derive(Debug, Default)]
pub(crate) struct Shown(Vec<String>);

impl Shown {
    pub(crate) fn debug(&mut self, value: &(impl Debug + ?Sized)) {
        self.0.push(format!("{value:?}\n{value:#?}"));
    }

    pub(crate) fn text(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    pub(crate) fn call<R: Endpoint + Debug + Clone>(&mut self, call: &R) {
        self.debug(call);
        // Also after polling it without sending.
        self.debug(&call.clone());
    }

    /// Records whether it succeeded, and if not, everything that the error prints.
    pub(crate) fn result<T>(&mut self, result: Result<T, Error>) {
        let Some(error) = result.as_ref().err() else {
            return;
        };
        self.debug(&error.attempts());
        for attempt in error.attempts() {
            self.text(attempt.to_string());
        }
        self.failure(result);
    }

    /// The same for any error.
    pub(crate) fn failure<T, E: StdError + 'static>(&mut self, result: Result<T, E>) {
        let Some(error) = result.as_ref().err() else {
            return;
        };
        let mut source: Option<&dyn StdError> = Some(error);
        while let Some(error) = source {
            self.text(format!("{error}\n{error:?}\n{error:#?}"));
            source = error.source();
        }
        // Like a program that unwraps the result.
        let panic =
            std::panic::catch_unwind(AssertUnwindSafe(|| drop(result.unwrap()))).unwrap_err();
        self.text(panic.downcast_ref::<String>().unwrap());
    }

    /// Returns the texts that contain the secret.
    pub(crate) fn leaks(&self, secret: &str) -> Vec<&String> {
        self.0.iter().filter(|text| holds(text, secret)).collect()
    }
}

/// Returns whether the text contains the secret: as text, or as bytes in decimal, hexadecimal or
/// Base64.
pub(crate) fn holds(text: &str, secret: &str) -> bool {
    let bytes = |join: &str, write: fn(&mut String, u8)| {
        let mut all = String::new();
        for (index, byte) in secret.bytes().enumerate() {
            all.push_str(if index > 0 { join } else { "" });
            write(&mut all, byte);
        }
        all
    };
    let decimal: fn(&mut String, u8) = |all, byte| write!(all, "{byte}").unwrap();
    let hexadecimal: fn(&mut String, u8) = |all, byte| write!(all, "{byte:02x}").unwrap();
    let mut forms = vec![
        secret.to_owned(),
        bytes(", ", decimal),
        bytes("", hexadecimal),
        bytes(" ", hexadecimal),
    ];
    forms.extend(base64(secret));
    let lower = text.to_ascii_lowercase();
    forms
        .iter()
        .any(|form| text.contains(form.as_str()) || lower.contains(form.as_str()))
}

/// Returns the parts of its Base64 that are independent of the neighboring bytes, for each
/// alignment.
fn base64(secret: &str) -> [String; 3] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    [0, 1, 2].map(|before| {
        let bits = secret
            .bytes()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        // The first complete digit starts at the next multiple of six bits.
        let skipped = [0, 4, 2][before];
        let bits: Vec<u8> = bits.skip(skipped).collect();
        let digits = bits
            .chunks_exact(6)
            .map(|six| six.iter().fold(0, |digit, bit| digit << 1 | bit));
        digits
            .map(|digit| char::from(DIGITS[usize::from(digit)]))
            .collect()
    })
}

#[test]
fn a_secret_is_found_in_each_form() {
    let secret = "c4n4ry";
    for text in [
        "<c4n4ry>",
        "C4N4RY",
        "[99, 52, 110, 52, 114, 121]",
        "0x63346e347279",
        "63 34 6E 34 72 79",
        // "c4n4ry", "user:c4n4ry-proxy" and the two other alignments.
        "YzRuNHJ5",
        "dXNlcjpjNG40cnktcHJveHk=",
        "YWM0bjRyeQ==",
        "YWJjNG40cnk=",
    ] {
        assert!(holds(text, secret), "{text}");
    }
    assert!(!holds("c4n4r", secret) && !holds("[99, 52, 110, 52, 114]", secret));
}
