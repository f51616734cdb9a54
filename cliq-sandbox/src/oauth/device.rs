//! The device flow: a device without a browser shows a code, which its user enters elsewhere, and
//! polls until then.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::ask::Ask;
use super::center::CenterKey;
use super::grant::Consent;
use super::{Accounts, Action, Decision, Entry, Refused, ScopeSet, TokenPair};
use crate::reply;

#[derive(Debug)]
pub(super) struct Device {
    user_code: String,
    client_id: String,
    scopes: ScopeSet,
    /// The data center of the first request.
    center: CenterKey,
    offline: bool,
    expires_at: OffsetDateTime,
    state: State,
    /// The time of the last poll in each data center.
    polls: Vec<(CenterKey, OffsetDateTime)>,
}

#[derive(Debug)]
enum State {
    Pending,
    Allowed(Arc<Consent>),
    Denied,
}

impl Accounts {
    /// `POST /oauth/v3/device/code`
    pub(super) fn start_device(&mut self, ask: &Ask<'_>) -> Response<Bytes> {
        let entry = self.entry(ask, Action::DeviceCode);
        let (refused, body) = match self.new_device(ask) {
            Ok(body) => (None, body),
            Err(refused) => (Some(refused.code()), refused.to_json()),
        };
        self.book.write(Entry { refused, ..entry });
        reply::json(StatusCode::OK, &body)
    }

    fn new_device(&mut self, ask: &Ask<'_>) -> Result<Value, Refused> {
        if !ask.is("grant_type", "device_request") {
            return Err(Refused::UnsupportedGrantType);
        }
        let client_id = self.app(ask)?.client_id.clone();
        let scopes = ask
            .get("scope")
            .and_then(ScopeSet::parse)
            .ok_or(Refused::InvalidScope)?;
        let (device_code, user_code) = (self.ids.token(), self.ids.user_code());
        let lifetime = self.policy.device_code_lifetime;
        let url = format!(
            "{}/oauth/v3/device",
            self.centers.accounts_server(ask.center, ask.host)
        );
        let body = json!({
            "device_code": device_code,
            "user_code": user_code,
            "verification_url": url,
            "verification_uri_complete": format!("{url}?user_code={user_code}"),
            "interval": self.policy.time_unit.number(self.policy.poll_interval),
            "expires_in": self.policy.time_unit.number(lifetime),
        });
        let device = Device {
            user_code,
            client_id,
            scopes,
            center: ask.center,
            offline: ask.is("access_type", "offline"),
            expires_at: ask.now + lifetime,
            state: State::Pending,
            polls: Vec::new(),
        };
        self.devices.insert(device_code, device);
        Ok(body)
    }

    /// `POST /oauth/v3/device/token`
    pub(super) fn poll_device(&mut self, ask: &Ask<'_>) -> Response<Bytes> {
        let mut entry = self.entry(ask, Action::DevicePoll);
        let outcome = self.poll(ask, &mut entry);
        self.conclude(ask, entry, outcome)
    }

    fn poll(&mut self, ask: &Ask<'_>, entry: &mut Entry) -> Result<TokenPair, Refused> {
        if !ask.is("grant_type", "device_token") {
            return Err(Refused::UnsupportedGrantType);
        }
        let client_id = self.authenticated_app(ask)?.client_id.clone();
        let code = ask.get("code").ok_or(Refused::InvalidCode)?;
        let device = self
            .devices
            .get_mut(code)
            .filter(|device| device.client_id == client_id && device.is_of(ask.center));
        let device = device.ok_or(Refused::InvalidCode)?;
        if device
            .last_poll(ask)
            .is_some_and(|last| ask.now - last < self.policy.poll_interval)
        {
            return Err(Refused::SlowDown);
        }
        let (consent, offline) = match &device.state {
            _ if ask.now >= device.expires_at => return Err(Refused::Expired),
            State::Pending => return Err(Refused::AuthorizationPending),
            State::Denied => return Err(Refused::AccessDenied),
            State::Allowed(consent) if consent.center != ask.center => {
                return Err(Refused::OtherCenter(
                    self.centers.location(consent.center).to_owned(),
                ));
            }
            State::Allowed(consent) => (Arc::clone(consent), device.offline),
        };
        self.devices.remove(code);
        Ok(self.issue(consent, offline, ask, entry))
    }

    /// `GET /oauth/v3/device?user_code=…`: the page on which a user enters the code, which decides
    /// immediately.
    pub(super) fn enter_user_code(&mut self, ask: &Ask<'_>) -> Response<Bytes> {
        let user_id = self
            .browser_user(ask)
            .map(|(user_id, _)| user_id.to_owned());
        let (decision, user_code) = (
            self.policy.decision,
            ask.get("user_code").unwrap_or_default(),
        );
        if user_id.is_some_and(|user_id| self.decide_device(user_code, &user_id, decision)) {
            reply::json(StatusCode::OK, &json!({ "status": "success" }))
        } else {
            reply::json(StatusCode::BAD_REQUEST, &Refused::InvalidCode.to_json())
        }
    }

    /// Returns whether there is such a device.
    pub(super) fn decide_device(
        &mut self,
        user_code: &str,
        user_id: &str,
        decision: Decision,
    ) -> bool {
        let Some(device) = self
            .devices
            .values_mut()
            .find(|device| device.user_code == user_code)
        else {
            return false;
        };
        device.state = match (decision, self.users.get(user_id)) {
            (Decision::Allow, Some(&center)) => State::Allowed(Arc::new(Consent {
                client_id: Some(device.client_id.clone()),
                user_id: user_id.to_owned(),
                scopes: device.scopes.clone(),
                center,
                app_only: false,
            })),
            _ => State::Denied,
        };
        true
    }
}

impl Device {
    /// Returns whether a data center knows the device: the one of its first request, and its
    /// user's.
    fn is_of(&self, center: CenterKey) -> bool {
        self.center == center
            || matches!(&self.state, State::Allowed(consent) if consent.center == center)
    }

    /// Records a poll, and returns the time of the previous one in this data center.
    fn last_poll(&mut self, ask: &Ask<'_>) -> Option<OffsetDateTime> {
        match self
            .polls
            .iter_mut()
            .find(|(center, _)| *center == ask.center)
        {
            Some((_, last)) => Some(std::mem::replace(last, ask.now)),
            None => {
                self.polls.push((ask.center, ask.now));
                None
            }
        }
    }
}
