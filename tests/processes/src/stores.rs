//! The shared stores, named by text: `file:` and a directory, or the URL of a Redis server,
//! prefixed with `lossy-` if it may lose data.

#![allow(
    clippy::missing_panics_doc,
    reason = "a text that names no store is a mistake in a test"
)]

use cliq_api::auth::TokenSettings;
use cliq_api::prelude::*;
use cliq_api::shared::{
    FileLimitStore, FileTokenStore, RedisLimitStore, RedisTokenStore, StoreKey,
};

use crate::settings;

/// Sets the client's store of limits.
pub fn limits_in(
    place: &str,
    builder: cliq_api::ClientBuilder,
) -> Result<cliq_api::ClientBuilder, Error> {
    match place.split_once(':') {
        Some(("file", directory)) => Ok(builder.limit_store(FileLimitStore::open(directory)?)),
        // A server that may have lost data.
        Some(("redis", _)) => Ok(builder.limit_store(RedisLimitStore::new(place)?)),
        Some(("lossy-redis", rest)) => {
            let store = RedisLimitStore::new(format!("redis:{rest}"))?;
            Ok(builder
                .limits(settings().cold_start(true))
                .limit_store(store))
        }
        _ => panic!("`{place}` is no store"),
    }
}

/// Sets the store of tokens.
pub fn tokens_in(place: &str, settings: TokenSettings) -> Result<TokenSettings, Error> {
    match place.split_once(':') {
        Some(("file", directory)) => Ok(settings.store(FileTokenStore::open(directory)?)),
        Some(("redis", _)) => {
            let key = StoreKey::from_base64("3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")?;
            Ok(settings.store(RedisTokenStore::new(place, key)?))
        }
        _ => panic!("`{place}` is no store"),
    }
}
