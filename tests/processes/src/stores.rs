//! The stores that can be shared, each named by a text: for a file `file:` and its directory.

#![allow(clippy::missing_panics_doc, reason = "a text that names no store is a mistake in a test")]

use cliq_api::auth::TokenSettings;
use cliq_api::prelude::*;
use cliq_api::shared::{FileLimitStore, FileTokenStore};

/// The client's limits are kept there.
pub fn limits_in(place: &str, builder: cliq_api::ClientBuilder) -> Result<cliq_api::ClientBuilder, Error> {
    match place.split_once(':') {
        Some(("file", directory)) => Ok(builder.limit_store(FileLimitStore::open(directory)?)),
        _ => panic!("`{place}` is no store"),
    }
}

/// Tokens are kept there.
pub fn tokens_in(place: &str, settings: TokenSettings) -> Result<TokenSettings, Error> {
    match place.split_once(':') {
        Some(("file", directory)) => Ok(settings.store(FileTokenStore::open(directory)?)),
        _ => panic!("`{place}` is no store"),
    }
}
