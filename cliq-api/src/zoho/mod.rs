//! Zoho: data centers, dialect of OAuth 2.0, error responses and scopes. Feature `zoho`.
//!
//! The guide: [accounts of Zoho](crate::guide::zoho_accounts).

mod data_center;
mod failure;
mod limits;
mod oauth;
mod scheme;
mod scopes;
mod webhook;

pub use self::data_center::DataCenter;
pub(crate) use self::failure::read_failure;
pub use self::limits::limits;
pub use self::scheme::AuthScheme;
pub use self::scopes::{includes_scope, scopes_for};
pub use self::webhook::WebhookToken;
