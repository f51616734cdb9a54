//! Zoho's scopes. They are case-insensitive, and `ALL` includes all operations of its group.

use crate::auth::ScopeSet;
use crate::meta::EndpointMeta;

/// Returns whether a granted scope includes a needed one, ignoring case. `ZohoCliq.Chats.ALL`
/// includes `ZohoCliq.Chats.READ`.
///
/// ```
/// use cliq_api::zoho::includes_scope;
///
/// assert!(includes_scope("ZohoCliq.Chats.ALL", "ZohoCliq.Chats.READ"));
/// assert!(!includes_scope("ZohoCliq.Chats.READ", "ZohoCliq.Chats.ALL"));
/// ```
pub fn includes_scope(granted: &str, needed: &str) -> bool {
    let group_of_needed = || needed.rsplit_once('.').map(|(group, _)| group);
    let in_group =
        |all_of: &str| group_of_needed().is_some_and(|group| group.eq_ignore_ascii_case(all_of));
    granted.eq_ignore_ascii_case(needed) || group_of_all(granted).is_some_and(in_group)
}

/// Returns the smallest set of scopes that suffices for all of these endpoints, as
/// [`ScopeSet::for_endpoints`] does, by Zoho's rules. It contains `ALL` only if an endpoint needs
/// it.
///
/// ```
/// use cliq_api::threads::THREADS;
///
/// println!("Threads needs {}", cliq_api::zoho::scopes_for(THREADS));
/// ```
pub fn scopes_for(endpoints: &[&EndpointMeta]) -> ScopeSet {
    ScopeSet::least(endpoints, includes_scope, |scope| {
        group_of_all(scope).is_some()
    })
}

/// Returns the group of an `ALL` scope: `ZohoCliq.Chats` for `ZohoCliq.Chats.ALL`.
fn group_of_all(scope: &str) -> Option<&str> {
    scope
        .rsplit_once('.')
        .filter(|(_, operation)| operation.eq_ignore_ascii_case("ALL"))
        .map(|(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::Scopes;
    use crate::threads::THREADS;

    fn least(needs: &[Scopes]) -> String {
        let needing = |&scopes| EndpointMeta {
            scopes,
            ..EndpointMeta::DEFAULT
        };
        let endpoints: Vec<_> = needs.iter().map(needing).collect();
        scopes_for(&endpoints.iter().collect::<Vec<_>>()).to_string()
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
                includes_scope(granted, needed),
                expected,
                "{granted} for {needed}"
            );
        }
    }

    /// Prefers a narrow scope, unless an endpoint needs the wide one.
    #[test]
    fn all_is_requested_only_where_it_is_needed() {
        use Scopes::Any;
        for (needs, expected) in [
            (&[Any(&["Z.A.ALL", "Z.A.READ"])] as &[_], "Z.A.READ"),
            (&[Any(&["Z.A.ALL", "Z.B.READ"])], "Z.B.READ"),
            (&[Any(&["Z.A.ALL"]), Any(&["Z.A.READ"])], "Z.A.ALL"),
            (&[Any(&["Z.A.READ"]), Any(&["Z.A.ALL"])], "Z.A.ALL"),
        ] {
            assert_eq!(least(needs), expected, "{needs:?}");
        }
    }

    #[test]
    fn the_least_set_of_a_trait_covers_it_and_nothing_can_be_left_out() {
        for scopes in [scopes_for(THREADS), ScopeSet::for_endpoints(THREADS)] {
            let covers = |scopes: &ScopeSet| {
                let mut needs = THREADS.iter().map(|meta| meta.scopes());
                needs.all(|needed| scopes.covers_with(needed, includes_scope))
            };
            assert!(covers(&scopes));
            for left_out in scopes.names() {
                let fewer: ScopeSet = scopes.names().filter(|name| *name != left_out).collect();
                assert!(!covers(&fewer), "{left_out}");
            }
        }
    }
}
