//! What can only be seen of several methods together: names that collide, and endpoints that a
//! server can't tell apart.

use std::collections::BTreeMap;

use quote::{ToTokens, format_ident};
use syn::Attribute;
use syn::ext::IdentExt;

use super::Declared;
use crate::errors::Errors;
use crate::model::{Endpoint, Wire};
use crate::problem::Problem;

/// Tells collisions, and lets endpoints that share a bucket have one limit. What collides by name
/// is left out.
pub(super) fn check(declared: Vec<Declared>, errors: &mut Errors) -> Vec<Endpoint> {
    let mut declared = distinct(declared, errors);
    shares(&mut declared, errors);
    shapes(&mut declared, errors);
    declared
        .into_iter()
        .map(|declared| declared.endpoint)
        .collect()
}

/// `#[cfg]`-ed twins may bear one name; nothing else may.
fn distinct(declared: Vec<Declared>, errors: &mut Errors) -> Vec<Declared> {
    let mut kept: Vec<Declared> = Vec::new();
    for mut one in declared {
        let surface = &one.endpoint.surface;
        let name = surface.ident.unraw().to_string();
        let clashing = || {
            kept.iter()
                .filter(|other| !(is_gated(&one) && is_gated(other)))
        };
        let same = clashing().find(|other| other.endpoint.surface.ident == surface.ident);
        let clash = same
            .or_else(|| clashing().find(|other| other.endpoint.surface.builder == surface.builder));
        match clash {
            None => kept.push(one),
            Some(other) if other.endpoint.surface.ident == surface.ident => {
                errors.push(
                    Some(&name),
                    &surface.ident,
                    &Problem::RepeatedMethod { name: name.clone() },
                );
            }
            Some(other) => {
                let other = other.endpoint.surface.ident.to_string();
                let problem = Problem::SameBuilder {
                    name: name.clone(),
                    other,
                    builder: surface.builder.to_string(),
                };
                errors.push(Some(&name), &surface.ident, &problem);
                // It can be called all the same, by a builder that needs no name.
                one.endpoint.surface.builder = format_ident!("{}{}", surface.builder, kept.len());
                one.endpoint.wire = None;
                kept.push(one);
            }
        }
    }
    kept
}

/// Whether the method may be configured away.
fn is_gated(one: &Declared) -> bool {
    one.endpoint.surface.attrs.iter().any(is_gate)
}

/// `#[cfg(…)]`, or a `cfg_attr` that holds one.
pub(crate) fn is_gate(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
        || attr.path().is_ident("cfg_attr") && crate::parse::mentions(attr.to_token_stream(), "cfg")
}

/// Whether each `shares = …` names an endpoint with which it can be counted.
fn shares(declared: &mut [Declared], errors: &mut Errors) {
    let names: Vec<String> = declared
        .iter()
        .map(|one| one.endpoint.surface.ident.unraw().to_string())
        .collect();
    let shapes: Vec<Option<String>> = declared
        .iter()
        .map(|one| one.endpoint.wire.as_ref().map(Wire::shape))
        .collect();
    for (index, one) in declared.iter_mut().enumerate() {
        let Some(with) = &one.shares else { continue };
        let other = with.unraw().to_string();
        let mine = &shapes[index];
        // There may be several of one name, of which the one that is not configured away counts.
        let found: Vec<_> = (0..names.len())
            .filter(|at| names[*at] == other)
            .map(|at| &shapes[at])
            .collect();
        let same = found
            .iter()
            .any(|theirs| theirs.is_none() || mine.is_none() || *theirs == mine);
        let problem = match found.first().map(|theirs| (mine, *theirs)) {
            _ if other == names[index] => Problem::SharesSelf,
            _ if same => continue,
            None => {
                let methods = names
                    .iter()
                    .filter(|name| **name != names[index])
                    .cloned()
                    .collect();
                Problem::SharesUnknown { other, methods }
            }
            Some((Some(mine), Some(theirs))) => Problem::SharesOtherShape {
                other,
                mine: mine.clone(),
                theirs: theirs.clone(),
            },
            Some(_) => continue,
        };
        errors.push(Some(&names[index]), with, &problem);
        // It can't be told what it would be counted with.
        one.endpoint.wire = None;
    }
}

/// Endpoints of one shape are one to the server: the stricter limit and the longer lock hold for
/// all of them.
///
/// What may be configured away is left out: it must not change what holds without it.
fn shapes(declared: &mut [Declared], errors: &mut Errors) {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, one) in declared.iter().enumerate() {
        if let Some(wire) = one.endpoint.wire.as_ref().filter(|_| !is_gated(one)) {
            groups.entry(wire.shape()).or_default().push(index);
        }
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let bucket_of = |index: usize| {
            declared[index]
                .endpoint
                .wire
                .as_ref()
                .and_then(|wire| wire.bucket.as_deref())
        };
        let mut first: Option<usize> = None;
        for &index in group
            .iter()
            .filter(|index| declared[**index].shares.is_none())
        {
            match first {
                None => first = Some(index),
                // One bucket says as much as `shares`.
                Some(other)
                    if bucket_of(other).is_some() && bucket_of(other) == bucket_of(index) => {}
                Some(other) => {
                    let one = &declared[index];
                    let name = one.endpoint.surface.ident.unraw().to_string();
                    let other = declared[other].endpoint.surface.ident.unraw().to_string();
                    errors.push(Some(&name), &one.path, &Problem::SameShape { other });
                }
            }
        }
        let wires = || {
            group
                .iter()
                .filter_map(|index| declared[*index].endpoint.wire.as_ref())
        };
        let limit = wires()
            .filter_map(|wire| wire.limit)
            .min_by(|one, other| stricter(*one, *other));
        let lock = wires().filter_map(|wire| wire.lock).max();
        let bucket = wires().find_map(|wire| wire.bucket.clone());
        for index in group {
            if let Some(wire) = &mut declared[index].endpoint.wire {
                wire.limit = limit;
                wire.lock = lock;
                wire.bucket.clone_from(&bucket);
            }
        }
    }
}

/// Fewer calls in the same time come first.
fn stricter(one: (u32, u64), other: (u32, u64)) -> std::cmp::Ordering {
    let rate = |(calls, _): (u32, u64), (_, per): (u32, u64)| u128::from(calls) * u128::from(per);
    rate(one, other)
        .cmp(&rate(other, one))
        .then(one.0.cmp(&other.0))
}
