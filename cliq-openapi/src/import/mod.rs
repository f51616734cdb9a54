//! From an OpenAPI document to a module of declarations.

mod answer;
mod api;
mod body;
mod content;
mod docs;
mod emit;
mod keys;
mod layout;
mod limits;
mod names;
mod operations;
mod parameters;
mod passes;
mod plan;
mod schema;
mod source;
mod types;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use api::Api;
use emit::Module;
use limits::Patterns;
use operations::server_parts;
use passes::Facts;
use plan::Plan;
use source::Source;
use types::{Item, Kind, Types};

/// Marks what a declaration can't express.
const TODO: &str = "TODO(import):";

/// Writes declarations for OpenAPI documents.
///
/// ```
/// # fn main() -> Result<(), cliq_openapi::ImportError> {
/// let document = "
/// openapi: 3.1.0
/// info: { title: Help desk, version: '1' }
/// paths:
///   /tickets/{id}/close:
///     post:
///       operationId: closeTicket
///       tags: [tickets]
///       parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
///       responses: { '204': { description: Closed. } }
/// ";
/// let import = cliq_openapi::Importer::new().import(document)?;
/// assert!(import.code().contains("fn close_ticket(&self, id: i64);"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Importer {
    patterns: Patterns,
    name: Option<String>,
}

impl Importer {
    /// Returns an importer that reads limits from extensions only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the document's name, which the module's documentation mentions.
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = Some(name.into());
        Self { name, ..self }
    }

    /// Sets a regular expression that finds rate limits in descriptions, after removing markup. It
    /// has the groups `calls` and `per`, and optionally `lock`:
    /// `(?<calls>\d+) requests per (?<per>\w+)`.
    ///
    /// # Errors
    ///
    /// The pattern is invalid, or lacks a group.
    pub fn limit_pattern(mut self, pattern: &str) -> Result<Self, ImportError> {
        self.patterns.set_limit(pattern)?;
        Ok(self)
    }

    /// Sets a regular expression that finds lockouts in descriptions. It has the group `lock`:
    /// `Lock period: (?<lock>\d+ \w+)`.
    ///
    /// # Errors
    ///
    /// The pattern is invalid, or lacks the group.
    pub fn lock_pattern(mut self, pattern: &str) -> Result<Self, ImportError> {
        self.patterns.set_lock(pattern)?;
        Ok(self)
    }

    /// Reads a document in JSON or YAML, and generates its module. The same document gives the same
    /// module.
    ///
    /// # Errors
    ///
    /// The text is not OpenAPI 3.0 or 3.1.
    pub fn import(&self, document: &str) -> Result<Import, ImportError> {
        let source = Source::read(document)?;
        let plan = Plan::new(&source);
        let mut types = Types::new(&source, plan.taken());
        let declared = plan.declare(&source, &mut types, &self.patterns);
        let mut items = types.items;
        let facts = Facts::new(&declared.apis, &mut items);
        let module = Module {
            docs: self.module_docs(&source, &declared.apis),
            apis: &declared.apis,
            items: &items,
            facts: &facts,
        };
        let code = module.code()?;
        let mut notes = notes(&declared.apis, &items, &facts);
        let skipped = declared.skipped.len();
        notes.extend(declared.skipped.into_iter().map(|(place, text)| Note {
            place,
            text,
            is_skipped: true,
        }));
        let counts = Counts {
            operations: declared.operations,
            imported: declared.operations - skipped,
            traits: declared.apis.len(),
            types: facts.used.len(),
        };
        Ok(Import {
            code,
            counts,
            notes,
        })
    }

    fn module_docs(&self, source: &Source, apis: &[Api]) -> Vec<String> {
        let info = source.root.at("info");
        let title = info.at("title").text().unwrap_or("An API").trim();
        let title = if title.ends_with('.') {
            title.to_owned()
        } else {
            format!("{title}.")
        };
        let mut lines = docs::lines(&title);
        let mut add = |more: Vec<String>| {
            if !more.is_empty() {
                lines.push(String::new());
                lines.extend(more);
            }
        };
        add(docs::lines(
            info.at("description").text().unwrap_or_default(),
        ));
        let server = source.root.at("servers").items().first();
        let (origin, _) = server.map(server_parts).unwrap_or_default();
        if !origin.is_empty() {
            add(vec![format!("Base URL: `{origin}`.")]);
        }
        let mut servers: BTreeSet<&str> = BTreeSet::new();
        let methods = apis.iter().flat_map(|api| &api.methods);
        servers.extend(methods.filter_map(|method| method.server.as_deref()));
        if !servers.is_empty() {
            let names: Vec<_> = servers.iter().map(|name| format!("`{name}`")).collect();
            add(docs::lines(&format!(
                "Other servers, which a client has by `ClientBuilder::server`: {}.",
                names.join(", ")
            )));
        }
        let from = self
            .name
            .as_ref()
            .map_or(String::new(), |name| format!(" from `{name}`"));
        add(vec![format!("Imported{from} by `cliq-openapi`.")]);
        lines
    }
}

/// A generated module, and what it can't express of the document.
#[derive(Debug, Clone)]
pub struct Import {
    code: String,
    counts: Counts,
    notes: Vec<Note>,
}

impl Import {
    /// Returns the module's code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns how much was imported.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Returns what a declaration can't express of the document.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Returns whether this module is equivalent to another, ignoring formatting and comments.
    #[must_use]
    pub fn is_same(&self, other: &str) -> bool {
        self.code == other || formatted(&self.code) == formatted(other)
    }
}

/// Formats code and removes comments.
fn formatted(code: &str) -> Option<String> {
    syn::parse_file(code)
        .ok()
        .map(|file| prettyplease::unparse(&file))
}

/// `1 trait`, `2 traits`.
fn number_of(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    format!("{count} {}", words::plural(noun))
}

/// A summary for people, with counts of what was imported and what wasn't.
impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            operations,
            imported,
            traits,
            types,
        } = self.counts;
        writeln!(
            f,
            "{imported} of {}, {}, {}",
            number_of(operations, "operation"),
            number_of(traits, "trait"),
            number_of(types, "type")
        )?;
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for note in self.notes.iter().filter(|note| !note.is_skipped) {
            // Notes of one kind differ only in backticks.
            let parts: Vec<_> = note.text.split('`').collect();
            let kinds = parts
                .iter()
                .enumerate()
                .map(|(index, part)| if index % 2 == 1 { "…" } else { part });
            *counted
                .entry(kinds.collect::<Vec<_>>().join("`"))
                .or_default() += 1;
        }
        let total: usize = counted.values().sum();
        if total > 0 {
            writeln!(
                f,
                "{} that a declaration can't express, each marked {TODO}",
                number_of(total, "thing")
            )?;
        }
        let mut counted: Vec<_> = counted.into_iter().collect();
        counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (text, count) in counted {
            writeln!(f, "{count:>6}  {text}")?;
        }
        for note in self.notes.iter().filter(|note| note.is_skipped) {
            writeln!(f, "left out: {}: {}", note.place, note.text)?;
        }
        Ok(())
    }
}

/// Counts of what was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The operations of the document.
    pub operations: usize,
    /// Those that the module declares.
    pub imported: usize,
    /// The traits that declare them.
    pub traits: usize,
    /// The structs and enums of the module.
    pub types: usize,
}

/// Something in the document that a declaration can't express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    place: String,
    text: String,
    is_skipped: bool,
}

impl Note {
    /// Returns the place: a method, an argument, a type or a field.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns what the declaration doesn't express.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether the operation is omitted for this reason.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        self.is_skipped
    }
}

fn notes(apis: &[Api], items: &[Item], facts: &Facts) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut add = |place: String, texts: &[String]| {
        notes.extend(texts.iter().map(|text| Note {
            place: place.clone(),
            text: text.clone(),
            is_skipped: false,
        }));
    };
    for api in apis {
        for method in &api.methods {
            let place = format!("{}::{}", api.name, method.name);
            add(place.clone(), &method.todos);
            for arg in &method.args {
                add(format!("{place}({})", arg.name), &arg.todos);
            }
        }
    }
    for &id in &facts.used {
        let item = &items[id];
        add(item.name.clone(), &item.todos);
        if let Kind::Struct { fields, .. } = &item.kind {
            for field in fields {
                add(format!("{}.{}", item.name, field.name), &field.todos);
            }
        }
    }
    notes
}

/// The reason why a document can't be imported.
#[derive(Debug)]
pub struct ImportError(String);

impl ImportError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for ImportError {}
