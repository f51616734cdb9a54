//! The declarations to write: traits with methods.

use super::types::{Hint, Ty};

/// A trait.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) methods: Vec<Method>,
}

#[derive(Debug, Default)]
pub(super) struct Method {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) todos: Vec<String>,
    pub(super) deprecated: bool,
    /// Such as `GET`.
    pub(super) verb: String,
    /// With `<PLACEHOLDERS>` and the constant query.
    pub(super) path: String,
    pub(super) base: String,
    pub(super) server: Option<String>,
    pub(super) scopes: Scopes,
    pub(super) limits: Vec<String>,
    pub(super) lock: Option<String>,
    pub(super) bucket: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    /// Names, and values as literals.
    pub(super) fields: Vec<(String, String)>,
    pub(super) body_optional: bool,
    pub(super) body: BodyKind,
    pub(super) idempotent: Option<bool>,
    pub(super) idempotency_key: Option<String>,
    pub(super) timeout: Option<String>,
    pub(super) response: Option<String>,
    /// The keys of `page(…)`, with values as code.
    pub(super) page: Vec<(String, String)>,
    pub(super) args: Vec<Arg>,
    pub(super) returns: Returns,
}

#[derive(Debug, Default, PartialEq, Clone)]
pub(super) enum Scopes {
    #[default]
    None,
    Any(Vec<String>),
    All(Vec<String>),
}

impl Scopes {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::Any(names) | Self::All(names) => names,
        }
    }
}

/// The encoding of fields.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub(super) enum BodyKind {
    #[default]
    Json,
    Form,
    Nested,
    Multipart,
}

#[derive(Debug)]
pub(super) struct Arg {
    pub(super) name: String,
    pub(super) place: Place,
    /// The name in the request.
    pub(super) wire: String,
    /// The option after the name: `csv`, `flatten`, …
    pub(super) option: Option<String>,
    pub(super) ty: ArgTy,
    pub(super) required: bool,
    pub(super) docs: Vec<String>,
    pub(super) todos: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ArgTy {
    Ty(Ty),
    /// A file of a multipart body.
    Part,
    Parts,
    /// A body that can be a stream.
    Stream,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Field,
    Body,
    Part,
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Field => "field",
            Self::Body => "body",
            Self::Part => "part",
        }
    }
}

#[derive(Debug, Default)]
pub(super) enum Returns {
    #[default]
    Nothing,
    Json(Ty),
    Page(Ty),
    Text,
    Bytes,
    Download,
    /// `None` for text events.
    Events(Option<Ty>),
    JsonLines(Ty),
}

/// The base of type names in a method.
pub(super) struct Nouns {
    /// `CreateTicket` for `create_ticket`.
    pub(super) method: String,
    /// `Ticket` for `create_ticket`.
    pub(super) noun: String,
}

impl Nouns {
    pub(super) fn of(method: &str) -> Self {
        let words: Vec<_> = method.split('_').collect();
        let noun = if words.len() > 1 {
            words[1..].join("_")
        } else {
            method.to_owned()
        };
        // `list_bots_by_state` returns bots.
        let noun = ["_by_", "_for_", "_in_", "_from_", "_to_", "_with_", "_of_"]
            .iter()
            .find_map(|preposition| noun.split_once(preposition))
            .map_or(noun.clone(), |(before, _)| before.to_owned());
        Self {
            method: super::words::camel(method),
            noun: super::words::camel(&super::words::singular(&noun)),
        }
    }

    /// Returns the hint for the item that a method returns.
    pub(super) fn item(&self) -> Hint {
        Hint {
            names: vec![self.noun.clone(), format!("{}Item", self.method)],
            slot: None,
        }
    }

    /// Returns the hint for a whole response.
    pub(super) fn response(&self) -> Hint {
        Hint::named(format!("{}Response", self.method))
    }

    pub(super) fn body(&self) -> Hint {
        Hint::named(format!("{}Body", self.method))
    }

    /// Returns the hint for an argument.
    pub(super) fn argument(&self) -> Hint {
        Hint {
            names: vec![self.noun.clone(), self.method.clone()],
            slot: None,
        }
    }
}
