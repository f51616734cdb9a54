//! Scopes of tokens.

use cliq_api::Scopes;
use cliq_sandbox::oauth::{ScopeSet, Unauthorized};

use super::{RYAN, Scene, scene};

const READ: Scopes = Scopes::Any(&["ZohoCliq.Chats.READ"]);
const EITHER: Scopes = Scopes::Any(&["ZohoCliq.Channels.UPDATE", "ZohoCliq.Chats.READ"]);
const BOTH: Scopes = Scopes::All(&["ZohoCliq.Channels.UPDATE", "ZohoCliq.Chats.READ"]);

impl Scene {
    fn allows(&self, token: &str, needed: Scopes) -> Result<(), Unauthorized> {
        self.accounts
            .authorize("cliq.zoho.com", token, needed, self.now)
            .map(drop)
    }
}

#[test]
fn a_token_does_what_its_scopes_say() {
    let missing = Err(Unauthorized::MissingScope);
    for (scopes, expected) in [
        ("ZohoCliq.Chats.READ", [Ok(()), Ok(()), missing]),
        ("ZohoCliq.Chats.ALL", [Ok(()), Ok(()), missing]),
        ("ZohoCliq.Chats.UPDATE", [missing; 3]),
        ("ZohoCliq.Channels.ALL", [missing, Ok(()), missing]),
        ("ZohoCliq.Chats.READ,ZohoCliq.Channels.UPDATE", [Ok(()); 3]),
    ] {
        let mut scene = scene();
        let token = scene.accounts.issue_access_token(RYAN, scopes, None);
        assert_eq!(
            [READ, EITHER, BOTH].map(|needed| scene.allows(&token, needed)),
            expected,
            "{scopes}"
        );
        assert_eq!(scene.allows(&token, Scopes::None), Ok(()));
    }
    let mut scene = scene();
    let token = scene
        .accounts
        .issue_access_token(RYAN, ScopeSet::everything(), None);
    assert_eq!(scene.allows(&token, BOTH), Ok(()));
}

#[test]
fn a_refusal_is_called_as_cliq_calls_it() {
    let mut scene = scene();
    let token = scene
        .accounts
        .issue_access_token(RYAN, "ZohoCliq.Chats.UPDATE", Some(scene.now));
    let codes = [Scopes::None, READ].map(|needed| scene.allows(&token, needed).unwrap_err().code());
    assert_eq!(codes, ["oauthtoken_invalid"; 2]);
    assert_eq!(
        scene.allows("1000.wrong", READ).unwrap_err().code(),
        "oauthtoken_invalid"
    );
    let token = scene
        .accounts
        .issue_access_token(RYAN, "ZohoCliq.Chats.UPDATE", None);
    assert_eq!(
        scene.allows(&token, READ).unwrap_err().code(),
        "oauthtoken_scope_invalid"
    );
}

#[test]
fn a_refreshed_token_has_the_scopes_of_the_one_before() {
    let mut scene = scene();
    let code = scene
        .consent(&[("scope", "ZohoCliq.Chats.READ")])
        .told("code")
        .unwrap();
    let refresh_token = scene.exchange(&code).text("refresh_token");
    let refreshed = scene.refresh(&refresh_token);
    assert_eq!(refreshed.text("scope"), "ZohoCliq.Chats.READ");
    let token = refreshed.access_token();
    assert_eq!(scene.allows(&token, READ), Ok(()));
    assert_eq!(scene.allows(&token, BOTH), Err(Unauthorized::MissingScope));
}

#[test]
fn credentials_can_report_a_scope_that_is_refused() {
    let mut scene = scene();
    scene.accounts.policy_mut().hollow_scopes = vec!["ZohoCliq.Chats.READ".to_owned()];
    let answer = scene.token(&[
        ("grant_type", "client_credentials"),
        ("scope", "ZohoCliq.Chats.ALL"),
    ]);
    assert_eq!(answer.text("scope"), "ZohoCliq.Chats.ALL");
    let token = answer.access_token();
    assert_eq!(scene.allows(&token, READ), Err(Unauthorized::MissingScope));
    assert_eq!(
        scene.allows(&token, Scopes::Any(&["ZohoCliq.Chats.UPDATE"])),
        Ok(())
    );
    // A user's token works.
    let token = scene
        .accounts
        .issue_access_token(RYAN, "ZohoCliq.Chats.READ", None);
    assert_eq!(scene.allows(&token, READ), Ok(()));
}
