//! Imports parameters in the path, the query and headers as arguments or constants.

use indexmap::IndexMap;

use super::api::{Arg, ArgTy, Method, Nouns, Place};
use super::operations::Reader;
use super::plan::Operation;
use super::schema::{described, in_place, kind, plain, todos};
use super::types::{Hint, Ty, Types, is_scalar, is_struct};
use super::words::snake;
use crate::node::Node;

/// Headers that the client sets.
const OWN_HEADERS: [&str; 10] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl<'s> Reader<'s, '_> {
    pub(super) fn parameters(
        &self,
        operation: &Operation<'s>,
        placeholders: &[(String, String)],
        nouns: &Nouns,
        types: &mut Types<'s>,
        method: &mut Method,
    ) {
        let mut parameters: IndexMap<(&str, &str), &'s Node> = IndexMap::new();
        for node in [operation.item, operation.node] {
            for parameter in node.at("parameters").items() {
                method.todos.extend(self.source.dangling(parameter));
                let parameter = self.source.follow(parameter);
                let text = |key: &str| parameter.at(key).text();
                if let (Some(name), Some(place)) = (text("name"), text("in")) {
                    parameters.insert((place, name), parameter);
                }
            }
        }
        // Placeholders come in the path's order, declared or not.
        for (name, valid) in placeholders {
            let parameter = parameters.shift_remove(&("path", name.as_str()));
            if parameter.is_some_and(|parameter| parameter.at("x-segments").is_true()) {
                method.path = method
                    .path
                    .replace(&format!("<{valid}>"), &format!("<{valid}..>"));
            }
            method
                .args
                .push(self.path_argument(name, valid, parameter, nouns, types));
        }
        let mut query: Vec<String> = Vec::new();
        if let Some(constant) = operation.node.at("x-query").text() {
            query.push(constant.to_owned());
        }
        for ((place, name), parameter) in parameters {
            let constant = constant_of(self.source.follow(parameter.at("schema")));
            let required = parameter.at("required").is_true();
            let mut in_path = operation.path.split(['?', '&']).skip(1);
            if place == "query" && in_path.any(|pair| pair.split('=').next() == Some(name)) {
                continue;
            }
            match (place, constant.filter(|_| required)) {
                ("query", Some(value)) if !name.is_empty() => {
                    if operation.node.get("x-query").is_none() {
                        let mut pair = form_urlencoded::Serializer::new(String::new());
                        pair.append_pair(name, &value);
                        query.push(unescaped(&pair.finish(), name, &value));
                    }
                }
                ("header", Some(value)) if is_header(name) && is_header_value(&value) => {
                    if operation.node.get("x-headers").is_none() {
                        method.headers.push((name.to_owned(), value));
                    }
                }
                ("query", _) => method
                    .args
                    .extend(self.query_argument(name, parameter, nouns, types)),
                ("header", _) => method.args.extend(self.header_argument(
                    name,
                    parameter,
                    nouns,
                    types,
                    &mut method.idempotency_key,
                )),
                ("path", _) => {}
                ("cookie", _) => method.todos.push(format!("the cookie `{name}`")),
                _ => method
                    .todos
                    .push(format!("the parameter `{name}` in `{place}`")),
            }
        }
        for (name, value) in operation.node.at("x-headers").entries() {
            method.headers.push((name.to_owned(), plain(value)));
        }
        if !query.is_empty() {
            let mark = if method.path.contains('?') { '&' } else { '?' };
            method.path.push(mark);
            method.path.push_str(&query.join("&"));
        }
    }

    /// Returns what the type of a parameter doesn't express.
    fn unsaid(&self, schema: &Node) -> Vec<String> {
        let dangling = self.source.dangling(schema);
        let followed = self.source.follow(schema);
        dangling.into_iter().chain(todos(followed)).collect()
    }

    fn path_argument(
        &self,
        name: &str,
        valid: &str,
        parameter: Option<&'s Node>,
        nouns: &Nouns,
        types: &mut Types<'s>,
    ) -> Arg {
        let mut arg = Arg {
            name: snake(valid),
            place: Place::Path,
            wire: valid.to_owned(),
            option: None,
            ty: ArgTy::Ty(Ty::text()),
            required: true,
            docs: Vec::new(),
            todos: Vec::new(),
        };
        let Some(parameter) = parameter else {
            arg.todos
                .push(format!("the document doesn't describe `{name}`"));
            return arg;
        };
        let schema = schema_of(parameter);
        let followed = self.source.follow(schema);
        arg.docs = described(parameter, in_place(schema, followed));
        if parameter.at("x-segments").is_true() {
            return arg;
        }
        let ty = types
            .of(schema, &member_hint(nouns, name, schema))
            .present()
            .clone();
        match ty {
            Ty::List(item) if is_scalar(&item, types) => {
                arg.option = Some("csv".to_owned());
                arg.ty = ArgTy::Ty(Ty::List(item));
            }
            Ty::Json | Ty::Binary => {}
            ty if is_scalar(&ty, types) => arg.ty = ArgTy::Ty(ty),
            _ => arg.todos.push("a value that isn't a scalar".to_owned()),
        }
        arg
    }

    fn query_argument(
        &self,
        name: &str,
        parameter: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
    ) -> Option<Arg> {
        let schema = schema_of(parameter);
        let followed = self.source.follow(schema);
        let mut arg = Arg {
            name: snake(name),
            place: Place::Query,
            wire: name.to_owned(),
            option: None,
            ty: ArgTy::Ty(Ty::text()),
            required: parameter.at("required").is_true(),
            docs: described(parameter, in_place(schema, followed)),
            todos: self.unsaid(schema),
        };
        if name.is_empty() {
            return None;
        }
        if parameter.get("content").is_some() {
            arg.todos.push("a value as JSON, here as text".to_owned());
            return Some(arg);
        }
        let style = parameter.at("style").text().unwrap_or("form");
        let explode = parameter.at("explode").flag().unwrap_or(style == "form");
        let ty = types
            .of(schema, &member_hint(nouns, name, schema))
            .present()
            .clone();
        if parameter.at("x-flatten").is_true() {
            arg.option = Some("flatten".to_owned());
            arg.ty = ArgTy::Ty(if ty == Ty::Json {
                Ty::Map(Box::new(Ty::Json))
            } else {
                ty
            });
            return Some(arg);
        }
        if style == "deepObject" && !is_scalar(&ty, types) {
            arg.option = Some("deep".to_owned());
            arg.ty = ArgTy::Ty(ty);
            return Some(arg);
        }
        match ty {
            Ty::List(item) => {
                let item = if matches!(*item, Ty::Json | Ty::Binary) {
                    Ty::text()
                } else {
                    *item
                };
                let item = item.present().clone();
                if !is_scalar(&item, types) {
                    arg.option = Some("deep".to_owned());
                    arg.todos
                        .push("a list of objects, here with brackets".to_owned());
                    arg.ty = ArgTy::Ty(Ty::List(Box::new(item)));
                } else if matches!(style, "spaceDelimited" | "pipeDelimited") && !explode {
                    arg.todos
                        .push(format!("a list in the style `{style}`, here as text"));
                } else {
                    if !explode {
                        arg.option = Some("csv".to_owned());
                    }
                    arg.ty = ArgTy::Ty(Ty::List(Box::new(item)));
                }
            }
            Ty::Json | Ty::Binary => {}
            ty if is_scalar(&ty, types) => arg.ty = ArgTy::Ty(ty),
            ty => {
                let members = matches!(ty, Ty::Map(_)) || is_struct(&ty, types);
                if members && explode {
                    arg.option = Some("flatten".to_owned());
                } else {
                    arg.option = Some("deep".to_owned());
                    arg.todos.push("an object, here with brackets".to_owned());
                }
                arg.ty = ArgTy::Ty(ty);
            }
        }
        Some(arg)
    }

    fn header_argument(
        &self,
        name: &str,
        parameter: &'s Node,
        nouns: &Nouns,
        types: &mut Types<'s>,
        key: &mut Option<String>,
    ) -> Option<Arg> {
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) || !is_header(name) {
            return None;
        }
        if key.as_deref() == Some(name) {
            return None;
        }
        if name.eq_ignore_ascii_case("idempotency-key") && key.is_none() {
            *key = Some(name.to_owned());
            return None;
        }
        let schema = schema_of(parameter);
        let followed = self.source.follow(schema);
        let mut arg = Arg {
            name: snake(
                name.strip_prefix("X-")
                    .or_else(|| name.strip_prefix("x-"))
                    .unwrap_or(name),
            ),
            place: Place::Header,
            wire: name.to_owned(),
            option: None,
            ty: ArgTy::Ty(Ty::text()),
            required: parameter.at("required").is_true(),
            docs: described(parameter, in_place(schema, followed)),
            todos: self.unsaid(schema),
        };
        let ty = types
            .of(schema, &member_hint(nouns, name, schema))
            .present()
            .clone();
        match ty {
            Ty::Json | Ty::Binary => {}
            ty if is_scalar(&ty, types) => arg.ty = ArgTy::Ty(ty),
            _ => arg
                .todos
                .push("a header of several values, here as text".to_owned()),
        }
        Some(arg)
    }
}

fn schema_of(parameter: &Node) -> &Node {
    match parameter.get("schema") {
        Some(schema) => schema,
        None => {
            let content = parameter.at("content").entries().next();
            content.map_or(parameter.at("schema"), |(_, content)| content.at("schema"))
        }
    }
}

fn member_hint(nouns: &Nouns, name: &str, schema: &Node) -> Hint {
    nouns.argument().of_member(name, kind(schema) == ["array"])
}

/// Returns the only value that a schema allows, as text.
fn constant_of(schema: &Node) -> Option<String> {
    let value = match schema.at("enum").items() {
        [one] => one,
        _ => schema.get("const")?,
    };
    match value {
        Node::Text(_) | Node::Number(_) | Node::Bool(_) => Some(plain(value)),
        _ => None,
    }
}

/// Returns the pair without percent-encoding, if it needs none.
fn unescaped(escaped: &str, name: &str, value: &str) -> String {
    let is_plain = |text: &str| {
        text.chars()
            .all(|it| it.is_ascii_alphanumeric() || "-._~!$'()*,;:@/".contains(it))
    };
    if is_plain(name) && is_plain(value) {
        format!("{name}={value}")
    } else {
        escaped.replace('+', "%20")
    }
}

fn is_header(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_header_value(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value
}
