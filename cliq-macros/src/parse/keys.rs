//! Keys and their values, typed: a struct of [`Slot`]s, one for each key, filled word by word from
//! an attribute's parentheses: `"name", scope = "…", page(items = "…"), form`.
//!
//! [`keys!`] is the one table of an attribute's keys: a row names the key, its field and the type
//! that its value is read as. Each word is read independently, so that one that can't be read costs
//! no other. Unknown and repeated keys, missing commas and missing values are reported here for
//! all.

use std::fmt;
use std::ops::Deref;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, Meta};

use crate::attrs::{Attr, Text};
use crate::errors::Sink;
use crate::problem::{On, Problem};
use crate::types::mentions;

/// What is known of one key.
#[derive(Default)]
pub(crate) enum Slot<T> {
    #[default]
    Absent,
    /// Present, but unreadable; the error is reported.
    Unreadable(Key),
    Given(T, Key),
}

impl<T> Slot<T> {
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Self::Given(value, _) => Some(value),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }

    /// The value with all of its key, to point at.
    pub(crate) fn given(&self) -> Option<(&T, &Whole)> {
        match self {
            Self::Given(value, key) => Some((value, &key.whole)),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }

    /// The key as it was written, whether it could be read or not.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Self::Absent => None,
            Self::Unreadable(key) | Self::Given(_, key) => Some(key),
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable(_))
    }

    /// Fills the slot with what `read` makes of the key. A slot that is filled stays as it is.
    pub(crate) fn set(
        &mut self,
        key: Key,
        errors: Sink<'_>,
        read: impl FnOnce(&Key, Sink<'_>) -> Option<T>,
    ) {
        *self = match std::mem::take(self) {
            Self::Absent => match read(&key, errors.part()) {
                Some(value) => Self::Given(value, key),
                None => Self::Unreadable(key),
            },
            Self::Unreadable(first) => {
                errors.push(&key.name, &repeated(&first, &key));
                Self::Unreadable(first)
            }
            Self::Given(value, first) => {
                errors.push(&key.name, &repeated(&first, &key));
                Self::Given(value, first)
            }
        };
    }
}

fn repeated(first: &Key, second: &Key) -> Problem {
    if first.name == second.name {
        Problem::RepeatedKey { key: first.name() }
    } else {
        Problem::ConflictingAttributes {
            first: first.name(),
            second: second.name(),
        }
    }
}

/// What a key's value is read as.
pub(crate) trait KeyValue: Sized {
    /// A value as it is written, for messages.
    const EXAMPLE: &'static str;
    /// Whether the key may be written without a value.
    const IS_FLAG: bool = false;
    /// Whether the key may be written several times.
    const IS_REPEATABLE: bool = false;

    /// Reads the value; `None` after an error.
    fn read(key: &Key, errors: Sink<'_>) -> Option<Self>;

    /// Adds the value of a further key of the same name.
    fn join(&mut self, _more: Self) {}
}

impl<T: KeyValue> Slot<T> {
    /// Fills the slot with the key's value.
    pub(crate) fn fill(&mut self, key: Key, errors: Sink<'_>) {
        match self {
            Self::Given(value, _) if T::IS_REPEATABLE => match T::read(&key, errors.part()) {
                Some(more) => value.join(more),
                None => *self = Self::Unreadable(key),
            },
            Self::Unreadable(_) if T::IS_REPEATABLE => {
                T::read(&key, errors.part());
            }
            _ => self.set(key, errors, T::read),
        }
    }
}

/// A key that is only a word: `form`, `csv`.
pub(crate) struct Flag;

impl KeyValue for Flag {
    const EXAMPLE: &'static str = "";
    const IS_FLAG: bool = true;

    fn read(key: &Key, errors: Sink<'_>) -> Option<Self> {
        if let Value::None = key.value {
            return Some(Self);
        }
        errors.push(&key.whole, &Problem::KeyTakesNoValue { key: key.name() });
        None
    }
}

/// A row of a table of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyInfo {
    pub(crate) name: &'static str,
    pub(crate) is_flag: bool,
    pub(crate) docs: &'static str,
}

/// A key, and whether a string is probably its value.
pub(crate) type BareText = (&'static str, fn(&str) -> bool);

/// A struct that [`keys!`] makes.
pub(crate) trait Keys: Default {
    /// Where its keys are written.
    const ON: On;
    const KEYS: &'static [KeyInfo];
    /// The key that a string without one was probably meant for.
    const OF_BARE_TEXT: Option<BareText> = None;

    /// Fills the slot of a key that is in the table.
    fn set(&mut self, key: Key, errors: Sink<'_>);

    /// The keys that are there.
    fn written(&self) -> Vec<&Key>;
}

/// Declares the keys of an attribute: `"name" => field: Type`, where the type is a [`KeyValue`].
macro_rules! keys {
    (
        $(#[$about:meta])*
        struct $name:ident of $on:path $(, bare($bare_key:expr, $is_meant:expr))? {
            $($(#[doc = $doc:literal])* $key:literal => $field:ident: $ty:ty,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Default)]
        pub(crate) struct $name {
            $($(#[doc = $doc])* pub(crate) $field: $crate::parse::keys::Slot<$ty>,)*
        }

        impl $crate::parse::keys::Keys for $name {
            const ON: $crate::problem::On = $on;
            const KEYS: &'static [$crate::parse::keys::KeyInfo] = &[
                $($crate::parse::keys::KeyInfo {
                    name: $key,
                    is_flag: <$ty as $crate::parse::keys::KeyValue>::IS_FLAG,
                    docs: concat!($($doc, "\n",)*),
                },)*
            ];
            $(const OF_BARE_TEXT: Option<$crate::parse::keys::BareText> =
                Some(($bare_key, $is_meant));)?

            fn set(&mut self, key: $crate::parse::keys::Key, errors: $crate::errors::Sink<'_>) {
                // A table without keys needs neither.
                let _ = (&key, errors);
                $(if key.name() == $key {
                    return self.$field.fill(key, errors);
                })*
            }

            fn written(&self) -> Vec<&$crate::parse::keys::Key> {
                let keys: Vec<Option<&$crate::parse::keys::Key>> = vec![$(self.$field.key(),)*];
                keys.into_iter().flatten().collect()
            }
        }
    };
}
pub(crate) use keys;

/// What was read of an attribute's keys.
pub(crate) struct Read<K> {
    pub(crate) keys: K,
    /// Whether a word could not be read as a key.
    doubtful: bool,
    /// Unknown keys, as editors complete them.
    pub(crate) unknown: Vec<Ident>,
}

impl<K: Keys> Read<K> {
    /// Whether a key that is absent may be hidden in what could not be read, or in another's value
    /// where a comma is missing.
    pub(crate) fn may_hold(&self, key: &str) -> bool {
        let hides =
            |other: &Key| matches!(&other.value, Value::Equals(value) if mentions(value, key));
        self.doubtful || self.keys.written().into_iter().any(hides)
    }
}

impl<K: Keys> Default for Read<K> {
    fn default() -> Self {
        Self {
            keys: K::default(),
            doubtful: false,
            unknown: Vec::new(),
        }
    }
}

/// Reads words as keys.
pub(crate) fn read<K: Keys>(tokens: TokenStream, errors: Sink<'_>) -> Read<K> {
    read_words(split(tokens), errors)
}

/// Reads words that are split already.
pub(crate) fn read_words<K: Keys>(mut words: Vec<Word>, errors: Sink<'_>) -> Read<K> {
    let lone = lone_comma(&mut words);
    let words_errors = errors.part();
    let mut unknown = Vec::new();
    let mut known: Vec<Key> = Vec::new();
    for word in words {
        match Key::parse(word) {
            Ok(key) if is_known::<K>(&key) => known.push(key),
            Ok(key) => {
                words_errors.push(&key.name, &unknown_key::<K>(&key));
                unknown.push(key.name);
            }
            Err(tokens) => {
                let before = known.pop_if(|before| {
                    text(&tokens).is_some()
                        && matches!(before.value, Value::None)
                        && !is_flag::<K>(before)
                });
                words_errors.push(&tokens, &unreadable_word::<K>(&tokens, before));
            }
        }
    }
    // A lone comma beside a missing value is a consequence of that.
    let lacks_value = |key: &Key| matches!(&key.value, Value::Equals(value) if value.is_empty());
    if let Some(comma) = lone.filter(|_| !words_errors.failed() && !known.iter().any(lacks_value)) {
        words_errors.push(comma, &Problem::ExtraComma);
    }
    let mut keys = K::default();
    for key in known {
        keys.set(key, errors);
    }
    Read {
        keys,
        doubtful: words_errors.failed(),
        unknown,
    }
}

fn info<K: Keys>(key: &Key) -> Option<KeyInfo> {
    K::KEYS
        .iter()
        .find(|info| key.name.unraw() == info.name)
        .copied()
}

fn is_known<K: Keys>(key: &Key) -> bool {
    info::<K>(key).is_some()
}

fn is_flag<K: Keys>(key: &Key) -> bool {
    info::<K>(key).is_some_and(|info| info.is_flag)
}

fn unknown_key<K: Keys>(key: &Key) -> Problem {
    let on = K::ON;
    // As other libraries have it.
    let is_name = On::PLACES.contains(&on) && (key.name == "name" || key.name == "rename");
    if let Value::Equals(value) = &key.value
        && let Some(name) = text(value).filter(|_| is_name)
    {
        return Problem::NameAsKey {
            on,
            key: key.name(),
            name: name.value(),
        };
    }
    Problem::UnknownKey {
        key: key.name(),
        on,
        valid: K::KEYS.iter().map(|info| info.name).collect(),
        elsewhere: super::argument::elsewhere(&key.name(), on),
    }
}

fn unreadable_word<K: Keys>(tokens: &Word, before: Option<Key>) -> Problem {
    let found = tokens.to_string();
    let bare = text(tokens).map(|text| text.value());
    if let (Some((key, is_meant)), Some(bare)) = (K::OF_BARE_TEXT, bare)
        && is_meant(&bare)
    {
        return Problem::KeyMissing { key, found };
    }
    match before {
        Some(key) => Problem::CommaForEquals {
            key: key.name(),
            value: found,
        },
        None if found.starts_with(':') => Problem::ColonForEquals,
        None if text(tokens).is_some() => Problem::BareText { on: K::ON, found },
        None => Problem::MissingComma { found },
    }
}

/// `key`, `key = value` or `key(words)`; an attribute is one, too.
pub(crate) struct Key {
    pub(crate) name: Ident,
    pub(crate) value: Value,
    /// All of it, to underline.
    pub(crate) whole: Whole,
}

pub(crate) enum Whole {
    Word(Word),
    Attribute(Box<Attr>),
}

impl ToTokens for Whole {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Word(word) => word.to_tokens(tokens),
            Self::Attribute(attr) => attr.to_tokens(tokens),
        }
    }
}

pub(crate) enum Value {
    None,
    Equals(Word),
    List(TokenStream),
}

impl Key {
    /// `#[name]`, `#[name(…)]` or `#[name = …]`; of a path, its last name.
    pub(crate) fn of_attribute(attr: Attr) -> Self {
        let value = match attr.meta() {
            Meta::Path(_) => Value::None,
            Meta::NameValue(meta) => Value::Equals(Word::of(meta.value.to_token_stream())),
            Meta::List(list) => Value::List(list.tokens.clone()),
        };
        let last = attr.path().segments.last();
        Self {
            name: last.map_or_else(
                || Ident::new("_", Span::call_site()),
                |segment| segment.ident.clone(),
            ),
            value,
            whole: Whole::Attribute(Box::new(attr)),
        }
    }

    /// The name as written, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.name.unraw().to_string()
    }

    /// Reads one word that begins with a name; `Err` holds what can't be read.
    pub(crate) fn parse(word: Word) -> Result<Self, Word> {
        let [TokenTree::Ident(name), rest @ ..] = &*word else {
            return Err(word);
        };
        let value = match rest {
            [] => Value::None,
            [TokenTree::Punct(mark), value @ ..] if mark.as_char() == '=' => {
                Value::Equals(Word(value.to_vec()))
            }
            [TokenTree::Group(list), more @ ..] if list.delimiter() == Delimiter::Parenthesis => {
                if !more.is_empty() {
                    return Err(Word(more.to_vec()));
                }
                Value::List(list.stream())
            }
            more => return Err(Word(more.to_vec())),
        };
        Ok(Self {
            name: name.clone(),
            value,
            whole: Whole::Word(word),
        })
    }
}

/// The tokens between two commas.
#[derive(Clone, Default)]
pub(crate) struct Word(Vec<TokenTree>);

impl Word {
    /// What comes through `macro_rules!` may be in groups without delimiters, which don't count.
    pub(crate) fn of(tokens: TokenStream) -> Self {
        let mut word = Self::default();
        word.extend(tokens);
        word
    }

    fn extend(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                    self.extend(group.stream());
                }
                token => self.0.push(token),
            }
        }
    }

    pub(super) fn join(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

impl Deref for Word {
    type Target = [TokenTree];

    fn deref(&self) -> &[TokenTree] {
        &self.0
    }
}

impl From<&[TokenTree]> for Word {
    fn from(tokens: &[TokenTree]) -> Self {
        Self(tokens.to_vec())
    }
}

impl ToTokens for Word {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_token_stream().fmt(f)
    }
}

/// What is in an attribute's parentheses; empty where it has none.
pub(crate) fn inside(attr: &Attr) -> TokenStream {
    match attr.meta() {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

/// Splits at the commas outside of groups. A comma at the end is as good as none; one that
/// separates nothing is kept as what it is.
pub(super) fn split(tokens: TokenStream) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut depth = 0_usize;
    let mut before = ' ';
    for token in Word::of(tokens).0 {
        let this = if let TokenTree::Punct(punct) = &token {
            punct.as_char()
        } else {
            ' '
        };
        match this {
            // Commas between a type's parameters are in no group.
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                if word.is_empty() {
                    word.push(token);
                }
                words.push(Word(std::mem::take(&mut word)));
                before = this;
                continue;
            }
            _ => {}
        }
        before = this;
        word.push(token);
    }
    if !word.is_empty() {
        words.push(Word(word));
    }
    words
}

/// Whether it is a comma that [`split`] kept.
pub(crate) fn is_comma(word: &Word) -> bool {
    matches!(&**word, [TokenTree::Punct(mark)] if mark.as_char() == ',')
}

/// Takes the commas that separate nothing out of what [`split`] returned, and returns the first.
pub(super) fn lone_comma(words: &mut Vec<Word>) -> Option<Word> {
    words.extract_if(.., |word| is_comma(word)).next()
}

/// A string that is a whole word. `"text"suffix` is none.
pub(crate) fn text(word: &[TokenTree]) -> Option<Text> {
    match word {
        [TokenTree::Literal(literal)] => Text::of(literal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::errors::Errors;
    use crate::parse::values::{Bucket, Idempotent};

    keys! {
        /// For the tests.
        struct Two of On::Body {
            /// A name.
            "bucket" => bucket: Bucket,
            /// A flag.
            "idempotent" => idempotent: Idempotent,
        }
    }

    fn two(tokens: TokenStream) -> (Read<Two>, Vec<String>) {
        let errors = Errors::default();
        let read = read(tokens, errors.of_trait());
        (read, errors.messages())
    }

    #[test]
    fn slots_are_filled_by_name() {
        let (read, messages) = two(quote!(idempotent, bucket = "b"));
        assert_eq!(messages, Vec::<String>::new());
        assert_eq!(
            read.keys
                .bucket
                .value()
                .and_then(|bucket| bucket.0.as_deref()),
            Some("b")
        );
        assert_eq!(read.keys.idempotent.value().map(|flag| flag.0), Some(true));
        assert_eq!(Two::KEYS[0].docs, " A name.\n");
    }

    #[test]
    fn the_first_of_two_is_kept() {
        let (read, messages) = two(quote!(bucket = "a", bucket = "b"));
        assert_eq!(
            read.keys
                .bucket
                .value()
                .and_then(|bucket| bucket.0.as_deref()),
            Some("a")
        );
        assert_eq!(messages.len(), 1);
        assert!(!read.doubtful);
    }

    #[test]
    fn what_is_not_a_key_makes_the_rest_doubtful() {
        for tokens in [
            quote!(bukket = "a"),
            quote!("a"),
            quote!(bucket, "a"),
            quote!(idempotent,,),
            quote!(bucket = "a" idempotent),
        ] {
            let (read, messages) = two(tokens.clone());
            assert_eq!(messages.len(), 1, "{tokens}: {messages:?}");
            let unreadable = read.keys.bucket.is_unreadable();
            assert!(read.doubtful != unreadable, "{tokens}");
        }
    }
}
