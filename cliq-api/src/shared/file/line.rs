//! The processes that wait for one bucket, in order.
//!
//! In each process the first of those who wait asks. Here it gets a ticket, which holds its place
//! until it asks again. One who doesn't come back, be it that the process died or that nobody waits
//! there any more, loses it soon after.

use std::time::Duration;

use crate::limit::{Acquire, Bucket, Decision, Priority, Rules, Source};

/// How long after it should have asked again somebody keeps a place; milliseconds. For that long a
/// dead process can hold up others.
const LATE: u64 = 500;
/// How often one asks whose turn may come with any other process's call that ends: nobody tells it.
const LOOK: u64 = 250;

/// Who waits, the first the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line(pub(super) Vec<Ticket>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) source: Source,
    /// Lower ones go first.
    pub(super) lane: u8,
    /// When it lapses.
    pub(super) until: u64,
}

impl Line {
    /// A call wants to be sent, and others may have come before it.
    pub(super) fn acquire(
        &mut self,
        now: u64,
        bucket: &mut Bucket,
        rules: &Rules,
        ask: &Acquire,
    ) -> Decision {
        self.0.retain(|ticket| ticket.until > now);
        let lane = lane(ask);
        let mine = self
            .0
            .iter()
            .position(|ticket| ticket.source == ask.source && ticket.lane == lane);
        let place = mine.unwrap_or_else(|| self.0.partition_point(|ticket| ticket.lane <= lane));
        let passes = bucket
            .remaining(now, rules, ask.priority)
            .is_none_or(|free| free as usize > place)
            || bucket.locked(now, ask.source).is_some()
            || bucket.has_out(ask.lease);
        let decision = if place == 0 || passes {
            bucket.acquire(now, rules, ask)
        } else {
            let earliest = bucket.expected(now, rules, ask.priority, place);
            Decision::Wait {
                earliest,
                recheck: earliest,
                cold: bucket.is_cold(now, rules, ask.priority),
            }
        };
        let Decision::Wait {
            earliest,
            recheck,
            cold,
        } = decision
        else {
            mine.map(|mine| self.0.remove(mine));
            return decision;
        };
        let recheck = self.recheck(now, place, earliest, recheck);
        let decision = Decision::Wait {
            earliest,
            recheck,
            cold,
        };
        if earliest > ask.max_wait {
            // It goes away now, and others needn't wait for it.
            mine.map(|mine| self.0.remove(mine));
            return decision;
        }
        let until = now.saturating_add(millis(recheck)).saturating_add(LATE);
        match mine {
            Some(mine) => self.0[mine].until = until,
            None => self.0.insert(
                place,
                Ticket {
                    source: ask.source,
                    lane,
                    until,
                },
            ),
        }
        decision
    }

    /// Gives up the ticket of a call that waits for another bucket.
    pub(super) fn leave(&mut self, ask: &Acquire) {
        let lane = lane(ask);
        self.0
            .retain(|ticket| ticket.source != ask.source || ticket.lane != lane);
    }

    /// When the one in that place should ask again.
    fn recheck(&self, now: u64, place: usize, earliest: Duration, recheck: Duration) -> Duration {
        let look = Duration::from_millis(LOOK);
        // Where the bucket knows the time, that; where a call that ends may change it, no sooner
        // than it can, and then now and then.
        let recheck = if recheck > earliest || earliest.is_zero() {
            recheck.max(look).min(earliest.max(look))
        } else {
            recheck
        };
        // Somebody's place before it may lapse.
        let lapses = self.0[..place]
            .iter()
            .map(|ticket| Duration::from_millis(ticket.until - now))
            .min();
        recheck.min(lapses.unwrap_or(recheck))
    }
}

fn lane(ask: &Acquire) -> u8 {
    match (ask.retry, ask.priority) {
        (true, _) => 0,
        (false, Priority::Urgent) => 1,
        (false, Priority::Normal) => 2,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
