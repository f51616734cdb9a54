//! Generates the module's code.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::api::{Api, Arg, ArgTy, Method, Place, Returns};
use super::keys::{Shared, keys};
use super::layout::separated;
use super::passes::Facts;
use super::types::{Choice, Field, Id, Item, Kind, Tag, Ty, Variant};
use super::words::{Case, ident};
use super::{ImportError, TODO};

/// The contents of a module.
pub(super) struct Module<'m> {
    pub(super) docs: Vec<String>,
    pub(super) apis: &'m [Api],
    pub(super) items: &'m [Item],
    pub(super) facts: &'m Facts,
}

/// The imports that the code uses.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an import")]
struct Used {
    /// From `cliq_api`.
    runtime: BTreeSet<&'static str>,
    map: bool,
    value: bool,
    serde: bool,
    /// Whether some members distinguish absent, null and present.
    present: bool,
    lints: BTreeSet<&'static str>,
}

impl Module<'_> {
    /// Returns the code, formatted.
    pub(super) fn code(&self) -> Result<String, ImportError> {
        let mut used = Used::default();
        used.runtime.insert("endpoints");
        // A program may use only some of the module.
        used.lints.insert("dead_code");
        let mut parts = Vec::new();
        for api in self.apis {
            let mut part = String::new();
            self.api(api, &mut used, &mut part);
            parts.push(part);
        }
        for &id in &self.facts.used {
            let mut part = String::new();
            self.item(id, &mut used, &mut part);
            parts.push(part);
        }
        if used.present {
            used.lints.insert("clippy::option_option");
            parts.push(PRESENT.to_owned());
        }
        let mut code = String::new();
        for line in &self.docs {
            let _ = writeln!(code, "#![doc = {:?}]", spaced(line));
        }
        if !used.lints.is_empty() {
            let lints: Vec<_> = used.lints.iter().copied().collect();
            let _ = writeln!(
                code,
                "#![allow({}, reason = \"the module has what the document has\")]",
                lints.join(", ")
            );
        }
        if used.map {
            code.push_str("use std::collections::BTreeMap;\n");
        }
        let runtime: Vec<_> = used.runtime.iter().copied().collect();
        match runtime.as_slice() {
            [one] => {
                let _ = writeln!(code, "use cliq_api::{one};");
            }
            several => {
                let _ = writeln!(code, "use cliq_api::{{{}}};", several.join(", "));
            }
        }
        if used.serde {
            let more = if used.present { ", Deserializer" } else { "" };
            let _ = writeln!(code, "use serde::{{Deserialize{more}, Serialize}};");
        }
        if used.value {
            code.push_str("use serde_json::Value;\n");
        }
        code.extend(parts.iter().map(String::as_str));
        let file = syn::parse_file(&code).map_err(|error| {
            let is_wrong = |part: &&String| syn::parse_file(part).is_err();
            let part = parts.iter().find(is_wrong).map_or("", String::as_str);
            ImportError::new(format!("the module can't be written: {error}\n{part}"))
        })?;
        Ok(separated(&prettyplease::unparse(&file)))
    }

    fn api(&self, api: &Api, used: &mut Used, out: &mut String) {
        let shared = Shared::of(&api.methods);
        write_docs(&api.docs, &[], out);
        let keys = shared.keys();
        if keys.is_empty() {
            out.push_str("#[endpoints]\n");
        } else {
            let _ = writeln!(out, "#[endpoints({})]", keys.join(", "));
        }
        let _ = writeln!(out, "pub trait {} {{", ident(&api.name));
        for method in &api.methods {
            self.method(method, &shared, used, out);
        }
        out.push_str("}\n");
    }

    fn method(&self, method: &Method, shared: &Shared, used: &mut Used, out: &mut String) {
        write_docs(&method.docs, &method.todos, out);
        if method.deprecated {
            out.push_str("#[deprecated]\n");
        }
        let keys = keys(method, shared);
        let _ = write!(out, "#[endpoint({} {:?}", method.verb, method.path);
        for key in keys {
            let _ = write!(out, ", {key}");
        }
        out.push_str(")]\n");
        if method.args.iter().filter(|arg| arg.required).count() > 6 {
            used.lints.insert("clippy::too_many_arguments");
        }
        let _ = write!(out, "fn {}(&self", ident(&method.name));
        for arg in &method.args {
            out.push_str(", ");
            self.arg(arg, used, out);
        }
        out.push(')');
        if let Some(returns) = self.returns(&method.returns, used) {
            let _ = write!(out, " -> {returns}");
        }
        out.push_str(";\n");
    }

    fn arg(&self, arg: &Arg, used: &mut Used, out: &mut String) {
        write_docs(&arg.docs, &arg.todos, out);
        let name = ident(&arg.name);
        let plain = name.strip_prefix("r#").unwrap_or(&name);
        let mut options = Vec::new();
        let is_unnamed =
            matches!(arg.place, Place::Body) || arg.option.as_deref() == Some("flatten");
        let same = match arg.place {
            // In any case style.
            Place::Path => letters(&arg.wire) == letters(plain),
            Place::Header => false,
            _ => arg.wire == plain,
        };
        if !is_unnamed && !same {
            options.push(format!("{:?}", arg.wire));
        }
        options.extend(arg.option.clone());
        let attr = match (arg.place, options.is_empty()) {
            (Place::Path, true) => String::new(),
            (place, true) => format!("#[{}] ", place.name()),
            (place, false) => format!("#[{}({})] ", place.name(), options.join(", ")),
        };
        let ty = match &arg.ty {
            ArgTy::Part => {
                used.runtime.insert("Part");
                "Part".to_owned()
            }
            ArgTy::Parts => {
                used.runtime.insert("Part");
                "Vec<Part>".to_owned()
            }
            ArgTy::Stream => {
                used.runtime.insert("Body");
                "Body".to_owned()
            }
            ArgTy::Ty(ty) => {
                let inner = self.ty(ty.present(), used);
                let may_be_null = ty.is_nullable()
                    && matches!(arg.place, Place::Field | Place::Body)
                    && arg.option.is_none();
                match (arg.required, may_be_null) {
                    (true, false) => inner,
                    (false, false) => format!("Option<{inner}>"),
                    // A setter that can also send null.
                    (_, true) => format!("Option<Option<{inner}>>"),
                }
            }
        };
        let wraps = !arg.required && !matches!(arg.ty, ArgTy::Ty(_));
        let ty = if wraps { format!("Option<{ty}>") } else { ty };
        let _ = write!(out, "{attr}{name}: {ty}");
    }

    fn returns(&self, returns: &Returns, used: &mut Used) -> Option<String> {
        let mut runtime = |name: &'static str| {
            used.runtime.insert(name);
            name
        };
        let text = match returns {
            Returns::Nothing => return None,
            Returns::Text => runtime("Text").to_owned(),
            Returns::Bytes => runtime("Bytes").to_owned(),
            Returns::Download => runtime("Download").to_owned(),
            Returns::Events(None) => {
                runtime("Text");
                format!("{}<Text>", runtime("Events"))
            }
            Returns::Events(Some(ty)) => {
                let name = runtime("Events");
                format!("{name}<{}>", self.ty(ty, used))
            }
            Returns::JsonLines(ty) => {
                let name = runtime("JsonLines");
                format!("{name}<{}>", self.ty(ty, used))
            }
            Returns::Page(ty) => {
                let name = runtime("Page");
                format!("{name}<{}>", self.ty(ty, used))
            }
            Returns::Json(ty) => self.ty(ty, used),
        };
        Some(text)
    }

    fn ty(&self, ty: &Ty, used: &mut Used) -> String {
        match ty {
            Ty::Plain(name) => (*name).to_owned(),
            Ty::Binary => "String".to_owned(),
            Ty::Time => {
                used.runtime.insert("Timestamp");
                "Timestamp".to_owned()
            }
            Ty::Json => {
                used.value = true;
                "Value".to_owned()
            }
            Ty::List(item) => format!("Vec<{}>", self.ty(item, used)),
            Ty::Map(value) => {
                used.map = true;
                format!("BTreeMap<String, {}>", self.ty(value, used))
            }
            Ty::Nullable(ty) => format!("Option<{}>", self.ty(ty, used)),
            Ty::Named(id) => self.items[*id].name.clone(),
        }
    }

    /// Returns a type within an item; boxed if it contains the item.
    fn inner(&self, ty: &Ty, outer: Id, used: &mut Used) -> String {
        match ty {
            Ty::Named(id) if self.facts.is_boxed(outer, *id) => {
                format!("Box<{}>", self.items[*id].name)
            }
            ty => self.ty(ty, used),
        }
    }

    fn item(&self, id: Id, used: &mut Used, out: &mut String) {
        let item = &self.items[id];
        used.serde = true;
        write_docs(&item.docs, &item.todos, out);
        let name = &item.name;
        match &item.kind {
            Kind::Struct {
                fields,
                other,
                flattened,
            } => self.structure(id, name, fields, other.as_ref(), flattened, used, out),
            Kind::Enum { variants, is_open } => {
                let is_open = *is_open || self.facts.received[id];
                enumeration(name, variants, is_open, used, out);
            }
            Kind::Union { variants, tag } => self.union(id, name, variants, tag, used, out),
            Kind::Newtype(ty) => {
                out.push_str("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n");
                out.push_str("#[serde(transparent)]\n");
                let _ = writeln!(out, "pub struct {name}(pub {});", self.inner(ty, id, used));
            }
            Kind::Pending => {
                // A type without any known structure.
                used.value = true;
                out.push_str("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n");
                out.push_str("#[serde(transparent)]\n");
                let _ = writeln!(out, "pub struct {name}(pub Value);");
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a struct")]
    fn structure(
        &self,
        id: Id,
        name: &str,
        fields: &[Field],
        other: Option<&Ty>,
        flattened: &[Ty],
        used: &mut Used,
        out: &mut String,
    ) {
        used.lints.insert("clippy::struct_field_names");
        let is_default = fields.iter().all(|field| !field.required) && flattened.is_empty();
        let default = if is_default { ", Default" } else { "" };
        let _ = writeln!(
            out,
            "#[derive(Debug, Clone{default}, PartialEq, Serialize, Deserialize)]"
        );
        let bools = fields
            .iter()
            .filter(|field| field.required && field.ty == Ty::Plain("bool"));
        if bools.count() > 3 {
            used.lints.insert("clippy::struct_excessive_bools");
        }
        let names: Vec<_> = fields
            .iter()
            .map(|field| (field.name.as_str(), field.wire.as_str()))
            .collect();
        let case = case_of(&names, Case::of_field);
        if let Some(case) = case {
            let _ = writeln!(out, "#[serde(rename_all = {:?})]", case.name());
        }
        let _ = writeln!(out, "pub struct {name} {{");
        for field in fields {
            self.field(id, field, case, used, out);
        }
        for (index, ty) in flattened.iter().enumerate() {
            let taken = |name: &str| fields.iter().any(|field| field.name == name);
            let numbered = (index..).map(|number| format!("kind{}", number + 1));
            let mut names = std::iter::once("kind".to_owned())
                .filter(|_| index == 0)
                .chain(numbered);
            let name = names.find(|name| !taken(name)).unwrap_or_default();
            let _ = writeln!(
                out,
                "#[serde(flatten)]\npub {name}: {},",
                self.inner(ty, id, used)
            );
        }
        if let Some(ty) = other {
            let taken = |name: &str| fields.iter().any(|field| field.name == name);
            let names = ["other", "others", "other_members", "rest"];
            let name = names
                .iter()
                .find(|name| !taken(name))
                .unwrap_or(&"other_values");
            used.map = true;
            let ty = self.ty(ty, used);
            write_docs(&["All other members.".to_owned()], &[], out);
            let _ = writeln!(
                out,
                "#[serde(flatten)]\npub {name}: BTreeMap<String, {ty}>,"
            );
        }
        out.push_str("}\n");
    }

    fn field(&self, id: Id, field: &Field, case: Option<Case>, used: &mut Used, out: &mut String) {
        write_docs(&field.docs, &field.todos, out);
        let name = ident(&field.name);
        let plain = name.strip_prefix("r#").unwrap_or(&name);
        let mut serde = Vec::new();
        let written = case.map_or_else(|| plain.to_owned(), |case| case.of_field(plain));
        if written != field.wire {
            serde.push(format!("rename = {:?}", field.wire));
        }
        let inner = self.inner(field.ty.present(), id, used);
        let nullable = field.ty.is_nullable();
        let ty = match (field.required, nullable) {
            (true, false) => inner,
            (true, true) => format!("Option<{inner}>"),
            (false, true) if self.facts.sent[id] => {
                used.present = true;
                serde.push("default".to_owned());
                serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
                serde.push("deserialize_with = \"present\"".to_owned());
                format!("Option<Option<{inner}>>")
            }
            (false, _) => {
                serde.push("skip_serializing_if = \"Option::is_none\"".to_owned());
                format!("Option<{inner}>")
            }
        };
        if !serde.is_empty() {
            let _ = writeln!(out, "#[serde({})]", serde.join(", "));
        }
        let _ = writeln!(out, "pub {name}: {ty},");
    }

    fn union(
        &self,
        id: Id,
        name: &str,
        variants: &[Variant],
        tag: &Tag,
        used: &mut Used,
        out: &mut String,
    ) {
        used.lints.insert("clippy::large_enum_variant");
        used.lints.insert("clippy::enum_variant_names");
        out.push_str("#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n");
        let tag = match tag {
            Tag::Member(member) => {
                let _ = writeln!(out, "#[serde(tag = {member:?})]");
                Some(member)
            }
            _ => {
                out.push_str("#[serde(untagged)]\n");
                None
            }
        };
        let _ = writeln!(out, "pub enum {name} {{");
        let mut taken: Vec<String> = Vec::new();
        for variant in variants {
            let short = shortened(&variant.name, name);
            let is_free = |name: &String| !taken.contains(name);
            let mut names = [short.to_owned(), variant.name.clone()].into_iter();
            let label = names
                .find(is_free)
                .unwrap_or_else(|| format!("{}Value", variant.name));
            if let (Some(_), Some((first, others))) = (tag, variant.values.split_first()) {
                let mut serde = Vec::new();
                if *first != label {
                    serde.push(format!("rename = {first:?}"));
                }
                serde.extend(others.iter().map(|value| format!("alias = {value:?}")));
                if !serde.is_empty() {
                    let _ = writeln!(out, "#[serde({})]", serde.join(", "));
                }
            }
            let ty = self.inner(&variant.ty, id, used);
            let _ = writeln!(out, "{}({ty}),", ident(&label));
            taken.push(label);
        }
        out.push_str("}\n");
    }
}

/// Reads a member that can be absent, null or present.
const PRESENT: &str = r#"
#[doc = " Reads a member that is there: the inner `Option` is `None` if it is null."]
fn present<'de, T, D>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(value).map(Some)
}
"#;

fn enumeration(name: &str, variants: &[Choice], is_open: bool, used: &mut Used, out: &mut String) {
    used.lints.insert("clippy::enum_variant_names");
    let copy = if is_open { "" } else { " Copy," };
    let _ = writeln!(
        out,
        "#[derive(Debug, Clone,{copy} PartialEq, Eq, Hash, Serialize, Deserialize)]"
    );
    let names: Vec<_> = variants
        .iter()
        .map(|it| (it.name.as_str(), it.wire.as_str()))
        .collect();
    let case = case_of(&names, Case::of_variant);
    if let Some(case) = case {
        let _ = writeln!(out, "#[serde(rename_all = {:?})]", case.name());
    }
    let _ = writeln!(out, "pub enum {name} {{");
    for variant in variants {
        write_docs(&variant.docs, &[], out);
        let written = case.map_or_else(
            || variant.name.clone(),
            |case| case.of_variant(&variant.name),
        );
        if written != variant.wire {
            let _ = writeln!(out, "#[serde(rename = {:?})]", variant.wire);
        }
        let _ = writeln!(out, "{},", variant.name);
    }
    if is_open {
        write_docs(&["Any other value.".to_owned()], &[], out);
        out.push_str("#[serde(untagged)]\nOther(String),\n");
    }
    out.push_str("}\n");
}

/// Returns the `rename_all` case that needs the fewest `rename` attributes, if it saves some.
fn case_of(names: &[(&str, &str)], apply: fn(Case, &str) -> String) -> Option<Case> {
    let plain = names.iter().filter(|(name, wire)| name == wire).count();
    let fit = |case: Case| {
        names
            .iter()
            .filter(|(name, wire)| apply(case, name) == *wire)
            .count()
    };
    let best = Case::ALL.into_iter().max_by_key(|case| {
        // Prefers the first case of those that fit equally well.
        let position = Case::ALL
            .iter()
            .position(|other| other == case)
            .unwrap_or(0);
        (fit(*case), Case::ALL.len() - position)
    })?;
    (fit(best) > plain + 1 || fit(best) > plain && fit(best) == names.len()).then_some(best)
}

/// Removes the enum's name from a variant's name.
fn shortened<'n>(variant: &'n str, name: &str) -> &'n str {
    let is_start = |rest: &&str| rest.starts_with(|first: char| first.is_ascii_uppercase());
    let short = variant.strip_prefix(name).filter(is_start);
    let short = short.or_else(|| variant.strip_suffix(name).filter(|rest| !rest.is_empty()));
    short.unwrap_or(variant)
}

fn letters(name: &str) -> String {
    let plain = name.chars().filter(|it| !matches!(it, '_' | '-'));
    plain.collect::<String>().to_ascii_lowercase()
}

fn spaced(line: &str) -> String {
    if line.is_empty() {
        String::new()
    } else {
        format!(" {line}")
    }
}

fn write_docs(docs: &[String], todos: &[String], out: &mut String) {
    for line in docs {
        let _ = writeln!(out, "#[doc = {:?}]", spaced(line));
    }
    for todo in todos {
        let _ = writeln!(out, "#[comment = {:?}]", format!(" {TODO} {todo}"));
    }
}
