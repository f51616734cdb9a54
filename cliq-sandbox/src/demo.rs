//! The demo world.

use cliq_api::Client;
use time::{Duration, OffsetDateTime};

use crate::builder::SandboxBuilder;
use crate::described::NewChannel;
use crate::sandbox::Sandbox;
use crate::world::{Chat, Sender};

/// In October 2025. It is constant, so that ids are the same each time.
const START: Duration = Duration::milliseconds(1_760_000_012_345);

/// A [`Sandbox`] that is ready to use, with the ids that a first test needs.
///
/// The token is Ryan West's. Ryan, Scott Fisher and Tim Harrison are in the channel
/// `engineering-updates`, and so is the bot `deploybot`. Scott has started a thread there, which
/// Ryan doesn't follow. Another message has no thread yet. Ryan has a reminder and a scheduled
/// message there, both due in 2030, and subscribes to the bot. Olivia Palmer is not in the channel,
/// and Dana Reyes is in another organization.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Demo {
    /// The sandbox.
    pub sandbox: Sandbox,
    /// Ryan's access token.
    pub token: String,
    /// Ryan's id.
    pub user_id: String,
    /// The ids of the channel's other members, Scott and Tim.
    pub colleague_ids: [String; 2],
    /// The id of Olivia, who isn't in the channel.
    pub outsider_id: String,
    /// The id of Dana, who is in another organization.
    pub external_id: String,
    /// The channel's id.
    pub channel_id: String,
    /// The channel's chat id.
    pub channel_chat_id: String,
    /// The channel's unique name.
    pub channel_unique_name: String,
    /// The id of a message of the channel that has no thread yet.
    pub message_id: String,
    /// The chat id of Scott's thread.
    pub thread_chat_id: String,
    /// The unique name of the channel's bot.
    pub bot_unique_name: String,
}

impl Demo {
    /// Returns a client for Ryan that sends to the sandbox in this process; see
    /// [`Sandbox::client`].
    pub fn client(&self) -> Client {
        self.sandbox.client(&self.token)
    }

    #[track_caller]
    pub(crate) fn new(builder: SandboxBuilder) -> Self {
        let ids = [
            "855727961",
            "855727962",
            "855727963",
            "431930546",
            "673892104",
        ];
        let [ryan, scott, tim, olivia, dana] = ids;
        let (bot, channel) = ("deploybot", "engineering-updates");
        let new_channel = NewChannel::named(channel)
            .id("P1974166000016769023")
            .chat_id("CT_1608777491574236080_637446511")
            .members([ryan, scott, tim])
            .bots([bot]);
        let builder = builder
            .user(ryan, "Ryan West", "ryan.west@zylker.com")
            .user(scott, "Scott Fisher", "scott.fisher@zylker.com")
            .user(tim, "Tim Harrison", "tim.harrison@zylker.com")
            .user(olivia, "Olivia Palmer", "olivia.palmer@zylker.com")
            .external_user(dana, "Dana Reyes", "dana.reyes@example.com")
            .bot(bot, "Deploy Bot")
            .channel(new_channel);
        let (mut world, settings) = builder.into_parts();
        let (Some(ryan), Some(scott), Some(channel)) = (
            world.user(ryan),
            world.user(scott),
            world.channel_by_unique_name(channel),
        ) else {
            unreachable!("they were added just now")
        };

        let at = |minutes| OffsetDateTime::UNIX_EPOCH + START + Duration::minutes(minutes);
        let outage = "@Tim Harrison signing in takes half a minute since the release.".to_owned();
        let outage = world.post(channel, Sender::User(ryan), outage, at(0));
        let thread = world.start_thread(channel, outage, "Slow sign-in".to_owned());
        let answer = "I see it as well. Let's collect what we find here.".to_owned();
        world.post_in_thread(thread, Sender::User(scott), answer, None, at(2));
        let release = "Version 4.2 goes out on Thursday.".to_owned();
        let message = world.post(channel, Sender::User(scott), release, at(30));

        let later = at(60 * 24 * 365 * 5);
        let changelog = "Write the changelog of 4.2".to_owned();
        world.remind(
            Chat::Channel(channel),
            &[ryan, scott],
            changelog,
            later,
            at(31),
        );
        let retrospective = "What went well with 4.2, and what didn't?".to_owned();
        world.schedule(Chat::Channel(channel), ryan, retrospective, later, at(32));
        if let Some(bot) = world.bot(bot) {
            world[bot].subscribers.push(ryan);
        }

        let demo = Self {
            token: String::new(),
            user_id: ids[0].to_owned(),
            colleague_ids: [ids[1].to_owned(), ids[2].to_owned()],
            outsider_id: ids[3].to_owned(),
            external_id: ids[4].to_owned(),
            channel_id: world[channel].id.clone(),
            channel_chat_id: world[channel].chat_id.clone(),
            channel_unique_name: world[channel].unique_name.clone(),
            message_id: message.to_string(),
            thread_chat_id: world[thread].chat_id.clone(),
            bot_unique_name: bot.to_owned(),
            sandbox: Sandbox::new(world, settings),
        };
        Self {
            token: demo.sandbox.token(&demo.user_id),
            ..demo
        }
    }
}
