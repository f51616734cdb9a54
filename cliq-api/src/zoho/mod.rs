//! Zoho: its data centres, its dialect of OAuth 2.0, and its scopes.

mod data_center;
mod oauth;
mod scheme;
mod scopes;

pub use self::data_center::DataCenter;
pub use self::scheme::AuthScheme;
pub use self::scopes::{includes_scope, scopes_for};
