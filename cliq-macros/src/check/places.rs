//! The arguments beside each other: which fill the path, and what can't be together.

use syn::Ident;
use syn::ext::IdentExt;

use super::argument::{Argument, Encoding, Sent, check_value};
use super::wire::is_same;
use crate::errors::Sink;
use crate::parse::argument::ArgAttr;
use crate::parse::endpoint::{EndpointAttr, Head};
use crate::parse::keys::{Slot, Whole};
use crate::problem::{On, Problem};
use crate::text::path::{has_name, same_name};
use crate::text::suggest::nearest;

/// Finds the placeholders' arguments, and checks the arguments together.
pub(super) fn check(args: &mut [Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    fill(args, head, errors);
    names(args, head, attr, errors);
    bodies(args, head, attr, errors);
    parts(args, head, attr, errors);
}

/// Finds the placeholders' arguments.
fn fill(args: &mut [Argument], head: &Head, errors: Sink<'_>) {
    let placeholders = &head.template.placeholders;
    let position = |name: &str| {
        placeholders
            .iter()
            .position(|placeholder| same_name(placeholder, name))
    };
    let mut filled: Vec<Option<String>> = vec![None; placeholders.len()];
    let mut unplaced = Vec::new();
    // Arguments that name no placeholder were meant for one nevertheless.
    let mut astray = 0;
    for (index, arg) in args.iter_mut().enumerate() {
        let found = match &arg.attr {
            Slot::Absent => position(&arg.ident.unraw().to_string()),
            Slot::Unreadable(_) => {
                astray += 1;
                continue;
            }
            Slot::Given(ArgAttr::Path { name: None, .. }, _) => {
                position(&arg.ident.unraw().to_string())
            }
            Slot::Given(
                ArgAttr::Path {
                    name: Some(name), ..
                },
                _,
            ) => {
                let found = position(&name.value());
                if found.is_none() {
                    astray += 1;
                    let problem = Problem::PlaceholderUnknown {
                        name: name.value(),
                        placeholders: placeholders.clone(),
                    };
                    errors.push(name, &problem);
                    continue;
                }
                found
            }
            Slot::Given(..) => continue,
        };
        let Some(position) = found else {
            unplaced.push(index);
            continue;
        };
        if let Some(by) = &filled[position] {
            let problem = Problem::PlaceholderTaken {
                placeholder: placeholders[position].clone(),
                by: by.clone(),
            };
            match &arg.attr {
                Slot::Given(
                    ArgAttr::Path {
                        name: Some(name), ..
                    },
                    _,
                ) => errors.push(name, &problem),
                _ => errors.push(&arg.ident, &problem),
            }
            continue;
        }
        filled[position] = Some(arg.ident.to_string());
        let is_rest = head.template.rest == Some(position);
        let encoding = Encoding::of_path(arg.attr.value(), arg.value.item.is_some(), is_rest);
        check_value(&arg.value, &encoding, None, errors);
        if let (Encoding::PathCsv, true, Slot::Given(_, key)) = (&encoding, is_rest, &arg.attr) {
            let placeholder = placeholders[position].clone();
            errors.push(&key.whole, &Problem::CsvOfSegments { placeholder });
        }
        arg.sent = Some(Sent {
            name: placeholders[position].clone(),
            encoding,
            position,
        });
    }
    let unfilled: Vec<usize> = (0..placeholders.len())
        .filter(|position| filled[*position].is_none())
        .collect();
    report_unmatched(args, head, &unplaced, unfilled, astray, errors);
}

/// Reports one error for an argument and the placeholder that it was probably meant for, and one
/// for each that is left.
fn report_unmatched(
    args: &[Argument],
    head: &Head,
    unplaced: &[usize],
    mut unfilled: Vec<usize>,
    astray: usize,
    errors: Sink<'_>,
) {
    let placeholders = &head.template.placeholders;
    let mut meant: Vec<Option<usize>> = Vec::new();
    for &index in unplaced {
        let name = args[index].name();
        let candidates = || {
            unfilled
                .iter()
                .map(|position| placeholders[*position].as_str())
        };
        let near = nearest(&name, candidates())
            .or_else(|| candidates().find(|candidate| has_name(candidate, &name)));
        let found = near.and_then(|near| {
            unfilled
                .iter()
                .position(|position| placeholders[*position] == near)
        });
        meant.push(found.map(|found| unfilled.remove(found)));
    }
    // The last ones left belong together, whatever they are called.
    if meant.iter().filter(|position| position.is_none()).count() == unfilled.len() {
        let mut left = std::mem::take(&mut unfilled).into_iter();
        for position in &mut meant {
            *position = position.or_else(|| left.next());
        }
    }
    for (&index, position) in unplaced.iter().zip(meant) {
        let problem = Problem::ArgWithoutPlace {
            name: args[index].name(),
            placeholder: position.map(|position| placeholders[position].clone()),
            body_allowed: head.method.may_have_body,
        };
        errors.push(&args[index].ident, &problem);
    }
    for position in unfilled.into_iter().skip(astray) {
        let placeholder = placeholders[position].clone();
        let elsewhere = args.iter().find_map(|arg| match &arg.attr {
            Slot::Given(attr, key) if same_name(&arg.name(), &placeholder) => {
                Some((attr.on(), key))
            }
            _ => None,
        });
        match elsewhere {
            Some((on, key)) => {
                let problem = Problem::PlaceholderArgElsewhere { placeholder, on };
                errors.push(&key.whole, &problem);
            }
            None => {
                let problem = Problem::PlaceholderUnfilled {
                    argument: argument_name(&placeholder),
                    placeholder,
                };
                errors.push(&head.path, &problem);
            }
        }
    }
}

/// `THREAD_CHAT_ID`, `threadChatId` and `thread-chat-id` make `thread_chat_id`; a keyword is made
/// raw. `None` for one that can't be.
fn argument_name(placeholder: &str) -> Option<String> {
    let shouted = !placeholder.contains(|character: char| character.is_ascii_lowercase());
    let mut name = String::new();
    for character in placeholder.chars() {
        if character.is_ascii_uppercase() && !shouted && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.push(if character == '-' {
            '_'
        } else {
            character.to_ascii_lowercase()
        });
    }
    match name.as_str() {
        "self" | "super" | "crate" => None,
        _ if syn::parse_str::<Ident>(&name).is_err() => Some(format!("r#{name}")),
        _ => Some(name),
    }
}

/// Two arguments of one name, or one and a constant.
fn names(args: &[Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    let named = |arg: &&Argument| {
        let encoding = arg.sent.as_ref().map(|sent| &sent.encoding);
        !matches!(
            encoding,
            None | Some(
                Encoding::Path
                    | Encoding::PathCsv
                    | Encoding::PathRest
                    | Encoding::PathSegments
                    | Encoding::QueryFlatten
                    | Encoding::FieldFlatten
                    | Encoding::Body
                    | Encoding::BodyBytes(_)
                    | Encoding::BodyStream(_)
            )
        )
    };
    let keys = &attr.args.keys;
    let headers = keys.header.value().into_iter().flat_map(|it| &it.0);
    let headers = headers.map(|(name, _)| (On::Header, name.value()));
    let fields = keys.field.value().into_iter().flat_map(|it| &it.0);
    let fields = fields.map(|(name, _)| (On::Field, name.value()));
    let constants: Vec<(On, String)> = headers.chain(fields).collect();
    let mut seen: Vec<(On, &str)> = Vec::new();
    let key = attr.args.keys.idempotency_key.value();
    if let (Some(key), Some((_, headers))) = (key, keys.header.given())
        && constants
            .iter()
            .any(|(on, name)| *on == On::Header && is_same(*on, name, &key.0))
    {
        let name = key.0.clone();
        errors.push(headers, &Problem::KeyHeaderArgument { name });
    }
    for arg in args.iter().filter(named) {
        let Some(sent) = &arg.sent else { continue };
        let (on, name) = (sent.encoding.row().on, sent.name.as_str());
        let same = |(other_on, other): &(On, &str)| *other_on == on && is_same(on, other, name);
        if on == On::Header && key.is_some_and(|key| key.0.eq_ignore_ascii_case(name)) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::KeyHeaderArgument { name });
        }
        if constants.iter().any(|(on, name)| same(&(*on, name))) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::ConstantClash { on, name });
        }
        if seen.iter().any(same) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::RepeatedName { on, name });
        }
        if on == On::Query && head.template.query_names().any(|constant| constant == name) {
            let name = name.to_owned();
            errors.push(&arg.ident, &Problem::ConstantQueryClash { name });
        }
        seen.push((on, name));
    }
}

/// Whether there may be a body, and whether it is one.
fn bodies(args: &[Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    let of = |on: On| args.iter().filter(move |arg| arg.is_on(on));
    let keys = &attr.args.keys;
    let form = keys.form.given().map(|(_, tokens)| tokens);
    let constants = keys.field.given().map(|(_, tokens)| tokens);
    let has_fields = of(On::Field).next().is_some() || constants.is_some();
    // An argument that could not be read may be one.
    let all_known = args.iter().all(|arg| !arg.attr.is_unreadable());
    if !head.method.may_have_body {
        for on in [On::Body, On::Field, On::Part] {
            for arg in of(on) {
                let Slot::Given(_, key) = &arg.attr else {
                    continue;
                };
                let method = head.method.name;
                errors.push(&key.whole, &Problem::BodyNotAllowed { method, on });
            }
        }
        if let Some(constants) = constants {
            let method = head.method.name;
            errors.push(constants, &Problem::ConstantFieldNotAllowed { method });
        }
        if let Some((_, optional)) = keys.body.given().filter(|_| all_known && !has_fields) {
            errors.push(optional, &Problem::OptionalBodyWithoutFields);
        }
        if let Some(form) = form.filter(|_| all_known && !has_fields) {
            errors.push(form, &Problem::FormWithoutFields);
        }
        return;
    }
    for arg in of(On::Body).skip(1) {
        errors.push(&arg.ident, &Problem::TwoBodies);
    }
    if let Some((_, optional)) = keys.body.given() {
        left_out(args, optional, constants.is_some(), all_known, errors);
    }
    match (of(On::Body).next(), form) {
        (Some(_), _) if of(On::Field).next().is_none() && constants.is_some() => {
            if let Some(constants) = constants {
                errors.push(constants, &Problem::ConstantFieldWithBody);
            }
        }
        (Some(body), _) if has_fields => errors.push(&body.ident, &Problem::BodyAndFields),
        (Some(_), Some(form)) => errors.push(form, &Problem::FormWithBody),
        (None, Some(form)) if !has_fields && all_known && attr.args.keys.multipart.is_absent() => {
            errors.push(form, &Problem::FormWithoutFields);
        }
        _ => {}
    }
}

/// Whether parts are sent as what they are, and nothing beside them.
fn parts(args: &[Argument], head: &Head, attr: &EndpointAttr, errors: Sink<'_>) {
    let of = |on: On| {
        args.iter().filter_map(move |arg| match &arg.attr {
            Slot::Given(attr, key) if attr.on() == on => Some(&key.whole),
            _ => None,
        })
    };
    let multipart = &attr.args.keys.multipart;
    let Some((_, key)) = multipart.given() else {
        let is_known = multipart.is_absent() && !attr.may_hold("multipart");
        if let Some(part) = of(On::Part).next().filter(|_| is_known) {
            errors.push(part, &Problem::PartWithoutMultipart);
        }
        return;
    };
    if let Some((_, form)) = attr.args.keys.form.given() {
        errors.push(form, &Problem::MultipartWith { what: "form" });
        return;
    }
    if !head.method.may_have_body {
        return;
    }
    if let Some((_, constants)) = attr.args.keys.field.given() {
        errors.push(constants, &Problem::MultipartWith { what: "field(…)" });
    }
    for (on, what) in [(On::Body, "#[body]"), (On::Field, "#[field]")] {
        for arg in of(on) {
            errors.push(arg, &Problem::MultipartWith { what });
        }
    }
    let all_known = args.iter().all(|arg| !arg.attr.is_unreadable());
    if all_known && !errors.failed() && of(On::Part).next().is_none() {
        errors.push(key, &Problem::MultipartWithoutParts);
    }
}

/// Whether there can be a call without a body.
fn left_out(
    args: &[Argument],
    optional: &Whole,
    has_constants: bool,
    all_known: bool,
    errors: Sink<'_>,
) {
    let fields = || args.iter().filter(|arg| arg.is_on(On::Field));
    let always = fields().find(|arg| {
        let flattened = matches!(arg.attr.value(), Some(ArgAttr::FieldFlatten));
        !arg.value.optional && !flattened
    });
    let problem = match always {
        Some(arg) => Problem::OptionalBodyAlwaysSet {
            by: format!("`{}`", arg.name()),
        },
        None if has_constants => Problem::OptionalBodyAlwaysSet {
            by: "`field(…)`".into(),
        },
        None if fields().next().is_none() && all_known => Problem::OptionalBodyWithoutFields,
        None => return,
    };
    errors.push(optional, &problem);
}
