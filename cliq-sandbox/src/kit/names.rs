//! Checks the names of parameters that a test uses.

use cliq_api::{EndpointMeta, Param, Place, Shape};

/// Returns the parameter with this name; `None` if the endpoint accepts any name in that place.
///
/// # Panics
///
/// If the endpoint has no such parameter.
#[track_caller]
pub(super) fn param(
    endpoint: &'static EndpointMeta,
    place: Place,
    name: &str,
) -> Option<&'static Param> {
    let found = endpoint
        .params()
        .iter()
        .find(|param| param.place() == place && param.name() == name);
    assert!(
        found.is_some() || takes_any_name(endpoint, place),
        "{}",
        unknown(endpoint, place, name)
    );
    found
}

/// Returns whether an endpoint accepts names that its declaration doesn't list: those of a
/// flattened struct, or of a whole body.
pub(super) fn takes_any_name(endpoint: &EndpointMeta, place: Place) -> bool {
    endpoint.params().iter().any(|param| match place {
        Place::Query => param.place() == place && param.shape() == Shape::Flatten,
        Place::Field => {
            param.place() == Place::Body
                || param.place() == place && param.shape() == Shape::Flatten
        }
        _ => false,
    })
}

fn unknown(endpoint: &EndpointMeta, place: Place, name: &str) -> String {
    let near = |in_place: bool| {
        let params = endpoint
            .params()
            .iter()
            .filter(move |param| (param.place() == place) == in_place);
        params
            .map(|param| (distance(name, param.name()), param))
            .min_by_key(|(distance, _)| *distance)
    };
    let meant = [near(true), near(false)]
        .into_iter()
        .flatten()
        .find(|(distance, _)| *distance <= name.len() / 3);
    let meant = meant.map_or_else(String::new, |(_, param)| {
        format!(
            " Did you mean the {} parameter `{}`?",
            param.place(),
            param.name()
        )
    });
    let all: Vec<_> = endpoint
        .params()
        .iter()
        .map(|param| format!("`{}` ({})", param.name(), param.place()))
        .collect();
    let all = if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(", ")
    };
    format!(
        "`{}` has no {place} parameter `{name}`.{meant} Its parameters: {all}.",
        endpoint.name()
    )
}

/// Returns the edit distance, ignoring the case style.
fn distance(one: &str, other: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|c| !matches!(c, '_' | '-'))
            .flat_map(char::to_lowercase)
            .collect()
    };
    let (one, other) = (fold(one), fold(other));
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("ticketId", "TICKET_ID"), 0);
        assert_eq!(distance("tiket", "ticket"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
