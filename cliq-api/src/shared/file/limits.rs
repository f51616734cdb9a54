//! Limits that the processes of a host share, in a file for each user.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Moment;
use super::place::{Content, Lasting, Locked, Place};
use super::problem::Problem;
use super::seal::Unreadable;
use super::sheet::{Entry, Sheet, VERSION};
use super::stem;
use crate::error::Error;
use crate::limit::{
    Acquire, BucketKey, Class, Completed, Decision, Ended, LimitStore, Outcome, Rules, Seen,
    Source, StoreError, StoreFuture,
};

/// How long a permit may be used at most. A process with a permit in hand isn't told of a lock that
/// another one hears of, and all are to obey that within a second; the rest of it is for what the
/// answer is late.
const USE_WITHIN: Duration = Duration::from_millis(900);

/// Limits that the processes of a host share, in a directory of files.
///
/// All processes that make calls for a user have to open the same directory, run as the same user
/// of the system, and give the same [`UserKey`](crate::UserKey).
///
/// ```no_run
/// use cliq_api::Client;
/// use cliq_api::shared::FileLimitStore;
///
/// # fn main() -> Result<(), cliq_api::Error> {
/// let client = Client::builder()
///     .user("deploy-bot")
///     .limit_store(FileLimitStore::open("/var/lib/deploy-bot/limits")?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// The directory outlasts processes, and should outlast a boot as well: with `/run` or another file
/// system in memory a lock is forgotten when the machine starts anew. It has to be on a file system
/// with locks (`flock`) of this host.
///
/// What a process had sent when it was killed counts as sent and unanswered as soon as its lease
/// ends. A file that was damaged or removed is reported to [`tracing`], kept beside the others with
/// `damaged` in its name, and its user counts as locked out for as long as a lock lasts.
///
/// A call that is let through costs two writes of a small file, one before it and one after its
/// answer. Each user has a file, so that one user's calls don't wait for another's.
#[derive(Clone)]
pub struct FileLimitStore(Place);

impl FileLimitStore {
    /// In this directory. It is made if it isn't there, for its owner alone, and refused if others
    /// may use it.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        // So that it is known now if there is no clock.
        Moment::now()?;
        Ok(Self(Place::open(directory.as_ref())?))
    }

    async fn step<T: Send + 'static>(
        &self,
        key: &BucketKey,
        rules: &Rules,
        change: impl FnOnce(&mut Entry, u64) -> (T, Option<Lasting>) + Send + 'static,
    ) -> Result<T, StoreError> {
        Ok(self.0.work(file(key), step(key, *rules, change)).await?)
    }
}

/// Each user has one.
fn file(key: &BucketKey) -> String {
    format!(
        "{}.limits",
        stem([key.user().map_or("", |user| user.as_str())])
    )
}

/// One step: read, changed, and written if the change is to last.
fn step<T, C>(
    key: &BucketKey,
    rules: Rules,
    change: C,
) -> impl FnOnce(&mut Locked) -> Result<T, Problem> + use<T, C>
where
    C: FnOnce(&mut Entry, u64) -> (T, Option<Lasting>),
{
    let name = format!("{} {}", key.server(), key.shape());
    move |file| {
        let (mut sheet, now, mended) = load(file)?;
        let entry = sheet.entry(now, &rules, &name);
        let (answer, lasting) = change(entry, now);
        entry.keep(now, &rules);
        // That it was lost has to be known even if nothing else is to be written.
        if let Some(lasting) = mended.then_some(Lasting::Machine).or(lasting) {
            file.write(&sheet.encode(), lasting)?;
        }
        Ok(answer)
    }
}

fn complete(
    rules: Rules,
    end: Ended,
) -> impl FnOnce(&mut Entry, u64) -> (Completed, Option<Lasting>) {
    move |entry, now| {
        let done = entry
            .bucket
            .complete(now, &rules, end.lease, end.source, end.outcome);
        // If it is forgotten that a call ended, its lease ends all the same, which is later. A lock
        // must not be forgotten.
        let is_lock = matches!(end.outcome, Outcome::Throttled { .. });
        (
            done,
            Some(if is_lock {
                Lasting::Machine
            } else {
                Lasting::Process
            }),
        )
    }
}

/// What is in the file, what time it is, and whether the file has to be written in any case.
fn load(file: &mut Locked) -> Result<(Sheet, u64, bool), Problem> {
    let moment = Moment::now()?;
    let path = file.path().display();
    match file.read()? {
        Content::New => return Ok((Sheet::new(moment), moment.up, false)),
        Content::Gone => {
            tracing::error!(target: "cliq_api::limit", %path, "the limits' shared file was removed: its user counts as locked out for as long as a lock lasts");
        }
        Content::Bytes(bytes) => match Sheet::decode(&bytes) {
            Ok(mut sheet) => {
                let now = sheet.turn_to(moment);
                return Ok((sheet, now, false));
            }
            Err(Unreadable::Newer(version)) => {
                return Err(Problem::Newer {
                    path: file.path().to_owned(),
                    version,
                    known: VERSION,
                });
            }
            Err(Unreadable::Damaged) => {
                let aside = file.set_aside()?;
                tracing::error!(target: "cliq_api::limit", %path, aside = %aside.display(), "the limits' shared file is damaged and was put aside: its user counts as locked out for as long as a lock lasts");
            }
        },
    }
    Ok((Sheet::lost(moment), moment.up, true))
}

impl LimitStore for FileLimitStore {
    fn acquire<'a>(
        &'a self,
        key: &'a BucketKey,
        rules: &'a Rules,
        ask: Acquire,
    ) -> StoreFuture<'a, Decision> {
        let by = *rules;
        let asked = Instant::now();
        let step = self.step(key, rules, move |entry, now| {
            let line = entry.line.clone();
            let decision = entry.line.acquire(now, &mut entry.bucket, &by, &ask);
            match decision {
                Decision::Granted { .. } => (decision, Some(Lasting::Machine)),
                // Time alone has changed the bucket, and will have when it is read again.
                _ => (decision, (entry.line != line).then_some(Lasting::Process)),
            }
        });
        Box::pin(async move {
            Ok(match step.await? {
                // As of now: until the file was written, it was locked, and nobody else could tell
                // of a lock.
                Decision::Granted { use_within } => Decision::Granted {
                    use_within: use_within.min(asked.elapsed() + USE_WITHIN),
                },
                other => other,
            })
        })
    }

    fn complete<'a>(
        &'a self,
        key: &'a BucketKey,
        rules: &'a Rules,
        end: Ended,
    ) -> StoreFuture<'a, Completed> {
        Box::pin(self.step(key, rules, complete(*rules, end)))
    }

    fn complete_at_the_end(&self, key: &BucketKey, rules: &Rules, end: Ended) -> bool {
        let told = self
            .0
            .work_here(&file(key), step(key, *rules, complete(*rules, end)));
        if let Err(problem) = &told {
            tracing::warn!(target: "cliq_api::limit", %problem, "it can't be told how a call ended: it counts as one without an answer");
        }
        told.is_ok()
    }

    fn look<'a>(
        &'a self,
        key: &'a BucketKey,
        rules: &'a Rules,
        source: Source,
        class: Class,
    ) -> StoreFuture<'a, Seen> {
        let by = *rules;
        Box::pin(self.step(key, rules, move |entry, now| {
            (entry.bucket.look(now, &by, source, class), None)
        }))
    }
}

/// With its directory, and without anything of users.
impl fmt::Debug for FileLimitStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileLimitStore")
            .field(&self.0.directory())
            .finish()
    }
}
