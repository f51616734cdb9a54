//! What a client, or a user of it, signs in with.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, ScopeSet, TokenSource};
use crate::data_center::DataCenter;

/// A program as Zoho knows it: the client id and the client secret that its API console shows.
/// Cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<(String, SecretString)>);

impl App {
    /// With these. Each data centre that an app is registered for has a secret of its own.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self(Arc::new((client_id.into(), client_secret.into())))
    }

    /// The client id, which is no secret.
    pub fn client_id(&self) -> &str {
        &self.0.0
    }

    pub(super) fn client_secret(&self) -> &str {
        self.0.1.expose_secret()
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.client_id() == other.client_id()
                && self.client_secret() == other.client_secret()
    }
}

/// Without the secret.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("client_id", &self.client_id())
            .finish_non_exhaustive()
    }
}

/// What a client, or a user of it, signs in with.
///
/// ```
/// use cliq_api::auth::{App, Credentials};
///
/// let app = App::new("1000.GMB0YULZHJK411284S8I5GZ4CHUEX0", "…");
/// let ryan = Credentials::refresh_token(&app, "1000.8cb99598…").scopes("ZohoCliq.Chats.READ,ZohoCliq.Chats.UPDATE");
/// let for_an_hour = Credentials::access_token("1000.41d9…");
/// ```
///
/// Who signs a user in with [`OAuth`](super::OAuth) gets them from
/// [`SignedIn::into_credentials`](super::SignedIn::into_credentials).
#[derive(Clone)]
pub struct Credentials {
    pub(super) kind: Kind,
    pub(super) scopes: Option<ScopeSet>,
    /// One that is at hand already.
    pub(super) first: Option<AccessToken>,
    data_center: Option<Box<DataCenter>>,
}

#[derive(Clone)]
pub(super) enum Kind {
    None,
    AccessToken,
    Grant(Arc<Grant>),
    Source(Arc<dyn TokenSource>),
}

/// What the accounts server gives access tokens for.
pub(super) struct Grant {
    pub(super) app: App,
    pub(super) by: By,
}

pub(super) enum By {
    RefreshToken(SecretString),
    ClientCredentials(ScopeSet),
}

impl Credentials {
    /// None: requests go without authorization.
    pub fn none() -> Self {
        Self::of(Kind::None)
    }

    /// An access token, which works until it runs out after an hour.
    pub fn access_token(token: impl Into<AccessToken>) -> Self {
        Self {
            first: Some(token.into()),
            ..Self::of(Kind::AccessToken)
        }
    }

    /// A user's refresh token, which gives access tokens for as long as the user doesn't revoke it.
    ///
    /// It is used by one [`UserKey`](crate::UserKey): two users with one refresh token get access
    /// tokens of their own.
    pub fn refresh_token(app: &App, refresh_token: impl Into<SecretString>) -> Self {
        Self::of(Kind::Grant(Arc::new(Grant {
            app: app.clone(),
            by: By::RefreshToken(refresh_token.into()),
        })))
    }

    /// The app's own, without a user who consents. Cliq refuses such tokens on some endpoints with
    /// `oauthtoken_scope_invalid`, although they report the scope.
    pub fn client_credentials(app: &App, scopes: impl Into<ScopeSet>) -> Self {
        Self::of(Kind::Grant(Arc::new(Grant {
            app: app.clone(),
            by: By::ClientCredentials(scopes.into()),
        })))
    }

    /// Tokens from elsewhere.
    pub fn source(source: impl TokenSource) -> Self {
        Self::of(Kind::Source(Arc::new(source)))
    }

    /// What these credentials may do, where that is known better than from the accounts server's
    /// answer. A call that needs more fails before it is sent.
    #[must_use]
    pub fn scopes(self, scopes: impl Into<ScopeSet>) -> Self {
        Self {
            scopes: Some(scopes.into()),
            ..self
        }
    }

    /// An access token that is at hand already, so that none has to be asked for at first.
    #[must_use]
    pub fn with_access_token(self, token: impl Into<AccessToken>) -> Self {
        Self {
            first: Some(token.into()),
            ..self
        }
    }

    /// Where the user lives, if that is not the client's own data centre: refresh tokens are good
    /// for nothing elsewhere, and calls go there too.
    #[must_use]
    pub fn data_center(self, data_center: DataCenter) -> Self {
        Self {
            data_center: Some(Box::new(data_center)),
            ..self
        }
    }

    /// Where the user lives, if that was said.
    pub(crate) fn own_data_center(&self) -> Option<&DataCenter> {
        self.data_center.as_deref()
    }

    /// Whether there can be another token when this one runs out or is refused.
    pub(super) fn can_renew(&self) -> bool {
        matches!(self.kind, Kind::Grant(_) | Kind::Source(_))
    }

    /// Whether they are the same, so that what is known of one holds for the other.
    pub(super) fn are_those(&self, other: &Self) -> bool {
        let same = match (&self.kind, &other.kind) {
            (Kind::AccessToken, Kind::AccessToken) => self.first_secret() == other.first_secret(),
            (Kind::Grant(this), Kind::Grant(other)) => Arc::ptr_eq(this, other) || this.is(other),
            // Closures can't be compared. A program that makes one for each call means the same
            // one.
            (Kind::None, Kind::None) | (Kind::Source(_), Kind::Source(_)) => true,
            _ => false,
        };
        same && self.scopes == other.scopes && self.data_center == other.data_center
    }

    fn first_secret(&self) -> Option<&str> {
        self.first.as_ref().map(AccessToken::expose_secret)
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            scopes: None,
            first: None,
            data_center: None,
        }
    }
}

impl Grant {
    fn is(&self, other: &Self) -> bool {
        let by = match (&self.by, &other.by) {
            (By::RefreshToken(this), By::RefreshToken(other)) => {
                this.expose_secret() == other.expose_secret()
            }
            (By::ClientCredentials(this), By::ClientCredentials(other)) => this == other,
            _ => false,
        };
        by && self.app.is(&other.app)
    }

    /// Names it without telling it, the same in every process.
    ///
    /// This is FNV-1a, which is no cryptographic digest. It needs to be none: what is secret in it
    /// has been made by chance, with more bits than these.
    pub(super) fn fingerprint(&self) -> u128 {
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let (secret, scopes) = match &self.by {
            By::RefreshToken(token) => (token.expose_secret(), String::new()),
            By::ClientCredentials(scopes) => (self.app.client_secret(), scopes.to_string()),
        };
        let bytes = [self.app.client_id(), secret, &scopes]
            .into_iter()
            .flat_map(|part| part.bytes().chain([0]));
        bytes.fold(BASIS, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(PRIME)
        })
    }
}

/// Without any secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::None => "none",
            Kind::AccessToken => "access token",
            Kind::Source(_) => "source",
            Kind::Grant(grant) => match grant.by {
                By::RefreshToken(_) => "refresh token",
                By::ClientCredentials(_) => "client credentials",
            },
        };
        f.debug_struct("Credentials")
            .field("kind", &kind)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
