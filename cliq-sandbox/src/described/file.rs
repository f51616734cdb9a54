//! Worlds as JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::parts::{NewBot, NewChannel, NewUser};
use super::{add_bot, add_channel, add_user, tell};
use crate::world::World;

const FORMAT: &str = "cliq-sandbox world";
/// The newest that is read, and the one that is written. It is raised where an older program would
/// read something wrongly or not at all.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldFile {
    format: String,
    version: u64,
    /// The digits of the next id that is made up; above all others.
    #[serde(default)]
    next_serial: u64,
    #[serde(default)]
    users: Vec<NewUser>,
    #[serde(default)]
    bots: Vec<NewBot>,
    #[serde(default)]
    channels: Vec<NewChannel>,
}

/// What all versions have.
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
        bots: world.bots().map(tell::bot).collect(),
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

/// Adds all that the text tells of to the world. After an error the world is of no use.
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
    for (index, user) in file.users.into_iter().enumerate() {
        add_user(world, user).map_err(WorldError::at("users", index))?;
    }
    for (index, bot) in file.bots.into_iter().enumerate() {
        add_bot(world, bot).map_err(WorldError::at("bots", index))?;
    }
    for (index, channel) in file.channels.into_iter().enumerate() {
        add_channel(world, channel).map_err(WorldError::at("channels", index))?;
    }
    world.skip_serial(file.next_serial.saturating_sub(1));
    Ok(())
}

/// Why there is no world in a text or a file: what is wrong, and where.
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
