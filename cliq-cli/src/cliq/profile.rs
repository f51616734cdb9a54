//! Profiles: who somebody is signed in as, without secrets.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use cliq_api::DataCenter;
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};
use crate::place;

/// The profile that is used where none is named.
pub(crate) const DEFAULT: &str = "default";

/// Somebody who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// As [`data_center`] reads it.
    pub(crate) data_center: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<String>,
    pub(crate) client_id: String,
    /// The key that rate limits are counted under.
    pub(crate) user: String,
    /// What the token may do, separated by commas.
    pub(crate) scopes: String,
    pub(crate) secrets: Keeper,
}

/// Where the secrets of a profile are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Keeper {
    Keyring,
    File,
}

impl Profile {
    pub(crate) fn data_center(&self) -> Result<DataCenter, Failure> {
        let data_center = data_center(&self.data_center)?;
        Ok(match &self.network {
            Some(network) => data_center.network(network),
            None => data_center,
        })
    }
}

/// The name of a data center, or its hosts: that of Cliq, and that of the accounts server if it is
/// another one, separated by a comma.
pub(crate) fn data_center(text: &str) -> Result<DataCenter, Failure> {
    if text.contains(['.', ':', ',']) {
        let (cliq, accounts) = text.split_once(',').unwrap_or((text, text));
        return Ok(DataCenter::custom(cliq, accounts));
    }
    text.parse().map_err(|_| {
        let names: Vec<_> = DataCenter::KNOWN.iter().map(|(name, _)| *name).collect();
        Failure::usage(format!(
            "unknown data center {text:?}; expected one of {}",
            names.join(", ")
        ))
    })
}

/// What [`data_center`] reads.
pub(crate) fn written(data_center: &DataCenter) -> String {
    match data_center.name() {
        Some(name) => name.to_owned(),
        None => format!(
            "{},{}",
            data_center.cliq_host(),
            data_center.accounts_host()
        ),
    }
}

/// All profiles of the user, in a file.
#[derive(Debug)]
pub(crate) struct Profiles {
    directory: PathBuf,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    pub(crate) fn open() -> Result<Self, Failure> {
        Ok(Self {
            directory: place::config("cliq")?,
        })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    fn path(&self) -> PathBuf {
        self.directory.join("profiles.json")
    }

    fn load(&self) -> Result<Content, Failure> {
        let path = self.path();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
            Err(error) => {
                return Err(Failure::io(
                    format_args!("can't read {}", path.display()),
                    &error,
                ));
            }
        };
        serde_json::from_str(&text).map_err(|error| {
            let problem = format!("{} is damaged: {error}", path.display());
            Failure::new(Exit::Usage, problem).advice("remove it, and sign in again")
        })
    }

    pub(crate) fn all(&self) -> Result<BTreeMap<String, Profile>, Failure> {
        Ok(self.load()?.profiles)
    }

    pub(crate) fn get(&self, name: &str) -> Result<Option<Profile>, Failure> {
        Ok(self.load()?.profiles.remove(name))
    }

    pub(crate) fn put(&self, name: &str, profile: Profile) -> Result<(), Failure> {
        self.change(|profiles| {
            profiles.insert(name.to_owned(), profile);
        })
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), Failure> {
        self.change(|profiles| {
            profiles.remove(name);
        })
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Profile>)) -> Result<(), Failure> {
        let problem = |error| {
            Failure::io(
                format_args!("can't write to {}", self.directory.display()),
                &error,
            )
        };
        let _lock = lock(&self.directory).map_err(problem)?;
        let mut content = self.load()?;
        change(&mut content.profiles);
        let text = serde_json::to_vec_pretty(&content)
            .map_err(|error| problem(io::Error::other(error)))?;
        place::write_private(&self.path(), &text).map_err(problem)
    }
}

/// Lets one process at a time change what is in the directory.
pub(crate) fn lock(directory: &Path) -> io::Result<File> {
    place::make(directory)?;
    let file = File::create(directory.join("lock"))?;
    file.lock()?;
    Ok(file)
}
