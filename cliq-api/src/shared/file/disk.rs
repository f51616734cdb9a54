//! The steps of a write whose order decides what a crash leaves: a seam, to show in tests that none
//! is missing.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

pub(super) trait Disk: Debug + Send + Sync {
    /// Writes to a new file that isn't in use yet.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Waits until the disk has what was written to the file.
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Puts the new file in the place of the old one.
    fn rename(&self, new: &Path, path: &Path) -> io::Result<()>;

    /// Waits until the disk has the names of a directory's files.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;

    /// Writes to a lock file.
    fn record(&self, lock: &mut File, bytes: &[u8]) -> io::Result<()>;
}

/// The file system.
#[derive(Debug)]
pub(super) struct System;

impl Disk for System {
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn rename(&self, new: &Path, path: &Path) -> io::Result<()> {
        std::fs::rename(new, path)
    }

    /// Does nothing on Windows, where directories can't be opened.
    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        if cfg!(unix) {
            File::open(directory)?.sync_all()
        } else {
            Ok(())
        }
    }

    fn record(&self, lock: &mut File, bytes: &[u8]) -> io::Result<()> {
        lock.write_all(bytes)
    }
}
