//! Registers apps, users and data centers.

use std::fmt;

use time::OffsetDateTime;

use super::ask::Ask;
use super::center::CenterKey;
use super::exchange::Code;
use super::{Accounts, Decision, Refused, ScopeSet};

/// An app, as registered in Zoho's API console. OAuth calls it a client.
#[derive(Clone)]
#[must_use]
pub struct App {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) redirect_uris: Vec<String>,
    /// Empty for the home data center.
    locations: Vec<String>,
    pub(super) owner: Option<String>,
}

impl App {
    /// Returns an app with these credentials. Without a redirect URI, it is a self client or a
    /// device.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uris: Vec::new(),
            locations: Vec::new(),
            owner: None,
        }
    }

    /// Adds a redirect URI. It is compared as a whole.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Sets the data centers that know the app, as in `["us", "eu"]`. Defaults to the home data
    /// center.
    pub fn locations(self, locations: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            locations: locations.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Sets the user as whom the app acts with client credentials. Defaults to the user at the
    /// browser.
    pub fn owner(self, user_id: impl Into<String>) -> Self {
        Self {
            owner: Some(user_id.into()),
            ..self
        }
    }
}

/// Omits the secret.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Accounts {
    /// Registers an app. Replaces one with the same client id.
    ///
    /// # Panics
    ///
    /// If one of its data centers doesn't exist.
    #[track_caller]
    pub fn register(&mut self, app: App) {
        for location in &app.locations {
            self.expect_center(location);
        }
        self.apps.insert(app.client_id.clone(), app);
    }

    /// Returns an unused client id and secret.
    pub(crate) fn new_app_credentials(&mut self) -> (String, String) {
        let token = self.ids.token();
        let (id, secret) = token.rsplit_once('.').unwrap_or_default();
        (id.to_ascii_uppercase(), secret.to_owned())
    }

    /// Returns an unused webhook token.
    pub(crate) fn new_webhook_token(&mut self) -> String {
        self.ids.token()
    }

    /// Adds a user of the home data center.
    pub fn add_user(&mut self, user_id: impl Into<String>) {
        self.insert_user(user_id.into(), self.centers.home());
    }

    /// Adds a user of another data center, or moves one there.
    ///
    /// # Panics
    ///
    /// If the data center doesn't exist.
    #[track_caller]
    pub fn add_user_in(&mut self, location: &str, user_id: impl Into<String>) {
        let center = self.expect_center(location);
        self.insert_user(user_id.into(), center);
    }

    fn insert_user(&mut self, user_id: String, center: CenterKey) {
        self.signed_in.get_or_insert_with(|| user_id.clone());
        self.users.insert(user_id, center);
    }

    /// Sets the user at the browser, who is asked for consent.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    #[track_caller]
    pub fn sign_in(&mut self, user_id: &str) {
        self.expect_user(user_id);
        self.signed_in = Some(user_id.to_owned());
    }

    /// Sets the data center of unknown hosts. Defaults to `us`.
    ///
    /// # Panics
    ///
    /// If the data center doesn't exist.
    #[track_caller]
    pub fn set_home(&mut self, location: &str) {
        let home = self.expect_center(location);
        self.centers.set_home(home);
    }

    /// Moves a data center, both its accounts server and its API, to a URL:
    /// `place("eu", "http://localhost:49152")`. Creates the data center if it doesn't exist.
    pub fn place(&mut self, location: &str, origin: &str) {
        self.centers.place(location, origin);
    }

    /// Returns a code as the API console generates it for a self client: the user has consented,
    /// and the exchange needs no redirect URI.
    ///
    /// # Panics
    ///
    /// If there is no such app or user.
    #[track_caller]
    pub fn self_client_code(
        &mut self,
        client_id: &str,
        user_id: &str,
        scopes: impl Into<ScopeSet>,
        now: OffsetDateTime,
    ) -> String {
        self.expect_app(client_id);
        let consent = self.consent_of(Some(client_id), user_id, scopes.into());
        let expires_at = now + self.policy.code_lifetime;
        self.insert_code(Code {
            consent: consent.into(),
            redirect_uri: None,
            offline: true,
            expires_at,
        })
    }

    /// Approves a device, as the user does by entering its code in a browser.
    ///
    /// # Panics
    ///
    /// If there is no such user or code.
    #[track_caller]
    pub fn approve_device(&mut self, user_code: &str, user_id: &str) {
        self.expect_user(user_id);
        assert!(
            self.decide_device(user_code, user_id, Decision::Allow),
            "no device has the code `{user_code}`"
        );
    }

    /// Rejects a device, as its user can.
    ///
    /// # Panics
    ///
    /// If there is no such code.
    #[track_caller]
    pub fn deny_device(&mut self, user_code: &str) {
        assert!(
            self.decide_device(user_code, "", Decision::Deny),
            "no device has the code `{user_code}`"
        );
    }

    /// Returns the app of a request, if the data center knows it.
    pub(super) fn app(&self, ask: &Ask<'_>) -> Result<&App, Refused> {
        let app = ask.get("client_id").and_then(|id| self.apps.get(id));
        app.filter(|app| self.knows(ask.center, app))
            .ok_or(Refused::InvalidClient)
    }

    /// As [`app`](Self::app), and checks the secret.
    pub(super) fn authenticated_app(&self, ask: &Ask<'_>) -> Result<&App, Refused> {
        let app = self.app(ask)?;
        if ask.is("client_secret", &app.client_secret) {
            Ok(app)
        } else {
            Err(Refused::InvalidClientSecret)
        }
    }

    pub(super) fn knows(&self, center: CenterKey, app: &App) -> bool {
        match app.locations.as_slice() {
            [] => center == self.centers.home(),
            locations => locations
                .iter()
                .any(|location| location == self.centers.location(center)),
        }
    }

    /// Returns the user at the browser, and their data center.
    pub(super) fn browser_user(&self, ask: &Ask<'_>) -> Option<(&str, CenterKey)> {
        let user_id = ask.get("login_hint").or(self.signed_in.as_deref())?;
        self.users
            .get_key_value(user_id)
            .map(|(user_id, center)| (user_id.as_str(), *center))
    }

    #[track_caller]
    pub(super) fn expect_user(&self, user_id: &str) -> CenterKey {
        let Some(&center) = self.users.get(user_id) else {
            panic!("there is no user `{user_id}`")
        };
        center
    }

    #[track_caller]
    pub(super) fn expect_app(&self, client_id: &str) {
        assert!(
            self.apps.contains_key(client_id),
            "there is no app `{client_id}`"
        );
    }

    #[track_caller]
    fn expect_center(&self, location: &str) -> CenterKey {
        let Some(center) = self.centers.find(location) else {
            panic!("there is no data center `{location}`")
        };
        center
    }
}
