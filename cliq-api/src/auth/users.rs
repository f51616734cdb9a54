//! The users of one client: two handles for one user share a token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AuthContext, AuthError, Authorizer, Fingerprint, Identity};
use crate::user_key::UserKey;

/// Authorizers by user. They are kept until they are forgotten; one that is idle is a few hundred
/// bytes.
#[derive(Default)]
pub(crate) struct Users(Mutex<HashMap<UserKey, Known>>);

struct Known {
    fingerprint: Option<Fingerprint>,
    authorizer: Option<Arc<dyn Authorizer>>,
}

impl Users {
    /// Returns the user's authorizer: the one that is kept, if it was made of the same identity, or
    /// else a new one, which replaces it.
    pub(crate) fn authorizer(
        &self,
        context: &Arc<AuthContext>,
        user: &UserKey,
        identity: &Identity,
    ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
        let fingerprint = identity.fingerprint();
        let mut users = self.users();
        if let Some(known) = users
            .get(user)
            .filter(|known| fingerprint.is_some() && known.fingerprint == fingerprint)
        {
            return Ok(known.authorizer.clone());
        }
        let authorizer = identity.bind(context, Some(user))?;
        let known = Known {
            fingerprint,
            authorizer: authorizer.clone(),
        };
        users.insert(user.clone(), known);
        Ok(authorizer)
    }

    /// Drops the user's authorizer. Calls that have it already go on with it. Returns whether there
    /// was one.
    pub(crate) fn forget(&self, user: &UserKey) -> bool {
        self.users().remove(user).is_some()
    }

    /// Counts them.
    pub(crate) fn len(&self) -> usize {
        self.users().len()
    }

    fn users(&self) -> MutexGuard<'_, HashMap<UserKey, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
