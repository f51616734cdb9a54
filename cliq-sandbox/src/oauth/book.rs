//! The accounts server's record of requests.

use std::time::Duration;

use time::OffsetDateTime;

/// All requests to an accounts server, oldest first, for assertions.
#[derive(Debug, Clone, Default)]
pub struct Book {
    entries: Vec<Entry>,
}

/// One request and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// When it arrived.
    pub time: OffsetDateTime,
    /// The data center that received it, such as `us`.
    pub location: String,
    /// What it requested.
    pub action: Action,
    /// The client id in the request.
    pub client_id: Option<String>,
    /// The user it concerns, if known.
    pub user_id: Option<String>,
    /// The refresh token that was used or issued.
    pub refresh_token: Option<String>,
    /// The error in the response, such as `invalid_code`; `None` if it was granted.
    pub refused: Option<&'static str>,
    /// Whether a secret, a code or a token was in the URL.
    pub secrets_in_query: bool,
}

/// What a request to an accounts server requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// A user's consent.
    Consent,
    /// Tokens for a code.
    Exchange,
    /// An access token for a refresh token.
    Refresh,
    /// An access token for the app itself.
    ClientCredentials,
    /// A code for a device.
    DeviceCode,
    /// Tokens for a device.
    DevicePoll,
    /// The revocation of a token.
    Revoke,
    /// Tokens, with an unknown `grant_type`.
    Unknown,
}

impl Book {
    /// Returns all requests.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the granted requests of an action.
    pub fn granted(&self, action: Action) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.action == action && entry.refused.is_none())
    }

    /// Returns the refused requests of an action.
    pub fn refused(&self, action: Action) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.action == action && entry.refused.is_some())
    }

    /// Returns when a refresh token was used, whether granted or refused.
    pub fn refreshes(&self, refresh_token: &str) -> impl Iterator<Item = OffsetDateTime> {
        let is_it = move |entry: &&Entry| {
            entry.action == Action::Refresh && entry.refresh_token.as_deref() == Some(refresh_token)
        };
        self.entries.iter().filter(is_it).map(|entry| entry.time)
    }

    /// Returns the maximum number of uses of a refresh token, granted or refused, in any period of
    /// this length.
    pub fn most_refreshes(&self, refresh_token: &str, within: Duration) -> usize {
        let times: Vec<_> = self.refreshes(refresh_token).collect();
        let from = |&first: &OffsetDateTime| {
            times
                .iter()
                .filter(|&&time| time >= first && time - first < within)
                .count()
        };
        times.iter().map(from).max().unwrap_or_default()
    }

    pub(super) fn write(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}
