//! Attributes that are looked at without being read: ours, and those that decide whether something
//! exists.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

fn last_segment_is(path: &Path, name: &str) -> bool {
    path.segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

/// `#[endpoint…]`, or `#[cliq_api::endpoint…]`.
pub(crate) fn is_endpoint(attr: &Attribute) -> bool {
    last_segment_is(attr.path(), "endpoint")
}

/// `#[endpoints…]`, or `#[cliq_api::endpoints…]`.
pub(crate) fn is_endpoints(attr: &Attribute) -> bool {
    last_segment_is(attr.path(), "endpoints")
}

/// `#[async_trait…]`, by whatever path.
pub(crate) fn is_async_trait(attr: &Attribute) -> bool {
    last_segment_is(attr.path(), "async_trait")
}

/// `#[cfg_attr(…, endpoint(…))]`.
pub(crate) fn hides_endpoint(attr: &Attribute) -> bool {
    conditional(&attr.meta, &|path| last_segment_is(path, "endpoint"))
}

/// Whether it decides if the item exists: `#[cfg(…)]`, or a `cfg_attr` that applies one.
pub(crate) fn is_gate(attr: &Attribute) -> bool {
    is_or_applies(attr, "cfg")
}

/// `#[deprecated]`, or a `cfg_attr` that may apply it or allow it.
pub(crate) fn is_deprecation(attr: &Attribute) -> bool {
    is_or_applies(attr, "deprecated") || conditional(&attr.meta, &|path| path.is_ident("allow"))
}

/// `/// …`, or a `cfg_attr` that applies some.
pub(crate) fn is_doc(attr: &Attribute) -> bool {
    is_or_applies(attr, "doc")
}

fn is_or_applies(attr: &Attribute, name: &str) -> bool {
    attr.path().is_ident(name) || conditional(&attr.meta, &|path| path.is_ident(name))
}

/// Whether a `cfg_attr` applies an attribute with such a path, in another `cfg_attr` or directly.
/// What is nested deeper, as in `doc(cfg(…))`, is no attribute.
fn conditional(meta: &Meta, wanted: &dyn Fn(&Path) -> bool) -> bool {
    let Meta::List(list) = meta else {
        return false;
    };
    if !list.path.is_ident("cfg_attr") {
        return false;
    }
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated
        .parse2(list.tokens.clone())
        .unwrap_or_default();
    metas
        .iter()
        .skip(1)
        .any(|meta| wanted(meta.path()) || conditional(meta, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_decides_whether_something_exists() {
        for (attr, expected) in [
            (quote::quote!(#[cfg(unix)]), true),
            (quote::quote!(#[cfg_attr(x, cfg(unix))]), true),
            (
                quote::quote!(#[cfg_attr(x, allow(y), cfg_attr(z, cfg(unix)))]),
                true,
            ),
            (quote::quote!(#[cfg_attr(docsrs, doc(cfg(unix)))]), false),
            (
                quote::quote!(#[cfg_attr(cfg, doc = include_str!("a"))]),
                false,
            ),
            (quote::quote!(#[doc(cfg(unix))]), false),
        ] {
            let read = Attribute::parse_outer.parse2(attr.clone()).unwrap();
            assert_eq!(is_gate(&read[0]), expected, "{attr}");
        }
    }
}
