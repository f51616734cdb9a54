//! Requested and granted scopes.

use std::fmt;

use cliq_api::Scopes;

/// The scopes of a token.
///
/// A scope is `Service.group.OPERATION`. Comparison ignores case, and `ALL` includes each operation
/// of its group.
///
/// ```
/// use cliq_api::Scopes;
/// use cliq_sandbox::oauth::ScopeSet;
///
/// let scopes = ScopeSet::from("ZohoCliq.Chats.ALL,ZohoCliq.Webhooks.CREATE");
/// assert!(scopes.covers(Scopes::Any(&["ZohoCliq.Chats.READ"])));
/// assert!(!scopes.covers(Scopes::All(&["ZohoCliq.Chats.READ", "ZohoCliq.Channels.UPDATE"])));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeSet(Given);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Everything,
    Named(Vec<String>),
}

impl ScopeSet {
    /// Returns a set of all scopes.
    pub fn everything() -> Self {
        Self(Given::Everything)
    }

    /// Parses requested scopes, joined with commas. Returns `None` if one isn't in Zoho's form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.split(',').all(is_scope).then(|| Self::from(text))
    }

    /// Returns their names, as requested; none for [`everything`](Self::everything).
    pub fn names(&self) -> &[String] {
        match &self.0 {
            Given::Everything => &[],
            Given::Named(names) => names,
        }
    }

    /// Returns whether they suffice for an endpoint.
    pub fn covers(&self, needed: Scopes) -> bool {
        satisfied(needed, |scope| self.covers_one(scope))
    }

    pub(super) fn covers_one(&self, scope: &str) -> bool {
        match &self.0 {
            Given::Everything => true,
            Given::Named(names) => names.iter().any(|name| includes(name, scope)),
        }
    }
}

/// Returns whether an endpoint's scopes are satisfied; `has` decides on a single one.
pub(super) fn satisfied(needed: Scopes, has: impl Fn(&str) -> bool) -> bool {
    match needed {
        Scopes::Any(names) => names.iter().any(|name| has(name)),
        // `Scopes::None` and future variants.
        _ => needed.names().iter().all(|name| has(name)),
    }
}

/// Parses names separated by commas or spaces.
impl From<&str> for ScopeSet {
    fn from(text: &str) -> Self {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        Self(Given::Named(names.map(str::to_owned).collect()))
    }
}

/// Separated by spaces, as in responses.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" "))
    }
}

/// Returns whether a granted scope includes a needed one.
fn includes(given: &str, needed: &str) -> bool {
    let group = |scope: &str| {
        scope
            .rsplit_once('.')
            .map(|(group, _)| group.to_ascii_lowercase())
    };
    let is_all = given
        .rsplit_once('.')
        .is_some_and(|(_, operation)| operation.eq_ignore_ascii_case("ALL"));
    given.eq_ignore_ascii_case(needed) || is_all && group(given) == group(needed)
}

fn is_scope(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.contains('.') && text.split('.').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_includes_every_operation_of_its_group_only() {
        for (given, needed, expected) in [
            ("ZohoCliq.Chats.READ", "ZohoCliq.Chats.READ", true),
            ("ZohoCliq.Chats.ALL", "ZohoCliq.Chats.READ", true),
            ("zohocliq.chats.all", "ZohoCliq.Chats.READ", true),
            ("ZohoCliq.Chats.READ", "ZohoCliq.Chats.ALL", false),
            ("ZohoCliq.Chats.READ", "ZohoCliq.Chats.UPDATE", false),
            ("ZohoCliq.Chats.ALL", "ZohoCliq.Channels.READ", false),
            ("ZohoCliq.ALL", "ZohoCliq.Chats.READ", false),
        ] {
            assert_eq!(includes(given, needed), expected, "{given} for {needed}");
        }
    }

    #[test]
    fn any_or_all_scopes_are_required() {
        let scopes = ScopeSet::from("ZohoCliq.Chats.READ");
        let both = &["ZohoCliq.Chats.READ", "ZohoCliq.Chats.UPDATE"];
        assert!(scopes.covers(Scopes::None));
        assert!(scopes.covers(Scopes::Any(both)));
        assert!(!scopes.covers(Scopes::All(both)));
        assert!(ScopeSet::everything().covers(Scopes::All(both)));
        assert!(ScopeSet::from("").covers(Scopes::None));
    }

    #[test]
    fn requested_scopes_are_separated_by_commas() {
        let asked = ScopeSet::parse("ZohoCliq.Chats.READ,ZohoCliq.Webhooks.CREATE").unwrap();
        assert_eq!(
            asked.names(),
            ["ZohoCliq.Chats.READ", "ZohoCliq.Webhooks.CREATE"]
        );
        assert_eq!(
            asked.to_string(),
            "ZohoCliq.Chats.READ ZohoCliq.Webhooks.CREATE"
        );
        for text in [
            "",
            ",",
            "ZohoCliq",
            "ZohoCliq.Chats.READ,",
            "ZohoCliq.Chats.READ ZohoCliq.Webhooks.CREATE",
            "a..b",
        ] {
            assert_eq!(ScopeSet::parse(text), None, "{text:?}");
        }
    }
}
