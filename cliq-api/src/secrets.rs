//! Secrets that a request carried, to take them out of texts that others wrote: a server, a
//! transport, a store. It finds a secret as it is in any case, percent-encoded, escaped as in JSON
//! or HTML, in both alphabets of base64, and at the end of a text that was cut.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use secrecy::{ExposeSecret, SecretString};

use crate::body::BoxError;
use crate::few::Few;

/// What is shown in place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";
/// A shorter secret is redacted only where it is a whole word.
const SHORT: usize = 4;
/// The end of a text of that many bytes may have been cut within a secret.
pub(crate) const CUT: usize = 200;
/// A shorter value within a header isn't treated as a secret.
const VALUE: usize = 8;
/// In bytes.
const LONGEST_ESCAPE: usize = 12;
/// How often a text may be encoded.
const DECODINGS: usize = 2;

/// What a request carried in its head that may be secret, to know it if the request fails.
pub(crate) struct Carried {
    headers: Few<(HeaderName, HeaderValue)>,
    uri: Uri,
}

impl Carried {
    pub(crate) fn of(head: &Parts) -> Self {
        // Each call pays for this. Most have one header besides these.
        let is_plain =
            |name: &HeaderName| [ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT].contains(name);
        let headers = head.headers.iter().filter(|(name, _)| !is_plain(name));
        Self {
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            uri: head.uri.clone(),
        }
    }

    /// Returns the secrets. `without` is the request as it was before it was authorized: what it
    /// lacks is the authorization.
    pub(crate) fn secrets(&self, without: Option<&Request<()>>) -> Secrets {
        let mut secrets = Secrets::default();
        let is_added = |name: &HeaderName, value: &HeaderValue| {
            without.is_some_and(|request| !has(request.headers(), name, value))
        };
        for (name, value) in &*self.headers {
            if value.is_sensitive() || is_secret_header(name) || is_added(name, value) {
                secrets.add_header(value);
            }
        }
        let known = without.and_then(|request| request.uri().query());
        let known: Vec<_> = known.unwrap_or_default().split('&').collect();
        for pair in self.uri.query().unwrap_or_default().split('&') {
            let is_added = without.is_some() && !known.contains(&pair);
            for (name, value) in form_urlencoded::parse(pair.as_bytes()) {
                if is_added || is_secret_parameter(&name) {
                    secrets.add(&value);
                }
            }
        }
        secrets
    }
}

fn has(headers: &HeaderMap, name: &HeaderName, value: &HeaderValue) -> bool {
    headers.get_all(name).iter().any(|known| known == value)
}

/// Whether a header of that name holds a secret, whoever set it.
fn is_secret_header(name: &HeaderName) -> bool {
    let name = name.as_str();
    let parts = [
        "auth",
        "cookie",
        "secret",
        "password",
        "api-key",
        "apikey",
        "api_key",
        "signature",
    ];
    parts.iter().any(|part| name.contains(part)) || name.ends_with("token")
}

/// The same for a parameter of the query. A page token is none.
fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '_'], "");
    let parts = [
        "apikey",
        "appkey",
        "extensionkey",
        "authtoken",
        "accesstoken",
        "secret",
        "password",
        "signature",
    ];
    parts.iter().any(|part| name.contains(part))
}

/// The secrets of a request.
#[derive(Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Adds a secret, and its base64.
    pub(crate) fn add(&mut self, secret: &str) {
        self.add_text(secret);
        if secret.len() >= SHORT {
            self.add_text(&STANDARD_NO_PAD.encode(secret));
        }
    }

    /// Adds what is secret in a header: all behind the scheme, and each value in it. Of basic
    /// authentication that is the password, or the user if there is no password.
    pub(crate) fn add_header(&mut self, value: &HeaderValue) {
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else {
            return;
        };
        let is_scheme = |text: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !text.is_empty() && text.bytes().all(fits)
        };
        let (scheme, credentials) = match value.split_once(' ') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme, rest.trim()),
            _ => ("", value),
        };
        self.add(credentials);
        if scheme.eq_ignore_ascii_case("basic") {
            self.add_text(credentials.trim_end_matches('='));
            let pair = STANDARD.decode(credentials).ok();
            let pair = pair.and_then(|pair| String::from_utf8(pair).ok());
            if let Some((user, password)) = pair.as_deref().and_then(|pair| pair.split_once(':')) {
                self.add(if password.is_empty() { user } else { password });
            }
            return;
        }
        // `Signature=…, …` and `session=…; …`.
        for part in credentials.split([',', ';', ' ']) {
            if let Some((_, value)) = part.split_once('=') {
                let value = value.trim_matches('"');
                if value.len() >= VALUE {
                    self.add(value);
                }
            }
        }
    }

    /// Adds one that has been added already, in another form.
    fn add_text(&mut self, secret: &str) {
        let is_known = |known: &SecretString| known.expose_secret() == secret;
        if !secret.trim().is_empty() && !self.0.iter().any(is_known) {
            self.0.push(secret.into());
        }
    }

    /// Whether the text contains a secret.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        !self.find(text).is_empty()
    }

    /// Whether the text is a part of a secret.
    pub(crate) fn contain(&self, text: &str) -> bool {
        self.0.iter().any(|secret| {
            let (secret, text) = (secret.expose_secret(), text);
            secret.contains(text)
        })
    }

    /// Returns the text without the secrets.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let found = self.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut shown, mut end) = (String::new(), 0);
        for range in found {
            if range.start >= end {
                shown.push_str(&text[end..range.start]);
                shown.push_str(REDACTED);
            }
            end = end.max(range.end);
        }
        shown.push_str(&text[end..]);
        Cow::Owned(shown)
    }

    /// Replaces a text by what may be shown of it.
    pub(crate) fn redact_in(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    /// Returns an error as it is, if neither it nor its causes show a secret, and otherwise one
    /// that has their texts alone, without the secrets.
    pub(crate) fn redact_error(&self, error: BoxError) -> BoxError {
        if self.0.is_empty() {
            return error;
        }
        let (mut texts, mut shows) = (Vec::new(), false);
        let mut next: Option<&dyn StdError> = Some(&*error);
        while let Some(error) = next {
            let text = error.to_string();
            shows |= self.are_in(&text) || self.are_in(&format!("{error:?}"));
            texts.push(text);
            next = error.source();
        }
        if !shows {
            return error;
        }
        let redacted = texts.into_iter().rev().fold(None, |source, text| {
            let text = self.redact(&text).into_owned();
            Some(Box::new(Redacted { text, source }))
        });
        redacted.map_or(error, |redacted| redacted as BoxError)
    }

    /// Returns where the secrets are, in order.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.0.is_empty() {
            return found;
        }
        let mut spelled = Some(Spelled::of(text));
        for _ in 0..=DECODINGS {
            let Some(read) = spelled else { break };
            for secret in &self.0 {
                read.find(secret.expose_secret().as_bytes(), &mut found);
            }
            spelled = read.decoded();
        }
        // Within a character nothing is cut.
        for range in &mut found {
            while !text.is_char_boundary(range.start) {
                range.start -= 1;
            }
            while !text.is_char_boundary(range.end) {
                range.end += 1;
            }
        }
        found.sort_unstable_by_key(|range| (range.start, range.end));
        found
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("count", &self.0.len())
            .finish()
    }
}

/// A text, and how it reads if its escapes are decoded.
struct Spelled {
    bytes: Vec<u8>,
    /// Where each byte comes from.
    places: Vec<Range<usize>>,
}

impl Spelled {
    fn of(text: &str) -> Self {
        Self {
            bytes: text.as_bytes().to_vec(),
            places: (0..text.len()).map(|start| start..start + 1).collect(),
        }
    }

    /// Returns it with its escapes decoded once; `None` if it has none.
    fn decoded(&self) -> Option<Self> {
        if !self.bytes.iter().any(|byte| b"%\\&".contains(byte)) {
            return None;
        }
        let mut decoded = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            places: Vec::with_capacity(self.bytes.len()),
        };
        let (mut index, mut is_changed) = (0, false);
        while index < self.bytes.len() {
            let (length, character) = match escape(&self.bytes[index..]) {
                Some(escape) => {
                    is_changed = true;
                    escape
                }
                None => (1, Unit::Byte(self.bytes[index])),
            };
            let place = self.places[index].start..self.places[index + length - 1].end;
            let mut buffer = [0; 4];
            let bytes = match character {
                Unit::Byte(byte) => {
                    buffer[0] = byte;
                    &buffer[..1]
                }
                Unit::Character(character) => character.encode_utf8(&mut buffer).as_bytes(),
            };
            for &byte in bytes {
                decoded.bytes.push(byte);
                decoded.places.push(place.clone());
            }
            index += length;
        }
        is_changed.then_some(decoded)
    }

    fn find(&self, secret: &[u8], found: &mut Vec<Range<usize>>) {
        let text = &self.bytes;
        let same = |(one, other): (&u8, &u8)| folded(*one) == folded(*other);
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let cut = self.cut();
        for start in 0..text.len() {
            let rest = &text[start..];
            let pairs = rest.iter().zip(secret);
            let length = pairs.take_while(|pair| same(*pair)).count();
            if length == secret.len() {
                let before = start.checked_sub(1).and_then(|before| text.get(before));
                let is_within_word = is_word(before) || is_word(rest.get(length));
                if length >= SHORT || !is_within_word {
                    found.push(self.places[start].start..self.places[start + length - 1].end);
                }
            } else if length >= SHORT && cut.is_some_and(|cut| start + length >= cut) {
                found.push(self.places[start].start..self.places[text.len() - 1].end);
            }
        }
    }

    /// Where the text ends, without the beginning of an escape, if it may have been cut.
    fn cut(&self) -> Option<usize> {
        self.places.last().filter(|end| end.end >= CUT)?;
        let is_cut = |start: &usize| {
            let rest = &self.bytes[*start..];
            b"%\\&".contains(&rest[0]) && escape(rest).is_none()
        };
        let length = self.bytes.len();
        let mut last = length.saturating_sub(LONGEST_ESCAPE)..length;
        Some(last.find(is_cut).unwrap_or(length))
    }
}

/// In any case, and the same in both alphabets of base64. A space is a `+` in forms.
fn folded(byte: u8) -> u8 {
    match byte {
        b' ' | b'-' => b'+',
        b'_' => b'/',
        byte => byte.to_ascii_lowercase(),
    }
}

/// What an escape stands for.
enum Unit {
    Byte(u8),
    Character(char),
}

/// Reads the escape at the beginning. Returns its length too.
fn escape(text: &[u8]) -> Option<(usize, Unit)> {
    match text {
        [b'%', digits @ ..] => {
            let byte = number(digits.get(..2)?, 16)?;
            Some((3, Unit::Byte(u8::try_from(byte).ok()?)))
        }
        [b'\\', b'u', b'{', rest @ ..] => {
            let end = rest.iter().take(8).position(|&byte| byte == b'}')?;
            let character = char::from_u32(number(&rest[..end], 16)?)?;
            Some((end + 4, Unit::Character(character)))
        }
        [b'\\', b'u', digits @ ..] => {
            let character = char::from_u32(number(digits.get(..4)?, 16)?)?;
            Some((6, Unit::Character(character)))
        }
        [b'\\', b'x', digits @ ..] => {
            let byte = number(digits.get(..2)?, 16)?;
            Some((4, Unit::Byte(u8::try_from(byte).ok()?)))
        }
        [b'\\', byte, ..] => {
            let byte = match byte {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'"' | b'\'' | b'\\' | b'/' => *byte,
                _ => return None,
            };
            Some((2, Unit::Byte(byte)))
        }
        [b'&', rest @ ..] => {
            let end = rest.iter().take(10).position(|&byte| byte == b';')?;
            let character = match &rest[..end] {
                b"amp" => '&',
                b"lt" => '<',
                b"gt" => '>',
                b"quot" => '"',
                b"apos" => '\'',
                [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
                [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
                _ => return None,
            };
            Some((end + 2, Unit::Character(character)))
        }
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u32::from_str_radix(digits, radix)
        .ok()
        .filter(|_| is_number)
}

/// The text of an error that showed a secret.
struct Redacted {
    text: String,
    source: Option<Box<Self>>,
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Redacted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests;
