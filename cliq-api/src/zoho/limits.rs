//! Limiter settings for Zoho's servers.

use crate::limit::LimitSettings;

/// Returns the settings for Zoho. An endpoint without a declared lockout is assumed to have one.
pub(crate) const fn limits() -> LimitSettings {
    LimitSettings::new()
}
