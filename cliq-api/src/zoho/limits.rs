//! Limiter settings for Zoho's servers.

use std::time::Duration;

use crate::limit::{LimitSettings, LockPolicy};

/// Returns the settings for Zoho. Its servers lock users out, also where no document says so, and
/// have announced shorter times than the documented ones.
pub(crate) const fn limits() -> LimitSettings {
    LimitSettings::new()
        .assumed_lock(Some(Duration::from_mins(10)))
        .lock_policy(LockPolicy::Longer)
}
