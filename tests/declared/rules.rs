//! Compares scopes, limits and locks.

use std::collections::BTreeSet;
use std::time::Duration;

use cliq_api::{EndpointMeta, Limit, Scopes};

use crate::endpoints::{Declared, declared};
use crate::exceptions::Differences;
use crate::facts::Operation;

#[test]
fn scopes_are_those_of_the_documents() {
    let mut differences = Differences::default();
    for Declared { meta, operations } in declared().0 {
        let ours = alternatives(meta);
        for operation in &operations {
            let published: BTreeSet<BTreeSet<String>> = operation
                .scopes
                .iter()
                .map(|all| all.iter().cloned().collect())
                .collect();
            // Each declared alternative must be documented.
            for way in ours.difference(&published) {
                let published = shown(&published);
                let way = way.iter().cloned().collect::<Vec<_>>().join(" and ");
                differences.add(
                    meta.name(),
                    format_args!("{operation} needs {published}, not {way}"),
                );
            }
        }
    }
    differences.expect_only_exceptions("scopes");
}

fn alternatives(meta: &EndpointMeta) -> BTreeSet<BTreeSet<String>> {
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    match meta.scopes() {
        Scopes::Any(names) => names.iter().map(|name| set(&[name])).collect(),
        scopes => BTreeSet::from([set(scopes.names())]),
    }
}

fn shown(alternatives: &BTreeSet<BTreeSet<String>>) -> String {
    if alternatives.is_empty() {
        return "no scope".to_owned();
    }
    let all = |all: &BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(" and ");
    alternatives
        .iter()
        .map(all)
        .collect::<Vec<_>>()
        .join(" or ")
}

/// If an endpoint has several operations, the strictest limit and the longest lock apply.
#[test]
fn limits_and_locks_are_those_of_the_documents() {
    let mut differences = Differences::default();
    for Declared { meta, operations } in declared().0 {
        let limit = strictest(operations.iter().flat_map(limits)).map(|limit| limit.to_string());
        let ours = match meta.limits() {
            [] => None,
            [limit] => Some(limit.to_string()),
            several => panic!("{meta}: {several:?}"),
        };
        if limit != ours {
            let published = limit.as_deref().unwrap_or("none");
            let ours = ours.as_deref().unwrap_or("none");
            differences.add(
                meta.name(),
                format_args!("limit: published {published}, ours {ours}"),
            );
        }
        let locks = operations.iter().flat_map(|operation| &operation.limits);
        let lock = locks
            .filter_map(|(_, lock)| lock.as_deref().map(duration))
            .max();
        if lock != meta.lock() {
            let published = lock.map_or("none".to_owned(), |lock| format!("{lock:?}"));
            let ours = meta
                .lock()
                .map_or("none".to_owned(), |lock| format!("{lock:?}"));
            differences.add(
                meta.name(),
                format_args!("lock: published {published}, ours {ours}"),
            );
        }
    }
    differences.expect_only_exceptions("limits");
}

fn limits(operation: &Operation) -> impl Iterator<Item = Limit> {
    operation.limits.iter().filter_map(|(limit, _)| {
        let (calls, time) = limit.as_deref()?.split_once('/').expect("a limit");
        let per = if time.starts_with(|first: char| first.is_ascii_digit()) {
            duration(time)
        } else {
            duration(&format!("1{time}"))
        };
        Some(Limit::new(calls.parse().expect("a number"), per))
    })
}

fn strictest(limits: impl Iterator<Item = Limit>) -> Option<Limit> {
    limits.min_by(|a, b| {
        let rate = |limit: &Limit| f64::from(limit.calls) / limit.per.as_secs_f64();
        rate(a).total_cmp(&rate(b))
    })
}

/// Parses `10m`, `5min` or `10s`.
fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).expect("a unit"));
    let seconds = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        unit => panic!("{unit}"),
    };
    Duration::from_secs(number.parse::<u64>().expect("a number") * seconds)
}
