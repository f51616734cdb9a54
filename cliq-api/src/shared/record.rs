//! The JSON format of token records, which all stores use.
//!
//! Times are milliseconds since the Unix epoch, by the wall clock of the process that wrote them.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::auth::{AccessToken, ScopeSet, TokenRecord};

/// A [`TokenRecord`] without its version, which stores keep separately.
#[derive(Default, Clone, Serialize, Deserialize)]
pub(super) struct StoredRecord<'r> {
    token: Option<StoredToken<'r>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'r, str>>,
    uses: Vec<u64>,
    denied_until: Option<u64>,
}

#[derive(Clone, Serialize, Deserialize)]
struct StoredToken<'r> {
    text: Cow<'r, str>,
    expires_at: Option<u64>,
    scopes: Option<String>,
}

impl<'r> From<&'r TokenRecord> for StoredRecord<'r> {
    fn from(record: &'r TokenRecord) -> Self {
        let refresh_token = record.refresh_token.as_ref();
        Self {
            token: record.token.as_ref().map(|token| StoredToken {
                text: token.expose_secret().into(),
                expires_at: token.expires_at().map(to_millis),
                scopes: token.scopes().map(ScopeSet::to_string),
            }),
            refresh_token: refresh_token.map(|token| token.expose_secret().into()),
            uses: record.uses.iter().copied().map(to_millis).collect(),
            denied_until: record.denied_until.map(to_millis),
        }
    }
}

impl StoredRecord<'_> {
    /// Copies borrowed texts.
    #[cfg(feature = "file")]
    pub(super) fn into_owned(self) -> StoredRecord<'static> {
        StoredRecord {
            token: self.token.map(|token| StoredToken {
                text: token.text.into_owned().into(),
                ..token
            }),
            refresh_token: self.refresh_token.map(|token| token.into_owned().into()),
            ..self
        }
    }

    pub(super) fn into_record(self, version: u64) -> TokenRecord {
        let token = self.token.map(|stored| {
            let mut token = AccessToken::new(stored.text.into_owned());
            if let Some(at) = stored.expires_at {
                token = token.valid_until(from_millis(at));
            }
            match stored.scopes {
                Some(scopes) => token.with_scopes(&*scopes),
                None => token,
            }
        });
        TokenRecord {
            version,
            token,
            refresh_token: self.refresh_token.map(|token| token.into_owned().into()),
            uses: self.uses.into_iter().map(from_millis).collect(),
            denied_until: self.denied_until.map(from_millis),
        }
    }
}

pub(super) fn to_millis(time: SystemTime) -> u64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn from_millis(millis: u64) -> SystemTime {
    // Limited to the year 9999: a time that a wrong clock wrote must not overflow.
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis.min(253_402_300_799_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_record_round_trips() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_123);
        let record = TokenRecord {
            version: 7,
            token: Some(
                AccessToken::new("41d9")
                    .valid_until(at)
                    .with_scopes("tickets.read,tickets.write"),
            ),
            refresh_token: Some("8cb9".into()),
            uses: vec![at, at],
            denied_until: Some(at),
        };
        let text = serde_json::to_string(&StoredRecord::from(&record)).unwrap();
        assert_eq!(
            text,
            r#"{"token":{"text":"41d9","expires_at":1800000000123,"scopes":"tickets.read,tickets.write"},"refresh_token":"8cb9","uses":[1800000000123,1800000000123],"denied_until":1800000000123}"#
        );
        let stored: StoredRecord<'_> = serde_json::from_str(&text).unwrap();
        let read = stored.into_record(7);
        assert_eq!(
            (read.version, &read.uses, read.denied_until),
            (7, &record.uses, record.denied_until)
        );
        assert_eq!(
            read.refresh_token
                .map(|token| token.expose_secret().to_owned()),
            Some("8cb9".to_owned())
        );
        let (token, expected) = (read.token.unwrap(), record.token.unwrap());
        assert_eq!(token.expose_secret(), expected.expose_secret());
        assert_eq!(
            (token.expires_at(), token.scopes()),
            (expected.expires_at(), expected.scopes())
        );

        let none = serde_json::to_string(&StoredRecord::from(&TokenRecord::default())).unwrap();
        assert_eq!(none, r#"{"token":null,"uses":[],"denied_until":null}"#);
    }
}
