//! Where a program keeps its files, and how it writes them: whole, and for its user alone.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The prefix of a program's environment variables: `CLIQ_`.
pub(crate) fn prefix(program: &str) -> String {
    let mut prefix = crate::names::words(program).join("_").to_uppercase();
    prefix.push('_');
    prefix
}

/// A variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A variable as text.
pub(crate) fn text_variable(name: &str) -> Result<Option<String>, Failure> {
    variable(name)
        .map(|value| {
            value
                .into_string()
                .map_err(|_| Failure::usage(format!("{name} is not valid text")))
        })
        .transpose()
}

/// Returns where what is known between runs is kept: rate limits, and tokens.
pub(crate) fn state(program: &str) -> Result<PathBuf, Failure> {
    directory(program, "STATE_DIR", "XDG_STATE_HOME", ".local/state")
}

/// Returns where settings are kept.
#[cfg(feature = "zoho")]
pub(crate) fn config(program: &str) -> Result<PathBuf, Failure> {
    directory(program, "CONFIG_DIR", "XDG_CONFIG_HOME", ".config")
}

fn directory(program: &str, own: &str, xdg: &str, below_home: &str) -> Result<PathBuf, Failure> {
    let own = format!("{}{own}", prefix(program));
    if let Some(directory) = variable(&own) {
        return Ok(directory.into());
    }
    // Relative paths there are to be ignored, by the specification.
    let shared = variable(xdg)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(below_home)))
        .filter(|path| path.is_absolute());
    shared
        .map(|path| path.join(program))
        .ok_or_else(|| Failure::usage(format!("there is no home directory for files; set {own}")))
}

/// Creates a directory for its user alone, if there is none.
#[cfg(feature = "zoho")]
pub(crate) fn make(directory: &Path) -> io::Result<()> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// A file that gets its name when it is complete. Until then, and after a failure, what had that
/// name before stays.
pub(crate) struct Partial {
    file: File,
    path: PathBuf,
    target: PathBuf,
    is_kept: bool,
}

impl Partial {
    /// Starts a file. One `for_owner` can't be read by others.
    pub(crate) fn create(target: &Path, for_owner: bool) -> io::Result<Self> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if for_owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let _ = for_owner;
        // Another process may do the same, and one that was killed may have left its own.
        for attempt in 0..100_u32 {
            let mut partial = OsString::from(".");
            partial.push(name);
            partial.push(format!(".{}-{attempt}.part", std::process::id()));
            let path = target.with_file_name(partial);
            match options.open(&path) {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        path,
                        target: target.to_owned(),
                        is_kept: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "too many unfinished files",
        ))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Gives it its name.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes a file whole, for its owner alone.
#[cfg(feature = "zoho")]
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        make(directory)?;
    }
    let mut file = Partial::create(path, true)?;
    file.write(content)?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "zoho")]
    #[test]
    fn a_file_is_whole_or_not_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let files = || fs::read_dir(directory.path()).unwrap().count();
        let mut file = Partial::create(&path, true).unwrap();
        file.write(b"half").unwrap();
        assert_eq!(files(), 1);
        assert!(!path.exists());
        drop(file);
        assert_eq!(files(), 0);
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!((fs::read(&path).unwrap(), files()), (b"two".to_vec(), 1));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn variables_have_the_programs_name() {
        assert_eq!(prefix("cliq"), "CLIQ_");
        assert_eq!(prefix("help-desk"), "HELP_DESK_");
    }
}
