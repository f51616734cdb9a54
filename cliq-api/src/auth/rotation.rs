//! Refresh tokens that replace older ones (RFC 6749, section 6).
//!
//! A server that rotates refresh tokens accepts the old one no more, and some end all tokens of the
//! user when they see it again. So the newest is in memory as soon as the answer was read, then in
//! the store that processes share, then with the program's hook; what fails is made up for by the
//! next renewal.

use std::error::Error as StdError;
use std::pin::Pin;

use secrecy::{ExposeSecret, SecretString};

use crate::user_key::UserKey;

/// What a [`RefreshTokenHook`] does.
pub type HookFuture<'a> =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Receives refresh tokens that replace older ones, to persist them for the program's next start.
///
/// A closure is one; see
/// [`TokenSettings::on_new_refresh_token`](super::TokenSettings::on_new_refresh_token).
pub trait RefreshTokenHook: Send + Sync + 'static {
    /// Persists the user's new refresh token. Calls that need the new access token wait for it, up
    /// to five seconds. After an error, which is logged, the next renewal calls it again.
    fn replaced<'a>(
        &'a self,
        user: Option<&'a UserKey>,
        refresh_token: &'a SecretString,
    ) -> HookFuture<'a>;
}

impl<F, Fut, E> RefreshTokenHook for F
where
    F: Fn(Option<UserKey>, SecretString) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    fn replaced<'a>(
        &'a self,
        user: Option<&'a UserKey>,
        refresh_token: &'a SecretString,
    ) -> HookFuture<'a> {
        let persisted = self(user.cloned(), refresh_token.clone());
        Box::pin(async move { persisted.await.map_err(Into::into) })
    }
}

/// The newest refresh token of a session, if it is not the one of its credentials.
#[derive(Default)]
pub(super) struct Rotation {
    token: Option<SecretString>,
    /// Not in the shared store yet.
    unsaved: bool,
    /// Not with the program's hook yet.
    unreported: bool,
}

impl Rotation {
    /// A renewal brought this one.
    pub(super) fn replace(&mut self, token: SecretString) {
        *self = Self {
            token: Some(token),
            unsaved: true,
            unreported: true,
        };
    }

    /// The store has this one, or none. It takes precedence over ours, unless ours is not in the
    /// store yet.
    pub(super) fn adopt(&mut self, stored: Option<&SecretString>) {
        if let Some(token) = stored.filter(|_| !self.unsaved) {
            self.token = Some(token.clone());
        }
    }

    pub(super) fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }

    /// The store has this one.
    pub(super) fn saved(&mut self, token: Option<&SecretString>) {
        self.unsaved &= !self.is_newest(token);
    }

    /// What the hook has to receive.
    pub(super) fn unreported(&self) -> Option<SecretString> {
        self.token.clone().filter(|_| self.unreported)
    }

    pub(super) fn reported(&mut self, token: &SecretString) {
        self.unreported &= !self.is_newest(Some(token));
    }

    fn is_newest(&self, token: Option<&SecretString>) -> bool {
        let newest = self.token.as_ref().map(ExposeSecret::expose_secret);
        newest == token.map(ExposeSecret::expose_secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest(rotation: &Rotation) -> Option<&str> {
        rotation.token().map(|token| token.expose_secret())
    }

    #[test]
    fn the_store_takes_precedence_once_it_has_ours() {
        let mut rotation = Rotation::default();
        rotation.adopt(None);
        assert_eq!(newest(&rotation), None);
        rotation.adopt(Some(&"second".into()));
        assert_eq!(newest(&rotation), Some("second"));
        assert!(
            rotation.unreported().is_none(),
            "another process reported it"
        );

        rotation.replace("third".into());
        rotation.adopt(Some(&"second".into()));
        assert_eq!(newest(&rotation), Some("third"));
        rotation.saved(Some(&"third".into()));
        rotation.adopt(Some(&"fourth".into()));
        assert_eq!(newest(&rotation), Some("fourth"));
    }

    #[test]
    fn it_is_reported_until_that_succeeds() {
        let mut rotation = Rotation::default();
        rotation.replace("second".into());
        let second = rotation.unreported().unwrap();
        rotation.replace("third".into());
        rotation.reported(&second);
        let third = rotation.unreported().unwrap();
        rotation.reported(&third);
        assert!(rotation.unreported().is_none());
    }
}
