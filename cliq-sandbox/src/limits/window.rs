//! The calls that a server still counts.

use std::collections::VecDeque;
use std::time::Duration;

/// The stamps of calls, from the oldest to the newest. Calls with equal stamps share an entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls {
    runs: VecDeque<Run>,
    all: u32,
    counted: u32,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    stamp: Duration,
    all: u32,
    counted: u32,
}

impl Calls {
    /// Adds a call. Stamps must not decrease.
    pub(super) fn push(&mut self, stamp: Duration, counts: bool) {
        let counted = u32::from(counts);
        match self.runs.back_mut() {
            Some(run) if run.stamp == stamp => {
                run.all += 1;
                run.counted += counted;
            }
            _ => self.runs.push_back(Run {
                stamp,
                all: 1,
                counted,
            }),
        }
        self.all += 1;
        self.counted += counted;
    }

    /// Drops the oldest stamps while `is_over` returns `true`.
    pub(super) fn forget(&mut self, is_over: impl Fn(Duration) -> bool) {
        while let Some(run) = self.runs.front().filter(|run| is_over(run.stamp)) {
            self.all -= run.all;
            self.counted -= run.counted;
            self.runs.pop_front();
        }
    }

    /// Returns the number of calls.
    pub(super) fn all(&self) -> u32 {
        self.all
    }

    /// Returns the number of calls that count towards the limit.
    pub(super) fn counted(&self) -> u32 {
        self.counted
    }

    /// Returns the oldest stamp whose expiry leaves fewer than `count` counted calls.
    pub(super) fn frees_below(&self, count: u32) -> Option<Duration> {
        let mut left = self.counted;
        self.runs.iter().find_map(|run| {
            left -= run.counted;
            (left < count).then_some(run.stamp)
        })
    }
}
