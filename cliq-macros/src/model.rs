//! What a declaration means, once it has been checked. Only this can be expanded.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Path, Token, Type, Visibility};

use crate::text::path::Template;

/// A checked trait.
pub(crate) struct Api {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) trait_token: Token![trait],
    pub(crate) ident: Ident,
    /// The runtime crate: `::cliq_api`, or what `crate = …` says.
    pub(crate) krate: Path,
    pub(crate) endpoints: Vec<Endpoint>,
    /// Methods with a body, passed through.
    pub(crate) others: Vec<TokenStream>,
}

/// A checked method.
pub(crate) struct Endpoint {
    pub(crate) surface: Surface,
    /// What it does; `None` after an error, so that it can be named and called but means nothing.
    pub(crate) wire: Option<Wire>,
}

/// What a user's code sees of an endpoint: known even where the declaration has errors.
pub(crate) struct Surface {
    /// All attributes but ours.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) fn_token: Token![fn],
    pub(crate) ident: Ident,
    pub(crate) receiver: TokenStream,
    pub(crate) builder: Ident,
    pub(crate) args: Vec<Arg>,
    pub(crate) answer: Answer,
}

pub(crate) struct Arg {
    pub(crate) ident: Ident,
    pub(crate) docs: Vec<Attribute>,
    /// A setter of the builder; else a parameter of the method.
    pub(crate) optional: bool,
    pub(crate) takes: Takes,
}

/// What a parameter or setter takes.
#[expect(
    clippy::large_enum_variant,
    reason = "there are few of them, and not for long"
)]
pub(crate) enum Takes {
    /// Anything: while it has no type.
    Anything,
    /// A number or a boolean, as it is.
    Itself(Type),
    /// Whatever converts into it.
    Into(Type),
    /// An iterator of what `item` is or converts into; the list is collected as a `Vec`.
    Each { list: Type, item: Type, into: bool },
}

/// The answer: its type as written, and how that says it is read.
pub(crate) struct Answer {
    pub(crate) ty: AnswerType,
    pub(crate) decode: Decode,
}

pub(crate) enum AnswerType {
    /// `()`.
    Nothing,
    Known(Box<Type>),
    /// It can't be read, and an error says so.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decode {
    Json,
    Paged,
    Raw,
    Ignored,
}

/// What goes over the wire.
pub(crate) struct Wire {
    pub(crate) method: String,
    pub(crate) base: String,
    pub(crate) template: Template,
    pub(crate) scopes: Option<Scopes>,
    /// Calls, seconds.
    pub(crate) limit: Option<(u32, u64)>,
    /// Seconds.
    pub(crate) lock: Option<u64>,
    pub(crate) bucket: Option<String>,
    pub(crate) idempotent: bool,
    pub(crate) form: bool,
    pub(crate) response: Vec<String>,
    pub(crate) page: Option<Page>,
    /// Seconds.
    pub(crate) timeout: Option<u64>,
    /// Those of the path first, in its order.
    pub(crate) params: Vec<Param>,
}

impl Wire {
    /// What the server can tell apart.
    pub(crate) fn shape(&self) -> String {
        format!("{} {}{}", self.method, self.base, self.template.shape())
    }
}

#[derive(Clone)]
pub(crate) struct Scopes {
    pub(crate) all: bool,
    /// In full, with their prefix.
    pub(crate) names: Vec<String>,
}

pub(crate) struct Page {
    pub(crate) items: Vec<String>,
    pub(crate) token: Vec<String>,
    /// Index in [`Wire::params`].
    pub(crate) param: usize,
}

pub(crate) struct Param {
    /// Index in [`Surface::args`].
    pub(crate) arg: usize,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Field,
    Body,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    Repeated,
    Csv,
    Flatten,
    Json,
    Bytes(String),
}
