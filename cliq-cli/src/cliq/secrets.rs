//! The secrets of a profile: in the system's keyring, or in a file that only its owner can read.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::profile::{Keeper, lock};
use crate::failure::{Exit, Failure};
use crate::place;

/// What signs a user in.
pub(crate) struct Secrets {
    /// None for a client that has none.
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) refresh_token: SecretString,
}

impl Secrets {
    fn to_json(&self) -> Value {
        let mut members = Map::new();
        let mut set = |name: &str, secret: &SecretString| {
            members.insert(name.to_owned(), secret.expose_secret().into());
        };
        if let Some(secret) = &self.client_secret {
            set("client_secret", secret);
        }
        set("refresh_token", &self.refresh_token);
        Value::Object(members)
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| Some(SecretString::from(value.get(name)?.as_str()?));
        Some(Self {
            client_secret: text("client_secret"),
            refresh_token: text("refresh_token")?,
        })
    }
}

/// Stores the secrets of a profile. Returns where they are.
pub(crate) async fn store(
    directory: &Path,
    profile: &str,
    secrets: &Secrets,
    wanted: Option<Keeper>,
) -> Result<Keeper, Failure> {
    if wanted != Some(Keeper::File) {
        match ring::store(profile, secrets.to_json().to_string()).await {
            Ok(()) => return Ok(Keeper::Keyring),
            Err(problem) if wanted.is_some() => {
                return Err(Failure::new(
                    Exit::Other,
                    format!("the keyring failed: {problem}"),
                ));
            }
            Err(_) => {}
        }
    }
    File(directory).store(profile, secrets.to_json())?;
    Ok(Keeper::File)
}

/// Loads the secrets of a profile.
pub(crate) async fn load(
    directory: &Path,
    profile: &str,
    keeper: Keeper,
) -> Result<Secrets, Failure> {
    let value = match keeper {
        Keeper::Keyring => {
            let text = ring::load(profile).await.map_err(|problem| {
                Failure::new(Exit::Other, format!("the keyring failed: {problem}"))
            })?;
            text.and_then(|text| serde_json::from_str(&text).ok())
        }
        Keeper::File => File(directory).read()?.remove(profile),
    };
    value.as_ref().and_then(Secrets::read).ok_or_else(|| {
        let problem = format!("the secrets of the profile {profile:?} are gone");
        Failure::new(Exit::Unauthorized, problem).advice("sign in again with cliq login")
    })
}

/// Removes them.
pub(crate) async fn remove(directory: &Path, profile: &str, keeper: Keeper) -> Result<(), Failure> {
    match keeper {
        Keeper::Keyring => ring::remove(profile)
            .await
            .map_err(|problem| Failure::new(Exit::Other, format!("the keyring failed: {problem}"))),
        Keeper::File => File(directory).remove(profile),
    }
}

/// The file, in the directory of profiles.
struct File<'d>(&'d Path);

impl File<'_> {
    fn path(&self) -> PathBuf {
        self.0.join("credentials.json")
    }

    fn read(&self) -> Result<BTreeMap<String, Value>, Failure> {
        let path = self.path();
        let problem = |error| Failure::io(format_args!("can't read {}", path.display()), &error);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(problem(error)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            let mode = fs::metadata(&path).map_err(problem)?.permissions().mode();
            if mode & 0o077 != 0 {
                let problem = format!("others can read {}", path.display());
                return Err(Failure::new(Exit::Usage, problem)
                    .advice("chmod 600 it, and sign in again if somebody may have"));
            }
        }
        // Its content is in no message.
        serde_json::from_str(&text).map_err(|_| {
            Failure::new(Exit::Usage, format!("{} is damaged", path.display()))
                .advice("remove it, and sign in again")
        })
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Value>)) -> Result<(), Failure> {
        let path = self.path();
        let problem = |error| Failure::io(format_args!("can't write {}", path.display()), &error);
        let _lock = lock(self.0).map_err(problem)?;
        let mut all = self.read()?;
        change(&mut all);
        let text =
            serde_json::to_vec_pretty(&all).map_err(|error| problem(io::Error::other(error)))?;
        place::write_private(&path, &text).map_err(problem)
    }

    fn store(&self, profile: &str, secrets: Value) -> Result<(), Failure> {
        self.change(|all| {
            all.insert(profile.to_owned(), secrets);
        })
    }

    fn remove(&self, profile: &str) -> Result<(), Failure> {
        self.change(|all| {
            all.remove(profile);
        })
    }
}

/// The system's keyring. It may ask its user to unlock it, so it is used on a separate thread.
#[cfg(feature = "keyring")]
mod ring {
    use std::sync::LazyLock;

    use keyring_core::{Entry, Error, get_default_store};

    const SERVICE: &str = "cliq";

    /// Connects to the keyring, once.
    static CONNECTED: LazyLock<Result<(), String>> = LazyLock::new(|| {
        // A test has its own.
        if get_default_store().is_some() {
            return Ok(());
        }
        connect().map_err(|error| error.to_string())
    });

    #[cfg(target_os = "macos")]
    fn connect() -> Result<(), Error> {
        keyring_core::set_default_store(apple_native_keyring_store::keychain::Store::new()?);
        Ok(())
    }

    #[cfg(windows)]
    fn connect() -> Result<(), Error> {
        keyring_core::set_default_store(windows_native_keyring_store::Store::new()?);
        Ok(())
    }

    #[cfg(all(
        unix,
        not(any(target_os = "android", target_os = "ios", target_os = "macos"))
    ))]
    fn connect() -> Result<(), Error> {
        keyring_core::set_default_store(zbus_secret_service_keyring_store::Store::new()?);
        Ok(())
    }

    #[cfg(not(any(windows, all(unix, not(any(target_os = "android", target_os = "ios"))))))]
    fn connect() -> Result<(), Error> {
        Err(Error::NoDefaultStore)
    }

    async fn with<T: Send + 'static>(
        profile: &str,
        work: impl FnOnce(Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, String> {
        let profile = profile.to_owned();
        let work = move || {
            CONNECTED.clone()?;
            let done = Entry::new(SERVICE, &profile).and_then(work);
            done.map_err(|error| error.to_string())
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| error.to_string()).flatten()
    }

    pub(super) async fn store(profile: &str, secrets: String) -> Result<(), String> {
        with(profile, move |entry| entry.set_password(&secrets)).await
    }

    pub(super) async fn load(profile: &str) -> Result<Option<String>, String> {
        with(profile, |entry| match entry.get_password() {
            Ok(secrets) => Ok(Some(secrets)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    pub(super) async fn remove(profile: &str) -> Result<(), String> {
        with(profile, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            result => result,
        })
        .await
    }
}

#[cfg(not(feature = "keyring"))]
mod ring {
    const NONE: &str = "this program was built without the feature `keyring`";

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(super) async fn store(_: &str, _: String) -> Result<(), String> {
        Err(NONE.to_owned())
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(super) async fn load(_: &str) -> Result<Option<String>, String> {
        Err(NONE.to_owned())
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(super) async fn remove(_: &str) -> Result<(), String> {
        Err(NONE.to_owned())
    }
}

#[cfg(all(test, feature = "keyring"))]
mod tests {
    use keyring_core::{Entry, Error, mock};

    use super::*;

    fn secrets() -> Secrets {
        Secrets {
            client_secret: Some("c4n4ry-secret".into()),
            refresh_token: "c4n4ry-token".into(),
        }
    }

    fn files(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    /// In one test, as there is one keyring.
    #[tokio::test]
    async fn secrets_are_in_the_keyring_or_in_the_file() {
        keyring_core::set_default_store(mock::Store::new().unwrap());
        let home = tempfile::tempdir().unwrap();
        let directory = home.path();
        let kept = store(directory, "work", &secrets(), None).await.unwrap();
        assert_eq!((kept, files(directory)), (Keeper::Keyring, 0));
        let loaded = load(directory, "work", kept).await.unwrap();
        assert_eq!(loaded.to_json(), secrets().to_json());
        // Another profile has none.
        let problem = load(directory, "home", kept).await.err().unwrap();
        assert_eq!(problem.exit, Exit::Unauthorized);

        remove(directory, "work", kept).await.unwrap();
        let problem = load(directory, "work", kept).await.err().unwrap();
        assert_eq!(problem.exit, Exit::Unauthorized);
        remove(directory, "work", kept).await.unwrap();

        // One that fails: only a wanted one is an error.
        let break_it = || {
            let entry = Entry::new("cliq", "work").unwrap();
            let entry: &mock::Cred = entry.as_any().downcast_ref().unwrap();
            entry.set_error(Error::NoDefaultStore);
        };
        break_it();
        let wanted = store(directory, "work", &secrets(), Some(Keeper::Keyring)).await;
        let problem = wanted.unwrap_err();
        assert_eq!(problem.exit, Exit::Other);
        let problem = problem.to_string();
        assert!(
            problem.starts_with("the keyring failed: ") && !problem.contains("c4n4ry"),
            "{problem}"
        );
        break_it();
        let kept = store(directory, "work", &secrets(), None).await.unwrap();
        assert_eq!(kept, Keeper::File);
        let loaded = load(directory, "work", kept).await.unwrap();
        assert_eq!(loaded.to_json(), secrets().to_json());
    }
}
