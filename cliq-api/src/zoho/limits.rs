//! How careful the limiter has to be with Zoho's servers.

use crate::limit::LimitSettings;

/// Returns the settings for Zoho: an endpoint that declares no lockout is taken to have one.
pub(crate) const fn limits() -> LimitSettings {
    LimitSettings::new()
}
