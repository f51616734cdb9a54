//! The store of rate limits that the processes of a host share, with a file for each user.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Moment;
use super::place::{Content, Lasting, Locked, Place};
use super::problem::Problem;
use super::seal::Unreadable;
use super::sheet::{Entry, SEAL, Sheet};
use super::stem;
use crate::error::Error;
use crate::limit::{
    Acquire, CallEnd, Complete, Completed, Decision, LimitStore, Priority, Rules, Snapshot, Source,
    UserBucket,
};
use crate::store::{StoreError, StoreFuture};

/// How long a permit is valid. A process that holds one isn't notified of a lockout that another
/// process receives, and every process has to stop within a second. The rest of the second is for
/// the delay of the reply.
const PERMIT_TTL: Duration = Duration::from_millis(900);

/// Stores rate limits in files that the processes of a host share. Feature `file`.
///
/// The guide: [sharing](crate::guide::sharing).
///
/// All processes that make calls for a user have to open the same directory, run as the same user
/// of the operating system, and give the same [`UserKey`](crate::UserKey).
///
/// ```no_run
/// use cliq_api::Client;
/// use cliq_api::shared::FileLimitStore;
///
/// # fn main() -> Result<(), cliq_api::Error> {
/// let client = Client::builder("https://api.example.com")
///     .user("deploy-bot")
///     .limit_store(FileLimitStore::open("/var/lib/deploy-bot/limits")?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// The directory should survive a boot: in `/run`, or on another file system in memory, a lockout
/// is forgotten at each boot. It has to be on a file system of this host with locks (`flock`).
///
/// The calls of a process that was killed count as sent and unanswered as soon as their leases end.
/// A damaged or removed file is reported to [`tracing`], and kept with `damaged` in its name; its
/// user counts as locked out for as long as a lockout lasts.
///
/// A call writes a small file twice: before it is sent, and after its response. Each user has a
/// file, so that one user's calls don't wait for another's. Buckets that are counted per app are in
/// one more file.
#[derive(Clone)]
pub struct FileLimitStore(Place);

impl FileLimitStore {
    /// Opens a directory. Creates it if necessary, for its owner alone; rejects one that other
    /// users can access.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        // Reports now that there is no clock.
        Moment::now()?;
        Ok(Self(Place::open(directory.as_ref())?))
    }

    #[cfg(test)]
    pub(super) fn at(place: Place) -> Self {
        Self(place)
    }

    async fn step<T: Send + 'static>(
        &self,
        buckets: &[&UserBucket],
        change: impl FnOnce(&mut Seats) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let (names, step) = step(buckets, change);
        Ok(self.0.work_on_all(names, step).await?)
    }
}

/// Returns the name of the file that contains the bucket.
fn file(bucket: &UserBucket) -> String {
    let parts = match bucket.user() {
        Some(user) => vec![user.as_str()],
        None if bucket.is_per_app() => vec!["", "per app"],
        None => vec![""],
    };
    format!("{}.limits", stem(parts))
}

/// The buckets of a call, in files that are locked and read.
struct Seats {
    sheets: Vec<Opened>,
    seats: Vec<Seat>,
}

/// A file that was read.
struct Opened {
    sheet: Sheet,
    now: u64,
    /// What the changes must survive; `None` without changes.
    lasting: Option<Lasting>,
}

/// The place of a bucket.
struct Seat {
    sheet: usize,
    entry: usize,
    rules: Rules,
}

impl Seats {
    fn len(&self) -> usize {
        self.seats.len()
    }

    fn get(&mut self, index: usize) -> (&mut Entry, u64, &Rules) {
        let seat = &self.seats[index];
        let opened = &mut self.sheets[seat.sheet];
        (opened.sheet.entry(seat.entry), opened.now, &seat.rules)
    }

    fn changed(&mut self, index: usize, lasting: Lasting) {
        let known = &mut self.sheets[self.seats[index].sheet].lasting;
        *known = (*known).max(Some(lasting));
    }

    /// Takes a slot in each of the buckets, or in none.
    fn acquire(&mut self, ask: &Acquire) -> Vec<Decision> {
        let mut decisions = Vec::with_capacity(self.len());
        for index in 0..self.len() {
            let (entry, now, rules) = self.get(index);
            let line = entry.line.clone();
            let decision = entry.line.acquire(now, &mut entry.bucket, rules, ask);
            // The bucket changes only with time, which is no reason to write it.
            if entry.line != line {
                self.changed(index, Lasting::Process);
            }
            decisions.push(decision);
        }
        let granted = |decision: &Decision| matches!(decision, Decision::Granted { .. });
        if decisions.iter().all(granted) {
            for index in 0..self.len() {
                self.changed(index, Lasting::Machine);
            }
            return decisions;
        }
        let last = longest_wait(&decisions);
        for (index, decision) in decisions.iter().enumerate() {
            let (entry, now, rules) = self.get(index);
            if granted(decision) {
                let unsent = Complete::new(ask.lease, ask.source, CallEnd::Unsent);
                entry.bucket.complete(now, rules, &unsent);
            } else if Some(index) != last {
                // It waits in one line, so it must not delay others in the other lines.
                entry.line.leave(ask);
            }
        }
        decisions
    }

    fn complete(&mut self, messages: &[Complete]) -> Vec<Completed> {
        let mut completed = Vec::with_capacity(self.len());
        for (index, message) in messages.iter().enumerate() {
            // If the end of a call is lost in a crash, its lease ends later. A lockout must not be
            // lost.
            let lasting = match message.end {
                CallEnd::Throttled { .. } => Lasting::Machine,
                _ => Lasting::Process,
            };
            self.changed(index, lasting);
            let (entry, now, rules) = self.get(index);
            completed.push(entry.bucket.complete(now, rules, message));
        }
        completed
    }
}

/// Returns the bucket with the longest wait.
fn longest_wait(decisions: &[Decision]) -> Option<usize> {
    let waits = decisions
        .iter()
        .enumerate()
        .filter_map(|(index, decision)| {
            let Decision::Wait { earliest, .. } = decision else {
                return None;
            };
            // The first one of several.
            Some((*earliest, Reverse(index)))
        });
    waits.max().map(|(_, Reverse(index))| index)
}

/// Returns the names of the buckets' files, and what to do with them: read, change, and write those
/// that changed.
fn step<T, C>(
    buckets: &[&UserBucket],
    change: C,
) -> (
    Vec<String>,
    impl FnOnce(&mut [Locked]) -> Result<T, Problem> + use<T, C>,
)
where
    C: FnOnce(&mut Seats) -> T,
{
    let mut names: Vec<_> = buckets.iter().map(|bucket| file(bucket)).collect();
    let buckets: Vec<_> = buckets
        .iter()
        .zip(&names)
        .map(|(bucket, file)| (file.clone(), bucket.label(), *bucket.rules()))
        .collect();
    names.sort_unstable();
    names.dedup();
    let files = names.clone();
    let step = move |locked: &mut [Locked]| {
        let sheets = locked.iter_mut().map(load).collect::<Result<_, _>>()?;
        let mut seats = Seats {
            sheets,
            seats: Vec::with_capacity(buckets.len()),
        };
        for (file, label, rules) in buckets {
            let sheet = files.iter().position(|name| *name == file).unwrap_or(0);
            let opened = &mut seats.sheets[sheet];
            let entry = opened.sheet.find(opened.now, &rules, &label);
            seats.seats.push(Seat {
                sheet,
                entry,
                rules,
            });
        }
        let answer = change(&mut seats);
        for index in 0..seats.len() {
            let (entry, now, rules) = seats.get(index);
            entry.keep(now, rules);
        }
        for (file, opened) in locked.iter_mut().zip(&mut seats.sheets) {
            if let Some(lasting) = opened.lasting {
                file.write(&SEAL, &opened.sheet.encode(), lasting)?;
            }
        }
        Ok(answer)
    };
    (names, step)
}

/// Reads a file. If it was lost, its replacement is written even without changes.
fn load(file: &mut Locked) -> Result<Opened, Problem> {
    let moment = Moment::now()?;
    let opened = |sheet, now, lasting| Opened {
        sheet,
        now,
        lasting,
    };
    let unreadable = match file.read(&SEAL)? {
        Content::New => return Ok(opened(Sheet::new(moment), moment.up, None)),
        Content::Gone => None,
        Content::Whole(content) => match Sheet::decode(&content) {
            Ok(mut sheet) => {
                let now = sheet.turn_to(moment);
                return Ok(opened(sheet, now, None));
            }
            Err(unreadable) => Some(unreadable),
        },
        Content::Unreadable(unreadable) => Some(unreadable),
    };
    let path = file.path().display();
    match unreadable {
        None => {
            tracing::error!(target: "cliq_api::limit", %path, "the limits' shared file was removed: its user counts as locked out for as long as a lockout lasts");
        }
        // Of a bucket in it.
        Some(Unreadable::Newer(version)) => {
            return Err(Problem::Newer {
                path: file.path().to_owned(),
                version,
                known: SEAL.version,
            });
        }
        Some(Unreadable::Damaged) => {
            let aside = file.set_aside()?;
            tracing::error!(target: "cliq_api::limit", %path, aside = %aside.display(), "the limits' shared file is damaged and was renamed: its user counts as locked out for as long as a lockout lasts");
        }
        Some(Unreadable::Misplaced | Unreadable::Outdated) => {
            let aside = file.set_aside()?;
            tracing::error!(target: "cliq_api::limit", %path, aside = %aside.display(), "the limits' shared file was replaced by another user's or an older one, which was renamed: its user counts as locked out for as long as a lockout lasts");
        }
    }
    Ok(opened(
        Sheet::lost(moment),
        moment.up,
        Some(Lasting::Machine),
    ))
}

impl LimitStore for FileLimitStore {
    fn acquire<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        message: Acquire,
    ) -> StoreFuture<'a, Vec<Decision>> {
        let asked = Instant::now();
        let step = self.step(buckets, move |seats| seats.acquire(&message));
        Box::pin(async move {
            let mut decisions = step.await?;
            for decision in &mut decisions {
                if let Decision::Granted { ttl } = decision {
                    // From now on: while the file was locked, no other process could report a
                    // lockout.
                    *ttl = (*ttl).min(asked.elapsed() + PERMIT_TTL);
                }
            }
            Ok(decisions)
        })
    }

    fn complete<'a>(
        &'a self,
        reports: &'a [(&'a UserBucket, Complete)],
    ) -> StoreFuture<'a, Vec<Completed>> {
        let (buckets, messages) = unzip(reports);
        Box::pin(async move {
            let complete = move |seats: &mut Seats| seats.complete(&messages);
            self.step(&buckets, complete).await
        })
    }

    fn complete_blocking(&self, reports: &[(&UserBucket, Complete)]) -> bool {
        let (buckets, messages) = unzip(reports);
        let (names, step) = step(&buckets, |seats| seats.complete(&messages));
        let done = self.0.work_here(&names, step);
        if let Err(problem) = &done {
            tracing::warn!(target: "cliq_api::limit", %problem, "can't report how a call ended: it counts as one without a response");
        }
        done.is_ok()
    }

    fn peek<'a>(
        &'a self,
        buckets: &'a [&'a UserBucket],
        source: Source,
        priority: Priority,
    ) -> StoreFuture<'a, Vec<Snapshot>> {
        Box::pin(self.step(buckets, move |seats| {
            let mut snapshots = Vec::with_capacity(seats.len());
            for index in 0..seats.len() {
                let (entry, now, rules) = seats.get(index);
                snapshots.push(entry.bucket.peek(now, rules, source, priority));
            }
            snapshots
        }))
    }
}

fn unzip<'b>(reports: &[(&'b UserBucket, Complete)]) -> (Vec<&'b UserBucket>, Vec<Complete>) {
    reports.iter().copied().unzip()
}

/// Shows the directory, and nothing of users.
impl fmt::Debug for FileLimitStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileLimitStore")
            .field(&self.0.directory())
            .finish()
    }
}
