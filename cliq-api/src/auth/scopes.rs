//! Scopes: what a token may do, what an endpoint needs, and the least that has to be requested.

use std::fmt;
use std::sync::Arc;

use crate::meta::{EndpointMeta, Scopes};

/// A set of scopes (RFC 6749, section 3.3): those that a token has, or those to request.
///
/// Scopes are compared exactly. For a provider with scopes that include others there are
/// [`covers_with`](Self::covers_with) and [`check_with`](Self::check_with).
///
/// ```
/// use cliq_api::Scopes;
/// use cliq_api::auth::ScopeSet;
///
/// let granted = ScopeSet::from("tickets.read tickets.write");
/// assert!(granted.covers(Scopes::Any(&["tickets.read", "admin"])));
/// assert!(!granted.covers(Scopes::All(&["tickets.read", "admin"])));
///
/// let admin = ScopeSet::from("admin");
/// assert!(admin.covers_with(Scopes::All(&["tickets.read"]), |granted, _| granted == "admin"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeSet(Arc<[Box<str>]>);

impl ScopeSet {
    /// Returns the least set that suffices for all of these endpoints: the whole table of a trait,
    /// or some of it (`&[OpenTicketRequest::META]`).
    ///
    /// Where an endpoint needs any of several scopes, those are chosen that make the set small.
    pub fn for_endpoints(endpoints: &[&EndpointMeta]) -> Self {
        Self::least(endpoints, |granted, needed| granted == needed, |_| false)
    }

    /// The same where a scope may include others, and a wide one is requested only if it is needed.
    pub(crate) fn least(
        endpoints: &[&EndpointMeta],
        includes: impl Fn(&str, &str) -> bool,
        is_wide: impl Fn(&str) -> bool,
    ) -> Self {
        let least = Least {
            includes: &includes,
            is_wide: &is_wide,
        };
        Self::from_names(least.of(endpoints))
    }

    /// Returns the names of the scopes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// Returns whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the scopes suffice for what an endpoint needs.
    pub fn covers(&self, needed: Scopes) -> bool {
        self.covers_with(needed, |granted, needed| granted == needed)
    }

    /// Does the same, where `includes` returns whether a granted scope includes a needed one.
    pub fn covers_with(&self, needed: Scopes, includes: impl Fn(&str, &str) -> bool) -> bool {
        satisfied(needed, |scope| {
            self.names().any(|granted| includes(granted, scope))
        })
    }

    /// Returns an error that names what is missing, unless the scopes [cover](Self::covers) what an
    /// endpoint needs.
    pub fn check(&self, needed: Scopes) -> Result<(), MissingScopes> {
        self.check_with(needed, |granted, needed| granted == needed)
    }

    /// Does the same, where `includes` returns whether a granted scope includes a needed one.
    pub fn check_with(
        &self,
        needed: Scopes,
        includes: impl Fn(&str, &str) -> bool,
    ) -> Result<(), MissingScopes> {
        if self.covers_with(needed, includes) {
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

/// From names that are separated by spaces or commas.
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

/// Separated by commas.
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
    /// Returns what the endpoint needs.
    pub fn needed(&self) -> Scopes {
        self.needed
    }

    /// Returns what the token has.
    pub fn granted(&self) -> &ScopeSet {
        &self.granted
    }
}

/// `it needs tickets.write, and the token has tickets.read (…)`.
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
        f.write_str(
            " (nothing was sent; request the user's consent again, with the missing scopes)",
        )
    }
}

impl std::error::Error for MissingScopes {}

/// Whether an endpoint has what it needs, where `has` decides for one scope.
fn satisfied(needed: Scopes, has: impl Fn(&str) -> bool) -> bool {
    match needed {
        Scopes::None => true,
        Scopes::Any(names) => names.iter().any(|name| has(name)),
        Scopes::All(names) => names.iter().all(|name| has(name)),
    }
}

type Name = &'static str;

/// The least set that suffices for all of some needs.
struct Least<'f> {
    /// Whether the first includes the second.
    includes: &'f dyn Fn(&str, &str) -> bool,
    is_wide: &'f dyn Fn(&str) -> bool,
}

impl Least<'_> {
    fn of(&self, endpoints: &[&EndpointMeta]) -> Vec<Name> {
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
        self.choose(&mut chosen, &choices, &mut best);
        let mut names = self.without_included(&best.unwrap_or(chosen));
        names.sort_unstable();
        names
    }

    /// Tries each way of meeting the first need that isn't met, and keeps the best result.
    fn choose(
        &self,
        chosen: &mut Vec<Name>,
        choices: &[&'static [Name]],
        best: &mut Option<Vec<Name>>,
    ) {
        let has = |scope: &str| chosen.iter().any(|name| (self.includes)(name, scope));
        let unmet = choices
            .iter()
            .position(|names| !satisfied(Scopes::Any(names), has));
        let Some(unmet) = unmet else {
            if best
                .as_ref()
                .is_none_or(|best| self.cost(chosen) < self.cost(best))
            {
                *best = Some(chosen.clone());
            }
            return;
        };
        // More names never cost less, so this way is no better already.
        if best
            .as_ref()
            .is_some_and(|best| self.cost(chosen) >= self.cost(best))
        {
            return;
        }
        for name in choices[unmet] {
            chosen.push(name);
            self.choose(chosen, &choices[unmet + 1..], best);
            chosen.pop();
        }
    }

    /// The wide ones count first: a user is asked for as little as possible.
    fn cost(&self, names: &[Name]) -> (usize, usize) {
        let names = self.without_included(names);
        let wide = names.iter().filter(|name| (self.is_wide)(name)).count();
        (wide, names.len())
    }

    /// Each once, and none that another one includes.
    fn without_included(&self, names: &[Name]) -> Vec<Name> {
        let mut kept: Vec<Name> = Vec::new();
        for name in names {
            if !kept.iter().any(|other| (self.includes)(other, name)) {
                kept.retain(|other| !(self.includes)(name, other));
                kept.push(name);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_least_set_is_requested() {
        use Scopes::{All, Any};
        for (needs, expected) in [
            (&[] as &[_], ""),
            (
                &[Scopes::None, Any(&["a.read"]), Any(&["a.read"])],
                "a.read",
            ),
            (&[All(&["b.read", "a.read"])], "a.read,b.read"),
            // One that is needed anyway suffices for a choice.
            (&[Any(&["a.read", "b.read"]), Any(&["b.read"])], "b.read"),
            // One for two choices rather than two.
            (
                &[Any(&["a.read", "c.read"]), Any(&["b.read", "c.read"])],
                "c.read",
            ),
        ] {
            assert_eq!(least(needs), expected, "{needs:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let granted = ScopeSet::from("a.read b.read");
        assert_eq!(granted.check(Scopes::Any(&["a.read", "c.read"])), Ok(()));
        let missing = granted
            .check(Scopes::All(&["a.read", "c.read"]))
            .unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("it needs all of a.read, c.read, and the token has a.read, b.read (")
        );
        let missing = granted
            .check(Scopes::Any(&["c.read", "d.read"]))
            .unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("it needs any of c.read, d.read, and the token has a.read, b.read (")
        );
        let missing = ScopeSet::from("")
            .check(Scopes::Any(&["a.read"]))
            .unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("it needs a.read, and the token has none"),
            "{missing}"
        );
    }
}
