//! An argument, and its attribute: by `#[query("name", csv)]` it goes into the query, joined with
//! commas.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::{Ident, Pat, PatType, Type};

use super::keys::{Flag, Key, KeyInfo, Keys, Slot, Value, Word, keys, read_words, split, text};
use super::values::ContentType;
use crate::attrs::{Attr, Text};
use crate::errors::Sink;
use crate::problem::{On, Problem};
use crate::text::units;

/// An argument as it is written.
pub(crate) struct Arg<'e> {
    pub(crate) errors: Sink<'e>,
    pub(crate) ident: Ident,
    /// What is written in place of a plain name.
    pub(crate) pattern: Option<TokenStream>,
    pub(crate) docs: Vec<Attr>,
    pub(crate) attr: Slot<ArgAttr>,
    /// `None` while it is being typed.
    pub(crate) ty: Option<Type>,
    /// Whether it is an `Option`, where the type is still being typed and doesn't show it.
    pub(crate) optional: bool,
    /// Unknown attributes and options, as editors complete them.
    pub(crate) unknown: Vec<(On, Ident)>,
}

/// Where an argument goes, and how.
pub(crate) enum ArgAttr {
    Path { name: Option<Text>, csv: bool },
    Query { name: Option<Text>, csv: bool },
    QueryDeep { name: Option<Text> },
    QueryFlatten,
    Header { name: Text },
    Field { name: Option<Text>, csv: bool },
    FieldFlatten,
    Body,
    BodyBytes { content_type: Option<String> },
    BodyStream { content_type: Option<String> },
    Part { name: Option<Text> },
}

impl ArgAttr {
    /// The attribute that it was written as.
    pub(crate) fn on(&self) -> On {
        match self {
            Self::Path { .. } => On::Path,
            Self::Query { .. } | Self::QueryDeep { .. } | Self::QueryFlatten => On::Query,
            Self::Header { .. } => On::Header,
            Self::Field { .. } | Self::FieldFlatten => On::Field,
            Self::Body | Self::BodyBytes { .. } | Self::BodyStream { .. } => On::Body,
            Self::Part { .. } => On::Part,
        }
    }

    /// The name on the wire, where it is not the argument's.
    pub(crate) fn name(&self) -> Option<&Text> {
        match self {
            Self::Header { name } => Some(name),
            Self::Path { name, .. }
            | Self::Query { name, .. }
            | Self::QueryDeep { name }
            | Self::Field { name, .. }
            | Self::Part { name } => name.as_ref(),
            Self::QueryFlatten
            | Self::FieldFlatten
            | Self::Body
            | Self::BodyBytes { .. }
            | Self::BodyStream { .. } => None,
        }
    }
}

keys! {
    /// The options of `#[path("NAME")]`.
    struct PathOptions of On::Path {
        /// Joins a list with commas.
        "csv" => csv: Flag,
    }
}

keys! {
    /// The options of `#[query(…)]`.
    struct QueryOptions of On::Query {
        /// Joins a list with commas.
        "csv" => csv: Flag,
        /// Sends each member of a struct or a map as a parameter.
        "flatten" => flatten: Flag,
        /// Sends a struct, a map or a list with brackets: `name[member]=value`.
        "deep" => deep: Flag,
    }
}

keys! {
    /// The options of `#[header("Name")]`.
    struct HeaderOptions of On::Header {}
}

keys! {
    /// The options of `#[field(…)]`.
    struct FieldOptions of On::Field {
        /// Joins a list with commas.
        "csv" => csv: Flag,
        /// Sends each member of a struct or a map as a member of the body.
        "flatten" => flatten: Flag,
    }
}

keys! {
    /// The options of `#[body(…)]`.
    struct BodyOptions of On::Body {
        /// Sends the value as it is, not as JSON.
        "bytes" => bytes: Flag,
        /// Sends the content of a `Body`, which may be a stream.
        "stream" => stream: Flag,
        /// The content type of such a body; `application/octet-stream` by default.
        "content_type" => content_type: ContentType,
    }
}

keys! {
    /// The options of `#[part(…)]`.
    struct PartOptions of On::Part {}
}

impl<'e> Arg<'e> {
    /// An argument, under the name that it has, or probably was to have.
    pub(super) fn typed(arg: PatType, index: usize, errors: Sink<'e>) -> Self {
        let (ident, pattern) = match *arg.pat {
            Pat::Ident(pat)
                if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() =>
            {
                (pat.ident, None)
            }
            Pat::Ident(pat) => (pat.ident.clone(), Some(pat.into_token_stream())),
            pattern => {
                let pattern = pattern.to_token_stream();
                let ident =
                    only_name(pattern.clone()).unwrap_or_else(|| format_ident!("argument_{index}"));
                (ident, Some(pattern))
            }
        };
        Self {
            pattern,
            ..Self::new(
                arg.attrs.into_iter().map(Attr::new),
                ident,
                Some(*arg.ty),
                errors,
            )
        }
    }

    pub(super) fn new(
        attrs: impl IntoIterator<Item = Attr>,
        ident: Ident,
        ty: Option<Type>,
        errors: Sink<'e>,
    ) -> Self {
        let mut this = Self {
            errors,
            ident,
            pattern: None,
            docs: Vec::new(),
            attr: Slot::Absent,
            ty,
            optional: false,
            unknown: Vec::new(),
        };
        let mut hidden = None;
        for attr in attrs {
            this.attribute(attr, &mut hidden);
        }
        if let Some(hidden) = hidden.filter(|_| this.attr.is_absent()) {
            this.attr = Slot::Unreadable(hidden);
        }
        this
    }

    /// Reads one attribute. `hidden` is one that may hide the argument's place.
    fn attribute(&mut self, attr: Attr, hidden: &mut Option<Key>) {
        const LINTS: [&str; 5] = ["allow", "expect", "warn", "deny", "forbid"];
        if attr.is("doc") {
            self.docs.push(attr);
        } else if attr.is("cfg") {
            self.errors.push(&attr, &Problem::ArgCfg);
        } else if attr.is("cfg_attr") {
            self.errors.push(&attr, &Problem::ArgCfg);
            *hidden = Some(Key::of_attribute(attr));
        } else if let Some(on) = On::PLACES.into_iter().find(|on| attr.is(on.name())) {
            let unknown = &mut self.unknown;
            self.attr
                .set(Key::of_attribute(attr), self.errors, |key, errors| {
                    read(on, key, unknown, errors)
                });
        } else if !LINTS.iter().any(|lint| attr.is(lint)) {
            let name = attr.path().to_token_stream().to_string().replace(' ', "");
            self.errors
                .push(&attr, &Problem::UnknownArgAttribute { name });
            let key = Key::of_attribute(attr);
            self.unknown.push((On::Argument, key.name.clone()));
            *hidden = Some(key);
        }
    }
}

/// The one name that a pattern such as `Json(value)` binds.
fn only_name(pattern: TokenStream) -> Option<Ident> {
    fn collect(tokens: TokenStream, names: &mut Vec<Ident>) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident.to_string().starts_with(char::is_lowercase) => {
                    names.push(ident);
                }
                TokenTree::Group(group) => collect(group.stream(), names),
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    collect(pattern, &mut names);
    names.retain(|name| name != "mut" && name != "ref" && name != "box");
    if names.len() == 1 { names.pop() } else { None }
}

/// Reads an attribute of the place `on`.
fn read(on: On, key: &Key, unknown: &mut Vec<(On, Ident)>, errors: Sink<'_>) -> Option<ArgAttr> {
    let mut words = match &key.value {
        Value::None => Vec::new(),
        Value::List(list) => split(list.clone()),
        Value::Equals(value) => {
            let name = text(value).map(|text| text.value());
            errors.push(&key.whole, &Problem::ArgNameBehindEquals { on, name });
            return None;
        }
    };
    let name = words.first().and_then(|word| text(word));
    if name.is_some() {
        words.remove(0);
    }
    let attr = match on {
        On::Path => {
            let options: PathOptions = options(words, on, unknown, errors);
            let csv = options.csv.given().is_some();
            if !csv {
                required(name.clone(), on, key, errors)?;
            }
            ArgAttr::Path { name, csv }
        }
        On::Query => {
            let options: QueryOptions = options(words, on, unknown, errors);
            let [csv, flatten, deep] = [&options.csv, &options.flatten, &options.deep];
            one_of([("csv", csv), ("flatten", flatten), ("deep", deep)], errors)?;
            if !flatten.is_absent() {
                unnamed(name.as_ref(), "`flatten`", errors);
                ArgAttr::QueryFlatten
            } else if !deep.is_absent() {
                ArgAttr::QueryDeep { name }
            } else {
                let csv = !csv.is_absent();
                ArgAttr::Query { name, csv }
            }
        }
        On::Header => {
            options::<HeaderOptions>(words, on, unknown, errors);
            ArgAttr::Header {
                name: required(name, on, key, errors)?,
            }
        }
        On::Field => {
            let options: FieldOptions = options(words, on, unknown, errors);
            let [csv, flatten] = [&options.csv, &options.flatten];
            one_of([("csv", csv), ("flatten", flatten)], errors)?;
            if flatten.is_absent() {
                let csv = !csv.is_absent();
                ArgAttr::Field { name, csv }
            } else {
                unnamed(name.as_ref(), "`flatten`", errors);
                ArgAttr::FieldFlatten
            }
        }
        On::Body => {
            let options: BodyOptions = options(words, on, unknown, errors);
            unnamed(name.as_ref(), "`#[body]`", errors);
            let content_type = options.content_type.value().map(|text| text.0.clone());
            match (options.bytes.given(), options.stream.given()) {
                (Some(_), Some((_, at))) => {
                    errors.push(at, &Problem::BytesAndStream);
                    return None;
                }
                (Some(_), None) => ArgAttr::BodyBytes { content_type },
                (None, Some(_)) => ArgAttr::BodyStream { content_type },
                (None, None) => {
                    if let Some((_, at)) = options.content_type.given() {
                        errors.push(at, &Problem::ContentTypeWithoutBytes);
                        return None;
                    }
                    ArgAttr::Body
                }
            }
        }
        On::Part => {
            options::<PartOptions>(words, on, unknown, errors);
            ArgAttr::Part { name }
        }
        On::Endpoints | On::Endpoint | On::Page | On::Argument => return None,
    };
    check_name(&attr, errors);
    (!errors.failed()).then_some(attr)
}

/// Reports two options of which there can be one.
fn one_of<const N: usize>(
    options: [(&'static str, &Slot<Flag>); N],
    errors: Sink<'_>,
) -> Option<()> {
    let mut given = options
        .into_iter()
        .filter_map(|(name, slot)| Some((name, slot.given()?.1)));
    let (first, second) = (given.next(), given.next());
    if let (Some((first, _)), Some((second, at))) = (first, second) {
        errors.push(at, &Problem::OptionsConflict { first, second });
        return None;
    }
    Some(())
}

fn options<O: Keys>(
    words: Vec<Word>,
    on: On,
    unknown: &mut Vec<(On, Ident)>,
    errors: Sink<'_>,
) -> O {
    let read = read_words::<O>(words, errors);
    unknown.extend(read.unknown.into_iter().map(|ident| (on, ident)));
    read.keys
}

fn required(name: Option<Text>, on: On, key: &Key, errors: Sink<'_>) -> Option<Text> {
    if name.is_none() && !errors.failed() {
        errors.push(&key.whole, &Problem::ArgNameMissing { on });
    }
    name
}

fn unnamed(name: Option<&Text>, what: &'static str, errors: Sink<'_>) {
    if let Some(name) = name {
        errors.push(name, &Problem::ArgNameNotAllowed { what });
    }
}

fn check_name(attr: &ArgAttr, errors: Sink<'_>) {
    let Some(name) = attr.name() else { return };
    let text = name.value();
    let on = attr.on();
    let problem = if text.is_empty() {
        Problem::EmptyName { on }
    } else if on == On::Header && !units::is_header_name(&text) {
        Problem::BadHeaderName { name: text }
    } else if on == On::Header && units::is_transports(&text) {
        Problem::ReservedHeader { name: text }
    } else {
        return;
    };
    errors.push(name, &problem);
}

/// The options of the attributes of arguments.
pub(crate) fn options_of(on: On) -> &'static [KeyInfo] {
    match on {
        On::Path => PathOptions::KEYS,
        On::Query => QueryOptions::KEYS,
        On::Header => HeaderOptions::KEYS,
        On::Field => FieldOptions::KEYS,
        On::Body => BodyOptions::KEYS,
        On::Part => PartOptions::KEYS,
        On::Endpoints | On::Endpoint | On::Page | On::Argument => &[],
    }
}

/// Another attribute of arguments that has such an option.
pub(super) fn elsewhere(option: &str, on: On) -> Option<On> {
    let has =
        |other: &On| *other != on && options_of(*other).iter().any(|info| info.name == option);
    On::PLACES.into_iter().find(has)
}
