//! The calls that a server still counts.

use std::collections::VecDeque;
use std::time::Duration;

/// The stamps of calls, from the oldest to the newest. Calls of one stamp take one place.
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
    /// Stamps must not go back.
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

    /// Removes the oldest ones, as long as `is_over` is true of their stamps.
    pub(super) fn forget(&mut self, is_over: impl Fn(Duration) -> bool) {
        while let Some(run) = self.runs.front().filter(|run| is_over(run.stamp)) {
            self.all -= run.all;
            self.counted -= run.counted;
            self.runs.pop_front();
        }
    }

    /// How many there are.
    pub(super) fn all(&self) -> u32 {
        self.all
    }

    /// How many there are that take up the limit.
    pub(super) fn counted(&self) -> u32 {
        self.counted
    }

    /// The oldest stamp without which fewer than `count` would take up the limit.
    pub(super) fn frees_below(&self, count: u32) -> Option<Duration> {
        let mut left = self.counted;
        self.runs.iter().find_map(|run| {
            left -= run.counted;
            (left < count).then_some(run.stamp)
        })
    }
}
