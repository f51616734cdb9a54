//! Scopes: what a token may do, what an endpoint needs, and the least that is to be asked for.

use std::fmt;
use std::sync::Arc;

use crate::meta::{EndpointMeta, Scopes};

/// A set of scopes: those that a token has, or those to ask a user for.
///
/// Case doesn't count, and `ALL` stands for each operation of its group, as Zoho has it:
/// `ZohoCliq.Chats.ALL` includes `ZohoCliq.Chats.READ`.
///
/// ```
/// use cliq_api::auth::ScopeSet;
/// use cliq_api::threads::THREADS;
/// use cliq_api::{Endpoint, Scopes};
///
/// let granted = ScopeSet::from("ZohoCliq.Chats.ALL,ZohoCliq.Webhooks.CREATE");
/// assert!(granted.covers(Scopes::Any(&["ZohoCliq.Chats.READ"])));
///
/// let needed = ScopeSet::for_endpoints(&[cliq_api::threads::FollowThreadRequest::META]);
/// assert_eq!(needed.to_string(), "ZohoCliq.Chats.UPDATE");
/// println!("all of the trait needs {}", ScopeSet::for_endpoints(THREADS));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeSet(Arc<[Box<str>]>);

impl ScopeSet {
    /// The least set that suffices for all of these endpoints: a whole trait's table (`THREADS`),
    /// or some (`&[FollowThreadRequest::META]`).
    ///
    /// Where an endpoint is content with any of several scopes, those are chosen that make the set
    /// small, and narrow ones rather than `ALL`.
    pub fn for_endpoints(endpoints: &[&EndpointMeta]) -> Self {
        Self::from_names(least::of(endpoints))
    }

    /// The names, such as `ZohoCliq.Chats.READ`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// Whether there is none in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they suffice for what an endpoint needs.
    pub fn covers(&self, needed: Scopes) -> bool {
        satisfied(needed, |scope| {
            self.names().any(|granted| includes(granted, scope))
        })
    }

    /// The same as [`covers`](Self::covers), with words for what is missing.
    pub fn check(&self, needed: Scopes) -> Result<(), MissingScopes> {
        if self.covers(needed) {
            Ok(())
        } else {
            Err(MissingScopes {
                needed,
                granted: self.clone(),
            })
        }
    }

    fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(Box::from).collect())
    }
}

/// From names with commas or spaces between them, as they are asked for and as they are told.
impl From<&str> for ScopeSet {
    fn from(text: &str) -> Self {
        Self::from_names(text.split([',', ' ']).filter(|name| !name.is_empty()))
    }
}

impl<S: AsRef<str>> FromIterator<S> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(
            names
                .into_iter()
                .map(|name| Box::from(name.as_ref()))
                .collect(),
        )
    }
}

impl From<&Self> for ScopeSet {
    fn from(scopes: &Self) -> Self {
        scopes.clone()
    }
}

/// With commas between them, as they are asked for.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// A token's scopes don't suffice for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingScopes {
    needed: Scopes,
    granted: ScopeSet,
}

impl MissingScopes {
    /// What the endpoint needs.
    pub fn needed(&self) -> Scopes {
        self.needed
    }

    /// What the token has.
    pub fn granted(&self) -> &ScopeSet {
        &self.granted
    }
}

/// `it needs ZohoCliq.Chats.UPDATE, and the token has ZohoCliq.Chats.READ (…)`.
impl fmt::Display for MissingScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = match self.needed {
            Scopes::Any(names) if names.len() > 1 => "any of ",
            Scopes::All(names) if names.len() > 1 => "all of ",
            _ => "",
        };
        let granted = self.granted.0.join(", ");
        let granted = if granted.is_empty() { "none" } else { &granted };
        write!(
            f,
            "it needs {quantity}{}, and the token has {granted}",
            self.needed.names().join(", ")
        )?;
        f.write_str(" (nothing was sent; ask for the user's consent anew, with the scopes that are missing)")
    }
}

impl std::error::Error for MissingScopes {}

/// Whether an endpoint has what it needs, where `has` tells of a single scope.
fn satisfied(needed: Scopes, has: impl Fn(&str) -> bool) -> bool {
    match needed {
        Scopes::None => true,
        Scopes::Any(names) => names.iter().any(|name| has(name)),
        Scopes::All(names) => names.iter().all(|name| has(name)),
    }
}

/// Whether a scope that was granted includes one that is needed.
fn includes(granted: &str, needed: &str) -> bool {
    let group_of_needed = || needed.rsplit_once('.').map(|(group, _)| group);
    let in_group =
        |all_of: &str| group_of_needed().is_some_and(|group| group.eq_ignore_ascii_case(all_of));
    granted.eq_ignore_ascii_case(needed) || group_of_all(granted).is_some_and(in_group)
}

/// The group of which a scope is all, as `ZohoCliq.Chats` is that of `ZohoCliq.Chats.ALL`.
fn group_of_all(scope: &str) -> Option<&str> {
    scope
        .rsplit_once('.')
        .filter(|(_, operation)| operation.eq_ignore_ascii_case("ALL"))
        .map(|(group, _)| group)
}

/// The least set that suffices for all of some needs.
mod least {
    use super::{EndpointMeta, Scopes, group_of_all, includes, satisfied};

    type Name = &'static str;

    pub(super) fn of(endpoints: &[&EndpointMeta]) -> Vec<Name> {
        let mut chosen = Vec::new();
        let mut choices: Vec<&[Name]> = Vec::new();
        for endpoint in endpoints {
            match endpoint.scopes() {
                Scopes::Any(names) if names.len() > 1 => choices.push(names),
                needed => chosen.extend(needed.names()),
            }
        }
        choices.sort_unstable();
        choices.dedup();
        let mut best = None;
        choose(&mut chosen, &choices, &mut best);
        let mut names = without_included(&best.unwrap_or(chosen));
        names.sort_unstable();
        names
    }

    /// Tries each way of meeting the first need that isn't met, and keeps the best that comes of
    /// it.
    fn choose(chosen: &mut Vec<Name>, choices: &[&'static [Name]], best: &mut Option<Vec<Name>>) {
        let has = |chosen: &[Name], scope: &str| chosen.iter().any(|name| includes(name, scope));
        let unmet = choices
            .iter()
            .position(|names| !satisfied(Scopes::Any(names), |scope| has(chosen, scope)));
        let Some(unmet) = unmet else {
            if best.as_ref().is_none_or(|best| cost(chosen) < cost(best)) {
                *best = Some(chosen.clone());
            }
            return;
        };
        // More names never cost less, so that this way is no better already.
        if best.as_ref().is_some_and(|best| cost(chosen) >= cost(best)) {
            return;
        }
        for name in choices[unmet] {
            chosen.push(name);
            choose(chosen, &choices[unmet + 1..], best);
            chosen.pop();
        }
    }

    /// The wide ones count first: a user is asked for as little as possible.
    fn cost(names: &[Name]) -> (usize, usize) {
        let names = without_included(names);
        (
            names
                .iter()
                .filter(|name| group_of_all(name).is_some())
                .count(),
            names.len(),
        )
    }

    /// Each once, and none that another one includes.
    fn without_included(names: &[Name]) -> Vec<Name> {
        let mut kept: Vec<Name> = Vec::new();
        for name in names {
            if !kept.iter().any(|other| includes(other, name)) {
                kept.retain(|other| !includes(name, other));
                kept.push(name);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::THREADS;

    fn needing(scopes: Scopes) -> EndpointMeta {
        EndpointMeta {
            scopes,
            ..EndpointMeta::DEFAULT
        }
    }

    fn least(needs: &[Scopes]) -> String {
        let endpoints: Vec<_> = needs.iter().copied().map(needing).collect();
        ScopeSet::for_endpoints(&endpoints.iter().collect::<Vec<_>>()).to_string()
    }

    #[test]
    fn all_includes_every_operation_of_its_group_only() {
        for (granted, needed, expected) in [
            ("Z.Chats.READ", "Z.Chats.READ", true),
            ("Z.Chats.ALL", "Z.Chats.READ", true),
            ("z.chats.all", "Z.Chats.READ", true),
            ("Z.Chats.READ", "Z.Chats.ALL", false),
            ("Z.Chats.READ", "Z.Chats.UPDATE", false),
            ("Z.Chats.ALL", "Z.Channels.READ", false),
            ("Z.ALL", "Z.Chats.READ", false),
        ] {
            assert_eq!(
                includes(granted, needed),
                expected,
                "{granted} for {needed}"
            );
        }
    }

    #[test]
    fn the_least_set_is_asked_for() {
        use Scopes::{All, Any};
        for (needs, expected) in [
            (&[] as &[_], ""),
            (
                &[Scopes::None, Any(&["Z.A.READ"]), Any(&["Z.A.READ"])],
                "Z.A.READ",
            ),
            (&[All(&["Z.B.READ", "Z.A.READ"])], "Z.A.READ,Z.B.READ"),
            // One that is needed anyway suffices for a choice.
            (
                &[Any(&["Z.A.READ", "Z.B.READ"]), Any(&["Z.B.READ"])],
                "Z.B.READ",
            ),
            // One for two choices rather than two.
            (
                &[
                    Any(&["Z.A.READ", "Z.C.READ"]),
                    Any(&["Z.B.READ", "Z.C.READ"]),
                ],
                "Z.C.READ",
            ),
            // A narrow one rather than a wide one, unless that is needed.
            (&[Any(&["Z.A.ALL", "Z.A.READ"])], "Z.A.READ"),
            (&[Any(&["Z.A.ALL"]), Any(&["Z.A.READ"])], "Z.A.ALL"),
            (&[Any(&["Z.A.READ"]), Any(&["Z.A.ALL"])], "Z.A.ALL"),
        ] {
            assert_eq!(least(needs), expected, "{needs:?}");
        }
    }

    #[test]
    fn the_least_set_of_a_trait_covers_it_and_nothing_can_be_left_out() {
        let scopes = ScopeSet::for_endpoints(THREADS);
        assert!(THREADS.iter().all(|meta| scopes.covers(meta.scopes())));
        for left_out in scopes.names() {
            let fewer: ScopeSet = scopes.names().filter(|name| *name != left_out).collect();
            assert!(
                !THREADS.iter().all(|meta| fewer.covers(meta.scopes())),
                "{left_out}"
            );
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let granted = ScopeSet::from("Z.A.READ Z.B.READ");
        assert_eq!(
            granted.check(Scopes::Any(&["Z.A.READ", "Z.C.READ"])),
            Ok(())
        );
        let missing = granted
            .check(Scopes::All(&["Z.A.READ", "Z.C.READ"]))
            .unwrap_err();
        assert!(missing.to_string().starts_with(
            "it needs all of Z.A.READ, Z.C.READ, and the token has Z.A.READ, Z.B.READ ("
        ));
        let missing = ScopeSet::from("")
            .check(Scopes::Any(&["Z.A.READ"]))
            .unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("it needs Z.A.READ, and the token has none"),
            "{missing}"
        );
    }
}
