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
    let mut names: Vec<Names> = Vec::new();
    for mut one in declared {
        let surface = &one.endpoint.surface;
        let mut own = Names::of(&one);
        let clashing = || names.iter().filter(|other| !(own.gated && other.gated));
        if clashing().any(|other| other.method == own.method) {
            let name = surface.ident.unraw().to_string();
            one.errors
                .push(&surface.ident, &Problem::RepeatedMethod { name });
            continue;
        }
        if let Some(other) = clashing().find(|other| other.builder == own.builder) {
            let problem = Problem::SameBuilder {
                name: surface.ident.unraw().to_string(),
                other: other.method.clone(),
                builder: own.builder.clone(),
            };
            one.errors.push(&surface.ident, &problem);
            // Another name keeps calls of the method right.
            let builder = format_ident!("{}{}", surface.builder, kept.len());
            own.builder = builder.to_string();
            one.endpoint.surface.builder = builder;
        }
        kept.push(one);
        names.push(own);
    }
    kept
}

/// The names of an endpoint, as text: comparing identifiers makes text of both each time.
struct Names {
    method: String,
    builder: String,
    /// Whether the method may be configured away.
    gated: bool,
}

impl Names {
    fn of(one: &Declared<'_>) -> Self {
        let surface = &one.endpoint.surface;
        Self {
            method: surface.ident.to_string(),
            builder: surface.builder.to_string(),
            gated: surface.attrs.iter().any(is_gate),
        }
    }
}
