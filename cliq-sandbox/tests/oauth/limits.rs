//! Limits on the number and the rate of tokens.

use std::time::Duration;

use cliq_sandbox::oauth::{Action, App};
use http::StatusCode;
use serde_json::json;

use super::{APP, RYAN, SCOPES, SECRET, Scene, scene};

const WINDOW: Duration = Duration::from_mins(10);

/// Uses up the refreshes of a token, one per second.
fn use_up(scene: &mut Scene, refresh_token: &str) {
    for _ in 0..10 {
        scene.refresh(refresh_token).access_token();
        scene.wait(1);
    }
}

#[test]
fn a_refresh_token_gives_ten_access_tokens_in_ten_minutes() {
    let mut scene = scene();
    let (refresh_token, other) = (scene.refresh_token(), scene.refresh_token());
    use_up(&mut scene, &refresh_token);
    let denied = scene.refresh(&refresh_token);
    assert_eq!(denied.status, 200);
    assert_eq!(
        denied.body,
        json!({
            "error": "Access Denied",
            "error_description": "You have made too many requests continuously. Please try again after some time.",
            "status": "failure",
        })
    );
    scene.refresh(&other).access_token();
    assert_eq!(
        scene.accounts.book().most_refreshes(&refresh_token, WINDOW),
        11
    );
    assert_eq!(scene.accounts.book().refused(Action::Refresh).count(), 1);
}

#[test]
fn the_refresh_window_is_rolling() {
    let mut scene = scene();
    let refresh_token = scene.refresh_token();
    use_up(&mut scene, &refresh_token);
    scene.wait(590);
    // The oldest refreshes leave the window one by one.
    use_up(&mut scene, &refresh_token);
    assert_eq!(
        scene.accounts.book().most_refreshes(&refresh_token, WINDOW),
        10
    );
    scene.refresh(&refresh_token).is_refused("Access Denied");
}

#[test]
fn a_denied_refresh_extends_the_denial() {
    let mut scene = scene();
    let refresh_token = scene.refresh_token();
    use_up(&mut scene, &refresh_token);
    scene.refresh(&refresh_token).is_refused("Access Denied");
    scene.wait(599);
    scene.refresh(&refresh_token).is_refused("Access Denied");
    scene.wait(599);
    scene.refresh(&refresh_token).is_refused("Access Denied");
    scene.wait(600);
    scene.refresh(&refresh_token).access_token();
}

#[test]
fn the_extension_of_a_denial_can_be_disabled() {
    let mut scene = scene();
    scene.accounts.policy_mut().denial_extends = false;
    let refresh_token = scene.refresh_token();
    use_up(&mut scene, &refresh_token);
    scene.refresh(&refresh_token).is_refused("Access Denied");
    scene.wait(599);
    scene.refresh(&refresh_token).is_refused("Access Denied");
    scene.wait(1);
    scene.refresh(&refresh_token).access_token();
}

#[test]
fn a_denial_can_have_status_400() {
    let mut scene = scene();
    scene.accounts.policy_mut().throttle_status = StatusCode::BAD_REQUEST;
    let refresh_token = scene.refresh_token();
    use_up(&mut scene, &refresh_token);
    let denied = scene.refresh(&refresh_token);
    assert_eq!(
        (denied.status, denied.body["error"].as_str()),
        (400, Some("Access Denied"))
    );
    scene.refresh("1000.wrong").is_refused("invalid_code");
}

#[test]
fn a_sixteenth_access_token_revokes_the_oldest() {
    let mut scene = scene();
    let tokens = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    let refresh_token = tokens.refresh_token.unwrap();
    let mut all = vec![tokens.access_token];
    // Slower than ten in ten minutes.
    for _ in 0..15 {
        scene.wait(90);
        assert!(all.iter().all(|token| scene.user(token).is_some()));
        all.push(scene.refresh(&refresh_token).access_token());
    }
    let alive: Vec<_> = all
        .iter()
        .map(|token| scene.user(token).is_some())
        .collect();
    assert_eq!(alive, [&[false][..], &[true; 15]].concat());
}

#[test]
fn expired_access_tokens_do_not_count() {
    let mut scene = scene();
    let refresh_token = scene.refresh_token();
    let spread = |scene: &mut Scene| {
        let refresh = |_| {
            scene.wait(90);
            scene.refresh(&refresh_token).access_token()
        };
        (0..14).map(refresh).collect::<Vec<_>>()
    };
    spread(&mut scene);
    scene.wait(3600);
    let tokens = spread(&mut scene);
    assert!(tokens.iter().all(|token| scene.user(token).is_some()));
}

#[test]
fn a_twenty_first_refresh_token_revokes_the_oldest_and_its_access_tokens() {
    let mut scene = scene();
    scene.accounts.add_user("2");
    scene.accounts.register(App::new("1000.OTHER", SECRET));
    let mut issue = |client_id, user_id| {
        scene
            .accounts
            .issue_tokens(client_id, user_id, SCOPES, scene.now)
    };
    let mine: Vec<_> = (0..20).map(|_| issue(APP, RYAN)).collect();
    // Tokens of other users and apps don't count.
    for _ in 0..20 {
        issue(APP, "2");
        issue("1000.OTHER", RYAN);
    }
    assert!(
        mine.iter()
            .all(|tokens| scene.user(&tokens.access_token).is_some())
    );

    let newest = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    assert_eq!(scene.user(&mine[0].access_token), None);
    scene
        .refresh(mine[0].refresh_token.as_deref().unwrap())
        .is_refused("invalid_code");
    for tokens in mine[1..].iter().chain([&newest]) {
        assert_eq!(scene.user(&tokens.access_token), Some(RYAN));
        scene
            .refresh(tokens.refresh_token.as_deref().unwrap())
            .access_token();
    }
}

#[test]
fn refresh_tokens_that_were_revoked_do_not_count() {
    let mut scene = scene();
    let first = scene.accounts.issue_tokens(APP, RYAN, SCOPES, scene.now);
    for _ in 0..30 {
        let token = scene.refresh_token();
        assert!(scene.accounts.revoke(&token));
    }
    assert_eq!(scene.user(&first.access_token), Some(RYAN));
}
