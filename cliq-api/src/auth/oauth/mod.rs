//! Signing users in with OAuth 2.0.

mod authorization;
mod client;
mod device;
mod dialect;
mod pkce;
mod server;
#[cfg(test)]
mod tests;
mod trusted;
pub(super) mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;

pub use self::authorization::AuthorizationRequest;
pub use self::client::OAuthClient;
pub use self::device::Device;
pub use self::dialect::{Dialect, OAuthRequest, Parameters, Refusal, ServerHint};
pub use self::server::{ClientAuthentication, OAuthServer};
use self::trusted::Trusted;
use self::wire::Call;
use super::{AccessToken, AuthError, AuthErrorKind, Credentials, ScopeSet};
#[cfg(any(feature = "hyper", feature = "reqwest"))]
use crate::transport::DefaultTransportBuilder;
use crate::transport::Transport;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Signs users in: gets refresh tokens and access tokens from an authorization server, and revokes
/// them. Cloning it is cheap.
///
/// | who | how |
/// |---|---|
/// | a user with a browser | [`authorization`](Self::authorization), then [`exchange`](Self::exchange) |
/// | a user whose code comes in another way | [`exchange_code`](Self::exchange_code) |
/// | a user of a device without a browser | [`start_device`](Self::start_device), then [`Device::wait`] |
/// | the client itself | [`Credentials::client_credentials`] |
///
/// ```no_run
/// use cliq_api::auth::{OAuth, OAuthClient, OAuthServer, ScopeSet};
///
/// # async fn example(secret: String, callback: String) -> Result<(), cliq_api::auth::AuthError> {
/// let server = OAuthServer::new("https://auth.example.com/token")
///     .authorization_url("https://auth.example.com/authorize");
/// let oauth = OAuth::builder(&OAuthClient::new(server, "ticket-bot", secret)).build()?;
/// let scopes = ScopeSet::from("tickets.read tickets.write");
/// let request = oauth.authorization("https://bot.example.com/callback", &scopes)?;
/// println!("Please go to {}", request.url());
/// // Later, with the URL that the browser was sent back to:
/// let signed_in = oauth.exchange(&request, &callback).await?;
/// let credentials = signed_in.into_credentials()?;
/// # Ok(())
/// # }
/// ```
///
/// The guide: [signing users in](crate::guide::authentication#signing-users-in).
///
/// Secrets are sent in the body of requests or in a header, and only to servers that are known: the
/// client's, those of the same provider, and those that the builder was given.
#[derive(Clone)]
pub struct OAuth(Arc<Inner>);

struct Inner {
    client: OAuthClient,
    trusted: Trusted,
    transport: Arc<dyn Transport>,
    timeout: Duration,
}

/// Builds an [`OAuth`].
#[must_use]
pub struct OAuthBuilder {
    client: OAuthClient,
    trusted: Trusted,
    transport: Option<Arc<dyn Transport>>,
    #[cfg(any(feature = "hyper", feature = "reqwest"))]
    default_transport: DefaultTransportBuilder,
    timeout: Duration,
}

impl OAuthBuilder {
    /// Trusts another server of the provider, under the name of its location: users may turn out to
    /// have their accounts there. It replaces one that the provider has under that name.
    pub fn trust(mut self, location: &str, server: impl Into<OAuthServer>) -> Self {
        self.trusted.trust(location, server.into());
        self
    }

    /// Sets how long one request may take. Defaults to 30 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets what sends the requests, in place of the default transport.
    pub fn transport(self, transport: impl Transport) -> Self {
        Self {
            transport: Some(Arc::new(transport)),
            ..self
        }
    }

    /// Builds it.
    ///
    /// # Errors
    ///
    /// If a server's URL, or the transport's configuration, can't be used.
    pub fn build(self) -> Result<OAuth, AuthError> {
        self.trusted.check()?;
        #[cfg(any(feature = "hyper", feature = "reqwest"))]
        let transport = match self.transport {
            Some(transport) => transport,
            None => {
                let is_loopback = self.trusted.home().is_loopback();
                default_transport(self.default_transport, is_loopback)?
            }
        };
        #[cfg(not(any(feature = "hyper", feature = "reqwest")))]
        let transport = self.transport.ok_or_else(|| {
            AuthError::configuration(
                "this program was built without a transport: set one with `transport`, or turn on \
                 the feature `reqwest` or `hyper`",
            )
        })?;
        Ok(OAuth(Arc::new(Inner {
            client: self.client,
            trusted: self.trusted,
            transport,
            timeout: self.timeout,
        })))
    }
}

/// Settings of the default transport.
#[cfg(any(feature = "hyper", feature = "reqwest"))]
impl OAuthBuilder {
    /// Sets the proxy for all requests, as
    /// [`ClientBuilder::proxy`](crate::ClientBuilder::proxy) does.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.default_transport = self.default_transport.proxy(url);
        self
    }

    /// Trusts these root certificates, in PEM, besides those of the platform.
    #[cfg(any(feature = "rustls", all(feature = "native-tls", feature = "reqwest")))]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.default_transport = self.default_transport.root_certificates(pem);
        self
    }

    /// Trusts these root certificates, in PEM, in place of those of the platform.
    #[cfg(any(feature = "rustls", all(feature = "native-tls", feature = "reqwest")))]
    pub fn only_root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.default_transport = self.default_transport.only_root_certificates(pem);
        self
    }

    /// Configures the `reqwest` client that sends the requests, as
    /// [`ClientBuilder::reqwest`](crate::ClientBuilder::reqwest) does: certificates, addresses.
    #[cfg(feature = "reqwest")]
    pub fn reqwest(
        mut self,
        customize: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder
        + Clone
        + Send
        + 'static,
    ) -> Self {
        self.default_transport = self.default_transport.reqwest(customize);
        self
    }
}

#[cfg(any(feature = "hyper", feature = "reqwest"))]
fn default_transport(
    builder: DefaultTransportBuilder,
    is_loopback: bool,
) -> Result<Arc<dyn Transport>, AuthError> {
    let builder = if is_loopback {
        builder.loopback()
    } else {
        builder
    };
    let transport = builder
        .build()
        .map_err(|error| AuthError::configuration(error.to_string()).caused_by(error))?;
    Ok(Arc::new(transport))
}

impl fmt::Debug for OAuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthBuilder")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

impl OAuth {
    /// Starts building one, for the users of a client.
    pub fn builder(client: &OAuthClient) -> OAuthBuilder {
        OAuthBuilder {
            client: client.clone(),
            trusted: Trusted::new(client.server().clone()),
            transport: None,
            #[cfg(any(feature = "hyper", feature = "reqwest"))]
            default_transport: DefaultTransportBuilder::default(),
            timeout: TIMEOUT,
        }
    }

    /// Requests a user's consent to exactly these scopes (RFC 6749, section 4.1):
    /// [`AuthorizationRequest::url`] is where to send the browser.
    /// [`ScopeSet::for_endpoints`] returns the scopes that endpoints need.
    ///
    /// `redirect_uri` is one that is registered for the client, character by character.
    ///
    /// # Errors
    ///
    /// If the redirect URI can't be used, or the server has no authorization URL.
    pub fn authorization(
        &self,
        redirect_uri: &str,
        scopes: &ScopeSet,
    ) -> Result<AuthorizationRequest, AuthError> {
        let server = self.0.trusted.home();
        AuthorizationRequest::new(&self.0.client, server, redirect_uri, scopes)
    }

    /// Completes a consent: checks the callback, the whole URL or its query, and exchanges the code
    /// in it for the user's tokens (RFC 6749, section 4.1.3).
    ///
    /// The `state` is checked before anything else. Where the callback names another server of the
    /// provider, the code is exchanged there, if it is known.
    pub async fn exchange(
        &self,
        request: &AuthorizationRequest,
        callback: &str,
    ) -> Result<SignedIn, AuthError> {
        let (parameters, server) = request.read(callback, &self.0.trusted)?;
        let kind = OAuthRequest::AuthorizationCode;
        self.sign_in(kind, server, parameters, request.scopes.as_ref())
            .await
    }

    /// Exchanges a code that came without a redirect, such as one that the provider's console
    /// shows.
    pub async fn exchange_code(
        &self,
        code: impl Into<SecretString>,
    ) -> Result<SignedIn, AuthError> {
        let parameters = Parameters::default()
            .with("grant_type", "authorization_code")
            .with_secret("code", &code.into());
        let kind = OAuthRequest::AuthorizationCode;
        self.sign_in(kind, self.0.trusted.home().clone(), parameters, None)
            .await
    }

    /// Gets an access token for the client itself (RFC 6749, section 4.4). An API client does that
    /// when needed, with [`Credentials::client_credentials`].
    pub async fn client_credentials(&self, scopes: &ScopeSet) -> Result<SignedIn, AuthError> {
        let server = self.0.trusted.home().clone();
        let parameters = client_credentials(&server, scopes);
        let kind = OAuthRequest::ClientCredentials;
        self.sign_in(kind, server, parameters, Some(scopes)).await
    }

    /// Revokes a token (RFC 7009) at the server that gave it: a refresh token with all access
    /// tokens that came from it, or an access token alone.
    pub async fn revoke(
        &self,
        token: impl Into<SecretString>,
        server: impl Into<OAuthServer>,
    ) -> Result<(), AuthError> {
        let server = server.into();
        server.check()?;
        let parameters = Parameters::default().with_secret("token", &token.into());
        let call = self.call(&server, OAuthRequest::Revocation);
        let answer = call.post(parameters).await;
        answer.map(drop).map_err(|failure| failure.error)
    }

    fn call<'c>(&'c self, server: &'c OAuthServer, request: OAuthRequest) -> Call<'c> {
        Call {
            transport: &self.0.transport,
            client: &self.0.client,
            server,
            request,
            timeout: self.0.timeout,
        }
    }

    async fn sign_in(
        &self,
        request: OAuthRequest,
        server: OAuthServer,
        parameters: Parameters,
        scopes: Option<&ScopeSet>,
    ) -> Result<SignedIn, AuthError> {
        let answer = self.call(&server, request).token(parameters).await;
        let answer = answer.map_err(|failure| failure.error)?;
        let tokens = answer.into_tokens(SystemTime::now(), scopes);
        Ok(self.signed_in(tokens, server))
    }

    fn signed_in(
        &self,
        (access_token, refresh_token): (AccessToken, Option<SecretString>),
        server: OAuthServer,
    ) -> SignedIn {
        SignedIn {
            client: self.0.client.clone(),
            access_token,
            refresh_token,
            server,
        }
    }
}

/// The parameters of RFC 6749, section 4.4.2.
pub(super) fn client_credentials(server: &OAuthServer, scopes: &ScopeSet) -> Parameters {
    let mut parameters = Parameters::default().with("grant_type", "client_credentials");
    if !scopes.is_empty() {
        parameters.set("scope", server.join(scopes));
    }
    parameters
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("client", &self.0.client)
            .finish_non_exhaustive()
    }
}

/// A user, or a client, that is signed in: the tokens, and the server that they are valid at.
///
/// To sign the user in at the next start without asking them, store the [refresh
/// token](Self::refresh_token) where only the program can read it.
pub struct SignedIn {
    client: OAuthClient,
    access_token: AccessToken,
    refresh_token: Option<SecretString>,
    server: OAuthServer,
}

impl SignedIn {
    /// Returns the access token.
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Returns the refresh token.
    ///
    /// # Errors
    ///
    /// If the server sent none, with what to ask for so that it does.
    pub fn refresh_token(&self) -> Result<&SecretString, AuthError> {
        self.refresh_token
            .as_ref()
            .ok_or_else(|| no_refresh_token(&self.server))
    }

    /// Returns the server of the user's account, which may be another one than the client's.
    pub fn server(&self) -> &OAuthServer {
        &self.server
    }

    /// Returns what an API client signs in with: refresh token, access token and server.
    ///
    /// # Errors
    ///
    /// If the server sent no refresh token. [`Credentials::access_token`] does without one, until
    /// the access token expires.
    pub fn into_credentials(self) -> Result<Credentials, AuthError> {
        let refresh_token = self
            .refresh_token
            .ok_or_else(|| no_refresh_token(&self.server))?;
        let credentials = Credentials::refresh_token(&self.client, refresh_token);
        Ok(credentials
            .with_access_token(self.access_token)
            .server(self.server))
    }
}

fn no_refresh_token(server: &OAuthServer) -> AuthError {
    let why = server.its_dialect().no_refresh_token();
    let problem = format!("no refresh token came: {why}");
    AuthError::new(AuthErrorKind::Refused, problem).with_sign_in_needed(true)
}

/// Without the tokens.
impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn")
            .field("client", &self.client)
            .field("access_token", &self.access_token)
            .field("has_refresh_token", &self.refresh_token.is_some())
            .field("server", &self.server)
            .finish()
    }
}
