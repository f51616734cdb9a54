//! Questions on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use secrecy::SecretString;

use crate::failure::Failure;

/// Asks for a line. Without a terminal it is read without a question.
pub(super) async fn ask(question: &str) -> Result<String, Failure> {
    let line = read_line(question).await?;
    if line.is_empty() {
        let what = question.trim_end_matches([':', ' ']);
        return Err(Failure::usage(format!("{what} is missing")));
    }
    Ok(line)
}

/// Asks for a secret, which isn't shown while it is typed.
pub(super) async fn ask_secret(question: &str) -> Result<SecretString, Failure> {
    let silence = Silence::begin();
    let secret = ask(question).await;
    if silence.is_some() {
        eprintln!();
    }
    secret.map(SecretString::from)
}

/// On a separate thread: Ctrl-C ends the wait.
async fn read_line(question: &str) -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        let mut err = io::stderr();
        let _ = write!(err, "{question}").and_then(|()| err.flush());
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    });
    let line = read.await.map_err(io::Error::other).flatten();
    line.map_err(|error| Failure::io("can't read standard input", &error))
}

/// A terminal that doesn't show what is typed, until this is dropped.
struct Silence {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl Silence {
    #[cfg(unix)]
    fn begin() -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

        let terminal = io::stdin();
        let before = tcgetattr(&terminal).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Now, &silent).ok()?;
        Some(Self { before })
    }

    #[cfg(not(unix))]
    fn begin() -> Option<Self> {
        None
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::termios::{OptionalActions, tcsetattr};

            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
        }
    }
}
