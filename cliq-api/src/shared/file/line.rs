//! The queue of processes that wait for one bucket.
//!
//! In each process, only the first waiting call asks. A ticket holds its place until it asks again.
//! The ticket expires soon after if the process has died, or if no call waits there any more.

use std::time::Duration;

use crate::limit::{Acquire, Bucket, Decision, Priority, Rules, Source};

/// How long a ticket remains valid after its process should have asked again, in milliseconds. A
/// dead process can delay others for that long.
const LATE: u64 = 500;
/// The polling interval of a process whose turn may come when a call of another process ends, in
/// milliseconds. It gets no notification.
const LOOK: u64 = 250;

/// The tickets, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line(pub(super) Vec<Ticket>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) source: Source,
    /// Lower lanes go first.
    pub(super) lane: u8,
    /// When it expires.
    pub(super) until: u64,
}

impl Line {
    /// Asks for a permit, behind the tickets of other processes.
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
            }
        };
        let Decision::Wait { earliest, recheck } = decision else {
            mine.map(|mine| self.0.remove(mine));
            return decision;
        };
        let recheck = self.recheck(now, place, earliest, recheck);
        if earliest > ask.max_wait {
            // The call gives up, so others needn't wait for it.
            mine.map(|mine| self.0.remove(mine));
            return Decision::Wait { earliest, recheck };
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
        Decision::Wait { earliest, recheck }
    }

    /// Removes the ticket of a call that waits for another bucket.
    pub(super) fn leave(&mut self, ask: &Acquire) {
        let lane = lane(ask);
        self.0
            .retain(|ticket| ticket.source != ask.source || ticket.lane != lane);
    }

    /// Returns when the call in that place should ask again.
    fn recheck(&self, now: u64, place: usize, earliest: Duration, recheck: Duration) -> Duration {
        let look = Duration::from_millis(LOOK);
        // If the bucket knows the time, at that time. If a call that ends may change it, at the
        // earliest possible time, and then in intervals.
        let recheck = if recheck > earliest || earliest.is_zero() {
            recheck.max(look).min(earliest.max(look))
        } else {
            recheck
        };
        // A ticket ahead of it may expire.
        let expires = self.0[..place]
            .iter()
            .map(|ticket| Duration::from_millis(ticket.until - now))
            .min();
        recheck.min(expires.unwrap_or(recheck))
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
