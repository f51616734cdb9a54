//! What the program shows on a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};

use cliq_sandbox::limits::Limits;
use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::signing_in::{CLIENT_ID, CLIENT_SECRET};
use crate::support::{World, signal, snapshot};

/// A terminal of 100 columns, and the program on it.
struct Terminal {
    controller: File,
    /// What the program has as well. Without it the terminal is gone with the program.
    _user: Option<File>,
    child: Child,
    seen: Vec<u8>,
}

impl Terminal {
    fn run(command: Command) -> Self {
        Self {
            _user: None,
            ..Self::held(command)
        }
    }

    /// The same, and the terminal stays when the program ends.
    fn held(mut command: Command) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&controller, size).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let user = File::from(rustix::fs::open(name, flags, Mode::empty()).unwrap());
        let child = command
            .env("TERM", "xterm")
            .stdin(user.try_clone().unwrap())
            .stdout(user.try_clone().unwrap())
            .stderr(user.try_clone().unwrap())
            .spawn()
            .unwrap();
        Self {
            controller: controller.into(),
            _user: Some(user),
            child,
            seen: Vec::new(),
        }
    }

    /// Reads until this is shown.
    #[track_caller]
    fn until(&mut self, text: &str) {
        while !self.text().contains(text) {
            assert!(self.read(), "it ended: {:?}", self.text());
        }
    }

    /// Reads on. Returns whether there may be more.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // Nobody has the terminal any more: the end, or an error.
        match self.controller.read(&mut bytes) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.seen.extend(&bytes[..count]);
                true
            }
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    fn type_in(&mut self, text: &str) {
        self.controller.write_all(text.as_bytes()).unwrap();
    }

    fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.controller).unwrap().local_modes;
        modes.contains(LocalModes::ECHO)
    }

    fn signal(&self, sent: Signal) {
        signal(&self.child, sent);
    }

    /// What it showed, and how it ended.
    fn end(mut self) -> (String, Option<i32>) {
        while self.read() {}
        let code = self.child.wait().unwrap().code();
        (self.text(), code)
    }
}

/// The lines that were shown, one after the other: what replaces a line is a line as well. Times
/// and pictures that change are left out.
fn lines(shown: &str) -> String {
    let mut text = String::new();
    let mut chars = shown.chars();
    while let Some(char) = chars.next() {
        match char {
            // `ESC [ … letter`: moves, colours, and erasing.
            '\u{1b}' => {
                chars.next();
                let command = chars.by_ref().find(|char| char.is_ascii_alphabetic());
                if command != Some('m') {
                    text.push('\n');
                }
            }
            '\r' => text.push('\n'),
            '\u{2800}'..='\u{28ff}' => text.push('*'),
            char => text.push(char),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut line = line.trim_end().to_owned();
        if let Some((what, _)) = line
            .strip_prefix('*')
            .and_then(|line| line.split_once(": "))
        {
            line = format!("*{what}: <time>");
        }
        if !line.is_empty() && lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_result_is_a_table() {
    let world = World::new();
    let list = world.as_user(["threads", "list", &world.demo.channel_id]);
    let (shown, code) = Terminal::run(list).end();
    assert_eq!(code, Some(0));
    let id = world.demo.channel_id.as_str();
    let shown = lines(&shown).replace(id, "<channel>");
    assert!(shown.starts_with("TITLE"), "{shown}");
    assert!(
        shown.lines().all(|line| line.chars().count() <= 100),
        "{shown}"
    );
}

#[test]
fn a_wait_is_shown_with_the_time_that_is_left() {
    let world = World::with(Limits::published());
    let thread = world.thread();
    let call = |wait: &str| world.as_user(["threads", "follow", thread, "--wait", wait]);
    while call("0").output().unwrap().status.success() {}
    let mut terminal = Terminal::run(call("5m"));
    terminal.until("waiting for the rate limit: ");
    terminal.signal(Signal::INT);
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(130));
    snapshot("terminal-waiting.txt", &lines(&shown));
    // The line is gone.
    let rest = shown.rsplit_once("limit: ").unwrap().1;
    assert!(rest.contains("\u{1b}[2K"), "{rest:?}");
}

#[test]
fn a_device_signs_in_on_a_terminal() {
    let world = World::new();
    world.register(1);
    world.demo.sandbox.accounts(|accounts, _| {
        accounts.policy_mut().poll_interval = std::time::Duration::from_secs(1);
    });
    let login = world.command([
        "login",
        "--device",
        "--client-id",
        CLIENT_ID,
        "--data-center",
        &world.host(),
        "--for",
        "threads.follow",
    ]);
    let mut terminal = Terminal::run(login);
    terminal.until("Client secret: ");
    assert!(!terminal.echoes());
    terminal.type_in(&format!("{CLIENT_SECRET}\n"));
    terminal.until("enter the code ");
    let code = loop {
        let shown = terminal.text();
        let (_, code) = shown.rsplit_once("enter the code ").unwrap();
        if let Some((code, _)) = code.split_once('\r') {
            break code.to_owned();
        }
        assert!(terminal.read(), "it ended: {shown:?}");
    };
    assert!(terminal.echoes());
    world.demo.sandbox.accounts(|accounts, _| {
        accounts.approve_device(&code, &world.demo.user_id);
    });
    let (shown, ended) = terminal.end();
    assert_eq!(ended, Some(0), "{shown}");
    assert!(!shown.contains(CLIENT_SECRET), "{shown}");
    let home = world.home.path().display().to_string();
    let shown = shown
        .replace(&code, "<code>")
        .replace(&world.host(), "<host>")
        .replace(&home, "~");
    snapshot("terminal-device.txt", &lines(&shown));
    world.plain(&["threads", "follow", world.thread()]).ok();
}

/// A terminal that no longer shows what is typed would be left to the shell.
#[test]
fn ctrl_c_at_a_question_gives_the_terminal_back() {
    let world = World::new();
    let login = world.command([
        "login",
        "--device",
        "--client-id",
        CLIENT_ID,
        "--data-center",
        &world.host(),
    ]);
    let mut terminal = Terminal::held(login);
    terminal.until("Client secret: ");
    assert!(!terminal.echoes());
    terminal.signal(Signal::INT);
    let code = terminal.child.wait().unwrap().code();
    assert_eq!(code, Some(130));
    assert!(terminal.echoes());
    assert!(!world.home.path().join(".config").exists());
}
