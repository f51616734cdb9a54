//! What can only be seen of several methods together: names that collide, and endpoints that a
//! server can't tell apart.

use std::collections::BTreeMap;

use quote::format_ident;
use syn::ext::IdentExt;

use super::wire::Wire;
use super::{Declared, Endpoint};
use crate::attrs::is_gate;
use crate::parse::values::Calls;
use crate::problem::Problem;

/// Reports collisions, and gives endpoints that share a bucket one limit. What has errors is left
/// out: a method that can't be named, and what another does.
pub(super) fn check(declared: Vec<Declared<'_>>) -> Vec<Endpoint> {
    let mut declared = distinct(declared);
    shares(&declared);
    shapes(&mut declared);
    declared
        .into_iter()
        .map(|one| Endpoint {
            wire: one.endpoint.wire.filter(|_| !one.errors.failed()),
            ..one.endpoint
        })
        .collect()
}

/// Only twins behind `#[cfg]`s may have one name.
fn distinct(declared: Vec<Declared<'_>>) -> Vec<Declared<'_>> {
    let mut kept: Vec<Declared<'_>> = Vec::new();
    for mut one in declared {
        let surface = &one.endpoint.surface;
        let clashing = || {
            kept.iter()
                .filter(|other| !(is_gated(&one) && is_gated(other)))
        };
        let same = clashing().find(|other| other.endpoint.surface.ident == surface.ident);
        if same.is_some() {
            let name = surface.ident.unraw().to_string();
            one.errors
                .push(&surface.ident, &Problem::RepeatedMethod { name });
            continue;
        }
        let same = clashing().find(|other| other.endpoint.surface.builder == surface.builder);
        if let Some(other) = same {
            let problem = Problem::SameBuilder {
                name: surface.ident.unraw().to_string(),
                other: other.endpoint.surface.ident.to_string(),
                builder: surface.builder.to_string(),
            };
            one.errors.push(&surface.ident, &problem);
            // Another name keeps calls of the method right.
            one.endpoint.surface.builder = format_ident!("{}{}", surface.builder, kept.len());
        }
        kept.push(one);
    }
    kept
}

/// Whether the method may be configured away.
fn is_gated(one: &Declared<'_>) -> bool {
    one.endpoint.surface.attrs.iter().any(is_gate)
}

/// Whether each `shares = …` names an endpoint with which it can be counted.
fn shares(declared: &[Declared<'_>]) {
    let sound = |one: &Declared<'_>| !one.errors.failed();
    let shape = |one: &Declared<'_>| {
        one.endpoint
            .wire
            .as_ref()
            .filter(|_| sound(one))
            .map(Wire::shape)
    };
    let names: Vec<String> = declared
        .iter()
        .map(|one| one.endpoint.surface.ident.unraw().to_string())
        .collect();
    let shapes: Vec<Option<String>> = declared.iter().map(shape).collect();
    for (index, one) in declared.iter().enumerate() {
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
                let others = names.iter().filter(|name| **name != names[index]);
                let methods = others.cloned().collect();
                Problem::SharesUnknown { other, methods }
            }
            Some((Some(mine), Some(theirs))) => Problem::SharesOtherShape {
                other,
                mine: mine.clone(),
                theirs: theirs.clone(),
            },
            Some(_) => continue,
        };
        one.errors.push(with, &problem);
    }
}

/// Endpoints of one shape are one to the server: the stricter limit and the longer lock hold for
/// all of them.
///
/// What may be configured away is left out: it must not change what holds without it.
fn shapes(declared: &mut [Declared<'_>]) {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, one) in declared.iter().enumerate() {
        let sound = !one.errors.failed() && !is_gated(one);
        if let Some(wire) = one.endpoint.wire.as_ref().filter(|_| sound) {
            groups.entry(wire.shape()).or_default().push(index);
        }
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        report_same(declared, &group);
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

/// Reports those of a group that neither share nor have one bucket.
fn report_same(declared: &[Declared<'_>], group: &[usize]) {
    let bucket = |index: usize| declared[index].endpoint.wire.as_ref()?.bucket.as_deref();
    let mut alone = group
        .iter()
        .filter(|index| declared[**index].shares.is_none());
    let Some(&first) = alone.next() else { return };
    for &index in alone {
        let other = declared[first].endpoint.surface.ident.unraw().to_string();
        let problem = match (bucket(first), bucket(index)) {
            (Some(one), Some(other)) if one == other => continue,
            (Some(_), Some(_)) => Problem::SameShapeTwoBuckets { other },
            _ => Problem::SameShape { other },
        };
        declared[index].errors.push(&declared[index].path, &problem);
    }
}

/// Fewer calls in the same time come first.
fn stricter(one: Calls, other: Calls) -> std::cmp::Ordering {
    let rate = |one: Calls, other: Calls| u128::from(one.calls) * u128::from(other.seconds);
    rate(one, other)
        .cmp(&rate(other, one))
        .then(one.calls.cmp(&other.calls))
}
