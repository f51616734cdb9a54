//! The JSON format of worlds.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::parts::{
    NewBot, NewChannel, NewConversation, NewFile, NewPin, NewReminder, NewScheduled, NewStar,
    NewUser, NewView,
};
use super::raise::Raised;
use super::raise_more::{
    add_conversation, add_file, add_pin, add_reminder, add_scheduled, add_star, add_view,
};
use super::{add_bot, add_channel, add_user, tell};
use crate::world::World;

const FORMAT: &str = "cliq-sandbox world";
/// The version that is written, and the newest that is read. Raise it if an older program would
/// misread the file.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldFile {
    format: String,
    version: u64,
    /// The digits of the next generated id, higher than all others.
    #[serde(default)]
    next_serial: u64,
    #[serde(default)]
    users: Vec<NewUser>,
    #[serde(default)]
    bots: Vec<NewBot>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<NewFile>,
    #[serde(default)]
    channels: Vec<NewChannel>,
    /// Chats that aren't channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conversations: Vec<NewConversation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stars: Vec<NewStar>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pins: Vec<NewPin>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scheduled: Vec<NewScheduled>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reminders: Vec<NewReminder>,
    /// Per-user state of chats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    views: Vec<NewView>,
}

/// The members that all versions have.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
}

pub(crate) fn write(world: &World) -> String {
    let file = WorldFile {
        format: FORMAT.to_owned(),
        version: VERSION,
        next_serial: world.last_serial() + 1,
        users: world.users().map(tell::user).collect(),
        bots: world.bots().map(|bot| tell::bot(world, bot)).collect(),
        files: world
            .files
            .iter()
            .map(|(id, file)| tell::file(id, file))
            .collect(),
        conversations: world
            .conversation_keys()
            .map(|key| tell::conversation(world, &world[key]))
            .collect(),
        stars: world
            .stars
            .iter()
            .map(|star| tell::star(world, star))
            .collect(),
        pins: world.pins.iter().map(|pin| tell::pin(world, pin)).collect(),
        scheduled: world
            .scheduled
            .iter()
            .map(|one| tell::scheduled(world, one))
            .collect(),
        reminders: world
            .reminders
            .iter()
            .map(|one| tell::reminder(world, one))
            .collect(),
        views: tell::views(world),
        channels: world
            .channels()
            .map(|channel| tell::channel(world, channel))
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&file)
        .expect("texts, numbers and lists can be written as JSON");
    text.push('\n');
    text
}

/// Adds everything in the text to the world. After an error the world must not be used.
pub(crate) fn read(text: &str, world: &mut World) -> Result<(), WorldError> {
    let no_world = || {
        let head = format!("{{\"format\": \"{FORMAT}\", \"version\": {VERSION}");
        WorldError::new(format!(
            "it is JSON, but no world: that begins with `{head}`"
        ))
    };
    let head: Head = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => no_world(),
        _ => WorldError::new(format!("it is no JSON, or is damaged: {error}")),
    })?;
    if head.format.as_deref() != Some(FORMAT) {
        return Err(no_world());
    }
    match head.version {
        Some(VERSION) => {}
        Some(0) | None => {
            return Err(WorldError::new(format!(
                "it doesn't say its version, as in `\"version\": {VERSION}`"
            )));
        }
        Some(newer) => {
            return Err(WorldError::new(format!(
                "it is of version {newer}, and this program reads version {VERSION}: a newer one has written it"
            )));
        }
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let file: WorldFile = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| WorldError::new(format!("at `{}`: {}", error.path(), error.inner())))?;
    add("users", file.users, world, add_user)?;
    add("bots", file.bots, world, add_bot)?;
    add("files", file.files, world, add_file)?;
    add("channels", file.channels, world, add_channel)?;
    add("conversations", file.conversations, world, add_conversation)?;
    add("stars", file.stars, world, add_star)?;
    add("pins", file.pins, world, |world, pin| add_pin(world, &pin))?;
    add("scheduled", file.scheduled, world, add_scheduled)?;
    add("reminders", file.reminders, world, add_reminder)?;
    add("views", file.views, world, |world, view| {
        add_view(world, &view)
    })?;
    world.skip_serial(file.next_serial.saturating_sub(1));
    Ok(())
}

fn add<T>(
    list: &str,
    items: Vec<T>,
    world: &mut World,
    add: impl Fn(&mut World, T) -> Raised<()>,
) -> Result<(), WorldError> {
    for (index, item) in items.into_iter().enumerate() {
        add(world, item).map_err(WorldError::at(list, index))?;
    }
    Ok(())
}

/// An invalid world: what is wrong, and where.
#[derive(Debug)]
pub struct WorldError {
    what: String,
}

impl WorldError {
    pub(crate) fn new(what: String) -> Self {
        Self { what }
    }

    fn at(list: &str, index: usize) -> impl FnOnce(String) -> Self {
        move |what| Self {
            what: format!("at `{list}[{index}]`: {what}"),
        }
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for WorldError {}
