//! A device without a browser waits for its user, in paused time.

use cliq_api::auth::{AuthErrorKind, Device};
use cliq_sandbox::Fault;
use cliq_sandbox::oauth::{Action, TimeUnit};
use tokio::time::{Instant, sleep};

use super::*;

async fn start(demo: &Demo) -> Device {
    oauth(demo).start_device(&SCOPES.into()).await.unwrap()
}

/// Approves the device after a delay.
fn approve_after(demo: &Demo, device: &Device, wait: Duration) {
    let (sandbox, user_id, user_code) = (
        demo.sandbox.clone(),
        demo.user_id.clone(),
        device.user_code().to_owned(),
    );
    tokio::spawn(async move {
        sleep(wait).await;
        sandbox.accounts(|accounts, _| accounts.approve_device(&user_code, &user_id));
    });
}

fn polls(demo: &Demo) -> Vec<Option<&'static str>> {
    let book = demo.sandbox.accounts(|accounts, _| accounts.book().clone());
    let polls = book
        .entries()
        .iter()
        .filter(|entry| entry.action == Action::DevicePoll);
    polls.map(|entry| entry.refused).collect()
}

#[tokio::test(start_paused = true)]
async fn a_device_polls_at_most_once_in_30_seconds() {
    for unit in [TimeUnit::Seconds, TimeUnit::Milliseconds] {
        let demo = demo();
        policy(&demo, |policy| policy.time_unit = unit);
        let device = start(&demo).await;
        assert_eq!(
            device.verification_uri(),
            "https://accounts.zoho.com/oauth/v3/device"
        );
        assert!(
            device
                .verification_uri_complete()
                .unwrap()
                .ends_with(device.user_code())
        );
        approve_after(&demo, &device, 4 * HALF_A_MINUTE);
        let begun = Instant::now();
        let signed_in = device.wait().await.unwrap();
        assert!(begun.elapsed() < 6 * HALF_A_MINUTE, "{:?}", begun.elapsed());
        assert_eq!(
            polls(&demo),
            [
                Some("authorization_pending"),
                Some("authorization_pending"),
                Some("authorization_pending"),
                None
            ]
        );
        assert_eq!(
            user(
                &demo,
                &DataCenter::US,
                signed_in.access_token().expose_secret()
            ),
            Some(demo.user_id.clone())
        );
        signed_in.refresh_token().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_slows_down_on_request() {
    let demo = demo();
    policy(&demo, |policy| {
        policy.device_code_lifetime = 20 * HALF_A_MINUTE;
    });
    let device = start(&demo).await;
    // The initial interval is now too short.
    policy(&demo, |policy| {
        policy.poll_interval = Duration::from_secs(40);
    });
    approve_after(&demo, &device, 7 * HALF_A_MINUTE);
    device.wait().await.unwrap();
    let polls = polls(&demo);
    assert!(
        polls.contains(&Some("slow_down"))
            && polls
                .iter()
                .filter(|refused| **refused == Some("slow_down"))
                .count()
                <= 3,
        "{polls:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_device_polls_its_users_data_center() {
    let demo = demo();
    demo.sandbox
        .accounts(|accounts, _| accounts.add_user_in("eu", &demo.user_id));
    let device = start(&demo).await;
    approve_after(&demo, &device, Duration::from_secs(1));
    let signed_in = device.wait().await.unwrap();
    assert_eq!(signed_in.data_center(), Some(&DataCenter::EU));
    assert_eq!(polls(&demo), [Some("other_dc"), None]);
    assert_eq!(
        user(
            &demo,
            &DataCenter::EU,
            signed_in.access_token().expose_secret()
        ),
        Some(demo.user_id.clone())
    );
}

#[tokio::test(start_paused = true)]
async fn a_device_sends_no_secret_to_an_unknown_server() {
    let demo = demo();
    demo.sandbox.accounts(|accounts, _| {
        accounts.place("evil", "https://accounts.example.net");
        accounts.add_user_in("evil", &demo.user_id);
    });
    let device = start(&demo).await;
    approve_after(&demo, &device, Duration::from_secs(1));
    let error = device.wait().await.unwrap_err();
    assert!(error.to_string().contains("not known"), "{error}");
    assert_eq!(polls(&demo), [Some("other_dc")]);
}

#[tokio::test(start_paused = true)]
async fn a_device_is_rejected_or_expires() {
    let demo = demo();
    let device = start(&demo).await;
    demo.sandbox
        .accounts(|accounts, _| accounts.deny_device(device.user_code()));
    let error = device.wait().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Denied);

    let begun = Instant::now();
    let error = start(&demo).await.wait().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Expired);
    assert!(error.needs_sign_in());
    assert!(
        begun.elapsed() <= 10 * HALF_A_MINUTE,
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_device_waits_out_temporary_errors() {
    let demo = demo();
    let device = start(&demo).await;
    demo.sandbox
        .faults()
        .accounts()
        .next(Fault::Unreachable)
        .next(Fault::Fail(http::StatusCode::BAD_GATEWAY))
        .next(Fault::LoseRequest);
    approve_after(&demo, &device, Duration::from_secs(1));
    device.wait().await.unwrap();
}
