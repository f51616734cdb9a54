//! The Threads API with the sandbox: later calls see the changes of earlier ones.

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::threads::{AutoFollow, AutoFollowStatus, Bot, ThreadAction, ThreadState, Threads};
use cliq_sandbox::{Demo, Sandbox, Server};

async fn start() -> (Demo, Server, Client) {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    // The sandbox has no limits, and one test makes many calls.
    let builder = Client::cliq(DataCenter::US).limits(LimitSettings::off());
    let client = builder
        .base_url(server.base_url())
        .access_token(&*demo.token)
        .build()
        .unwrap();
    (demo, server, client)
}

#[tokio::test]
async fn a_thread_from_its_message_to_its_end() {
    let (demo, _server, client) = start().await;
    let posted = client
        .create_thread_by_channel_id(&demo.channel_id, "First", &demo.message_id)
        .thread_title("Release")
        .sync_message(true)
        .await
        .unwrap();
    assert!(posted.message_id.is_some());
    let nothing = client
        .create_thread_by_chat_id(&demo.channel_chat_id, "Second", &demo.message_id)
        .await
        .unwrap();
    assert_eq!(nothing.message_id, None);

    // The forms of a message's id are equivalent.
    let spaced = demo.message_id.replace('_', "%20");
    let thread = client
        .find_thread(&demo.channel_id, spaced)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(thread.title.as_deref(), Some("Release"));
    let id = &thread.chat_id;
    assert_eq!(
        client.get_thread(id).await.unwrap().state(),
        Some(&ThreadState::Open)
    );

    client.close_thread(id).await.unwrap();
    assert_eq!(
        client.get_thread(id).await.unwrap().state(),
        Some(&ThreadState::Closed)
    );
    let error = client
        .send_thread_message(id, "Too late")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("operation_not_allowed"));
    client.reopen_thread(id).await.unwrap();
    client.send_thread_message(id, "In time").await.unwrap();
    let main = client.get_thread_main_message(id).await.unwrap();
    assert_eq!(main.thread_information.unwrap().message_count, Some(3));
}

#[tokio::test]
async fn following() {
    let (demo, _server, client) = start().await;
    let id = &demo.thread_chat_id;
    let ids = |users: Vec<cliq_api::threads::User>| -> Vec<String> {
        users
            .into_iter()
            .map(|user| user.user_id.unwrap().to_string())
            .collect()
    };
    let [scott, tim] = &demo.colleague_ids;
    assert_eq!(
        ids(client.list_thread_followers(id).await.unwrap()),
        [scott.as_str()]
    );
    client.follow_thread(id).await.unwrap();
    client.add_thread_followers(id, [tim]).await.unwrap();
    assert_eq!(client.get_thread(id).await.unwrap().follower_count, Some(3));
    assert!(
        client
            .list_thread_non_followers(id)
            .await
            .unwrap()
            .is_empty()
    );
    client
        .remove_thread_followers(id, [scott, tim])
        .await
        .unwrap();
    assert_eq!(
        ids(client.list_thread_followers(id).await.unwrap()),
        [demo.user_id.as_str()]
    );
    client
        .update_thread(id, ThreadAction::Unfollow)
        .await
        .unwrap();
    assert_eq!(
        client.get_thread(id).await.unwrap().is_follower,
        Some(false)
    );
    client.follow_thread(id).await.unwrap();
    client.leave_thread(id).await.unwrap();
    assert!(client.list_thread_members(id).await.unwrap().is_empty());

    client.mute_thread(id).await.unwrap();
    assert!(demo.sandbox.is_muted(id, &demo.user_id));
    client.unmute_thread(id).await.unwrap();
    assert!(!demo.sandbox.is_muted(id, &demo.user_id));

    let status = client
        .set_thread_auto_follow(&demo.channel_id, AutoFollow::Enable)
        .await
        .unwrap();
    assert_eq!(status, AutoFollowStatus::Enabled);
}

#[tokio::test]
async fn as_a_bot() {
    let (demo, _server, client) = start().await;
    let id = &demo.thread_chat_id;
    client
        .send_thread_message(id, "Deployed.")
        .as_bot(&demo.bot_unique_name)
        .await
        .unwrap();
    let last = demo.sandbox.messages(id).pop().unwrap();
    assert_eq!(
        (last.text.as_str(), last.sender_name.as_str()),
        ("Deployed.", "Deploy Bot")
    );
    client
        .close_thread(id)
        .as_bot(&demo.bot_unique_name)
        .await
        .unwrap();

    let request = client
        .close_thread(id)
        .as_bot(Bot::from("b").appkey("k"))
        .prepare()
        .unwrap();
    assert_eq!(request.uri().query(), Some("bot_unique_name=b&appkey=k"));
}

#[tokio::test]
async fn one_client_serves_many_at_once() {
    let (demo, _server, client) = start().await;
    let calls = (0..64).map(|number| {
        let call = client.send_thread_message(&demo.thread_chat_id, format!("message {number}"));
        tokio::spawn(call.into_future())
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    let texts: std::collections::BTreeSet<_> = demo
        .sandbox
        .messages(&demo.thread_chat_id)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert!((0..64).all(|number| texts.contains(&format!("message {number}"))));
}
