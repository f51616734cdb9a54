//! What can only be seen of several methods together: names that collide.
//!
//! Endpoints that a server can't tell apart are allowed: the limits of all of them apply to each.

use quote::format_ident;
use syn::ext::IdentExt;

use super::{Declared, Endpoint};
use crate::attrs::is_gate;
use crate::problem::Problem;

/// Reports collisions. What has errors is left out: a method that can't be named, and what another
/// does.
pub(super) fn check(declared: Vec<Declared<'_>>) -> Vec<Endpoint> {
    distinct(declared)
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
