//! Whose calls they are, where one program makes calls for several users.

use std::fmt;
use std::sync::Arc;

/// What names a user: chosen by the caller, stable, and the same for all tokens of that user, such
/// as the id in one's own database.
///
/// Limits are counted for each key, and tokens kept for each. Cloning it is cheap.
///
/// ```
/// use cliq_api::UserKey;
///
/// let user = UserKey::new("855727961");
/// assert_eq!(user.as_str(), "855727961");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserKey(Arc<str>);

impl UserKey {
    /// From any text.
    pub fn new(key: impl AsRef<str>) -> Self {
        Self(key.as_ref().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for UserKey {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

impl From<String> for UserKey {
    fn from(key: String) -> Self {
        Self::new(key)
    }
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
