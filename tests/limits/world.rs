//! Callers, a network and a server, simulated: events in the order of their time, in microseconds.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use cliq_api::EndpointMeta;
use cliq_api::limit::{CallEnd, Decision, LimitSettings};
use cliq_sandbox::limits::{Bucket, Limits, Throttle};
use fastrand::Rng;

use crate::gate::{Gate, TIMEOUT};
use crate::latency::Latency;

/// What is simulated.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) endpoint: &'static EndpointMeta,
    pub(crate) server: Limits,
    /// By how many millionths the server's clock is too fast, or too slow.
    pub(crate) drift: i64,
    pub(crate) settings: LimitSettings,
    pub(crate) callers: u16,
    pub(crate) latency: Latency,
    /// Before a call is sent that has its permit, and between a caller's calls; microseconds at
    /// most.
    pub(crate) preparing: u64,
    pub(crate) pausing: u64,
    /// In a thousand calls.
    pub(crate) lost: u16,
    pub(crate) retried: u16,
    pub(crate) unauthorized: u16,
    pub(crate) cancelled_before: u16,
    pub(crate) cancelled_after: u16,
    /// How many calls are made.
    pub(crate) calls: u64,
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Report {
    pub(crate) sent: u64,
    pub(crate) locks: u64,
    pub(crate) fullest: u32,
    /// Seconds.
    pub(crate) took: f64,
    pub(crate) mean_latency: f64,
}

#[derive(Debug, Clone, Copy)]
enum Event {
    /// The caller wants to call.
    Begin {
        caller: u16,
    },
    /// The first in line asks again, unless something happened since.
    Wake {
        turn: u64,
    },
    /// A call that has its permit is sent, or is not.
    Send {
        caller: u16,
        lease: u64,
        retry: bool,
    },
    /// A call arrives, and its answer comes after that time, if it comes.
    Arrive {
        call: Sent,
        answered_after: Option<u64>,
    },
    Answer {
        call: Sent,
        allowed: bool,
    },
    /// The client gives up.
    GiveUp {
        call: Sent,
    },
    /// The caller goes away in the midst of a call, and takes the exchange with it.
    Cancel {
        call: Sent,
    },
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    /// `None` if it went away.
    caller: Option<u16>,
    lease: u64,
    at: u64,
    retry: bool,
}

pub(crate) struct World {
    scenario: Scenario,
    rng: Rng,
    gate: Gate,
    throttle: Throttle,
    bucket: Bucket,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Held)>>,
    /// Numbers events, so that they have one order.
    scheduled: u64,
    line: VecDeque<(u16, bool)>,
    turn: u64,
    leases: u64,
    report: Report,
    answers: u64,
    latencies: u64,
}

/// An event has no order of its own.
#[derive(Debug, Clone, Copy)]
struct Held(Event);

impl PartialEq for Held {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Held {}
impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Held {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl Scenario {
    /// Runs it with the bucket, up to the first lock.
    pub(crate) fn run(&self) -> Report {
        self.run_with(Gate::bucket(self.endpoint, &self.settings, None))
    }

    pub(crate) fn run_with(&self, gate: Gate) -> Report {
        World::new(self.clone(), gate).run()
    }
}

impl World {
    fn new(scenario: Scenario, gate: Gate) -> Self {
        let mut throttle = Throttle::new(scenario.server).keep(0);
        let bucket = throttle.bucket(scenario.endpoint);
        Self {
            rng: Rng::with_seed(scenario.seed),
            gate,
            throttle,
            bucket,
            now: 0,
            events: BinaryHeap::new(),
            scheduled: 0,
            line: VecDeque::new(),
            turn: 0,
            leases: 0,
            report: Report::default(),
            answers: 0,
            latencies: 0,
            scenario,
        }
    }

    fn run(mut self) -> Report {
        for caller in 0..self.scenario.callers {
            let after = self.pause();
            self.schedule(after, Event::Begin { caller });
        }
        while self.report.sent < self.scenario.calls && self.report.locks == 0 {
            let Some(Reverse((time, _, Held(event)))) = self.events.pop() else {
                panic!("everybody waits: {self:?}")
            };
            self.now = time;
            self.happen(event);
        }
        self.report.took = self.now as f64 / 1e6;
        self.report.mean_latency = self.latencies as f64 / 1e6 / self.answers.max(1) as f64;
        self.report.fullest = self.throttle.totals().fullest;
        self.report
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Begin { caller } => self.stand(caller, false),
            Event::Wake { turn } if turn == self.turn => self.ask(),
            Event::Wake { .. } => {}
            Event::Send {
                caller,
                lease,
                retry,
            } => self.send(caller, lease, retry),
            Event::Arrive {
                call,
                answered_after,
            } => {
                let allowed = self.arrive();
                if let Some(after) = answered_after {
                    self.schedule(after, Event::Answer { call, allowed });
                }
            }
            Event::Answer { call, allowed } => self.answer(call, allowed),
            Event::GiveUp { call } => {
                self.complete(call.lease, CallEnd::Unanswered);
                self.go_on(call, self.scenario.retried > 0);
            }
            Event::Cancel { call } => {
                self.gate.cancel(self.millis(), call.lease);
                self.ask();
            }
        }
    }

    /// Everybody stands in one line, retries at its head.
    fn stand(&mut self, caller: u16, retry: bool) {
        if retry {
            self.line.push_front((caller, true));
        } else {
            self.line.push_back((caller, false));
        }
        self.ask();
    }

    /// The first in line asks, and the next, until one has to wait.
    fn ask(&mut self) {
        self.turn += 1;
        while let Some(&(caller, retry)) = self.line.front() {
            self.leases += 1;
            let lease = self.leases;
            let wait = match self.gate.acquire(self.millis(), lease, retry) {
                Decision::Granted { .. } => {
                    self.line.pop_front();
                    let after = self.rng.u64(0..=self.scenario.preparing);
                    self.schedule(
                        after,
                        Event::Send {
                            caller,
                            lease,
                            retry,
                        },
                    );
                    continue;
                }
                Decision::ShareUsed => {
                    self.line.pop_front();
                    self.line.push_back((caller, false));
                    continue;
                }
                Decision::Wait { recheck, .. } => recheck,
                Decision::Locked(locked) => locked.left,
                other => panic!("{other:?}"),
            };
            // Its milliseconds are whole ones.
            let at = (self.millis() + u64::try_from(wait.as_millis()).unwrap()) * 1000;
            self.schedule(at - self.now, Event::Wake { turn: self.turn });
            break;
        }
    }

    fn send(&mut self, caller: u16, lease: u64, retry: bool) {
        if self.chance(self.scenario.cancelled_before) {
            self.complete(lease, CallEnd::Unsent);
            return self.schedule(0, Event::Begin { caller });
        }
        self.report.sent += 1;
        self.gate.sending(self.millis(), lease);
        let timeout = micros(TIMEOUT);
        let mut call = Sent {
            caller: Some(caller),
            lease,
            at: self.now,
            retry,
        };
        if self.chance(self.scenario.lost) {
            self.schedule(timeout, Event::GiveUp { call });
            match self.rng.u8(..3) {
                // It never arrives.
                0 => {}
                // Its answer doesn't.
                1 => {
                    let after = self.scenario.latency.draw(&mut self.rng);
                    self.schedule(
                        after,
                        Event::Arrive {
                            call,
                            answered_after: None,
                        },
                    );
                }
                // It arrives later than anyone would think.
                _ => {
                    let after = self.rng.u64(0..timeout + 119_000_000);
                    self.schedule(
                        after,
                        Event::Arrive {
                            call,
                            answered_after: None,
                        },
                    );
                }
            }
            return;
        }
        let latency = self.scenario.latency.draw(&mut self.rng);
        let there = self.rng.u64(0..=latency);
        if self.chance(self.scenario.cancelled_after) {
            // Its caller goes away. Either somebody finishes the exchange, or nobody does.
            let after = self.rng.u64(0..=latency);
            call.caller = None;
            self.schedule(after, Event::Begin { caller });
            if self.rng.bool() {
                self.schedule(after, Event::Cancel { call });
                return self.schedule(
                    there,
                    Event::Arrive {
                        call,
                        answered_after: None,
                    },
                );
            }
        }
        self.schedule(
            there,
            Event::Arrive {
                call,
                answered_after: Some(latency - there),
            },
        );
    }

    fn arrive(&mut self) -> bool {
        let micros =
            i128::from(self.now) * (1_000_000 + i128::from(self.scenario.drift)) / 1_000_000;
        // Far enough from the beginning of time for a clock that is behind.
        let now =
            Duration::from_hours(500_000) + Duration::from_micros(u64::try_from(micros).unwrap());
        let verdict = self.throttle.arrive_at(now, "855727961", self.bucket);
        self.report.locks += u64::from(!verdict.is_allowed());
        verdict.is_allowed()
    }

    fn answer(&mut self, call: Sent, allowed: bool) {
        self.latencies += self.now - call.at;
        self.answers += 1;
        self.complete(
            call.lease,
            if allowed {
                CallEnd::Answered
            } else {
                CallEnd::Throttled { retry_after: None }
            },
        );
        let again = self.scenario.unauthorized + self.scenario.retried;
        let again = !call.retry && self.chance(again);
        self.go_on(call, again);
    }

    /// The caller of a call that ended makes the next one, or the same one once more.
    fn go_on(&mut self, call: Sent, again: bool) {
        match call.caller {
            Some(caller) if again => self.stand(caller, true),
            Some(caller) => {
                let after = self.pause();
                self.schedule(after, Event::Begin { caller });
                self.ask();
            }
            None => self.ask(),
        }
    }

    fn complete(&mut self, lease: u64, end: CallEnd) {
        let now = self.millis();
        self.gate.complete(now, lease, end);
        if end == CallEnd::Unsent {
            self.ask();
        }
    }

    fn pause(&mut self) -> u64 {
        self.rng.u64(0..=self.scenario.pausing)
    }

    fn chance(&mut self, in_a_thousand: u16) -> bool {
        in_a_thousand > 0 && self.rng.u16(..1000) < in_a_thousand
    }

    fn schedule(&mut self, after: u64, event: Event) {
        self.scheduled += 1;
        self.events
            .push(Reverse((self.now + after, self.scheduled, Held(event))));
    }

    /// On the client's clock.
    fn millis(&self) -> u64 {
        self.now / 1000
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} at {} µs, {:?} in line",
            self.scenario, self.now, self.line
        )
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap()
}
