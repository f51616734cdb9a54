//! The users of one client: who asks for the same user twice gets the same token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AuthError, Context, Credentials, Session};
use crate::user_key::UserKey;

/// Sessions by user. It keeps them until they are forgotten; one that is idle is a few hundred
/// bytes.
#[derive(Default)]
pub(crate) struct Users(Mutex<HashMap<UserKey, Arc<Session>>>);

impl Users {
    /// The user's session: the one that there is, if it was made of the same credentials, or else a
    /// new one in its place.
    pub(crate) fn session(
        &self,
        context: &Arc<Context>,
        user: &UserKey,
        credentials: Credentials,
    ) -> Result<Arc<Session>, AuthError> {
        let mut users = self.users();
        if let Some(session) = users
            .get(user)
            .filter(|session| session.credentials().are_those(&credentials))
        {
            return Ok(Arc::clone(session));
        }
        let session = Arc::new(Session::new(context, Some(user.clone()), credentials)?);
        users.insert(user.clone(), Arc::clone(&session));
        Ok(session)
    }

    /// Drops the user's session. Calls that have it already go on with it. Tells whether there was
    /// one.
    pub(crate) fn forget(&self, user: &UserKey) -> bool {
        self.users().remove(user).is_some()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.users().len()
    }

    fn users(&self) -> MutexGuard<'_, HashMap<UserKey, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
