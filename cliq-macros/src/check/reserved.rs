//! Reserved names: a method or a setter of such a name would never be reached, or would hide what
//! every client or builder has.

use syn::Ident;
use syn::ext::IdentExt;

use crate::errors::Sink;
use crate::problem::Problem;

/// The client's own methods.
const CLIENT: &[&str] = &[
    "as_user",
    "base_url",
    "call",
    "client",
    "close",
    "forget_user",
    "granted_scopes",
    "limits",
    "user",
    "user_count",
];

/// Methods of every value by the prelude's traits, and by those that are often imported.
const EVERY_VALUE: &[&str] = &[
    "clone",
    "into",
    "try_into",
    "to_owned",
    "borrow",
    "borrow_mut",
    "as_ref",
    "as_mut",
];

/// Methods of every builder, with and without the blocking traits.
pub(super) const BUILDER: &[&str] = &[
    "clone",
    "into_future",
    "items",
    "lenient",
    "options",
    "pages",
    "prepare",
    "prepare_authorized",
    "reconnecting",
    "send",
    "wait",
    "wait_items",
    "wait_pages",
    "wait_send",
    "with",
];

/// Reports a method of the trait with a reserved name.
pub(super) fn method(ident: &Ident, errors: Sink<'_>) {
    let name = ident.unraw().to_string();
    let of_client = CLIENT.contains(&name.as_str());
    if of_client || EVERY_VALUE.contains(&name.as_str()) {
        errors.push(ident, &Problem::ReservedMethod { name, of_client });
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use syn::{ImplItem, Item, TraitItem, Type, Visibility};

    use super::*;

    fn file(name: &str) -> Vec<Item> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../cliq-api/src")
            .join(name);
        syn::parse_file(&fs::read_to_string(path).unwrap())
            .unwrap()
            .items
    }

    /// The methods of the traits of a file that extend the trait of all builders.
    fn of_builders(name: &str) -> Vec<String> {
        let traits = file(name).into_iter().filter_map(|item| match item {
            Item::Trait(item) if item.ident.to_string().ends_with("Ext") => Some(item.items),
            _ => None,
        });
        let methods = traits.flatten().filter_map(|item| match item {
            TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
            _ => None,
        });
        methods.collect()
    }

    #[test]
    fn all_that_a_builder_has_is_reserved() {
        let methods: Vec<_> = [
            "request_ext.rs",
            "paging.rs",
            "blocking.rs",
            "streaming/reconnecting.rs",
        ]
        .into_iter()
        .flat_map(of_builders)
        .collect();
        assert!(methods.len() > 8, "they are found: {methods:?}");
        for method in methods {
            assert!(BUILDER.contains(&method.as_str()), "{method}");
        }
    }

    #[test]
    fn all_that_a_client_has_is_reserved() {
        let of_client = |item: Item| match item {
            Item::Impl(item) if item.trait_.is_none() => match &*item.self_ty {
                Type::Path(path) if path.path.is_ident("Client") => Some(item.items),
                _ => None,
            },
            _ => None,
        };
        let methods = file("client/mod.rs")
            .into_iter()
            .filter_map(of_client)
            .flatten()
            .filter_map(|item| match item {
                ImplItem::Fn(method)
                    if matches!(method.vis, Visibility::Public(_))
                        && method.sig.receiver().is_some() =>
                {
                    Some(method.sig.ident.to_string())
                }
                _ => None,
            });
        let methods: Vec<_> = methods.collect();
        assert!(methods.len() > 5, "they are found: {methods:?}");
        for method in methods {
            assert!(CLIENT.contains(&method.as_str()), "{method}");
        }
    }
}
