//! Identifies a user, for programs that make calls for several users.

use std::fmt;
use std::sync::Arc;

/// Identifies a user. Choose a stable key, such as the id in your database, and use the same one
/// for all tokens of the user.
///
/// Rate limits are counted per key, and tokens are stored per key. Cloning is cheap.
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
    /// Returns a key for this text.
    pub fn new(key: impl AsRef<str>) -> Self {
        Self(key.as_ref().into())
    }

    /// Returns the text.
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
