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
    "has_scopes_for",
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

/// Methods that every call needs. A setter may hide the others of a builder, which can still be
/// called by their trait: `RequestExt::options(call, …)`.
pub(super) const SETTER: &[&str] = &["clone", "into_future", "send", "wait", "wait_send"];

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

    use syn::{ImplItem, Item, Type, Visibility};

    use super::*;

    /// The items of all files of a directory.
    fn items(directory: &Path) -> Vec<Item> {
        let entries = fs::read_dir(directory).unwrap();
        let items = entries.flat_map(|entry| {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => items(&path),
                Some(extension) if extension == "rs" => {
                    let text = fs::read_to_string(path).unwrap();
                    syn::parse_file(&text).unwrap().items
                }
                _ => Vec::new(),
            }
        });
        items.collect()
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
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cliq-api/src");
        let methods = items(&runtime)
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
