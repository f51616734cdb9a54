//! Imports schemas as types: structs, enums, unions, and types composed of them.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::docs;
use super::schema::{
    described, in_place, integer, is_null, is_nullable, is_nullable_choice, kind, mapped, plain,
    text, text_only, title, todos, variant_of_kind,
};
use super::source::{Source, reference};
use super::words::{camel, singular, snake};
use crate::node::Node;

/// The index of an item.
pub(super) type Id = usize;

/// A type, as it is used.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ty {
    /// `bool`, `i64`, `String`, …
    Plain(&'static str),
    /// A point in time.
    Time,
    /// Any JSON value.
    Json,
    /// Bytes, of a part or a body.
    Binary,
    List(Box<Ty>),
    Map(Box<Ty>),
    Named(Id),
    /// The value may be null.
    Nullable(Box<Ty>),
}

impl Ty {
    pub(super) fn text() -> Self {
        Self::Plain("String")
    }

    pub(super) fn nullable(self) -> Self {
        match self {
            Self::Nullable(_) | Self::Json => self,
            ty => Self::Nullable(Box::new(ty)),
        }
    }

    /// The type of a value that isn't null.
    pub(super) fn present(&self) -> &Self {
        match self {
            Self::Nullable(ty) => ty,
            ty => ty,
        }
    }

    pub(super) fn is_nullable(&self) -> bool {
        matches!(self, Self::Nullable(_))
    }
}

/// A type that the module declares.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) todos: Vec<String>,
    pub(super) kind: Kind,
    pub(super) deprecated: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Not known yet, or not needed.
    Pending,
    Struct {
        fields: Vec<Field>,
        /// The type of additional members.
        other: Option<Ty>,
        /// Types whose members are flattened into this one.
        flattened: Vec<Ty>,
    },
    /// An enum of texts.
    Enum {
        variants: Vec<Choice>,
        /// Whether it also accepts any other text.
        is_open: bool,
    },
    /// One of several types.
    Union { variants: Vec<Variant>, tag: Tag },
    /// Such as a list of itself.
    Newtype(Ty),
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The name in JSON.
    pub(super) wire: String,
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) required: bool,
    pub(super) docs: Vec<String>,
    pub(super) todos: Vec<String>,
    /// Its only value, if it has one.
    pub(super) constant: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) wire: String,
    pub(super) name: String,
    pub(super) docs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) ty: Ty,
    /// The values of the discriminator for this variant.
    pub(super) values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tag {
    /// Not decided yet; the document may name a member.
    Wanted(Option<String>),
    /// Tagged by this member.
    Member(String),
    Untagged,
}

/// How to name a type, if it needs a name.
#[derive(Debug, Clone)]
pub(super) struct Hint {
    /// Candidates, the best first.
    pub(super) names: Vec<String>,
    /// The item reserved for the type.
    pub(super) slot: Option<Id>,
}

impl Hint {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self {
            names: vec![name.into()],
            slot: None,
        }
    }

    /// Returns the base of the names of nested types.
    fn base(&self) -> &str {
        let name = self.names.first().map_or("Value", String::as_str);
        let endings = ["Response", "Request", "Payload", "Body", "Result", "Item"];
        let base = endings.iter().find_map(|ending| name.strip_suffix(ending));
        base.filter(|base| !base.is_empty()).unwrap_or(name)
    }

    /// Returns the hint for the value of a member.
    pub(super) fn of_member(&self, property: &str, is_list: bool) -> Self {
        let name = snake(property);
        let is_general = GENERAL.contains(&name.as_str());
        let short = camel(&if is_list {
            singular(&name)
        } else {
            name.clone()
        });
        let base = self.base();
        let long = if is_general && is_list {
            format!("{base}Item")
        } else if short.starts_with(base) {
            short.clone()
        } else if base.ends_with(&short) && base != short {
            base.to_owned()
        } else {
            format!("{base}{short}")
        };
        let full = self.names.first().map_or("Value", String::as_str);
        let mut names = Vec::new();
        if name.contains('_') && !is_general {
            names.push(short);
        }
        names.push(long);
        names.push(format!("{full}{}", camel(property)));
        Self { names, slot: None }
    }

    fn with(&self, ending: &str) -> Self {
        let ended = |name: &String| format!("{name}{ending}");
        Self {
            names: self.names.iter().map(ended).collect(),
            slot: None,
        }
    }
}

/// Member names that don't describe their value.
const GENERAL: [&str; 17] = [
    "data", "items", "results", "result", "list", "values", "value", "entries", "records",
    "response", "object", "objects", "content", "contents", "rows", "elements", "payload",
];

/// Names that the module or the macros use otherwise.
const TAKEN: [&str; 43] = [
    "BTreeMap",
    "Body",
    "Box",
    "Bytes",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Download",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Events",
    "From",
    "Fn",
    "Hash",
    "Into",
    "Iterator",
    "JsonLines",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Page",
    "Part",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Sync",
    "Text",
    "Timestamp",
    "ToString",
    "Value",
    "Vec",
    "Sized",
];

/// All types of the module.
pub(super) struct Types<'s> {
    source: &'s Source,
    pub(super) items: Vec<Item>,
    references: HashMap<String, Ty>,
    /// References in progress, and whether something refers back to them.
    open: Vec<(String, Id, bool)>,
    names: HashMap<String, Option<Id>>,
    components: HashMap<String, String>,
    /// Inline schemas, which several operations may share.
    inline: HashMap<*const Node, Ty>,
}

impl<'s> Types<'s> {
    /// Returns no types; `taken` names are reserved.
    pub(super) fn new(source: &'s Source, taken: impl IntoIterator<Item = String>) -> Self {
        let mut names: HashMap<_, _> = TAKEN
            .iter()
            .map(|name| ((*name).to_owned(), None))
            .collect();
        names.extend(taken.into_iter().map(|name| (name, None)));
        let mut this = Self {
            source,
            items: Vec::new(),
            references: HashMap::new(),
            open: Vec::new(),
            names,
            components: HashMap::new(),
            inline: HashMap::new(),
        };
        this.components = this.component_names();
        let components: Vec<_> = this.components.values().cloned().collect();
        this.names
            .extend(components.into_iter().map(|name| (name, None)));
        this
    }

    /// Returns the names of the document's schemas. A dotted name is shortened as far as it remains
    /// unique.
    fn component_names(&self) -> HashMap<String, String> {
        let schemas = self.source.root.at("components").at("schemas");
        let keys: Vec<&str> = schemas.entries().map(|(key, _)| key).collect();
        let ending = |key: &str, parts: usize| {
            let all: Vec<_> = key.split('.').collect();
            camel(&all[all.len().saturating_sub(parts)..].join(" "))
        };
        let mut endings: HashMap<String, usize> = HashMap::new();
        for key in &keys {
            for parts in 1..=key.split('.').count() {
                *endings.entry(ending(key, parts)).or_default() += 1;
            }
        }
        let mut names = HashMap::new();
        let mut given: HashSet<String> = HashSet::new();
        for key in keys {
            let parts = key.split('.').count();
            let short = (1..=parts)
                .map(|parts| ending(key, parts))
                .find(|name| endings[name] == 1 && !name.is_empty());
            let name = short.unwrap_or_else(|| ending(key, parts));
            let name = if name.is_empty() {
                "Unnamed".to_owned()
            } else {
                name
            };
            let free = |name: &String| !self.names.contains_key(name) && !given.contains(name);
            let name = candidates(&name).find(free).unwrap_or(name);
            given.insert(name.clone());
            names.insert(format!("#/components/schemas/{}", escaped(key)), name);
        }
        names
    }

    /// Returns the type of a schema.
    pub(super) fn of(&mut self, schema: &'s Node, hint: &Hint) -> Ty {
        if let Some(target) = reference(schema) {
            let ty = self.referred(target);
            return if schema.at("nullable").is_true() {
                ty.nullable()
            } else {
                ty
            };
        }
        let key = std::ptr::from_ref(schema);
        if let Some(ty) = self.inline.get(&key) {
            return ty.clone();
        }
        let ty = self.bare(schema, hint);
        let ty = if is_nullable(schema) {
            ty.nullable()
        } else {
            ty
        };
        if hint.slot.is_none() && matches!(ty.present(), Ty::Named(_)) {
            self.inline.insert(key, ty.clone());
        }
        ty
    }

    fn referred(&mut self, target: &str) -> Ty {
        if let Some(ty) = self.references.get(target) {
            let ty = ty.clone();
            if let Some((_, _, used)) = self.open.iter_mut().find(|(open, ..)| open == target) {
                *used = true;
            }
            return ty;
        }
        let Some(schema) = self.source.target(target) else {
            return Ty::Json;
        };
        if let Some(next) = reference(schema) {
            return if next == target {
                Ty::Json
            } else {
                self.referred(next)
            };
        }
        let id = self.items.len();
        let name = self.name_of(target);
        self.items.push(Item {
            name: name.clone(),
            docs: Vec::new(),
            todos: Vec::new(),
            kind: Kind::Pending,
            deprecated: false,
        });
        let null = is_nullable(schema) || is_nullable_choice(schema);
        let named = if null {
            Ty::Named(id).nullable()
        } else {
            Ty::Named(id)
        };
        self.references.insert(target.to_owned(), named.clone());
        self.open.push((target.to_owned(), id, false));
        let hint = Hint {
            names: vec![name],
            slot: Some(id),
        };
        let ty = self.of(schema, &hint);
        let used = self.open.pop().is_some_and(|(_, _, used)| used);
        if let Kind::Pending = self.items[id].kind {
            if used {
                // A schema that refers to itself, without an item in between.
                let inner = ty.present().clone();
                self.fill(id, schema, Kind::Newtype(inner));
                return named;
            }
            self.references.insert(target.to_owned(), ty.clone());
            return ty;
        }
        named
    }

    /// Returns the name of a reference's target.
    fn name_of(&self, target: &str) -> String {
        let known = self.components.get(target).cloned();
        known.unwrap_or_else(|| {
            let parts = target.split('/').rev();
            let general = [
                "schema",
                "items",
                "content",
                "properties",
                "allOf",
                "oneOf",
                "anyOf",
            ];
            let is_name = |part: &&str| {
                !general.contains(part) && !part.contains("json") && part.parse::<u32>().is_err()
            };
            let name = parts.into_iter().find(is_name).unwrap_or("Value");
            let name = camel(&name.replace("~1", " ").replace("~0", " "));
            let free = |name: &String| !self.names.contains_key(name);
            candidates(&name).find(free).unwrap_or(name)
        })
    }

    fn bare(&mut self, schema: &'s Node, hint: &Hint) -> Ty {
        if !schema.at("allOf").items().is_empty() {
            return self.all_of(schema, hint);
        }
        let has_members = schema.at("properties").entries().next().is_some();
        for key in ["oneOf", "anyOf"] {
            if !has_members && let Some(ty) = self.choice(schema, key, hint) {
                return ty;
            }
        }
        if let Some(ty) = self.enumerated(schema, hint) {
            return ty;
        }
        match kind(schema).as_slice() {
            [] => Ty::Json,
            [one] => self.of_kind(one, schema, hint),
            several => self.of_kinds(several, schema, hint),
        }
    }

    fn of_kind(&mut self, kind: &str, schema: &'s Node, hint: &Hint) -> Ty {
        match kind {
            "boolean" => Ty::Plain("bool"),
            "integer" => integer(schema),
            "number" => Ty::Plain("f64"),
            "string" => text(schema),
            "array" => {
                let items = schema.at("items");
                let hint = Hint {
                    slot: None,
                    ..hint.clone()
                };
                let item = if items.members().is_some() {
                    self.of(items, &item_hint(&hint))
                } else {
                    Ty::Json
                };
                Ty::List(Box::new(item))
            }
            "object" => self.object(schema, hint),
            _ => Ty::Json,
        }
    }

    /// Imports `type: [string, integer]`.
    fn of_kinds(&mut self, kinds: &[&str], schema: &'s Node, hint: &Hint) -> Ty {
        if kinds.len() > 4 {
            return Ty::Json;
        }
        let variants: Vec<_> = kinds
            .iter()
            .map(|kind| {
                let name = variant_of_kind(kind);
                let ty = self.of_kind(kind, schema, &hint.with(name));
                (name.to_owned(), ty, Vec::new())
            })
            .collect();
        self.union(variants, schema, Tag::Untagged, hint)
    }

    fn enumerated(&mut self, schema: &'s Node, hint: &Hint) -> Option<Ty> {
        let values = schema.get("enum").map(Node::items);
        let constant = schema.get("const").map(std::slice::from_ref);
        let values = values.or(constant)?;
        let values: Vec<_> = values.iter().filter(|value| !value.is_null()).collect();
        let texts: Vec<_> = values.iter().filter_map(|value| value.text()).collect();
        if values.is_empty() {
            return None;
        }
        if texts.len() < values.len() {
            let all = |is: fn(&Node) -> bool| values.iter().all(|value| is(value));
            return match () {
                () if all(|value| matches!(value, Node::Bool(_))) => Some(Ty::Plain("bool")),
                () if kind(schema) == ["string"] => {
                    // In YAML, unquoted texts may be numbers.
                    let texts: Vec<_> = values.iter().map(|value| plain(value)).collect();
                    let choices = texts.iter().map(|text| (text.as_str(), Vec::new()));
                    Some(self.texts(choices.collect(), schema, false, hint))
                }
                () if all(|value| matches!(value, Node::Number(number) if !number.is_f64())) => {
                    Some(integer(schema))
                }
                () if all(|value| matches!(value, Node::Number(_))) => Some(Ty::Plain("f64")),
                () => Some(Ty::Json),
            };
        }
        if texts.len() == 1 {
            return Some(Ty::text());
        }
        let described = schema.at("x-enum-descriptions");
        let choices = texts.iter().enumerate().map(|(index, text)| {
            let docs = described.items().get(index).or_else(|| described.get(text));
            (
                *text,
                docs.and_then(Node::text)
                    .map(docs::lines)
                    .unwrap_or_default(),
            )
        });
        Some(self.texts(choices.collect(), schema, false, hint))
    }

    /// Imports an enum of texts.
    fn texts(
        &mut self,
        choices: Vec<(&str, Vec<String>)>,
        schema: &'s Node,
        is_open: bool,
        hint: &Hint,
    ) -> Ty {
        let mut variants: Vec<Choice> = Vec::new();
        for (wire, docs) in choices {
            if variants.iter().any(|variant| variant.wire == wire) {
                continue;
            }
            let name = camel(wire);
            let name = match name.as_str() {
                // `Other` is the variant for unknown values.
                "Other" => "OtherValue".to_owned(),
                "Self" => "Itself".to_owned(),
                "" => "Unnamed".to_owned(),
                _ => name,
            };
            let is_free = |name: &String| !variants.iter().any(|variant| variant.name == *name);
            let name = numbered(&name).find(is_free).unwrap_or(name);
            variants.push(Choice {
                wire: wire.to_owned(),
                name,
                docs,
            });
        }
        if variants.len() == 1 && !is_open {
            return Ty::text();
        }
        self.item(schema, Kind::Enum { variants, is_open }, hint)
    }

    fn choice(&mut self, schema: &'s Node, key: &str, hint: &Hint) -> Option<Ty> {
        let all = schema.get(key)?.items();
        let source = self.source;
        let says_type = |choice: &&Node| {
            let choice = source.follow(choice);
            choice.members().is_some_and(|members| {
                let constraints = ["required", "not", "description", "title", "minProperties"];
                members
                    .keys()
                    .any(|key| !constraints.contains(&key.as_str()) && !key.starts_with("x-"))
            })
        };
        let choices: Vec<_> = all
            .iter()
            .filter(|choice| !is_null(source.follow(choice)))
            .collect();
        let nullable = choices.len() < all.len();
        let wrapped = |ty: Ty| if nullable { ty.nullable() } else { ty };
        if choices
            .iter()
            .any(|choice| source.follow(choice).entries().next().is_none())
        {
            return Some(Ty::Json);
        }
        let choices: Vec<_> = choices.into_iter().filter(says_type).collect();
        match choices.as_slice() {
            [] => return None,
            [one] => {
                let ty = self.of(one, hint);
                return Some(wrapped(ty));
            }
            _ => {}
        }
        if let Some(ty) = self.choice_of_texts(&choices, schema, hint) {
            return Some(wrapped(ty));
        }
        let discriminator = schema.at("discriminator");
        let tag = discriminator.at("propertyName").text().map(str::to_owned);
        let mut variants: Vec<(String, Ty, Vec<String>)> = Vec::new();
        for choice in choices {
            let target = reference(choice);
            let followed = source.follow(choice);
            let name = match target {
                Some(target) => self.name_of(target),
                None => title(followed, tag.as_deref()).unwrap_or_else(|| {
                    let kinds = kind(followed);
                    kinds
                        .first()
                        .map_or("Value", |kind| variant_of_kind(kind))
                        .to_owned()
                }),
            };
            let ending = if name.starts_with(hint.base()) {
                name[hint.base().len()..].to_owned()
            } else {
                name.clone()
            };
            let ty = self.of(choice, &hint.with(&ending));
            let values = target
                .map(|target| mapped(discriminator, target))
                .unwrap_or_default();
            variants.push((name, ty, values));
        }
        let ty = self.union(variants, schema, Tag::Wanted(tag), hint);
        Some(wrapped(ty))
    }

    /// Imports `oneOf: [{const: open}, {const: closed}]`, and enums combined with any text.
    fn choice_of_texts(
        &mut self,
        choices: &[&'s Node],
        schema: &'s Node,
        hint: &Hint,
    ) -> Option<Ty> {
        let mut texts = Vec::new();
        let mut is_open = false;
        for choice in choices {
            let choice = self.source.follow(choice);
            let docs = choice
                .at("description")
                .text()
                .map(docs::lines)
                .unwrap_or_default();
            let values = choice.at("enum").items();
            let constant = choice.at("const").text();
            match (constant, values) {
                (Some(text), _) => texts.push((text, docs)),
                (None, [one]) => texts.push((one.text()?, docs)),
                (None, []) if text_only(choice) => is_open = true,
                (None, []) => return None,
                (None, values) => {
                    for value in values.iter().filter(|value| !value.is_null()) {
                        texts.push((value.text()?, Vec::new()));
                    }
                }
            }
        }
        if texts.is_empty() {
            return None;
        }
        Some(self.texts(texts, schema, is_open, hint))
    }

    fn union(
        &mut self,
        found: Vec<(String, Ty, Vec<String>)>,
        schema: &'s Node,
        tag: Tag,
        hint: &Hint,
    ) -> Ty {
        let nullable = found.iter().any(|(_, ty, _)| ty.is_nullable());
        let mut variants: Vec<Variant> = Vec::new();
        for (name, ty, values) in found {
            let ty = ty.present().clone();
            if ty == Ty::Json {
                return Ty::Json;
            }
            if let Some(same) = variants.iter_mut().find(|variant| variant.ty == ty) {
                same.values.extend(values);
                continue;
            }
            let is_free = |name: &String| !variants.iter().any(|variant| variant.name == *name);
            let name = numbered(&name).find(is_free).unwrap_or(name);
            variants.push(Variant { name, ty, values });
        }
        let wrapped = |ty: Ty| if nullable { ty.nullable() } else { ty };
        if let [one] = variants.as_slice() {
            return wrapped(one.ty.clone());
        }
        // An `f64` reads integers as well.
        let has = |variants: &[Variant], ty: &Ty| variants.iter().any(|variant| variant.ty == *ty);
        if has(&variants, &Ty::Plain("f64")) {
            variants.retain(
                |variant| !matches!(variant.ty, Ty::Plain(name) if name.starts_with(['i', 'u'])),
            );
        }
        if let [one] = variants.as_slice() {
            return wrapped(one.ty.clone());
        }
        wrapped(self.item(schema, Kind::Union { variants, tag }, hint))
    }

    fn all_of(&mut self, schema: &'s Node, hint: &Hint) -> Ty {
        let says_type = |part: &&Node| {
            let notes = [
                "description",
                "title",
                "example",
                "examples",
                "default",
                "nullable",
                "readOnly",
                "writeOnly",
                "deprecated",
                "externalDocs",
                "discriminator",
                "xml",
            ];
            part.entries()
                .any(|(key, _)| !notes.contains(&key) && !key.starts_with("x-"))
        };
        let parts: Vec<_> = schema
            .at("allOf")
            .items()
            .iter()
            .filter(says_type)
            .collect();
        let own = ["properties", "oneOf", "anyOf", "additionalProperties"];
        let has_own = own.iter().any(|key| schema.get(key).is_some());
        if let ([one], false) = (parts.as_slice(), has_own) {
            // The part has the type; this schema only makes it nullable.
            return self.of(one, hint);
        }
        let mut merged = Merged::default();
        self.merge(schema, &mut merged, 0);
        if merged.properties.is_empty() && merged.unions.is_empty() {
            let first = parts
                .iter()
                .map(|part| self.of(part, hint))
                .find(|ty| *ty != Ty::Json);
            return first.unwrap_or(Ty::Json);
        }
        if merged.properties.is_empty()
            && merged.unions.len() == 1
            && merged.additional == Additional::None
        {
            return self.of(merged.unions[0], hint);
        }
        self.merged(schema, &merged, hint)
    }

    fn object(&mut self, schema: &'s Node, hint: &Hint) -> Ty {
        let mut merged = Merged::default();
        self.merge(schema, &mut merged, 0);
        if merged.properties.is_empty() {
            let patterns = schema.at("patternProperties").entries().next();
            let values = match schema.at("additionalProperties") {
                values @ Node::Object(members) if !members.is_empty() => Some(values),
                _ => patterns.map(|(_, values)| values),
            };
            let hint = Hint {
                slot: None,
                ..hint.clone()
            };
            let ty = values.map_or(Ty::Json, |values| self.of(values, &hint.with("Value")));
            return Ty::Map(Box::new(ty));
        }
        self.merged(schema, &merged, hint)
    }

    /// Collects the members of an object and of all its parts.
    pub(super) fn merge(&self, schema: &'s Node, merged: &mut Merged<'s>, depth: usize) {
        if depth > 16 {
            return;
        }
        let schema = self.source.follow(schema);
        for part in schema.at("allOf").items() {
            self.merge(part, merged, depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            let choices = schema.at(key).items();
            let has_type = |choice: &Node| {
                let choice = self.source.follow(choice);
                ["properties", "allOf", "oneOf", "anyOf", "type", "$ref"]
                    .iter()
                    .any(|key| choice.get(key).is_some())
            };
            if choices.is_empty() {
                continue;
            }
            if choices.iter().all(has_type) {
                merged.unions.push(schema);
            } else {
                merged.constraints = true;
            }
            break;
        }
        for (name, property) in schema.at("properties").entries() {
            merged.properties.insert(name, property);
        }
        for name in schema.at("required").items().iter().filter_map(Node::text) {
            if !merged.required.contains(&name) {
                merged.required.push(name);
            }
        }
        match schema.at("additionalProperties") {
            Node::Bool(true) => merged.additional = Additional::Any,
            Node::Object(members) if members.is_empty() => {
                merged.additional = Additional::Any;
            }
            values @ Node::Object(_) => merged.additional = Additional::Of(values),
            _ => {}
        }
    }

    fn merged(&mut self, schema: &'s Node, merged: &Merged<'s>, hint: &Hint) -> Ty {
        let mut fields = Vec::new();
        for (name, property) in &merged.properties {
            let required = merged.required.contains(name);
            let field = self.field(name, property, required, hint, &fields);
            fields.push(field);
        }
        let other = match merged.additional {
            Additional::None => None,
            Additional::Any => Some(Ty::Json),
            Additional::Of(values) => Some(self.of(values, &hint.of_member("value", false))),
        };
        let mut flattened = Vec::new();
        for union in &merged.unions {
            let key = if union.get("oneOf").is_some() {
                "oneOf"
            } else {
                "anyOf"
            };
            let hint = Hint {
                slot: None,
                ..hint.clone()
            };
            if let Some(ty @ Ty::Named(_)) = self.choice(union, key, &hint.with("Kind")) {
                flattened.push(ty);
            }
        }
        let kind = Kind::Struct {
            fields,
            other,
            flattened,
        };
        let ty = self.item(schema, kind, hint);
        if let (Ty::Named(id), true) = (&ty, merged.constraints) {
            let todo = "which of the members are required together".to_owned();
            let todos = &mut self.items[*id].todos;
            if !todos.contains(&todo) {
                todos.push(todo);
            }
        }
        ty
    }

    /// Imports a member of an object.
    pub(super) fn field(
        &mut self,
        wire: &str,
        property: &'s Node,
        required: bool,
        hint: &Hint,
        before: &[Field],
    ) -> Field {
        let ty = {
            let followed = self.source.follow(property);
            let is_list = kind(followed) == ["array"];
            self.of(property, &hint.of_member(wire, is_list))
        };
        // This crate exports an `Option` as optional and nullable.
        let ty = if self.source.is_ours && !required {
            ty.present().clone()
        } else {
            ty
        };
        let followed = self.source.follow(property);
        let name = snake(wire);
        let name = if name.is_empty() {
            "value".to_owned()
        } else {
            name
        };
        let is_free = |name: &String| !before.iter().any(|field| field.name == *name);
        let name = numbered(&name).find(is_free).unwrap_or(name);
        let constant = match followed.at("enum").items() {
            [Node::Text(one)] => Some(one.clone()),
            _ => followed.at("const").text().map(str::to_owned),
        };
        Field {
            wire: wire.to_owned(),
            name,
            docs: described(property, in_place(property, followed)),
            todos: self
                .source
                .dangling(property)
                .into_iter()
                .chain(todos(followed))
                .collect(),
            ty,
            required,
            constant,
        }
    }

    /// Declares an item.
    fn item(&mut self, schema: &'s Node, kind: Kind, hint: &Hint) -> Ty {
        if let Some(id) = hint.slot
            && matches!(self.items[id].kind, Kind::Pending)
        {
            self.fill(id, schema, kind);
            return Ty::Named(id);
        }
        let last = hint.names.last().map_or("Value", String::as_str).to_owned();
        let names: Vec<_> = hint.names.clone();
        let mut names = names.into_iter().chain(candidates(&last));
        let name = loop {
            let Some(name) = names.next() else {
                break last;
            };
            match self.names.get(&name) {
                None => break name,
                Some(Some(id)) if same(&self.items[*id].kind, &kind) => return Ty::Named(*id),
                Some(_) => {}
            }
        };
        let id = self.items.len();
        self.items.push(Item {
            name,
            docs: Vec::new(),
            todos: Vec::new(),
            kind: Kind::Pending,
            deprecated: false,
        });
        self.fill(id, schema, kind);
        Ty::Named(id)
    }

    fn fill(&mut self, id: Id, schema: &Node, kind: Kind) {
        let item = &mut self.items[id];
        item.docs = described(schema, schema);
        item.deprecated = schema.at("deprecated").is_true();
        item.kind = kind;
        self.names.insert(item.name.clone(), Some(id));
    }
}

/// Additional members of an object.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Additional<'s> {
    #[default]
    None,
    Any,
    Of(&'s Node),
}

/// The members of an object.
#[derive(Default)]
pub(super) struct Merged<'s> {
    pub(super) properties: IndexMap<&'s str, &'s Node>,
    pub(super) required: Vec<&'s str>,
    pub(super) additional: Additional<'s>,
    /// Schemas with `oneOf` or `anyOf` that add members.
    pub(super) unions: Vec<&'s Node>,
    /// Whether only certain combinations of members are valid.
    pub(super) constraints: bool,
}

/// Returns whether two items are the same, ignoring documentation.
fn same(one: &Kind, other: &Kind) -> bool {
    match (one, other) {
        (
            Kind::Struct {
                fields,
                other,
                flattened,
            },
            Kind::Struct {
                fields: fields2,
                other: other2,
                flattened: flattened2,
            },
        ) => {
            let alike = |(one, two): (&Field, &Field)| {
                one.wire == two.wire
                    && one.ty == two.ty
                    && one.required == two.required
                    && one.constant == two.constant
            };
            fields.len() == fields2.len()
                && fields.iter().zip(fields2).all(alike)
                && other == other2
                && flattened == flattened2
        }
        (
            Kind::Enum { variants, is_open },
            Kind::Enum {
                variants: others,
                is_open: open,
            },
        ) => {
            let wires = |variants: &[Choice]| {
                let mut wires: Vec<_> = variants.iter().map(|it| it.wire.clone()).collect();
                wires.sort();
                wires
            };
            is_open == open && wires(variants) == wires(others)
        }
        (
            Kind::Union { variants, tag },
            Kind::Union {
                variants: others,
                tag: other,
            },
        ) => variants == others && tag == other,
        _ => false,
    }
}

/// Returns the name, and alternatives if it is taken.
fn candidates(name: &str) -> impl Iterator<Item = String> + use<> {
    let name = name.to_owned();
    let renamed = name
        .strip_suffix("Request")
        .map(|start| format!("{start}Body"));
    let object = TAKEN
        .contains(&name.as_str())
        .then(|| format!("{name}Object"));
    let numbered = name.clone();
    let numbers = (2..).map(move |number| format!("{numbered}{number}"));
    std::iter::once(name)
        .chain(renamed)
        .chain(object)
        .chain(numbers)
}

fn numbered(name: &str) -> impl Iterator<Item = String> + use<> {
    let name = name.to_owned();
    let first = std::iter::once(name.clone());
    first.chain((2..).map(move |number| format!("{name}{number}")))
}

/// Returns the hint for the items of a list.
fn item_hint(hint: &Hint) -> Hint {
    let one = |name: &String| {
        if GENERAL.contains(&snake(name).as_str()) {
            return name.clone();
        }
        let one = camel(&singular(&snake(name)));
        if one == *name {
            format!("{name}Item")
        } else {
            one
        }
    };
    // Hints of members are singular already.
    let names = if hint.names.len() > 1 {
        hint.names.clone()
    } else {
        hint.names.iter().map(one).collect()
    };
    Hint { names, slot: None }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Returns whether a value is a single text in a path or a query.
pub(super) fn is_scalar(ty: &Ty, types: &Types<'_>) -> bool {
    match ty {
        Ty::Plain(_) | Ty::Time => true,
        Ty::Named(id) => match &types.items[*id].kind {
            Kind::Enum { .. } => true,
            Kind::Union { variants, tag } => {
                !matches!(tag, Tag::Member(_))
                    && variants.iter().all(|variant| is_scalar(&variant.ty, types))
            }
            Kind::Newtype(ty) => is_scalar(ty, types),
            _ => false,
        },
        Ty::Nullable(ty) => is_scalar(ty, types),
        _ => false,
    }
}

pub(super) fn is_struct(ty: &Ty, types: &Types<'_>) -> bool {
    matches!(ty, Ty::Named(id) if matches!(types.items[*id].kind, Kind::Struct { .. }))
}
