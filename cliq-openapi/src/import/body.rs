//! Imports the body of a request: fields, parts, or a single value.

use super::api::{Arg, ArgTy, BodyKind, Method, Nouns, Place};
use super::content::{essence, is_json, preferred};
use super::operations::Reader;
use super::schema::{described, kind, plain};
use super::source::reference;
use super::types::{Additional, Merged, Ty, Types, is_scalar, is_struct};
use crate::node::Node;

struct BodyPlace<'s> {
    body: &'s Node,
    content: &'s Node,
    required: bool,
}

impl<'s> Reader<'s, '_> {
    pub(super) fn body(
        &self,
        node: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let Some(body) = node.get("requestBody") else {
            return;
        };
        method.todos.extend(self.source.dangling(body));
        let body = self.source.follow(body);
        let Some((content_type, content)) = preferred(body.at("content")) else {
            return;
        };
        let required = body.at("required").is_true();
        let schema = content.at("schema");
        method.todos.extend(self.source.dangling(schema));
        let place = BodyPlace {
            body,
            content,
            required,
        };
        if matches!(method.verb.as_str(), "GET" | "HEAD" | "OPTIONS") {
            in_query(schema, nouns, types, method);
            return;
        }
        let essence = essence(content_type);
        match essence.as_str() {
            "application/x-www-form-urlencoded" => self.form(&place, schema, nouns, types, method),
            "multipart/form-data" => self.multipart(schema, nouns, types, method),
            _ if is_json(content_type) => {
                if essence != "application/json"
                    && content_type.is_ascii()
                    && !method
                        .headers
                        .iter()
                        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
                {
                    method
                        .headers
                        .push(("Content-Type".to_owned(), essence.clone()));
                }
                self.json(&place, schema, nouns, types, method);
            }
            _ => self.raw(&place, &essence, method),
        }
    }

    /// A body that is neither JSON nor a form.
    fn raw(&self, place: &BodyPlace<'s>, essence: &str, method: &mut Method) {
        let content_type = if essence.contains('*') || !essence.contains('/') {
            "application/octet-stream"
        } else {
            essence
        };
        let endings = ["xml", "yaml"];
        let is_text = content_type.starts_with("text/")
            || endings.iter().any(|ending| content_type.ends_with(ending));
        let (way, ty) = if is_text && !self.source.is_ours {
            ("bytes", ArgTy::Ty(Ty::text()))
        } else {
            ("stream", ArgTy::Stream)
        };
        let name = place.body.at("x-argument").text().unwrap_or("body");
        let docs = described(place.body, place.body);
        let mut arg = argument(Place::Body, name.to_owned(), name, Ty::text(), docs);
        arg.option = Some(if content_type == "application/octet-stream" {
            way.to_owned()
        } else {
            format!("{way}, content_type = {content_type:?}")
        });
        arg.ty = ty;
        arg.required = place.required || !self.source.is_ours;
        if content_type.ends_with("xml") {
            arg.todos.push("XML, here as text".to_owned());
        }
        method.args.push(arg);
    }

    /// Imports a JSON body as fields, or as a single value.
    fn json(
        &self,
        place: &BodyPlace<'s>,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let followed = self.source.follow(schema);
        let is_own = reference(schema).is_none_or(|target| !self.nested.contains(target));
        let named = place.body.at("x-argument").text();
        let has_fields = {
            let mut merged = Merged::default();
            types.merge(schema, &mut merged, 0);
            let is_object = !merged.properties.is_empty()
                && merged.unions.is_empty()
                && merged.additional == Additional::None;
            let is_array = kind(followed) == ["array"];
            is_object && !is_array && !is_nullable_body(followed)
        };
        let flattened = is_flattened(followed);
        if named.is_none()
            && (flattened
                || has_fields && (is_own || self.source.is_ours && reference(schema).is_none()))
        {
            self.fields(place, schema, Place::Field, nouns, types, method);
            return;
        }
        let name = named.unwrap_or("body");
        let ty = types.of(schema, &nouns.body());
        let mut arg = argument(
            Place::Body,
            name.to_owned(),
            name,
            ty.present().clone(),
            described(place.body, &Node::Null),
        );
        if ty == Ty::Binary {
            arg.ty = ArgTy::Ty(Ty::text());
        }
        // A single value has no empty form, so the document's `required` decides.
        arg.required = place.required;
        method.args.push(arg);
    }

    fn fields(
        &self,
        place: &BodyPlace<'s>,
        schema: &'s Node,
        to: Place,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let followed = self.source.follow(schema);
        let mut merged = Merged::default();
        let mut flattened = Vec::new();
        if is_flattened(followed) {
            for part in followed.at("allOf").items() {
                if part.at("x-flatten").text().is_some() {
                    flattened.push(part);
                } else {
                    types.merge(part, &mut merged, 0);
                }
            }
        } else {
            types.merge(schema, &mut merged, 0);
        }
        if merged.constraints {
            method
                .todos
                .push("which of the fields are required together".to_owned());
        }
        let hint = nouns.argument();
        let mut all_optional = true;
        for (name, property) in &merged.properties {
            let required = merged.required.contains(name);
            let followed = self.source.follow(property);
            if followed.at("readOnly").is_true() && !required {
                continue;
            }
            if let (true, Some(value)) = (required, literal_of(followed)) {
                method.fields.push(((*name).to_owned(), value));
                all_optional = false;
                continue;
            }
            all_optional &= !required;
            let field = types.field(name, property, required, &hint, &[]);
            let mut arg = argument(to, field.name, name, field.ty, field.docs);
            arg.required = required;
            arg.todos = field.todos;
            if followed.at("x-csv").is_true() {
                arg.option = Some("csv".to_owned());
                arg.ty = ArgTy::Ty(Ty::List(Box::new(Ty::text())));
            }
            encode(place, &mut arg, name, method.body, types);
            method.args.push(arg);
        }
        for part in flattened {
            let name = part.at("x-flatten").text().unwrap_or("fields");
            let inner = part.at("allOf").items().first().unwrap_or(part);
            let ty = types.of(inner, &nouns.body());
            let ty = if ty == Ty::Json {
                Ty::Map(Box::new(Ty::Json))
            } else {
                ty
            };
            let mut arg = argument(Place::Field, name.to_owned(), name, ty, Vec::new());
            arg.option = Some("flatten".to_owned());
            arg.required = !part.at("x-optional").is_true();
            method.args.push(arg);
        }
        method.body_optional = all_optional && !place.required && method.fields.is_empty();
    }

    fn form(
        &self,
        place: &BodyPlace<'s>,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let mut merged = Merged::default();
        let followed = self.source.follow(schema);
        types.merge(schema, &mut merged, 0);
        if merged.properties.is_empty() && !is_flattened(followed) {
            if merged.unions.is_empty()
                && schema
                    .entries()
                    .next()
                    .is_some_and(|_| kind(followed) == ["object"])
                && followed.at("additionalProperties").members().is_none()
            {
                // A form without fields sends nothing.
                return;
            }
            method.body = BodyKind::Form;
            let ty = types.of(schema, &nouns.body()).present().clone();
            let ty = if matches!(ty, Ty::Map(_)) || is_struct(&ty, types) {
                ty
            } else {
                Ty::Map(Box::new(Ty::text()))
            };
            let mut arg = argument(Place::Field, "fields".to_owned(), "fields", ty, Vec::new());
            arg.option = Some("flatten".to_owned());
            method.args.push(arg);
            return;
        }
        let encodings = place.content.at("encoding").entries();
        let is_deep = encodings
            .into_iter()
            .any(|(_, encoding)| encoding.at("style").text() == Some("deepObject"));
        let has_objects = merged.properties.values().any(|property| {
            let property = self.source.follow(property);
            let inner = self.source.follow(property.at("items"));
            let is_object = |schema: &Node| {
                kind(schema) == ["object"]
                    || ["oneOf", "anyOf", "allOf"].iter().any(|key| {
                        schema
                            .at(key)
                            .items()
                            .iter()
                            .any(|choice| kind(self.source.follow(choice)) == ["object"])
                    })
            };
            is_object(property) || is_object(inner)
        });
        let is_nested = place.content.at("x-nested").is_true()
            || is_deep
            || has_objects && !self.source.is_ours;
        method.body = if is_nested {
            BodyKind::Nested
        } else {
            BodyKind::Form
        };
        self.fields(place, schema, Place::Field, nouns, types, method);
        let has_fields = method.args.iter().any(|arg| arg.place == Place::Field);
        if !has_fields && method.fields.is_empty() {
            method.body = BodyKind::Json;
        }
    }

    fn multipart(
        &self,
        schema: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        method.body = BodyKind::Multipart;
        let mut merged = Merged::default();
        types.merge(schema, &mut merged, 0);
        if merged.properties.is_empty() {
            let mut arg = argument(
                Place::Part,
                "file".to_owned(),
                "file",
                Ty::text(),
                Vec::new(),
            );
            arg.ty = ArgTy::Part;
            arg.todos
                .push("the document doesn't describe the parts".to_owned());
            method.args.push(arg);
            return;
        }
        for (name, property) in &merged.properties {
            let required = merged.required.contains(name);
            let field = types.field(name, property, required, &nouns.argument(), &[]);
            let mut arg = argument(Place::Part, field.name, name, Ty::text(), field.docs);
            arg.required = required;
            arg.ty = match field.ty.present() {
                Ty::Binary => ArgTy::Part,
                Ty::List(item) if **item == Ty::Binary => ArgTy::Parts,
                Ty::List(item) if is_scalar(item, types) => ArgTy::Ty(Ty::List(item.clone())),
                Ty::Json if self.source.is_ours => ArgTy::Ty(Ty::text()),
                Ty::List(item) if **item == Ty::Json => ArgTy::Ty(Ty::List(Box::new(Ty::text()))),
                ty if is_scalar(ty, types) => ArgTy::Ty(ty.clone()),
                _ => {
                    arg.todos
                        .push("a part as JSON: `Part::bytes(json).content_type(…)`".to_owned());
                    ArgTy::Part
                }
            };
            method.args.push(arg);
        }
        if merged.constraints {
            method
                .todos
                .push("which of the parts are required together".to_owned());
        }
    }
}

/// Imports the members of a body as query parameters, for a method that can't have a body.
fn in_query<'s>(schema: &'s Node, nouns: &Nouns, types: &mut Types<'s>, method: &mut Method) {
    let todo = format!("a body in a {} request, here in the query", method.verb);
    method.todos.push(todo);
    let mut merged = Merged::default();
    types.merge(schema, &mut merged, 0);
    for (name, property) in &merged.properties {
        let required = merged.required.contains(name);
        let taken = |arg: &Arg| arg.place == Place::Query && arg.wire == *name;
        if method.args.iter().any(taken) {
            continue;
        }
        let field = types.field(name, property, required, &nouns.argument(), &[]);
        let ty = match field.ty.present() {
            Ty::Json | Ty::Binary => Ty::text(),
            ty => ty.clone(),
        };
        let mut arg = argument(Place::Query, field.name, name, ty, field.docs);
        arg.required = required;
        let is_list = |ty: &Ty| matches!(ty, Ty::List(item) if is_scalar(item, types));
        if !matches!(&arg.ty, ArgTy::Ty(ty) if is_scalar(ty, types) || is_list(ty)) {
            arg.option = Some("deep".to_owned());
        }
        method.args.push(arg);
    }
}

fn argument(place: Place, name: String, wire: &str, ty: Ty, docs: Vec<String>) -> Arg {
    Arg {
        name,
        place,
        wire: wire.to_owned(),
        option: None,
        ty: ArgTy::Ty(ty),
        required: true,
        docs,
        todos: Vec::new(),
    }
}

/// Returns the schema's only value as a literal: text, a number or a boolean.
fn literal_of(schema: &Node) -> Option<String> {
    let value = match schema.at("enum").items() {
        [one] => one,
        _ => schema.get("const")?,
    };
    match value {
        Node::Text(text) => Some(format!("{text:?}")),
        Node::Number(_) | Node::Bool(_) => Some(plain(value)),
        _ => None,
    }
}

fn is_flattened(schema: &Node) -> bool {
    schema
        .at("allOf")
        .items()
        .iter()
        .any(|part| part.get("x-flatten").is_some())
}

fn is_nullable_body(schema: &Node) -> bool {
    schema.at("nullable").is_true()
}

/// Chooses the encoding of a field.
fn encode(place: &BodyPlace<'_>, arg: &mut Arg, name: &str, body: BodyKind, types: &Types<'_>) {
    let ArgTy::Ty(ty) = &arg.ty else { return };
    match body {
        BodyKind::Json => {
            if arg.required && ty.is_nullable() {
                arg.todos.push("required, and may be null".to_owned());
            }
            if *ty == Ty::Binary {
                arg.ty = ArgTy::Ty(Ty::text());
            }
        }
        BodyKind::Form | BodyKind::Nested => {
            let ty = ty.present().clone();
            let encoding = place.content.at("encoding").at(name);
            let is_csv = encoding.at("explode").flag() == Some(false)
                && encoding
                    .at("style")
                    .text()
                    .is_none_or(|style| style == "form");
            arg.ty = ArgTy::Ty(match ty {
                Ty::List(item) if body == BodyKind::Form && !is_scalar(&item, types) => {
                    Ty::List(Box::new(Ty::text()))
                }
                Ty::Json | Ty::Binary if body == BodyKind::Form => Ty::text(),
                ty => ty,
            });
            let is_list = matches!(&arg.ty, ArgTy::Ty(Ty::List(_)));
            if is_csv && is_list {
                arg.option = Some("csv".to_owned());
            }
        }
        BodyKind::Multipart => {}
    }
}
