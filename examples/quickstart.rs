//! Calls all 19 operations of the Threads API.
//!
//! With a sandbox that it starts: `cargo run --example quickstart`. It needs neither an account nor
//! the Internet.
//!
//! With Cliq: set these environment variables. The program posts messages, and leaves the thread at
//! the end.
//!
//! | variable | value |
//! |---|---|
//! | `CLIQ_TOKEN` | an access token with the scopes that a run without one prints |
//! | `CLIQ_DATA_CENTER` | `US` (the default), `EU`, `IN`, … |
//! | `CLIQ_CHANNEL_ID`, `CLIQ_CHANNEL_CHAT_ID`, `CLIQ_CHANNEL_NAME` | a channel: its id, chat id and unique name |
//! | `CLIQ_MESSAGE_ID` | a message of that channel |
//! | `CLIQ_COLLEAGUE_ID` | another member of that channel |

use std::collections::BTreeSet;
use std::env;

use cliq_api::prelude::*;
use cliq_api::threads::{AutoFollow, FollowState, THREADS, ThreadAction, Threads, User, UserField};
use cliq_sandbox::{Sandbox, Server};

type Failure = Box<dyn std::error::Error>;

/// The client, and the ids that it uses.
struct Place {
    client: Client,
    channel_id: String,
    channel_chat_id: String,
    channel_name: String,
    message_id: String,
    colleague_id: String,
    /// Dropping the server would stop it.
    _server: Option<Server>,
}

impl Place {
    async fn sandbox() -> Result<Self, Failure> {
        let demo = Sandbox::demo();
        let server = demo.sandbox.serve().await?;
        println!(
            "A sandbox listens at {}. Set CLIQ_TOKEN to talk to Cliq instead.",
            server.base_url()
        );
        let [colleague_id, _] = demo.colleague_ids;
        Ok(Self {
            client: Client::cliq(DataCenter::US)
                .base_url(server.base_url())
                .access_token(demo.token)
                .build()?,
            channel_id: demo.channel_id,
            channel_chat_id: demo.channel_chat_id,
            channel_name: demo.channel_unique_name,
            message_id: demo.message_id,
            colleague_id,
            _server: Some(server),
        })
    }

    fn cliq(token: String) -> Result<Self, Failure> {
        let variable =
            |name| env::var(name).map_err(|_| format!("{name} is not set, and Cliq needs it"));
        let data_center: DataCenter = env::var("CLIQ_DATA_CENTER")
            .unwrap_or_else(|_| "US".to_owned())
            .parse()?;
        println!("Talking to {data_center}.");
        Ok(Self {
            client: Client::cliq(data_center).access_token(token).build()?,
            channel_id: variable("CLIQ_CHANNEL_ID")?,
            channel_chat_id: variable("CLIQ_CHANNEL_CHAT_ID")?,
            channel_name: variable("CLIQ_CHANNEL_NAME")?,
            message_id: variable("CLIQ_MESSAGE_ID")?,
            colleague_id: variable("CLIQ_COLLEAGUE_ID")?,
            _server: None,
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let place = match env::var("CLIQ_TOKEN") {
        Ok(token) => Place::cliq(token)?,
        Err(_) => Place::sandbox().await?,
    };
    let scopes: BTreeSet<_> = THREADS
        .iter()
        .flat_map(|endpoint| endpoint.scopes().names())
        .copied()
        .collect();
    println!(
        "The walk needs the scopes {}.\n",
        scopes.into_iter().collect::<Vec<_>>().join(", ")
    );
    walk(&place).await?;
    println!("\nThat was all of it: {} operations.", THREADS.len());
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "one walk through all operations")]
async fn walk(place: &Place) -> Result<(), Failure> {
    let Place {
        client,
        channel_id,
        channel_chat_id,
        channel_name,
        message_id,
        colleague_id,
        ..
    } = place;

    heading("A thread begins");
    let status = client
        .set_thread_auto_follow(channel_id, AutoFollow::Disable)
        .await?;
    println!("  new threads are followed by all members: {status}");
    let posted = client
        .create_thread_by_channel_id(channel_id, "The new release: what do you see?", message_id)
        .thread_title("Release watch")
        .sync_message(true)
        .await?;
    println!(
        "  first message, by the channel's id: {}",
        posted.message_id.map_or_else(none, |id| id.to_string())
    );
    // A message has only one thread, so these two post into it. Without `sync_message`, the
    // response has no message id.
    client
        .create_thread_by_chat_id(channel_chat_id, "All green in Europe.", message_id)
        .await?;
    println!("  second message, by its chat id");
    client
        .create_thread_by_channel_name(channel_name, "All green in India.", message_id)
        .await?;
    println!("  third message, by its name");

    heading("It is found");
    // The response doesn't contain the thread's chat id, so look it up.
    let thread = client
        .find_thread(channel_id, message_id)
        .await?
        .ok_or("the thread is not in the channel's list")?;
    let id = &thread.chat_id;
    println!("  it is {id}");
    let page = client
        .list_threads(channel_id)
        .follow_state(FollowState::All)
        .limit(10)
        .await?;
    for thread in &page {
        println!(
            "  in the list: {}",
            thread.title.clone().unwrap_or_else(none)
        );
    }
    let main = client.get_thread_main_message(id).await?;
    let text = main.content.and_then(|content| content.text);
    println!("  it hangs on the message: {}", text.unwrap_or_else(none));

    heading("People talk");
    let posted = client
        .send_thread_message(id, "One slow query left.")
        .post_in_parent(true)
        .sync_message(true)
        .await?;
    client
        .send_thread_message(id, "Fixed.")
        .with(posted.message_id, |call, id| call.reply_to(id))
        .await?;
    println!("  a message, and an answer to it");

    heading("People follow");
    client.follow_thread(id).await?;
    client.add_thread_followers(id, [colleague_id]).await?;
    println!(
        "  followers: {}",
        names(&client.list_thread_followers(id).await?)
    );
    println!(
        "  not following: {}",
        names(&client.list_thread_non_followers(id).await?)
    );
    let members = client
        .list_thread_members(id)
        .fields([UserField::UserId, UserField::Name])
        .await?;
    println!("  members: {}", names(&members));
    client.remove_thread_followers(id, [colleague_id]).await?;
    client.unfollow_thread(id).await?;
    client.update_thread(id, ThreadAction::Follow).await?;
    println!(
        "  and in the end: {}",
        names(&client.list_thread_followers(id).await?)
    );

    heading("It gets quiet");
    client.mute_thread(id).await?;
    client.unmute_thread(id).await?;
    client.close_thread(id).await?;
    let thread = client.get_thread(id).await?;
    println!(
        "  {} is {}, with {} followers",
        thread.title.clone().unwrap_or_else(none),
        thread.state().map_or_else(none, ToString::to_string),
        thread.follower_count.unwrap_or_default()
    );
    match client.send_thread_message(id, "Too late.").await {
        Ok(_) => println!("  a closed thread still takes messages"),
        Err(error) => println!("  a closed thread takes no message:\n    {error}"),
    }
    client.reopen_thread(id).await?;
    client.leave_thread(id).await?;
    println!("  reopened, and left");
    Ok(())
}

fn heading(text: &str) {
    println!("{text}");
}

fn names(users: &[User]) -> String {
    let names: Vec<_> = users
        .iter()
        .filter_map(|user| user.name.as_deref())
        .collect();
    if names.is_empty() {
        none()
    } else {
        names.join(", ")
    }
}

fn none() -> String {
    "(none)".to_owned()
}
