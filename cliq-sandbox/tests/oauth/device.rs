//! `POST /oauth/v3/device/code` and `POST /oauth/v3/device/token`

use cliq_sandbox::oauth::{Action, App, Decision, TimeUnit};
use serde_json::json;

use super::{APP, Answer, EU, RYAN, SCOPES, SECRET, Scene, US, scene};

impl Scene {
    fn start_device(&mut self) -> (String, String) {
        let answer = self.device_code(&[("access_type", "offline")]);
        (answer.text("device_code"), answer.text("user_code"))
    }

    fn device_code(&mut self, params: &[(&str, &str)]) -> Answer {
        let needed = [
            ("grant_type", "device_request"),
            ("client_id", APP),
            ("scope", SCOPES),
        ];
        self.post(
            &format!("{US}/oauth/v3/device/code"),
            &[&needed, params].concat(),
        )
    }

    fn poll(&mut self, device_code: &str) -> Answer {
        self.poll_at(US, device_code)
    }

    fn poll_at(&mut self, accounts: &str, device_code: &str) -> Answer {
        let params = [
            ("grant_type", "device_token"),
            ("client_id", APP),
            ("client_secret", SECRET),
            ("code", device_code),
        ];
        self.post(&format!("{accounts}/oauth/v3/device/token"), &params)
    }
}

#[test]
fn a_device_gets_the_code_to_show() {
    let mut scene = scene();
    let body = scene.device_code(&[]).body;
    let user_code = body["user_code"].as_str().unwrap();
    assert_eq!(
        body,
        json!({
            "device_code": body["device_code"],
            "user_code": user_code,
            "verification_url": "https://accounts.zoho.com/oauth/v3/device",
            "verification_uri_complete": format!("https://accounts.zoho.com/oauth/v3/device?user_code={user_code}"),
            "interval": 30,
            "expires_in": 300,
        })
    );
    scene.accounts.policy_mut().time_unit = TimeUnit::Milliseconds;
    let body = scene.device_code(&[]).body;
    assert_eq!(
        (&body["interval"], &body["expires_in"]),
        (&json!(30_000), &json!(300_000))
    );
}

#[test]
fn device_errors_have_status_200() {
    let mut scene = scene();
    let url = format!("{US}/oauth/v3/device/code");
    let (request, id, scope) = (
        ("grant_type", "device_request"),
        ("client_id", APP),
        ("scope", SCOPES),
    );
    scene
        .post(&url, &[id, scope])
        .is_refused("unsupported_grant_type");
    scene
        .post(&url, &[request, scope])
        .is_refused("invalid_client");
    scene.post(&url, &[request, id]).is_refused("invalid_scope");

    let (device_code, _) = scene.start_device();
    let url = format!("{US}/oauth/v3/device/token");
    let (poll, secret, code) = (
        ("grant_type", "device_token"),
        ("client_secret", SECRET),
        ("code", device_code.as_str()),
    );
    scene
        .post(&url, &[id, secret, code])
        .is_refused("unsupported_grant_type");
    scene
        .post(&url, &[poll, secret, code])
        .is_refused("invalid_client");
    scene
        .post(&url, &[poll, id, code])
        .is_refused("invalid_client_secret");
    scene
        .post(&url, &[poll, id, secret])
        .is_refused("invalid_code");
    scene.poll("1000.wrong").is_refused("invalid_code");
}

#[test]
fn a_device_waits_for_its_user() {
    let mut scene = scene();
    let (device_code, user_code) = scene.start_device();
    scene.poll(&device_code).is_refused("authorization_pending");
    scene.wait(30);
    scene.poll(&device_code).is_refused("authorization_pending");
    scene.accounts.approve_device(&user_code, RYAN);
    scene.wait(30);
    let tokens = scene.poll(&device_code);
    assert_eq!(scene.user(&tokens.access_token()), Some(RYAN));
    scene.refresh(&tokens.text("refresh_token")).access_token();
    scene.wait(30);
    scene.poll(&device_code).is_refused("invalid_code");
    assert_eq!(scene.accounts.book().granted(Action::DevicePoll).count(), 1);
}

#[test]
fn a_device_polls_once_in_30_seconds() {
    let mut scene = scene();
    let (device_code, user_code) = scene.start_device();
    scene.poll(&device_code).is_refused("authorization_pending");
    scene.accounts.approve_device(&user_code, RYAN);
    scene.wait(29);
    scene.poll(&device_code).is_refused("slow_down");
    // The rejected poll counts as well.
    scene.wait(29);
    scene.poll(&device_code).is_refused("slow_down");
    scene.wait(30);
    scene.poll(&device_code).access_token();
}

#[test]
fn a_device_can_be_rejected() {
    let mut scene = scene();
    let (device_code, user_code) = scene.start_device();
    scene.accounts.deny_device(&user_code);
    scene.poll(&device_code).is_refused("access_denied");
}

#[test]
fn a_device_waits_for_five_minutes() {
    let mut scene = scene();
    let (device_code, user_code) = scene.start_device();
    scene.accounts.approve_device(&user_code, RYAN);
    scene.wait(300);
    scene.poll(&device_code).is_refused("expired");
}

#[test]
fn only_an_offline_device_has_a_refresh_token() {
    let mut scene = scene();
    let answer = scene.device_code(&[]);
    scene
        .accounts
        .approve_device(&answer.text("user_code"), RYAN);
    let tokens = scene.poll(&answer.text("device_code"));
    tokens.access_token();
    assert!(tokens.body.get("refresh_token").is_none(), "{tokens:?}");
}

#[test]
fn a_browser_that_opens_the_link_decides() {
    for (decision, error) in [
        (Decision::Allow, None),
        (Decision::Deny, Some("access_denied")),
    ] {
        let mut scene = scene();
        scene.accounts.policy_mut().decision = decision;
        let (device_code, user_code) = scene.start_device();
        let url = format!("{US}/oauth/v3/device");
        assert_eq!(scene.get(&url, &[("user_code", "BCDF-GHJK")]).status, 400);
        scene.get(&url, &[("user_code", &user_code)]).text("status");
        assert_eq!(scene.poll(&device_code).body["error"].as_str(), error);
    }
}

#[test]
fn a_user_of_another_data_center_is_found_there() {
    let mut scene = scene();
    scene
        .accounts
        .register(App::new(APP, SECRET).locations(["us", "eu"]));
    scene.accounts.add_user_in("eu", "2");
    let (device_code, user_code) = scene.start_device();
    scene.poll_at(EU, &device_code).is_refused("invalid_code");
    scene.accounts.approve_device(&user_code, "2");
    let told = scene.poll(&device_code);
    told.is_refused("other_dc");
    assert_eq!(told.body["user_location"], "eu");
    let tokens = scene.poll_at(EU, &device_code);
    assert_eq!(tokens.text("api_domain"), "https://www.zohoapis.eu");
    assert!(
        scene
            .accounts
            .authenticate("cliq.zoho.eu", &tokens.access_token(), scene.now)
            .is_ok()
    );
    assert_eq!(scene.user(&tokens.access_token()), None);
}

#[test]
#[should_panic(expected = "no device has the code `BCDF-GHJK`")]
fn a_code_of_no_device_is_a_mistake() {
    scene().accounts.approve_device("BCDF-GHJK", RYAN);
}
