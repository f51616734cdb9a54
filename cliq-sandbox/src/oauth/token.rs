//! Issues, refreshes and revokes tokens.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use time::OffsetDateTime;

use super::center::CenterKey;
use super::ids::Ids;
use super::{Consent, Grant, Policy, Refused, TokenPair, Unauthorized};

#[derive(Debug, Default)]
pub(super) struct Tokens {
    access: HashMap<String, Grant>,
    refresh: HashMap<String, Refresh>,
    /// By user and app, oldest first.
    refresh_of: HashMap<(String, Option<String>), VecDeque<String>>,
}

#[derive(Debug)]
struct Refresh {
    consent: Arc<Consent>,
    /// Its access tokens that may still be valid, oldest first.
    access: VecDeque<String>,
    /// When its last access tokens were issued.
    given: VecDeque<OffsetDateTime>,
    denied_until: Option<OffsetDateTime>,
}

impl Tokens {
    /// Issues an access token without a refresh token.
    pub(super) fn mint_access(
        &mut self,
        ids: &mut Ids,
        consent: Arc<Consent>,
        expires_at: Option<OffsetDateTime>,
    ) -> String {
        mint(
            &mut self.access,
            ids,
            Grant {
                consent,
                expires_at,
            },
        )
    }

    /// Issues a refresh token and an access token that belongs to it.
    pub(super) fn mint_pair(
        &mut self,
        ids: &mut Ids,
        policy: &Policy,
        consent: Arc<Consent>,
        now: OffsetDateTime,
    ) -> TokenPair {
        let token = ids.token();
        self.make_room(&consent, policy.live_refresh_tokens)
            .push_back(token.clone());
        let mut refresh = Refresh {
            consent,
            access: VecDeque::new(),
            given: VecDeque::new(),
            denied_until: None,
        };
        let pair = refresh.mint(&mut self.access, ids, policy, now);
        self.refresh.insert(token.clone(), refresh);
        TokenPair {
            refresh_token: Some(token),
            ..pair
        }
    }

    /// Returns the refresh tokens of a user and an app. Revokes the oldest if there is no room for
    /// another one.
    fn make_room(&mut self, consent: &Consent, capacity: usize) -> &mut VecDeque<String> {
        let surplus = |siblings: &VecDeque<String>| (siblings.len() + 1).saturating_sub(capacity);
        let oldest: Vec<_> = match self.refresh_of.get(&consent.owner()) {
            Some(siblings) => siblings.iter().take(surplus(siblings)).cloned().collect(),
            None => Vec::new(),
        };
        for token in oldest {
            self.end_refresh(&token);
        }
        self.refresh_of.entry(consent.owner()).or_default()
    }

    /// Issues an access token for a refresh token, which remains valid.
    pub(super) fn refresh(
        &mut self,
        ids: &mut Ids,
        policy: &Policy,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<TokenPair, Refused> {
        let refresh = self.refresh.get_mut(token).ok_or(Refused::InvalidCode)?;
        refresh.count(policy, now)?;
        Ok(refresh.mint(&mut self.access, ids, policy, now))
    }

    /// Returns the consent of a refresh token.
    pub(super) fn consent(&self, refresh_token: &str) -> Option<&Consent> {
        self.refresh
            .get(refresh_token)
            .map(|refresh| &*refresh.consent)
    }

    pub(super) fn authenticate(
        &self,
        token: &str,
        center: CenterKey,
        now: OffsetDateTime,
    ) -> Result<&Grant, Unauthorized> {
        let grant = self
            .access
            .get(token)
            .filter(|grant| grant.consent.center == center);
        let grant = grant.ok_or(Unauthorized::Unknown)?;
        if grant.has_expired(now) {
            Err(Unauthorized::Expired)
        } else {
            Ok(grant)
        }
    }

    /// Returns the data center of a token of either kind.
    pub(super) fn center(&self, token: &str) -> Option<CenterKey> {
        let access = self.access.get(token).map(|grant| &grant.consent);
        access
            .or_else(|| self.refresh.get(token).map(|refresh| &refresh.consent))
            .map(|consent| consent.center)
    }

    pub(super) fn revoke(&mut self, token: &str) -> bool {
        self.access.remove(token).is_some() || self.end_refresh(token)
    }

    pub(super) fn revoke_access_tokens(&mut self, user_id: &str) -> usize {
        let before = self.access.len();
        self.access
            .retain(|_, grant| grant.consent.user_id != user_id);
        before - self.access.len()
    }

    fn end_refresh(&mut self, token: &str) -> bool {
        let Some(refresh) = self.refresh.remove(token) else {
            return false;
        };
        for access in &refresh.access {
            self.access.remove(access);
        }
        if let Some(siblings) = self.refresh_of.get_mut(&refresh.consent.owner()) {
            siblings.retain(|sibling| sibling != token);
        }
        true
    }
}

fn mint(access: &mut HashMap<String, Grant>, ids: &mut Ids, grant: Grant) -> String {
    let token = ids.token();
    access.insert(token.clone(), grant);
    token
}

impl Refresh {
    /// Counts a refresh, or refuses it if there were too many.
    fn count(&mut self, policy: &Policy, now: OffsetDateTime) -> Result<(), Refused> {
        while self
            .given
            .front()
            .is_some_and(|&first| now - first >= policy.refresh_window)
        {
            self.given.pop_front();
        }
        let is_denied = self.denied_until.is_some_and(|until| now < until);
        if !is_denied && self.given.len() < policy.refreshes {
            self.given.push_back(now);
            return Ok(());
        }
        if !is_denied || policy.denial_extends {
            self.denied_until = Some(now + policy.denial);
        }
        Err(Refused::TooManyRefreshes)
    }

    /// Issues an access token. Drops the expired ones, and revokes the oldest if there are too
    /// many.
    fn mint(
        &mut self,
        access: &mut HashMap<String, Grant>,
        ids: &mut Ids,
        policy: &Policy,
        now: OffsetDateTime,
    ) -> TokenPair {
        self.access.retain(|token| {
            let is_alive = access
                .get(token)
                .is_some_and(|grant| !grant.has_expired(now));
            if !is_alive {
                access.remove(token);
            }
            is_alive
        });
        let surplus = (self.access.len() + 1).saturating_sub(policy.live_access_tokens.max(1));
        for oldest in self.access.drain(..surplus) {
            access.remove(&oldest);
        }
        let consent = Arc::clone(&self.consent);
        let token = mint(
            access,
            ids,
            Grant {
                consent,
                expires_at: Some(now + policy.access_token_lifetime),
            },
        );
        self.access.push_back(token.clone());
        TokenPair::new(token, &self.consent)
    }
}
