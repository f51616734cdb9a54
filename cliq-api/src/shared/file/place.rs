//! A directory that only its owner can access, with files that are read and written under a lock.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::disk::{Disk, System};
use super::problem::Problem;
use super::seal::{Seal, Unreadable};

/// The timeout for a lock, which is held for milliseconds.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// The timeout for a lock while the thread is blocked.
const BLOCKING_LOCK_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a thread of the runtime waits for a lock without a pause. A runtime that is dropped
/// waits for such threads, and so does the end of a program.
const TURN: Duration = Duration::from_millis(20);
/// How long a thread sleeps between two attempts at a lock: the first time, and at most.
const FIRST_SLEEP: Duration = Duration::from_micros(100);
const LONGEST_SLEEP: Duration = Duration::from_millis(2);
/// How many damaged files of one name are kept.
const MAX_ASIDE: u32 = 3;
/// The maximum size of a file, in bytes.
const MAX_SIZE: u64 = 1 << 26;
/// The maximum size of what a lock file records, in bytes.
const MAX_RECORD: u64 = 32;
/// How many files one process works on at a time.
const STRIPES: usize = 64;

/// A directory for shared files. Clones share their state.
#[derive(Debug, Clone)]
pub(super) struct Place(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    disk: Arc<dyn Disk>,
    /// Ensure that at most one thread of this process waits for a file's lock.
    stripes: [Arc<Mutex<()>>; STRIPES],
}

/// A file, locked until this is dropped.
#[derive(Debug)]
pub(super) struct Locked {
    directory: PathBuf,
    disk: Arc<dyn Disk>,
    path: PathBuf,
    lock: File,
    /// Whether the file existed at some time.
    known: bool,
    /// The number of its last write that had to survive a crash of the machine. The lock file
    /// records it, so that an older file is not mistaken for the last one.
    number: u64,
}

/// The content of a file.
#[derive(Debug)]
pub(super) enum Content {
    /// The file never existed.
    New,
    /// The file existed, and was removed.
    Gone,
    Whole(Vec<u8>),
    Unreadable(Unreadable),
}

/// What a write must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lasting {
    /// The end of the process. After a crash of the machine, the file may have its previous
    /// content, but is not damaged.
    Process,
    /// A crash of the machine.
    Machine,
}

impl Place {
    /// Opens the directory, and creates it if necessary.
    pub(super) fn open(directory: &Path) -> Result<Self, Problem> {
        Self::on(Arc::new(System), directory)
    }

    pub(super) fn on(disk: Arc<dyn Disk>, directory: &Path) -> Result<Self, Problem> {
        let directory = std::path::absolute(directory)
            .map_err(|error| Problem::io("find", directory, error))?;
        make(&directory)?;
        Ok(Self(Arc::new(Inner {
            directory,
            disk,
            stripes: std::array::from_fn(|_| Arc::default()),
        })))
    }

    pub(super) fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Runs `work` on a locked file, on a thread that may block. It completes even if the future is
    /// dropped.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        name: String,
        work: impl FnOnce(&mut Locked) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let work = |files: &mut [Locked]| work(&mut files[0]);
        self.work_on_all(vec![name], work).await
    }

    /// Runs `work` on several locked files. The names must be sorted and unique: all processes lock
    /// them in the same order.
    pub(super) async fn work_on_all<T: Send + 'static>(
        &self,
        names: Vec<String>,
        work: impl FnOnce(&mut [Locked]) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let path = self.0.directory.join(names.first().map_or("", |name| name));
        let mut stripes: Vec<_> = names.iter().map(|name| stripe(name)).collect();
        stripes.sort_unstable();
        stripes.dedup();
        let place = self.clone();
        let done = tokio::time::timeout(LOCK_TIMEOUT, async move {
            let mut turns = Vec::with_capacity(stripes.len());
            for stripe in stripes {
                turns.push(Arc::clone(&place.0.stripes[stripe]).lock_owned().await);
            }
            // A task, so that the work completes even if this future is dropped.
            tokio::spawn(place.work_in_turns(names, turns, work)).await
        });
        match done.await {
            Ok(Ok(Some(result))) => result,
            Ok(Ok(None) | Err(_)) => Err(Problem::Aborted(path)),
            Err(_) => Err(busy(path, LOCK_TIMEOUT)),
        }
    }

    /// Runs `work` on a thread that may block, for a short time only: with locks that a peer holds,
    /// the thread is given back and asked for again. A runtime that is dropped waits for threads
    /// that are at work, and drops this. `None` if the work panicked, or the runtime is shutting
    /// down.
    async fn work_in_turns<T: Send + 'static>(
        self,
        names: Vec<String>,
        turns: Vec<OwnedMutexGuard<()>>,
        work: impl FnOnce(&mut [Locked]) -> Result<T, Problem> + Send + 'static,
    ) -> Option<Result<T, Problem>> {
        let begun = Instant::now();
        let mut job = (self, names, turns, work);
        loop {
            let turn = tokio::task::spawn_blocking(move || {
                let (place, names, turns, work) = job;
                match place.lock_all(&names, TURN) {
                    Ok(mut locked) => Ok(work(&mut locked)),
                    Err(Problem::Busy { .. }) if begun.elapsed() < LOCK_TIMEOUT => {
                        Err((place, names, turns, work))
                    }
                    Err(Problem::Busy { path, .. }) => Ok(Err(busy(path, LOCK_TIMEOUT))),
                    Err(problem) => Ok(Err(problem)),
                }
            });
            match turn.await.ok()? {
                Ok(result) => return Some(result),
                Err(again) => job = again,
            }
        }
    }

    /// Runs `work` on this thread, for callers that can't wait asynchronously, such as `Drop`.
    pub(super) fn work_here<T>(
        &self,
        names: &[String],
        work: impl FnOnce(&mut [Locked]) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.lock_all(names, BLOCKING_LOCK_TIMEOUT)
            .and_then(|mut locked| work(&mut locked))
    }

    fn lock_all(&self, names: &[String], time: Duration) -> Result<Vec<Locked>, Problem> {
        names.iter().map(|name| self.lock(name, time)).collect()
    }

    fn lock(&self, name: &str, time: Duration) -> Result<Locked, Problem> {
        let directory = &self.0.directory;
        // The directory may have been removed or changed meanwhile.
        make(directory)?;
        let path = directory.join(name);
        let lock_path = directory.join(format!("{name}.lock"));
        loop {
            let lock = open(
                &lock_path,
                OpenOptions::new().read(true).write(true).create(true),
            )?;
            wait_for(&lock, &lock_path, time)?;
            let metadata = lock
                .metadata()
                .map_err(|error| Problem::io("inspect", &lock_path, error))?;
            // If the directory was removed meanwhile, no other process uses this lock's file.
            if sys::is_linked(&metadata) {
                let mut record = String::new();
                let read = (&lock).take(MAX_RECORD).read_to_string(&mut record);
                read.map_err(|error| Problem::io("read", &lock_path, error))?;
                return Ok(Locked {
                    directory: directory.clone(),
                    disk: Arc::clone(&self.0.disk),
                    path,
                    lock,
                    known: !record.is_empty(),
                    // Earlier versions recorded no number.
                    number: record.trim().parse().unwrap_or(0),
                });
            }
        }
    }
}

/// Returns the index of the mutex that a file uses.
fn stripe(name: &str) -> usize {
    usize::from_str_radix(name.get(..2).unwrap_or_default(), 16).unwrap_or_default() % STRIPES
}

/// Waits for a lock, for that time at most.
fn wait_for(lock: &File, path: &Path, time: Duration) -> Result<(), Problem> {
    let begun = Instant::now();
    let mut pause = FIRST_SLEEP;
    loop {
        let error = match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < time => {
                std::thread::sleep(pause);
                pause = LONGEST_SLEEP.min(pause * 2);
                continue;
            }
            Err(TryLockError::WouldBlock) => return Err(busy(path.to_owned(), time)),
            Err(TryLockError::Error(error)) => error,
        };
        return Err(cannot_lock(path, error));
    }
}

pub(super) fn cannot_lock(path: &Path, error: io::Error) -> Problem {
    match error.kind() {
        ErrorKind::Unsupported => Problem::NoLocks(path.to_owned()),
        _ if sys::has_no_locks(&error) => Problem::NoLocks(path.to_owned()),
        _ => Problem::io("lock", path, error),
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing the file wouldn't suffice: a process that is forked meanwhile has a copy of it.
        let _ = self.lock.unlock();
    }
}

fn busy(path: PathBuf, time: Duration) -> Problem {
    let seconds = time.as_secs();
    Problem::Busy { path, seconds }
}

impl Locked {
    /// Returns what a process has that is forked now.
    #[cfg(test)]
    pub(super) fn copy_of_lock(&self) -> File {
        self.lock.try_clone().expect("a copy")
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name, which its content repeats.
    fn name(&self) -> &str {
        let name = self.path.file_name().and_then(|name| name.to_str());
        name.unwrap_or_default()
    }

    pub(super) fn read(&mut self, seal: &Seal) -> Result<Content, Problem> {
        let file = match open(&self.path, OpenOptions::new().read(true)) {
            Ok(file) => file,
            Err(Problem::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                return Ok(if self.known {
                    Content::Gone
                } else {
                    Content::New
                });
            }
            Err(problem) => return Err(problem),
        };
        let mut bytes = Vec::new();
        let read = file.take(MAX_SIZE).read_to_end(&mut bytes);
        read.map_err(|error| Problem::io("read", &self.path, error))?;
        match seal.open(self.name(), &bytes) {
            Ok((number, _)) if number < self.number => {
                Ok(Content::Unreadable(Unreadable::Outdated))
            }
            Ok((number, content)) => {
                self.number = number;
                Ok(Content::Whole(content.to_vec()))
            }
            Err(Unreadable::Newer(version)) => Err(Problem::Newer {
                path: self.path.clone(),
                version,
                known: seal.version,
            }),
            Err(unreadable) => Ok(Content::Unreadable(unreadable)),
        }
    }

    /// Replaces the file atomically.
    pub(super) fn write(
        &mut self,
        seal: &Seal,
        content: &[u8],
        lasting: Lasting,
    ) -> Result<(), Problem> {
        // Other writes may be lost with the machine, and the record of their numbers may not.
        let is_numbered = lasting == Lasting::Machine;
        let number = self.number + u64::from(is_numbered);
        let bytes = seal.close(self.name(), number, content);
        // The lock protects this name: an existing file was left by a process that died.
        let new = self.beside("new");
        let file = open(
            &new,
            OpenOptions::new().write(true).create(true).truncate(true),
        );
        let written = file.and_then(|mut file| {
            let written = self
                .disk
                .write(&mut file, &bytes)
                .and_then(|()| self.disk.sync(&file));
            written.map_err(|error| Problem::io("write", &new, error))
        });
        let renamed = written.and_then(|()| {
            self.disk
                .rename(&new, &self.path)
                .map_err(|error| Problem::io("replace", &self.path, error))
        });
        if let Err(problem) = renamed {
            let _ = std::fs::remove_file(&new);
            return Err(problem);
        }
        if lasting == Lasting::Machine {
            self.disk
                .sync_directory(&self.directory)
                .map_err(|error| Problem::io("write", &self.directory, error))?;
        }
        self.number = number;
        if is_numbered || !self.known {
            self.record()
                .map_err(|error| Problem::io("write", &self.beside("lock"), error))?;
        }
        Ok(())
    }

    /// Records in the lock file that the file exists, so that a later removal is detected, and its
    /// number.
    fn record(&mut self) -> io::Result<()> {
        self.lock.rewind()?;
        // Always of the same length, so that it is replaced as a whole.
        let record = format!("{:020}\n", self.number);
        self.disk.record(&mut self.lock, record.as_bytes())?;
        self.known = true;
        Ok(())
    }

    /// Renames a damaged file, and returns its new name. Replaces the oldest one if there are
    /// several.
    pub(super) fn set_aside(&self) -> Result<PathBuf, Problem> {
        let names: Vec<_> = (1..=MAX_ASIDE)
            .map(|number| self.beside(&format!("damaged-{number}")))
            .collect();
        let free = names.iter().find(|name| !name.exists());
        let changed = |path: &PathBuf| {
            std::fs::symlink_metadata(path)
                .and_then(|metadata| metadata.modified())
                .ok()
        };
        let aside = free
            .or_else(|| names.iter().min_by_key(|path| changed(path)))
            .unwrap_or(&names[0]);
        std::fs::rename(&self.path, aside)
            .map_err(|error| Problem::io("rename", &self.path, error))?;
        Ok(aside.clone())
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(suffix);
        name.into()
    }
}

/// Creates the directory if necessary, and checks that only its owner can access it.
fn make(directory: &Path) -> Result<(), Problem> {
    let look = || std::fs::symlink_metadata(directory);
    let metadata = match look() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Some(parent) = directory.parent() {
                std::fs::create_dir_all(parent)
                    .map_err(|error| Problem::io("create", parent, error))?;
            }
            let mut builder = DirBuilder::new();
            sys::make_private(&mut builder);
            match builder.create(directory) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
                _ => look(),
            }
        }
        metadata => metadata,
    };
    let metadata = metadata.map_err(|error| Problem::io("create", directory, error))?;
    if !metadata.is_dir() && !metadata.is_symlink() {
        return Err(Problem::Kind {
            path: directory.to_owned(),
            expected: "directory",
        });
    }
    sys::check(directory, &metadata, 0o700)
}

/// Opens a file, and checks that it is no link and that only its owner can access it. A new file is
/// created with such a mode.
fn open(path: &Path, options: &mut OpenOptions) -> Result<File, Problem> {
    sys::make_careful(options);
    let file = options.open(path).map_err(|error| {
        if sys::is_link(&error) {
            Problem::Link(path.to_owned())
        } else {
            Problem::io("open", path, error)
        }
    })?;
    let metadata = file
        .metadata()
        .map_err(|error| Problem::io("inspect", path, error))?;
    if !metadata.is_file() {
        return Err(Problem::Kind {
            path: path.to_owned(),
            expected: "file",
        });
    }
    sys::check(path, &metadata, 0o600)?;
    Ok(file)
}

#[cfg(unix)]
mod sys {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};

    use rustix::fs::OFlags;
    use rustix::io::Errno;

    use super::{DirBuilder, Metadata, OpenOptions, Path, Problem, io};

    pub(super) fn make_private(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    pub(super) fn make_careful(options: &mut OpenOptions) {
        // `NONBLOCK`: opening a pipe with this name must not hang.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        options.mode(0o600).custom_flags(flags.cast_signed());
    }

    pub(super) fn is_link(error: &io::Error) -> bool {
        Errno::from_io_error(error) == Some(Errno::LOOP)
    }

    pub(super) fn has_no_locks(error: &io::Error) -> bool {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP)
        )
    }

    pub(super) fn is_linked(metadata: &Metadata) -> bool {
        metadata.nlink() > 0
    }

    /// Checks that it belongs to this user, and that no other user has access.
    pub(super) fn check(path: &Path, metadata: &Metadata, private: u32) -> Result<(), Problem> {
        let path = || path.to_owned();
        if metadata.is_symlink() {
            return Err(Problem::Link(path()));
        }
        let (owner, me) = (metadata.uid(), rustix::process::geteuid().as_raw());
        if owner != me {
            return Err(Problem::Owner {
                path: path(),
                owner,
                me,
            });
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(Problem::Open {
                path: path(),
                mode,
                private,
            });
        }
        Ok(())
    }
}

/// Without Unix modes, only the directory's own permissions protect the files.
#[cfg(not(unix))]
mod sys {
    use super::{DirBuilder, Metadata, OpenOptions, Path, Problem, io};

    pub(super) fn make_private(_: &mut DirBuilder) {}

    pub(super) fn make_careful(_: &mut OpenOptions) {}

    pub(super) fn is_link(_: &io::Error) -> bool {
        false
    }

    pub(super) fn has_no_locks(_: &io::Error) -> bool {
        false
    }

    pub(super) fn is_linked(_: &Metadata) -> bool {
        true
    }

    pub(super) fn check(path: &Path, metadata: &Metadata, _: u32) -> Result<(), Problem> {
        if metadata.is_symlink() {
            Err(Problem::Link(path.to_owned()))
        } else {
            Ok(())
        }
    }
}
