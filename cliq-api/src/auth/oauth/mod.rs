//! Signing users in with OAuth 2.0, as Zoho has it.

mod consent;
mod device;
mod servers;
pub(super) mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

pub use self::consent::Consent;
pub use self::device::Device;
use self::servers::Servers;
use self::wire::{Asking, Form, ask_for_token, post};
use super::{AccessToken, App, AuthError, AuthErrorKind, Credentials, ScopeSet};
use crate::data_center::DataCenter;
use crate::transport::{ReqwestTransport, Setup, Transport};

/// How long one request to an accounts server may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Signs users in: gets refresh tokens and access tokens from Zoho's accounts server, and ends
/// them. Cloning it is cheap.
///
/// | who | how |
/// |---|---|
/// | a user with a browser | [`consent`](Self::consent), then [`exchange`](Self::exchange) |
/// | yourself, with a code from Zoho's API console | [`exchange_self_client`](Self::exchange_self_client) |
/// | a user of a device without a browser | [`start_device`](Self::start_device), then [`Device::wait`] |
/// | the app itself | [`Credentials::client_credentials`] |
///
/// ```no_run
/// use cliq_api::DataCenter;
/// use cliq_api::auth::{App, OAuth, ScopeSet};
/// use cliq_api::threads::THREADS;
///
/// # async fn example(secret: String, callback: String) -> Result<(), cliq_api::auth::AuthError> {
/// let app = App::new("1000.GMB0YULZHJK411284S8I5GZ4CHUEX0", secret);
/// let oauth = OAuth::builder(&app).data_center(DataCenter::EU).build()?;
/// let consent = oauth.consent("https://bot.example.com/callback", &ScopeSet::for_endpoints(THREADS))?;
/// println!("Please go to {}", consent.url());
/// // Later, with the URL that the browser was sent back to:
/// let signed_in = oauth.exchange(&consent, &callback).await?;
/// let credentials = signed_in.into_credentials()?;
/// # Ok(())
/// # }
/// ```
///
/// Secrets travel in the body of requests, and only to accounts servers that are known: those of
/// the [data centres](DataCenter::KNOWN), and those that the builder was told.
#[derive(Clone)]
pub struct OAuth(Arc<Inner>);

struct Inner {
    app: App,
    servers: Servers,
    transport: Arc<dyn Transport>,
    timeout: Duration,
}

/// What an [`OAuth`] is built from.
#[must_use]
pub struct OAuthBuilder {
    app: App,
    servers: Servers,
    transport: Option<Arc<dyn Transport>>,
    setup: Setup,
    timeout: Duration,
}

impl OAuthBuilder {
    /// The data centre that the app is registered in; [`DataCenter::US`] where nothing is said.
    pub fn data_center(mut self, data_center: DataCenter) -> Self {
        self.servers.set_home(data_center);
        self
    }

    /// Another data centre that users may turn out to live in, by the name that Zoho gives its
    /// location, such as `eu`. Those of the table are trusted anyway; one of theirs is
    /// replaced.
    pub fn trust(mut self, location: &str, data_center: DataCenter) -> Self {
        self.servers.trust(location, data_center);
        self
    }

    /// How long one request may take; 30 seconds at first.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The proxy that all requests go through, as
    /// [`ClientBuilder::proxy`](crate::ClientBuilder::proxy) has it.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.setup.proxy = Some(url.into());
        self
    }

    /// Shapes the `reqwest` client that carries the requests, as
    /// [`ClientBuilder::reqwest`](crate::ClientBuilder::reqwest) has it: certificates,
    /// addresses.
    pub fn reqwest(
        mut self,
        shape: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.setup.and_shape(shape);
        self
    }

    /// What carries the requests, in place of `reqwest`.
    pub fn transport(self, transport: impl Transport) -> Self {
        Self {
            transport: Some(Arc::new(transport)),
            ..self
        }
    }

    /// Builds it, if what it was given can be used.
    pub fn build(self) -> Result<OAuth, AuthError> {
        self.servers.check()?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => {
                let transport =
                    ReqwestTransport::new(self.setup, self.servers.home().is_loopback());
                Arc::new(transport.map_err(|error| {
                    AuthError::configuration(error.to_string()).caused_by(error)
                })?)
            }
        };
        Ok(OAuth(Arc::new(Inner {
            app: self.app,
            servers: self.servers,
            transport,
            timeout: self.timeout,
        })))
    }
}

impl fmt::Debug for OAuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthBuilder")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

impl OAuth {
    /// Starts building one.
    pub fn builder(app: &App) -> OAuthBuilder {
        OAuthBuilder {
            app: app.clone(),
            servers: Servers::default(),
            transport: None,
            setup: Setup::default(),
            timeout: TIMEOUT,
        }
    }

    /// Begins to ask a user for consent to exactly these scopes: [`Consent::url`] is where to send
    /// the browser. [`ScopeSet::for_endpoints`] says which scopes are needed.
    ///
    /// `redirect_uri` is one that is registered for the app in Zoho's API console, to the letter.
    pub fn consent(&self, redirect_uri: &str, scopes: &ScopeSet) -> Result<Consent, AuthError> {
        Consent::begin(&self.0.app, self.0.servers.home(), redirect_uri, scopes)
    }

    /// Ends a consent: checks the callback, the whole URL or its query, and gets the user's tokens
    /// for the code in it.
    ///
    /// The `state` is checked before anything else. The code is exchanged where the user lives, if
    /// that is a server that is known.
    pub async fn exchange(&self, consent: &Consent, callback: &str) -> Result<SignedIn, AuthError> {
        let (code, place) = consent.read(callback, &self.0.servers)?;
        let form = Form::of(&self.0.app)
            .with("grant_type", "authorization_code")
            .with("redirect_uri", consent.redirect_uri())
            .with("code", code.expose_secret());
        self.sign_in(Asking::Exchange, place, &form).await
    }

    /// Gets the tokens for a self client's code, which Zoho's API console shows. It is good for
    /// some minutes, and once.
    pub async fn exchange_self_client(
        &self,
        code: impl Into<SecretString>,
    ) -> Result<SignedIn, AuthError> {
        let code = code.into();
        let form = Form::of(&self.0.app)
            .with("grant_type", "authorization_code")
            .with("code", code.expose_secret());
        self.sign_in(Asking::Exchange, self.0.servers.home().clone(), &form)
            .await
    }

    /// Gets an access token for the app itself. A client does so by itself, with
    /// [`Credentials::client_credentials`].
    pub async fn client_credentials(&self, scopes: &ScopeSet) -> Result<SignedIn, AuthError> {
        let form = Form::of(&self.0.app)
            .with("grant_type", "client_credentials")
            .with("scope", &scopes.to_string());
        self.sign_in(
            Asking::ClientCredentials,
            self.0.servers.home().clone(),
            &form,
        )
        .await
    }

    /// Begins to sign in the user of a device without a browser: show them [`Device::user_code`]
    /// and [`Device::verification_url`].
    pub async fn start_device(&self, scopes: &ScopeSet) -> Result<Device, AuthError> {
        Device::start(self, scopes).await
    }

    /// Ends a token, where the user lives: a refresh token with all access tokens that it gave, or
    /// an access token alone.
    pub async fn revoke(
        &self,
        token: impl Into<SecretString>,
        data_center: &DataCenter,
    ) -> Result<(), AuthError> {
        data_center.check().map_err(AuthError::configuration)?;
        let token = token.into();
        let form = Form::default().with("token", token.expose_secret());
        let answer = post(
            &self.0.transport,
            data_center,
            Asking::Revoke,
            &form,
            self.0.timeout,
        )
        .await;
        answer.map(drop).map_err(|failure| failure.error)
    }

    async fn sign_in(
        &self,
        asking: Asking,
        place: DataCenter,
        form: &Form,
    ) -> Result<SignedIn, AuthError> {
        let answer = ask_for_token(&self.0.transport, &place, asking, form, self.0.timeout).await;
        let (access_token, refresh_token) = answer
            .map_err(|failure| failure.error)?
            .into_tokens(SystemTime::now());
        Ok(SignedIn {
            app: self.0.app.clone(),
            access_token,
            refresh_token,
            data_center: place,
        })
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("app", &self.0.app)
            .field("home", self.0.servers.home())
            .finish_non_exhaustive()
    }
}

/// A user, or an app, that is signed in: the tokens, and where they are good.
///
/// To sign the user in at the next start without asking them, keep the [refresh
/// token](Self::refresh_token) where only the program reads it, and the
/// [data centre](Self::data_center).
pub struct SignedIn {
    app: App,
    access_token: AccessToken,
    refresh_token: Option<SecretString>,
    data_center: DataCenter,
}

impl SignedIn {
    /// The access token, good for an hour.
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// The refresh token, if one came.
    ///
    /// # Errors
    ///
    /// If none came, with what to ask for so that one comes.
    pub fn refresh_token(&self) -> Result<&SecretString, AuthError> {
        self.refresh_token.as_ref().ok_or_else(no_refresh_token)
    }

    /// Where the user lives, which may be another data centre than the app's.
    pub fn data_center(&self) -> &DataCenter {
        &self.data_center
    }

    /// What a client signs in with: refresh token, access token, and where the user lives.
    ///
    /// # Errors
    ///
    /// If no refresh token came. [`Credentials::access_token`] does without, for an hour.
    pub fn into_credentials(self) -> Result<Credentials, AuthError> {
        let refresh_token = self.refresh_token.ok_or_else(no_refresh_token)?;
        let credentials = Credentials::refresh_token(&self.app, refresh_token);
        Ok(credentials
            .with_access_token(self.access_token)
            .data_center(self.data_center))
    }
}

fn no_refresh_token() -> AuthError {
    let problem = "no refresh token came: Zoho gives one only if the user was asked with `access_type=offline` and `prompt=consent`, as \
                   `OAuth::consent` does, and none for client credentials";
    AuthError::new(AuthErrorKind::Refused, problem).with_sign_in_needed(true)
}

/// Without the tokens.
impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn")
            .field("app", &self.app)
            .field("access_token", &self.access_token)
            .field("has_refresh_token", &self.refresh_token.is_some())
            .field("data_center", &self.data_center)
            .finish()
    }
}
