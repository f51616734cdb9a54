//! Limiter settings for Zoho's servers.

use std::time::Duration;

use crate::limit::{LimitSettings, LockPolicy};

/// Returns the limiter's settings for Zoho, to start from when changing single ones. Its servers
/// lock users out, even where no document mentions it, and have announced shorter times than the
/// documented ones.
///
/// ```no_run
/// use cliq_api::prelude::*;
/// use cliq_api::zoho;
///
/// # fn main() -> Result<(), Error> {
/// let client = Client::cliq(DataCenter::EU)
///     .access_token("1000.41d9")
///     .limits(zoho::limits().cold_start(false))
///     .build()?;
/// # Ok(())
/// # }
/// ```
pub const fn limits() -> LimitSettings {
    LimitSettings::new()
        .assumed_lock(Some(Duration::from_mins(10)))
        .lock_policy(LockPolicy::Longer)
}
