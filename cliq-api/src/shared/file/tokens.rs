//! Access tokens that the processes of a host share, in one file per refresh token.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::clock::Moment;
use super::place::{Content, Lasting, Locked, Place};
use super::problem::Problem;
use super::seal::{Seal, Unreadable};
use super::stem;
use crate::auth::{Lease, TokenKey, TokenRecord, TokenStore};
use crate::error::Error;
use crate::shared::record::StoredRecord;
use crate::store::{StoreError, StoreFuture};

/// The content is JSON.
const SEAL: Seal = Seal {
    magic: b"cliq_api tok",
    version: 3,
    unbound: 2,
};
/// The number of uses that is assumed for a refresh token whose record was lost. It leaves one of a
/// budget of nine in ten minutes, for a call without a token.
const LOST_USES: usize = 8;
/// How long the assumed uses count.
const LOST_FOR: Duration = Duration::from_secs(601 + 10 + 120);

/// Stores access tokens in files, to share them between the processes of a host. Feature `file`.
///
/// The guide: [sharing](crate::guide::sharing).
///
/// The first process that needs a token requests it, and all others use it. Many servers limit how
/// often a refresh token may be used; with this store, any number of processes refreshes once.
///
/// ```no_run
/// use cliq_api::Client;
/// use cliq_api::auth::{Credentials, TokenSettings};
/// use cliq_api::shared::FileTokenStore;
///
/// # fn example(credentials: Credentials) -> Result<(), cliq_api::Error> {
/// let store = FileTokenStore::open("/run/user/1000/deploy-bot/tokens")?;
/// let client = Client::builder("https://api.example.com")
///     .credentials(credentials)
///     .tokens(TokenSettings::new().store(store))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// **Access tokens are stored unencrypted**, in files of mode 0600 in a directory of mode 0700.
/// Anyone who can read them, such as this user, the superuser or a backup, can act for the user
/// until they expire, usually within an hour. A directory in memory, such as `/run/user/1000`,
/// keeps them out of backups. A refresh token is stored only if its server replaces it with each
/// use. Client secrets are never stored.
///
/// A damaged, outdated or removed file is reported through [`tracing`]. One that can't be used is
/// renamed, with `damaged` in its name. The refresh token then counts as used nearly as often as
/// allowed. A file that was renamed by somebody else is an error: no call goes out with the token
/// of another user.
#[derive(Clone)]
pub struct FileTokenStore(Place);

impl FileTokenStore {
    /// Opens a store in this directory, and creates it if necessary, with access only for its
    /// owner.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the directory can't be
    /// created, belongs to another user, or gives other users access.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        Moment::now()?;
        Ok(Self(Place::open(directory.as_ref())?))
    }

    #[cfg(test)]
    pub(super) fn at(place: Place) -> Self {
        Self(place)
    }

    async fn step<T: Send + 'static>(
        &self,
        key: &TokenKey,
        change: impl FnOnce(&mut Kept, Moment) -> (T, Option<Lasting>) + Send + 'static,
    ) -> Result<T, StoreError> {
        let work = move |file: &mut Locked| {
            let moment = Moment::now()?;
            let (mut kept, mended) = load(file)?;
            let (result, lasting) = change(&mut kept, moment);
            if let Some(lasting) = mended.then_some(Lasting::Machine).or(lasting) {
                file.write(&SEAL, &kept.encode(), lasting)?;
            }
            Ok(result)
        };
        Ok(self
            .0
            .work(format!("{}.token", stem([key.as_str()])), work)
            .await?)
    }
}

/// A record, and the lease of the process that refreshes it.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// 0 while there is only a lease.
    version: u64,
    record: StoredRecord<'static>,
    lease: Option<KeptLease>,
}

/// A lease, in time since boot. It ends with the boot at the latest.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct KeptLease {
    holder: u64,
    boot: u128,
    /// Earlier versions left it out.
    #[serde(default)]
    from: u64,
    until: u64,
}

impl Kept {
    /// Returns the record of a refresh token that may just have been used as often as allowed.
    fn lost() -> Self {
        let record = TokenRecord {
            version: 1,
            uses: vec![SystemTime::now() + LOST_FOR; LOST_USES],
            ..TokenRecord::default()
        };
        let mut kept = Self::default();
        kept.set(&record);
        kept
    }

    fn set(&mut self, record: &TokenRecord) {
        self.version = record.version;
        self.record = StoredRecord::from(record).into_owned();
    }

    fn record(&self) -> Option<TokenRecord> {
        (self.version > 0).then(|| self.record.clone().into_record(self.version))
    }

    /// Acquires the lease for so many milliseconds. Returns also whether it changed.
    fn lease(&mut self, holder: u64, now: Moment, time: u64) -> (Lease, bool) {
        let new = |holder, time| KeptLease {
            holder,
            boot: now.boot,
            from: now.up,
            until: now.up.saturating_add(time),
        };
        let others = self.lease.filter(|lease| {
            lease.holder != holder && lease.boot == now.boot && lease.until > now.up
        });
        match others {
            None => {
                self.lease = Some(new(holder, time));
                (Lease::Granted, true)
            }
            // The wall clock, where there is no time since boot, was set back.
            Some(lease) if lease.from > now.up => {
                let time = lease.until.saturating_sub(lease.from);
                self.lease = Some(new(lease.holder, time));
                (Lease::Held(Duration::from_millis(time)), true)
            }
            Some(lease) => {
                let left = lease.until - now.up;
                (Lease::Held(Duration::from_millis(left)), false)
            }
        }
    }

    fn encode(&self) -> Vec<u8> {
        // Numbers and strings always serialize.
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn decode(content: &[u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(content).map_err(|_| Unreadable::Damaged)
    }
}

/// Reads the file. Returns its content, and whether it must be written in any case.
fn load(file: &mut Locked) -> Result<(Kept, bool), Problem> {
    let unreadable = match file.read(&SEAL)? {
        Content::New => return Ok((Kept::default(), false)),
        Content::Gone => None,
        Content::Whole(content) => match Kept::decode(&content) {
            Ok(kept) => return Ok((kept, false)),
            Err(unreadable) => Some(unreadable),
        },
        Content::Unreadable(unreadable) => Some(unreadable),
    };
    let path = file.path().display();
    match unreadable {
        None => {
            tracing::warn!(target: "cliq_api::auth", %path, "the file of a shared access token was removed: its refresh token counts as used nearly as often as allowed");
        }
        Some(Unreadable::Misplaced) => return Err(Problem::Misplaced(file.path().to_owned())),
        Some(Unreadable::Outdated) => {
            let aside = file.set_aside()?;
            tracing::error!(target: "cliq_api::auth", %path, aside = %aside.display(), "the file of a shared access token was replaced by an older one, which was renamed: its refresh token counts as used nearly as often as allowed");
        }
        Some(Unreadable::Damaged | Unreadable::Newer(_)) => {
            let aside = file.set_aside()?;
            tracing::error!(target: "cliq_api::auth", %path, aside = %aside.display(), "the file of a shared access token is damaged and was renamed: its refresh token counts as used nearly as often as allowed");
        }
    }
    Ok((Kept::lost(), true))
}

impl TokenStore for FileTokenStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenRecord>> {
        Box::pin(self.step(key, |kept, _| (kept.record(), None)))
    }

    fn save<'a>(&'a self, key: &'a TokenKey, record: &'a TokenRecord) -> StoreFuture<'a, bool> {
        let record = record.clone();
        Box::pin(self.step(key, move |kept, _| {
            let is_next = kept.version + 1 == record.version;
            if is_next {
                kept.set(&record);
            }
            (is_next, is_next.then_some(Lasting::Machine))
        }))
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        holder: u64,
        time: Duration,
    ) -> StoreFuture<'a, Lease> {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Box::pin(self.step(key, move |kept, now| {
            let (lease, is_changed) = kept.lease(holder, now, time);
            (lease, is_changed.then_some(Lasting::Process))
        }))
    }

    fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> StoreFuture<'a, ()> {
        Box::pin(self.step(key, move |kept, _| {
            let released = kept.lease.take_if(|lease| lease.holder == holder);
            ((), released.map(|_| Lasting::Process))
        }))
    }
}

/// Shows the directory, but no token.
impl fmt::Debug for FileTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileTokenStore")
            .field(&self.0.directory())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a clock that can be set, a lease lasts no longer than it was granted for.
    #[test]
    fn a_clock_that_was_ahead_prolongs_a_lease_by_no_more_than_itself() {
        let at = |up| Moment {
            boot: 0,
            up,
            wall: up,
        };
        let (mut kept, day) = (Kept::default(), 24 * 3_600_000);
        let now = 1_700_000_000_000;
        let held = |millis| Lease::Held(Duration::from_millis(millis));
        assert_eq!(kept.lease(1, at(now + day), 15_000), (Lease::Granted, true));
        assert_eq!(
            kept.lease(2, at(now + day + 1), 9_000),
            (held(14_999), false)
        );
        assert_eq!(kept.lease(2, at(now), 9_000), (held(15_000), true));
        assert_eq!(kept.lease(2, at(now + 14_999), 9_000), (held(1), false));
        assert_eq!(
            kept.lease(2, at(now + 15_000), 9_000),
            (Lease::Granted, true)
        );
        // Its holder extends it, and no other boot knows it.
        assert_eq!(
            kept.lease(2, at(now + 15_001), 9_000),
            (Lease::Granted, true)
        );
        assert_eq!(kept.lease(1, at(now + 15_002), 9_000), (held(8_999), false));
        let other_boot = Moment {
            boot: 1,
            ..at(now + 15_003)
        };
        assert_eq!(kept.lease(1, other_boot, 9_000), (Lease::Granted, true));
    }
}
