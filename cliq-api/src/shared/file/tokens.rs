//! Access tokens that the processes of a host share, in a file for each refresh token.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::clock::Moment;
use super::place::{Content, Lasting, Locked, Place};
use super::problem::Problem;
use super::seal::{Seal, Unreadable};
use super::stem;
use crate::auth::{Lease, StoreFuture, TokenKey, TokenRecord, TokenStore};
use crate::error::Error;
use crate::shared::record::StoredRecord;

/// What is inside is JSON.
const SEAL: Seal = Seal {
    magic: b"cliq tokens\n",
    version: 2,
};
/// How many uses are assumed for a refresh token whose record was lost. Of the usual budget of nine in
/// ten minutes that leaves one, for a call that has no token.
const LOST_USES: usize = 8;
/// How long those count.
const LOST_FOR: Duration = Duration::from_secs(601 + 10 + 120);

/// Access tokens that the processes of a host share, in a directory of files.
///
/// The first process that needs a token gets one, and all others use it: ten processes renew once,
/// where a server limits how often a refresh token may be used.
///
/// ```no_run
/// use cliq_api::Client;
/// use cliq_api::auth::{Credentials, TokenSettings};
/// use cliq_api::shared::FileTokenStore;
///
/// # fn example(credentials: Credentials) -> Result<(), cliq_api::Error> {
/// let client = Client::builder("https://api.example.com")
///     .credentials(credentials)
///     .tokens(TokenSettings::new().store(FileTokenStore::open("/run/user/1000/deploy-bot/tokens")?))
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// **Access tokens are written as they are**, into files of mode 0600 in a directory of mode 0700.
/// Who can read them, as this user, the superuser or a backup, can act for the user until they run
/// out, which is an hour; a directory in memory such as `/run/user/1000` keeps them out of backups.
/// A refresh token is written only where its server replaces it with each use; client secrets never
/// are.
///
/// A file that was damaged or removed is reported to [`tracing`], kept beside the others with
/// `damaged` in its name, and its refresh token counts as used as often as it can have been.
#[derive(Clone)]
pub struct FileTokenStore(Place);

impl FileTokenStore {
    /// In this directory. It is made if it isn't there, for its owner alone, and refused if others
    /// may use it.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        Moment::now()?;
        Ok(Self(Place::open(directory.as_ref())?))
    }

    async fn step<T: Send + 'static>(
        &self,
        key: &TokenKey,
        change: impl FnOnce(&mut Kept, Moment) -> (T, Option<Lasting>) + Send + 'static,
    ) -> Result<T, crate::auth::StoreError> {
        let work = move |file: &mut Locked| {
            let moment = Moment::now()?;
            let (mut kept, mended) = load(file)?;
            let (answer, lasting) = change(&mut kept, moment);
            if let Some(lasting) = mended.then_some(Lasting::Machine).or(lasting) {
                file.write(&kept.encode(), lasting)?;
            }
            Ok(answer)
        };
        Ok(self
            .0
            .work(format!("{}.token", stem([key.as_str()])), work)
            .await?)
    }
}

/// A record, and who may renew it.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// 0 if there is only a lease yet.
    version: u64,
    record: StoredRecord<'static>,
    lease: Option<KeptLease>,
}

/// A lease, in time since boot: it ends with the boot in any case.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct KeptLease {
    holder: u64,
    boot: u128,
    until: u64,
}

impl Kept {
    /// Of a refresh token that may just have been used as often as allowed.
    fn lost() -> Self {
        let mut record = TokenRecord::default();
        record.version = 1;
        record.uses = vec![SystemTime::now() + LOST_FOR; LOST_USES];
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

    fn encode(&self) -> Vec<u8> {
        // Numbers and texts always are.
        SEAL.close(&serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (_, inside) = SEAL.open(bytes)?;
        serde_json::from_slice(inside).map_err(|_| Unreadable::Damaged)
    }
}

/// What is in the file, and whether it has to be written in any case.
fn load(file: &mut Locked) -> Result<(Kept, bool), Problem> {
    let path = file.path().display();
    match file.read()? {
        Content::New => return Ok((Kept::default(), false)),
        Content::Gone => {
            tracing::warn!(target: "cliq_api::auth", %path, "a shared access token's file was removed: its refresh token counts as used nearly as often as it may be");
        }
        Content::Bytes(bytes) => match Kept::decode(&bytes) {
            Ok(kept) => return Ok((kept, false)),
            Err(Unreadable::Newer(version)) => {
                return Err(Problem::Newer {
                    path: file.path().to_owned(),
                    version,
                    known: SEAL.version,
                });
            }
            Err(Unreadable::Damaged) => {
                let aside = file.set_aside()?;
                tracing::error!(target: "cliq_api::auth", %path, aside = %aside.display(), "a shared access token's file is damaged and was put aside: its refresh token counts as used nearly as often as it may be");
            }
        },
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
            let held = kept
                .lease
                .filter(|lease| lease.holder != holder && lease.boot == now.boot);
            match held
                .and_then(|lease| lease.until.checked_sub(now.up))
                .filter(|&left| left > 0)
            {
                Some(left) => (Lease::Held(Duration::from_millis(left)), None),
                None => {
                    kept.lease = Some(KeptLease {
                        holder,
                        boot: now.boot,
                        until: now.up.saturating_add(time),
                    });
                    (Lease::Granted, Some(Lasting::Process))
                }
            }
        }))
    }

    fn release<'a>(&'a self, key: &'a TokenKey, holder: u64) -> StoreFuture<'a, ()> {
        Box::pin(self.step(key, move |kept, _| {
            let released = kept.lease.take_if(|lease| lease.holder == holder);
            ((), released.map(|_| Lasting::Process))
        }))
    }
}

/// With its directory, and without any token.
impl fmt::Debug for FileTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileTokenStore")
            .field(&self.0.directory())
            .finish()
    }
}
