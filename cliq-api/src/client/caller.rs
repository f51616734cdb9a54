//! The trait of types that have endpoints as methods.

use std::sync::Arc;

use super::Client;

/// Types that make calls with a [`Client`]: the client, references to it, and your own wrappers.
///
/// ```
/// use cliq_api::prelude::*;
///
/// struct Bot {
///     client: Client,
///     name: String,
/// }
///
/// impl Caller for Bot {
///     fn client(&self) -> &Client {
///         &self.client
///     }
/// }
/// // `bot.list_tickets()` now works like `client.list_tickets()`.
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't make calls",
    label = "endpoints are methods of a `cliq_api::Client`, or of what implements `cliq_api::Caller`",
    note = "implement `Caller` for `{Self}`, with a method that returns its `Client`; an `#[endpoints]` trait can't be implemented by hand"
)]
pub trait Caller: Send + Sync {
    /// Returns the client that makes the calls.
    fn client(&self) -> &Client;
}

impl Caller for Client {
    fn client(&self) -> &Client {
        self
    }
}

macro_rules! through_deref {
    ($($pointer:ty),*) => {
        $(impl<C: Caller + ?Sized> Caller for $pointer {
            fn client(&self) -> &Client {
                (**self).client()
            }
        })*
    };
}

through_deref!(&C, Box<C>, Arc<C>);
