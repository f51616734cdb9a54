//! Who a limiter is to those that share its store.
//!
//! A forked process has a copy of its parent's memory. It must not act under its parent's names: a
//! store grants a lease again that is requested again. So names come from the system's randomness,
//! which no process inherits, and a limiter has another name in each process.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use super::message::{LeaseId, Source};

/// The name of a limiter, and the process in which it has that name.
#[derive(Debug)]
pub(super) struct Identity(AtomicU64);

/// A process, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process(u32);

impl Process {
    pub(super) fn current() -> Self {
        Self(std::process::id())
    }
}

impl Identity {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(draw(Process::current())))
    }

    /// Returns the process, and the limiter's name in it: another one than before a fork.
    pub(super) fn current(&self) -> (Process, Source) {
        let (process, known) = (Process::current(), self.0.load(Ordering::Relaxed));
        let name = if process_of(known) == process {
            known
        } else {
            let new = draw(process);
            let changed = self
                .0
                .compare_exchange(known, new, Ordering::Relaxed, Ordering::Relaxed);
            changed.map_or_else(|other| other, |_| new)
        };
        (process, source_of(name))
    }

    /// Returns the name without looking for a fork, which costs a system call.
    pub(super) fn source(&self) -> Source {
        source_of(self.0.load(Ordering::Relaxed))
    }
}

/// Draws the name of a lease.
pub(super) fn lease() -> LeaseId {
    // 0 is no lease.
    LeaseId(random().max(1))
}

fn draw(process: Process) -> u64 {
    let source = (random() >> 32).max(1);
    u64::from(process.0) << 32 | source
}

#[allow(clippy::cast_possible_truncation, reason = "the upper half is shifted")]
fn process_of(name: u64) -> Process {
    Process((name >> 32) as u32)
}

#[allow(clippy::cast_possible_truncation, reason = "it is the lower half")]
fn source_of(name: u64) -> Source {
    Source(name as u32)
}

fn random() -> u64 {
    // A system without randomness has the keys of hash maps, which a process inherits.
    getrandom::u64().unwrap_or_else(|_| RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_has_another_name() {
        let identity = Identity::new();
        let (process, source) = identity.current();
        assert_eq!(identity.current(), (process, source));
        assert_eq!(identity.source(), source);

        let parent = Process(process.0 + 1);
        let inherited = Identity(AtomicU64::new(u64::from(parent.0) << 32 | 7));
        assert_eq!(inherited.source(), Source(7));
        let (process, source) = inherited.current();
        assert_eq!(process, Process::current());
        assert_ne!(source, Source(7));
        assert_eq!(inherited.current(), (process, source));
        assert_ne!(source, Source::ASSUMED);
    }
}
