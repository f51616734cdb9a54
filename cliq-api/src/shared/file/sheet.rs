//! The content of a file of rate limits: the buckets of one user, and the queue of each.
//!
//! Format of versions 1 and 2. Numbers are big-endian; times are milliseconds since the boot.
//!
//! - the boot id (16 bytes)
//! - when it was written: since the boot, and since the Unix epoch (8 each)
//! - since when calls are recorded; when earlier records were lost, or 0 (8 each)
//! - the number of buckets (4). For each bucket:
//!   - the length of its name (2), its name
//!   - when it can be removed (8)
//!   - the number of tickets (2). For each ticket: source (4), lane (1), expiry (8)
//!   - the length of its state (4), its state as written by `Bucket::encode`

use super::clock::Moment;
use super::line::{Line, Ticket};
use super::seal::{Seal, Unreadable};
use crate::limit::{Bucket, DecodeError, Rules, Source};

pub(super) const SEAL: Seal = Seal {
    magic: b"cliq_api lim",
    version: 2,
    unbound: 1,
};
/// How far the time since boot may go backwards within one boot, in milliseconds.
const JITTER: u64 = 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    written: Moment,
    /// Since when calls are recorded.
    started: u64,
    /// When earlier records were lost.
    lost: Option<u64>,
    entries: Vec<Entry>,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    name: Box<str>,
    /// When it can be removed.
    forget: u64,
    pub(super) line: Line,
    pub(super) bucket: Bucket,
}

impl Sheet {
    /// Returns the sheet of a user without earlier calls.
    pub(super) fn new(moment: Moment) -> Self {
        Self {
            written: moment,
            started: moment.up,
            lost: None,
            entries: Vec::new(),
        }
    }

    /// Returns the sheet of a user whose records were lost.
    pub(super) fn lost(moment: Moment) -> Self {
        Self {
            lost: Some(moment.up),
            ..Self::new(moment)
        }
    }

    /// Converts all times to the current boot, if another one wrote the file. Returns the current
    /// time.
    pub(super) fn turn_to(&mut self, moment: Moment) -> u64 {
        let written = self.written;
        if written.boot == moment.boot && moment.up.saturating_add(JITTER) >= written.up {
            // Never lets the time go backwards.
            self.written = Moment {
                up: moment.up.max(written.up),
                ..moment
            };
            return self.written.up;
        }
        // The wall clock measures how long the machine was off. If it was set back, no time counts
        // as elapsed, so that no lockout lasts longer than it would have without the boot.
        let from = written
            .up
            .saturating_add(moment.wall.saturating_sub(written.wall));
        let to = moment.up;
        let time = |time: u64| {
            (time.max(from) - from)
                .saturating_add(to)
                .saturating_sub(from.saturating_sub(time))
        };
        self.started = time(self.started);
        self.lost = self.lost.map(|lost| time(lost).max(1));
        for entry in &mut self.entries {
            entry.forget = time(entry.forget);
            // No process survives a boot.
            entry.line = Line::default();
            entry.bucket = entry.bucket.clone().moved(from, to);
        }
        self.written = moment;
        to
    }

    /// Returns the index of the bucket with this name, and creates it if necessary.
    pub(super) fn find(&mut self, now: u64, rules: &Rules, name: &str) -> usize {
        self.entries
            .iter()
            .position(|entry| &*entry.name == name)
            .unwrap_or_else(|| {
                let bucket = match self.lost {
                    // Nobody knows which there were: it may have been this one.
                    Some(lost) => Bucket::assume_lost(rules, lost),
                    None => Bucket::new(rules, now, self.started),
                };
                self.entries.push(Entry {
                    name: name.into(),
                    forget: now,
                    line: Line::default(),
                    bucket,
                });
                self.entries.len() - 1
            })
    }

    /// Returns the bucket at this index.
    pub(super) fn entry(&mut self, index: usize) -> &mut Entry {
        &mut self.entries[index]
    }

    /// Encodes the sheet, without buckets that can be removed.
    pub(super) fn encode(&mut self) -> Vec<u8> {
        let now = self.written.up;
        self.entries.retain(|entry| {
            entry.forget > now || entry.line.0.iter().any(|ticket| ticket.until > now)
        });
        let mut bytes = Vec::with_capacity(256);
        bytes.extend(self.written.boot.to_be_bytes());
        for time in [
            self.written.up,
            self.written.wall,
            self.started,
            self.lost.unwrap_or_default(),
        ] {
            bytes.extend(time.to_be_bytes());
        }
        bytes.extend(count::<4>(self.entries.len()));
        for entry in &self.entries {
            bytes.extend(count::<2>(entry.name.len()));
            bytes.extend(entry.name.as_bytes());
            bytes.extend(entry.forget.to_be_bytes());
            bytes.extend(count::<2>(entry.line.0.len()));
            for ticket in &entry.line.0 {
                bytes.extend(ticket.source.0.to_be_bytes());
                bytes.push(ticket.lane);
                bytes.extend(ticket.until.to_be_bytes());
            }
            let bucket = entry.bucket.encode();
            bytes.extend(count::<4>(bucket.len()));
            bytes.extend(bucket);
        }
        bytes
    }

    pub(super) fn decode(mut rest: &[u8]) -> Result<Self, Unreadable> {
        let sheet = read(&mut rest)?;
        if rest.is_empty() {
            Ok(sheet)
        } else {
            Err(Unreadable::Damaged)
        }
    }
}

impl Entry {
    /// Updates when it can be removed.
    pub(super) fn keep(&mut self, now: u64, rules: &Rules) {
        self.forget = if self.bucket.is_idle(now, rules) {
            now
        } else {
            self.bucket.forgettable_at(rules)
        };
    }
}

/// Returns the last bytes of a number, which is small enough for them.
fn count<const N: usize>(number: usize) -> [u8; N] {
    let bytes = (number as u64).to_be_bytes();
    std::array::from_fn(|index| bytes[8 - N + index])
}

fn read(rest: &mut &[u8]) -> Result<Sheet, Unreadable> {
    let boot = u128::from_be_bytes(take(rest)?);
    let mut times = [0; 4];
    for time in &mut times {
        *time = u64::from_be_bytes(take(rest)?);
    }
    let [up, wall, started, lost] = times;
    let mut entries = Vec::new();
    for _ in 0..u32::from_be_bytes(take(rest)?) {
        entries.push(read_entry(rest)?);
    }
    Ok(Sheet {
        written: Moment { boot, up, wall },
        started,
        lost: Some(lost).filter(|&lost| lost > 0),
        entries,
    })
}

fn read_entry(rest: &mut &[u8]) -> Result<Entry, Unreadable> {
    let length = u16::from_be_bytes(take(rest)?);
    let name = str::from_utf8(slice(rest, length.into())?).map_err(|_| Unreadable::Damaged)?;
    let forget = u64::from_be_bytes(take(rest)?);
    let mut line = Line::default();
    for _ in 0..u16::from_be_bytes(take(rest)?) {
        let source = Source(u32::from_be_bytes(take(rest)?));
        let [number] = take(rest)?;
        line.0.push(Ticket {
            source,
            lane: number,
            until: u64::from_be_bytes(take(rest)?),
        });
    }
    let length = u32::from_be_bytes(take(rest)?);
    let bucket = slice(rest, usize::try_from(length).unwrap_or(usize::MAX))?;
    let bucket = Bucket::decode(bucket).map_err(|error| match error {
        DecodeError::Newer(version) => Unreadable::Newer(version),
        DecodeError::Damaged => Unreadable::Damaged,
    })?;
    Ok(Entry {
        name: name.into(),
        forget,
        line,
        bucket,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Unreadable> {
    let (taken, behind) = rest.split_first_chunk().ok_or(Unreadable::Damaged)?;
    *rest = behind;
    Ok(*taken)
}

fn slice<'b>(rest: &mut &'b [u8], length: usize) -> Result<&'b [u8], Unreadable> {
    let (taken, behind) = rest.split_at_checked(length).ok_or(Unreadable::Damaged)?;
    *rest = behind;
    Ok(taken)
}
