//! The compared ways to write an endpoint.

use std::path::Path;

use crate::generate::cliq_api;

/// A way to write an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variant {
    Ours,
    ByHand,
    Conjure,
    Rustify,
}

impl Variant {
    pub(crate) const ALL: [Self; 4] = [Self::Ours, Self::ByHand, Self::Conjure, Self::Rustify];

    pub(crate) fn is_peer(self) -> bool {
        matches!(self, Self::Conjure | Self::Rustify)
    }

    /// The name in packages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::ByHand => "by-hand",
            Self::Conjure => "conjure",
            Self::Rustify => "rustify",
        }
    }

    /// The label in tables.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Ours => "#[endpoints]",
            Self::ByHand => "by hand, reqwest",
            Self::Conjure => "Conjure 5.20",
            Self::Rustify => "rustify 0.7",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Ours => include_str!("../templates/ours.tmpl"),
            Self::ByHand => include_str!("../templates/by_hand.tmpl"),
            Self::Conjure => include_str!("../templates/conjure.tmpl"),
            Self::Rustify => include_str!("../templates/rustify.tmpl"),
        }
    }

    /// Returns the part of the template after `== name`; empty if there is none.
    pub(crate) fn section(self, name: &str) -> String {
        let mut lines = self
            .template()
            .lines()
            .skip_while(|line| line.strip_prefix("== ") != Some(name));
        lines.next();
        lines
            .take_while(|line| !line.starts_with("== "))
            .flat_map(|line| [line, "\n"])
            .collect()
    }

    /// Returns the lines below `[dependencies]`. Versions of other libraries are exact, so that
    /// results can be reproduced.
    pub(crate) fn dependencies(self, project: &Path) -> String {
        let own = match self {
            Self::Ours => cliq_api(project),
            Self::ByHand => "\
                percent-encoding = \"2.3\"\n\
                reqwest = { version = \"0.13\", default-features = false, \
                features = [\"json\", \"query\", \"rustls\", \"system-proxy\"] }\n\
                serde_json = \"1\""
                .to_owned(),
            Self::Conjure => "\
                bytes = \"1\"\n\
                conjure-error = \"=5.20.0\"\n\
                conjure-http = \"=5.20.0\"\n\
                conjure-object = \"=5.20.0\"\n\
                futures-core = { version = \"0.3\", default-features = false }\n\
                http = \"1\"\n\
                reqwest = { version = \"0.13\", default-features = false, features = [\"rustls\", \"system-proxy\"] }"
                .to_owned(),
            Self::Rustify => "\
                http = \"1\"\n\
                rustify = \"=0.7.0\"\n\
                rustify_derive = \"=0.5.5\""
                .to_owned(),
        };
        format!(
            "{}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n",
            own.trim_end()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_all_sections() {
        for variant in Variant::ALL {
            for section in ["api", "head", "get", "post", "call_get", "call_post"] {
                assert!(
                    !variant.section(section).trim().is_empty(),
                    "{variant:?} has no `{section}`"
                );
            }
            for section in ["get", "post"] {
                for placeholder in ["{N}", "{PATH}", "{DOC}"] {
                    assert!(
                        variant.section(section).contains(placeholder),
                        "{variant:?} {section} {placeholder}"
                    );
                }
            }
        }
    }
}
