//! Reads a document and resolves its references.

use crate::node::Node;

use super::ImportError;

/// The maximum length of a chain of references.
const MAX_HOPS: usize = 32;

/// A document, with the references in it.
pub(super) struct Source {
    pub(super) root: Node,
    /// Whether this crate generated it, so that nothing has to be inferred.
    pub(super) is_ours: bool,
}

impl Source {
    /// Parses JSON or YAML.
    pub(super) fn read(text: &str) -> Result<Self, ImportError> {
        let text = text.trim_start_matches('\u{feff}');
        let root: Node = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| ImportError::new(error.to_string()))?
        } else {
            // The file is the user's own, so its size isn't limited.
            let options = serde_saphyr::options! {
                budget: None,
                duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
                strict_booleans: true,
                leading_zero_numbers_as_strings: true,
                underscored_numbers_as_strings: true,
            };
            serde_saphyr::from_str_with_options(text, options).map_err(|error| {
                let error = error.to_string();
                // The program prints `error: ` itself.
                ImportError::new(error.trim_start_matches("error: ").to_owned())
            })?
        };
        if let Some(version) = root.get("swagger") {
            let version = version.text().unwrap_or("2.0");
            return Err(ImportError::new(format!(
                "expected OpenAPI 3.0 or 3.1, found Swagger {version}\nhelp: convert the document \
                 first, for example with `swagger2openapi`"
            )));
        }
        let version = match root.at("openapi") {
            Node::Text(version) => version.clone(),
            Node::Number(version) => version.to_string(),
            _ => {
                return Err(ImportError::new(
                    "expected an OpenAPI document, found no member `openapi`",
                ));
            }
        };
        if !version.starts_with("3.") {
            return Err(ImportError::new(format!(
                "expected OpenAPI 3.0 or 3.1, found {version}"
            )));
        }
        let is_ours = root.at("x-generator").text() == Some("cliq-openapi");
        Ok(Self { root, is_ours })
    }

    /// Resolves a reference; returns a value that isn't one. `None` if the target doesn't exist or
    /// is in another document.
    pub(super) fn resolve<'s>(&'s self, node: &'s Node) -> Option<&'s Node> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            match reference(node) {
                Some(target) => node = self.target(target)?,
                None => return Some(node),
            }
        }
        None
    }

    /// As [`resolve`](Self::resolve), with null for a missing target.
    pub(super) fn follow<'s>(&'s self, node: &'s Node) -> &'s Node {
        static NULL: Node = Node::Null;
        self.resolve(node).unwrap_or(&NULL)
    }

    /// Returns the note for a reference without a target in the document.
    pub(super) fn dangling(&self, node: &Node) -> Option<String> {
        let target = reference(node).filter(|_| self.resolve(node).is_none())?;
        Some(format!("what `{target}` refers to"))
    }

    /// Returns the value at a reference's target.
    pub(super) fn target(&self, target: &str) -> Option<&Node> {
        let pointer = target.strip_prefix('#')?;
        self.root.pointer(&percent_decoded(pointer))
    }
}

/// Returns the target of a reference.
pub(super) fn reference(node: &Node) -> Option<&str> {
    node.at("$ref").text()
}

/// Decodes `%7B` and the like in pointers.
fn percent_decoded(pointer: &str) -> String {
    if !pointer.contains('%') {
        return pointer.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = pointer.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match decoded {
            Some(decoded) if byte == b'%' => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
