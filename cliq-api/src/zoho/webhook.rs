//! Webhook tokens, which authorize calls without OAuth.

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use secrecy::SecretString;

use crate::auth::{AuthContext, AuthError, Authorizer, Authorizing, Fingerprint, QueryKey};
use crate::client::ClientBuilder;
use crate::user_key::UserKey;

/// A webhook token of a user, in place of an access token: sent as `zapikey` in the query.
///
/// Users create up to five of them in Cliq's settings. They don't expire. Cliq accepts them for
/// posting messages and files, and for calling a bot's incoming webhook; which calls else is not
/// documented, so the server decides.
///
/// It is part of the URL, which servers and proxies log. This crate shows the URL of a request in
/// no error and no trace, and redacts the token where somebody repeats it.
///
/// ```
/// use cliq_api::cliq::messages::Messages;
/// use cliq_api::prelude::*;
///
/// # async fn example(token: String) -> Result<(), Error> {
/// let cliq = Client::cliq(DataCenter::EU).webhook_token(token).build()?;
/// cliq.send_channel_message_by_name("launch", "We're live!").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookToken(QueryKey);

impl WebhookToken {
    /// Returns the authorization by this token.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(QueryKey::new("zapikey", token))
    }
}

impl ClientBuilder {
    /// Authorizes calls with a webhook token of Zoho Cliq; see [`WebhookToken`].
    pub fn webhook_token(self, token: impl Into<SecretString>) -> Self {
        self.authorizer(WebhookToken::new(token))
    }
}

impl Authorizer for WebhookToken {
    fn authorize<'a>(&'a self, request: &'a mut Parts) -> Authorizing<'a> {
        self.0.authorize(request)
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.0.fingerprint()
    }

    fn bind(
        &self,
        context: &Arc<AuthContext>,
        user: Option<&UserKey>,
    ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
        self.0.bind(context, user)
    }
}

/// Without the token.
impl fmt::Debug for WebhookToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookToken(…)")
    }
}
