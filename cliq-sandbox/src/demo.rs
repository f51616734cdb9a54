//! A world for first steps.

use time::{Duration, OffsetDateTime};

use crate::sandbox::Sandbox;
use crate::world::{ChannelParts, ReplyMode, Sender, World};

/// In October 2025. Fixed, so that the ids are the same each time.
const START: Duration = Duration::milliseconds(1_760_000_012_345);

/// A [`Sandbox`] that is ready for use, and what one needs to know of it.
///
/// Ryan West, whose the token is, Scott Fisher and Tim Harrison are in the channel `engineering-updates`, and so is the
/// bot `deploybot`. Scott has started a thread there, which Ryan doesn't follow. Another message has no thread as yet.
/// Olivia Palmer is not in the channel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Demo {
    /// The world.
    pub sandbox: Sandbox,
    /// An access token of Ryan's.
    pub token: String,
    /// Ryan's id.
    pub user_id: String,
    /// The ids of the channel's other members, Scott and Tim.
    pub colleague_ids: [String; 2],
    /// The id of Olivia, who is not in the channel.
    pub outsider_id: String,
    /// The channel's id.
    pub channel_id: String,
    /// The channel's chat id.
    pub channel_chat_id: String,
    /// The channel's unique name.
    pub channel_unique_name: String,
    /// A message of the channel that has no thread as yet.
    pub message_id: String,
    /// The chat id of Scott's thread.
    pub thread_chat_id: String,
    /// The unique name of the bot that is in the channel.
    pub bot_unique_name: String,
}

impl Demo {
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        let ryan = world.add_user("855727961".into(), "Ryan West".into(), "ryan.west@zylker.com".into());
        let scott = world.add_user("855727962".into(), "Scott Fisher".into(), "scott.fisher@zylker.com".into());
        let tim = world.add_user("855727963".into(), "Tim Harrison".into(), "tim.harrison@zylker.com".into());
        let olivia = world.add_user("431930546".into(), "Olivia Palmer".into(), "olivia.palmer@zylker.com".into());
        let bot = world.add_bot("deploybot".into(), "Deploy Bot".into(), None);
        let channel = world.add_channel(ChannelParts {
            id: Some("P1974166000016769023".into()),
            chat_id: Some("CT_1608777491574236080_637446511".into()),
            unique_name: "engineering-updates".into(),
            reply_mode: ReplyMode::Both,
            members: vec![ryan, scott, tim],
            bots: vec![bot],
        });

        let at = |minutes| OffsetDateTime::UNIX_EPOCH + START + Duration::minutes(minutes);
        let outage = "@Tim Harrison signing in takes half a minute since the release.".to_owned();
        let outage = world.post(channel, Sender::User(ryan), outage, at(0));
        let thread = world.start_thread(channel, outage, "Slow sign-in".to_owned(), at(2));
        let answer = "I see it as well. Let's collect what we find here.".to_owned();
        world.post_in_thread(thread, Sender::User(scott), answer, None, at(2));
        let release = "Version 4.2 goes out on Thursday.".to_owned();
        let message = world.post(channel, Sender::User(scott), release, at(30));

        Self {
            token: world.issue_token(ryan),
            user_id: world[ryan].id.clone(),
            colleague_ids: [scott, tim].map(|user| world[user].id.clone()),
            outsider_id: world[olivia].id.clone(),
            channel_id: world[channel].id.clone(),
            channel_chat_id: world[channel].chat_id.clone(),
            channel_unique_name: world[channel].unique_name.clone(),
            message_id: message.to_string(),
            thread_chat_id: world[thread].chat_id.clone(),
            bot_unique_name: world[bot].unique_name.clone(),
            sandbox: Sandbox::new(world),
        }
    }
}
