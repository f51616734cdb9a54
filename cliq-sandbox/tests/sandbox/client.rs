//! The API through the typed client: requests are accepted, and responses decode.

use cliq_api::Part;
use cliq_api::cliq::bots::Bots;
use cliq_api::cliq::channels::{ChannelLevel, ChannelRole, Channels};
use cliq_api::cliq::chats::{ChatFilter, Chats, ChatsUpdate};
use cliq_api::cliq::files::Files;
use cliq_api::cliq::message::{BotMessage, Message};
use cliq_api::cliq::messages::{ForwardRecipients, ForwardSource, Messages};
use cliq_api::cliq::models::StarType;
use cliq_api::cliq::pinned_messages::PinnedMessages;
use cliq_api::cliq::reminders::{NewReminderTime, Reminders};
use cliq_api::cliq::scheduled_messages::{ScheduledMessages, SendNow};
use cliq_api::cliq::settings::Settings;
use cliq_api::cliq::stars::Stars;
use cliq_api::cliq::users::Users;
use cliq_api::cliq::{Expiry, Millis};
use cliq_api::prelude::*;
use cliq_sandbox::Sandbox;
use time::Duration;

#[tokio::test]
async fn messages_with_reactions_pins_and_stars() -> Result<(), Error> {
    let demo = Sandbox::demo();
    let (client, chat) = (demo.client(), &demo.channel_chat_id);
    let posted = client
        .send_message(chat, Message::text("Version 4.3.").sync_message(true))
        .await?;
    let id = posted.id().unwrap().clone();
    client
        .send_channel_message_by_name(&demo.channel_unique_name, "By name.")
        .await?;
    client
        .send_channel_message(&demo.channel_id, "As a bot.")
        .as_bot(&demo.bot_unique_name)
        .await?;
    client.edit_message(chat, &id, "Version 4.4.").await?;
    let messages = client.list_messages(chat).limit(3).await?;
    let texts: Vec<_> = messages
        .iter()
        .map(|message| message.content.as_ref().unwrap().text().unwrap())
        .collect();
    assert_eq!(texts, ["Version 4.4.", "By name.", "As a bot."]);
    let one = client.get_message(chat, &id).await?;
    assert_eq!(one.id.as_ref(), Some(&id));

    client.add_reaction(chat, &id, ":tada:").await?;
    let reactions = client.list_reactions(chat, &id).await?;
    assert_eq!(reactions[":tada:"][0].user_name(), Some("Ryan West"));
    client.remove_reaction(chat, &id, ":tada:").await?;
    client
        .pin_message(chat, &id, Expiry::Never, false)
        .primary(true)
        .await?;
    let pinned = client
        .list_pinned_messages(chat)
        .items()
        .next()
        .await
        .unwrap()?;
    assert_eq!(pinned.id.as_ref(), Some(&id));
    let primary = client.get_primary_pinned_message(chat).await?;
    assert_eq!(primary.data.unwrap().id.as_ref(), Some(&id));
    client.unpin_messages(chat, [&id]).await?;
    client.star_message(chat, &id, StarType::ToDo).await?;
    client.list_starred_messages().await?;
    client.unstar_message(&id).await?;
    let found = client
        .search_messages()
        .query("4.4")
        .items()
        .next()
        .await
        .unwrap()?;
    assert_eq!(found.message_id.as_ref(), Some(&id));
    let [scott, _] = &demo.colleague_ids;
    let forwarded = client
        .forward_messages(
            ForwardSource::new(chat, [&id]),
            ForwardRecipients::default().users([scott]),
        )
        .await?;
    assert_eq!(forwarded.failures.unwrap().len(), 0);
    let deleted = client.delete_messages(chat, [&id]).await?;
    assert_eq!(deleted.len(), 1);
    Ok(())
}

#[tokio::test]
async fn chats_channels_users_and_bots() -> Result<(), Error> {
    let demo = Sandbox::demo();
    let client = demo.client();
    let [scott, tim] = &demo.colleague_ids;
    let direct = client.create_direct_chat(scott).await?;
    assert_eq!(direct.name.as_deref(), Some("Scott Fisher"));
    let group = client.create_group_chat("Release", [scott]).await?;
    let group = group.chat_id.unwrap();
    client.add_chat_members(&group, [tim]).await?;
    client.set_chat_title(&group, "Retro").await?;
    assert_eq!(
        client.get_chat(&group).await?.name.as_deref(),
        Some("Retro")
    );
    client.remove_chat_members(&group, [tim]).await?;
    assert_eq!(client.list_chat_members(&group).await?.len(), 2);
    assert_eq!(client.search_chats().title("retro").await?.len(), 1);
    let direct = client.list_chats().kind(ChatFilter::Direct).await?;
    assert_eq!(direct.len(), 1);
    client
        .mark_chat_as_read(&demo.channel_chat_id, &demo.message_id)
        .await?;
    client
        .update_chats(ChatsUpdate::mark_as_read([(
            &demo.channel_chat_id,
            &demo.message_id,
        )]))
        .await?;
    client.mute_chat(&group).await?;
    client.close_chat(&group).await?;
    client.leave_chat(&group).await?;

    let channel = client
        .create_channel("Launch", ChannelLevel::Organization)
        .await?;
    assert_eq!(channel.current_user_role, Some(ChannelRole::SuperAdmin));
    let id = channel.channel_id.unwrap();
    client.add_channel_members(&id, [scott, tim]).await?;
    client
        .set_channel_role(&id, scott, ChannelRole::Admin)
        .await?;
    client.update_channel(&id).description("4.4").await?;
    assert_eq!(client.list_channel_members(&id).await?.len(), 3);
    client.archive_channel(&id).await?;
    let mut channels = client.list_channels().joined(true).items();
    let mut count = 0;
    while let Some(channel) = channels.next().await {
        channel?;
        count += 1;
    }
    assert_eq!(count, 2);
    client.delete_channel(&id).await?;
    assert_eq!(
        client.get_channel(&id).await.unwrap_err().code(),
        Some("channel_not_exists")
    );

    let user = client.get_user(scott).await?;
    assert_eq!(user.first_name.as_deref(), Some("Scott"));
    assert!(client.list_users().items().next().await.is_some());
    let bot = client.create_bot("Builder", "Builds.").await?;
    let bot_id = bot.id.unwrap();
    client
        .add_bot_to_channel("builder", &*demo.channel_unique_name)
        .await?;
    let delivery = client
        .send_bot_message(
            "builder",
            BotMessage::from(Message::text("Green.").sync_message(true)).user_ids([scott]),
        )
        .await?;
    let details = delivery.message_details.unwrap();
    assert!(details[scott].message_id.is_some());
    client
        .list_bot_subscribers("builder")
        .items()
        .next()
        .await
        .unwrap()?;
    client.update_bot(&bot_id).name("Build").await?;
    client.delete_bot(&bot_id).await?;
    Ok(())
}

#[tokio::test]
async fn files_reminders_and_scheduled_messages() -> Result<(), Error> {
    let demo = Sandbox::demo();
    let server = demo.sandbox.serve().await.unwrap();
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .access_token(&*demo.token)
        .build()?;
    let chat = &demo.channel_chat_id;
    let report = Part::new("one")
        .file_name("report.txt")
        .content_type("text/plain");
    client
        .upload_to_chat(chat, [report])
        .comments(["Read it."])
        .await?;
    let message = client.list_messages(chat).limit(1).await?.pop().unwrap();
    let cliq_api::cliq::messages::Content::Other(content) = message.content.unwrap() else {
        panic!("a file")
    };
    let file = content.file.unwrap();
    assert_eq!(
        (file.name.as_deref(), content.comment.as_deref()),
        (Some("report.txt"), Some("Read it."))
    );
    let download = client.download_file(file.id.unwrap()).await?;
    assert_eq!(download.collect_up_to(100).await?, "one");

    let reminder = client
        .list_reminders(chat, 10)
        .items()
        .next()
        .await
        .unwrap()?;
    let id = reminder.id.unwrap();
    let later = demo.sandbox.now() + Duration::days(1);
    let moved = client
        .reschedule_reminders([NewReminderTime::new(&id, Millis::from(later))])
        .await?;
    assert_eq!(moved.len(), 1);
    client.notify_reminder(&id).await?;
    client.complete_reminder(&id).await?;
    let scheduled = client
        .list_scheduled_messages()
        .items()
        .next()
        .await
        .unwrap()?;
    let id = scheduled.id.unwrap();
    client
        .edit_scheduled_message(chat, &id)
        .text("Soon.")
        .await?;
    client.send_scheduled_messages(chat, SendNow::All).await?;
    client.delete_scheduled_messages(chat).await?;
    // An operation that isn't simulated responds with its published example.
    client.get_user_preferences().await?;
    Ok(())
}

#[tokio::test]
async fn a_webhook_token_is_enough_to_post() -> Result<(), Error> {
    let demo = Sandbox::demo();
    let token = demo.sandbox.webhook_token(&demo.user_id);
    let client = demo.sandbox.client_builder().webhook_token(token).build()?;
    client
        .send_channel_message_by_name(&demo.channel_unique_name, "Deployed.")
        .await?;
    let posted = demo.sandbox.messages(&demo.channel_id).pop().unwrap();
    assert_eq!(posted.text, "Deployed.");
    Ok(())
}
