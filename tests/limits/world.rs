//! Simulates callers, a network and a server: events in order of time, in microseconds.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use cliq_api::Limit;
use cliq_api::limit::{CallEnd, Decision, LimitSettings, Quota};
use cliq_sandbox::limits::{Bucket, Limits, Throttle, Window};
use fastrand::Rng;

use crate::gate::{Caller, Counted, Gate, TIMEOUT};
use crate::latency::Latency;

/// What is simulated.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// The limits.
    pub(crate) counted: Vec<Counted>,
    /// For each kind of call, the limits that it counts in.
    pub(crate) kinds: Vec<Vec<usize>>,
    pub(crate) users: u16,
    pub(crate) server: Limits,
    /// The server's kind of window.
    pub(crate) window: Window,
    /// The server's clock drift, in millionths.
    pub(crate) drift: i64,
    pub(crate) settings: LimitSettings,
    pub(crate) callers: u16,
    pub(crate) latency: Latency,
    /// Maximum delays between permit and sending, and between a caller's calls, in microseconds.
    pub(crate) preparing: u64,
    pub(crate) pausing: u64,
    /// Per thousand calls.
    pub(crate) lost: u16,
    pub(crate) retried: u16,
    pub(crate) unauthorized: u16,
    pub(crate) cancelled_before: u16,
    pub(crate) cancelled_after: u16,
    /// How many of a thousand responses report a quota.
    pub(crate) quotas: u16,
    /// The number of calls to make.
    pub(crate) calls: u64,
    /// The maximum simulated time.
    pub(crate) time: Duration,
    pub(crate) seed: u64,
}

/// The result of a scenario.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Report {
    pub(crate) sent: u64,
    pub(crate) locks: u64,
    /// Whether a window of the server was as full as permitted.
    pub(crate) filled: bool,
    /// The minimum utilization of the fullest bucket, over all lines in which a call was always
    /// waiting.
    pub(crate) used: f64,
    /// The utilization of the fullest limit by all users.
    pub(crate) used_of_all: f64,
    /// In seconds.
    pub(crate) took: f64,
    pub(crate) mean_latency: f64,
}

#[derive(Debug, Clone, Copy)]
enum Event {
    /// The caller wants to call.
    Begin { caller: u16 },
    /// The first in line asks again, unless something happened meanwhile.
    Wake { turn: u64 },
    /// A call with a permit is sent, or not.
    Send {
        caller: u16,
        lease: u64,
        retry: bool,
    },
    /// A call arrives; its response, if any, takes this time.
    Arrive {
        call: Sent,
        answered_after: Option<u64>,
    },
    Answer {
        call: Sent,
        allowed: bool,
        quota: Option<Quota>,
    },
    /// The client's timeout.
    GiveUp { call: Sent },
    /// The caller is dropped during a call, and the exchange as well.
    Cancel { call: Sent },
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    /// `None` if the caller was dropped.
    caller: Option<u16>,
    /// Its line.
    line: usize,
    lease: u64,
    at: u64,
    retry: bool,
}

/// The callers of one user and one kind of call.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(u16, bool)>,
    sent: u64,
    /// Totals of the answered calls.
    latencies: u64,
    answers: u64,
    /// Since when the line is empty, and for how long it was empty before.
    idle_since: Option<u64>,
    idle: u64,
}

/// A bucket, as the server counts it.
struct Server {
    throttle: Throttle,
    bucket: Bucket,
    limit: Limit,
    /// Arrivals by user, for reported quotas.
    arrivals: Vec<VecDeque<Duration>>,
}

pub(crate) struct World {
    scenario: Scenario,
    rng: Rng,
    gate: Gate,
    servers: Vec<Server>,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Held)>>,
    /// A sequence number that orders simultaneous events.
    scheduled: u64,
    lines: Vec<Line>,
    turn: u64,
    leases: u64,
    report: Report,
}

/// Events are ordered by time only.
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
    /// Runs the scenario with buckets, until the first lock.
    pub(crate) fn run(&self) -> Report {
        self.run_with(Gate::new(&self.counted, &self.settings, None))
    }

    pub(crate) fn run_with(&self, gate: Gate) -> Report {
        World::new(self.clone(), gate).run()
    }
}

/// Returns the user of a line, and the limits that its calls count in.
fn caller(kinds: &[Vec<usize>], line: usize) -> Caller<'_> {
    Caller {
        user: (line / kinds.len()) as u16,
        kind: &kinds[line % kinds.len()],
    }
}

impl Server {
    /// Returns the quota that the server would report for a call that just arrived.
    fn quota(&mut self, now: Duration, user: u16, window: Window) -> Quota {
        let user = usize::from(user);
        if self.arrivals.len() <= user {
            self.arrivals.resize_with(user + 1, VecDeque::new);
        }
        let (arrivals, per) = (&mut self.arrivals[user], self.limit.per);
        arrivals.push_back(now);
        let begins = match window {
            Window::Fixed => {
                let into = now.as_nanos() % per.as_nanos();
                now.saturating_sub(Duration::from_nanos_u128(into))
            }
            _ => now.saturating_sub(per),
        };
        while arrivals.front().is_some_and(|&at| at < begins) {
            arrivals.pop_front();
        }
        let reset = match window {
            Window::Fixed => begins + per,
            // When another call is allowed.
            _ => arrivals[0] + per,
        };
        let reset = reset.saturating_sub(now);
        let made = u32::try_from(arrivals.len()).unwrap();
        // Servers report whole seconds.
        let reset = Duration::from_secs(reset.as_millis().div_ceil(1000) as u64);
        Quota::new(self.limit.calls.saturating_sub(made), reset).of(self.limit.calls)
    }
}

impl World {
    fn new(scenario: Scenario, gate: Gate) -> Self {
        let server = |counted: &Counted| {
            let mut throttle = Throttle::new(scenario.server).keep(0);
            Server {
                bucket: throttle.bucket(counted.endpoint),
                throttle,
                limit: counted.endpoint.limits()[0],
                arrivals: Vec::new(),
            }
        };
        let lines = usize::from(scenario.users) * scenario.kinds.len();
        Self {
            rng: Rng::with_seed(scenario.seed),
            gate,
            servers: scenario.counted.iter().map(server).collect(),
            now: 0,
            events: BinaryHeap::new(),
            scheduled: 0,
            lines: (0..lines).map(|_| Line::default()).collect(),
            turn: 0,
            leases: 0,
            report: Report::default(),
            scenario,
        }
    }

    fn run(mut self) -> Report {
        for caller in 0..self.scenario.callers {
            let after = self.pause();
            self.schedule(after, Event::Begin { caller });
        }
        let end = micros(self.scenario.time);
        while self.report.sent < self.scenario.calls && self.report.locks == 0 && self.now < end {
            let Some(Reverse((time, _, Held(event)))) = self.events.pop() else {
                panic!("everybody waits: {self:?}")
            };
            self.now = time;
            self.happen(event);
        }
        self.report.took = self.now as f64 / 1e6;
        self.report.mean_latency = mean_latency(self.lines.iter());
        let fullest = |server: &Server| server.throttle.totals().fullest + 1 >= server.limit.calls;
        self.report.filled = self.servers.iter().any(fullest);
        let always = |line: &usize| {
            let Line {
                idle, idle_since, ..
            } = self.lines[*line];
            let idle = idle + idle_since.map_or(0, |since| self.now - since);
            idle as f64 <= 0.002 * self.now as f64
        };
        let used = (0..self.lines.len()).filter(always);
        let used = used.map(|line| self.used(line));
        self.report.used = used.fold(f64::INFINITY, f64::min);
        let indexes = 0..self.scenario.counted.len();
        let parts = indexes.map(|index| self.used_of_all(index));
        self.report.used_of_all = parts.fold(0.0, f64::max);
        self.report
    }

    /// Returns the utilization of the fullest of a line's buckets, by calls of all kinds.
    fn used(&self, line: usize) -> f64 {
        let caller = caller(&self.scenario.kinds, line);
        let parts = caller.kind.iter().map(|&index| {
            let counted = self.scenario.counted[index];
            let is_other = |other: &usize| {
                let of = self::caller(&self.scenario.kinds, *other);
                of.kind.contains(&index) && (counted.per_app || of.user == caller.user)
            };
            let lines = (0..self.lines.len()).filter(is_other);
            self.used_by(lines.map(|other| &self.lines[other]), index)
        });
        parts.fold(0.0, f64::max)
    }

    fn used_of_all(&self, index: usize) -> f64 {
        let is_of = |line: &usize| {
            let caller = caller(&self.scenario.kinds, *line);
            caller.kind.contains(&index)
        };
        let lines = (0..self.lines.len()).filter(is_of);
        let is_shared = self.scenario.counted[index].per_app;
        let users = if is_shared { 1 } else { self.scenario.users };
        self.used_by(lines.map(|line| &self.lines[line]), index) / f64::from(users)
    }

    /// Returns the utilization of a limit by the calls of these lines, which are all that count in
    /// its bucket. A call holds its slot while in flight, so the mean latency of these calls
    /// matters: with few calls and heavy-tailed latency, it differs between lines.
    fn used_by<'a>(&self, lines: impl Iterator<Item = &'a Line> + Clone, index: usize) -> f64 {
        let limit = self.scenario.counted[index].endpoint.limits()[0];
        let time = limit.per.as_secs_f64() + 1.0 + mean_latency(lines.clone());
        let sent: u64 = lines.map(|line| line.sent).sum();
        sent as f64 * time / (f64::from(limit.calls - 1) * self.report.took)
    }

    fn line_of(&self, caller: u16) -> usize {
        usize::from(caller) % self.lines.len()
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
                let (allowed, quota) = self.arrive(call.line);
                if let Some(after) = answered_after {
                    let answer = Event::Answer {
                        call,
                        allowed,
                        quota,
                    };
                    self.schedule(after, answer);
                }
            }
            Event::Answer {
                call,
                allowed,
                quota,
            } => self.answer(call, allowed, quota),
            Event::GiveUp { call } => {
                self.complete(call.line, call.lease, CallEnd::Unanswered);
                self.go_on(call, self.scenario.retried > 0);
            }
            Event::Cancel { call } => {
                let caller = caller(&self.scenario.kinds, call.line);
                self.gate.cancel(self.now / 1000, call.lease, caller);
                self.ask();
            }
        }
    }

    /// Adds a caller to its line. Retries go to the front.
    fn stand(&mut self, caller: u16, retry: bool) {
        let line = self.line_of(caller);
        let waiting = &mut self.lines[line].waiting;
        if retry {
            waiting.push_front((caller, true));
        } else {
            waiting.push_back((caller, false));
        }
        self.ask();
    }

    /// Asks for the first in each line, and for the next, until one has to wait.
    fn ask(&mut self) {
        self.turn += 1;
        let mut wakes: Option<u64> = None;
        for line in 0..self.lines.len() {
            let wait = self.ask_line(line);
            wakes = wakes.into_iter().chain(wait).min();
            let (now, line) = (self.now, &mut self.lines[line]);
            match (wait, line.idle_since) {
                (None, None) => line.idle_since = Some(now),
                (Some(_), Some(since)) => {
                    line.idle += now - since;
                    line.idle_since = None;
                }
                _ => {}
            }
        }
        if let Some(wait) = wakes {
            // Rounded to whole milliseconds.
            let at = (self.millis() + wait) * 1000;
            self.schedule(at - self.now, Event::Wake { turn: self.turn });
        }
    }

    /// Returns how long the first in the line has to wait.
    fn ask_line(&mut self, line: usize) -> Option<u64> {
        while let Some(&(number, retry)) = self.lines[line].waiting.front() {
            self.leases += 1;
            let (now, lease) = (self.millis(), self.leases);
            let caller = caller(&self.scenario.kinds, line);
            let decision = self.gate.acquire(now, lease, retry, caller);
            let waiting = &mut self.lines[line].waiting;
            let wait = match decision {
                Decision::Granted { .. } => {
                    waiting.pop_front();
                    let after = self.rng.u64(0..=self.scenario.preparing);
                    let send = Event::Send {
                        caller: number,
                        lease,
                        retry,
                    };
                    self.schedule(after, send);
                    continue;
                }
                Decision::ShareUsed => {
                    waiting.pop_front();
                    waiting.push_back((number, false));
                    continue;
                }
                Decision::Wait { recheck, .. } => recheck,
                Decision::Locked(locked) => locked.left,
                other => panic!("{other:?}"),
            };
            return Some(u64::try_from(wait.as_millis()).unwrap());
        }
        None
    }

    fn send(&mut self, caller: u16, lease: u64, retry: bool) {
        let line = self.line_of(caller);
        if self.chance(self.scenario.cancelled_before) {
            self.complete(line, lease, CallEnd::Unsent);
            return self.schedule(0, Event::Begin { caller });
        }
        self.report.sent += 1;
        self.lines[line].sent += 1;
        let now = self.millis();
        self.gate
            .sending(now, lease, self::caller(&self.scenario.kinds, line));
        let timeout = micros(TIMEOUT);
        let mut call = Sent {
            caller: Some(caller),
            line,
            lease,
            at: self.now,
            retry,
        };
        if self.chance(self.scenario.lost) {
            self.schedule(timeout, Event::GiveUp { call });
            match self.rng.u8(..3) {
                // The request is lost.
                0 => {}
                // The response is lost.
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
                // The request arrives much later.
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
            // The caller is dropped. The exchange may be finished or not.
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

    /// Counts the call in each of its buckets, one of which may report a quota.
    fn arrive(&mut self, line: usize) -> (bool, Option<Quota>) {
        let micros =
            i128::from(self.now) * (1_000_000 + i128::from(self.scenario.drift)) / 1_000_000;
        // Far from zero, for a clock that is behind.
        let now =
            Duration::from_hours(500_000) + Duration::from_micros(u64::try_from(micros).unwrap());
        let caller = caller(&self.scenario.kinds, line);
        let is_reported = self.rng.u16(..1000) < self.scenario.quotas;
        let reported = is_reported.then(|| *self.rng.choice(caller.kind).unwrap());
        let (mut allowed, mut quota) = (true, None);
        for &index in caller.kind {
            let is_shared = self.scenario.counted[index].per_app;
            let user = if is_shared { 0 } else { caller.user };
            let server = &mut self.servers[index];
            let name = ["1", "2", "3", "4"][usize::from(user)];
            let verdict = server.throttle.arrive_at(now, name, server.bucket);
            allowed &= verdict.is_allowed();
            if is_reported || self.scenario.quotas > 0 {
                let known = server.quota(now, user, self.scenario.window);
                if reported == Some(index) {
                    quota = Some(known);
                }
            }
        }
        self.report.locks += u64::from(!allowed);
        (allowed, quota)
    }

    fn answer(&mut self, call: Sent, allowed: bool, quota: Option<Quota>) {
        let line = &mut self.lines[call.line];
        line.latencies += self.now - call.at;
        line.answers += 1;
        let end = if allowed {
            CallEnd::Answered
        } else {
            CallEnd::Throttled { retry_after: None }
        };
        let caller = caller(&self.scenario.kinds, call.line);
        let age = Duration::from_micros(self.now - call.at);
        let quota = quota.map(|quota| quota.age(age));
        self.gate
            .report_with(self.now / 1000, call.lease, end, caller, quota);
        let again = self.scenario.unauthorized + self.scenario.retried;
        let again = !call.retry && self.chance(again);
        self.go_on(call, again);
    }

    /// After a call, its caller makes the next one, or retries.
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

    fn complete(&mut self, line: usize, lease: u64, end: CallEnd) {
        let now = self.millis();
        let caller = caller(&self.scenario.kinds, line);
        self.gate.report(now, lease, end, caller);
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

    /// Returns the client's time.
    fn millis(&self) -> u64 {
        self.now / 1000
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} at {} µs, {:?}",
            self.scenario, self.now, self.lines
        )
    }
}

/// Returns the mean latency of all answered calls of these lines, in seconds.
fn mean_latency<'a>(lines: impl Iterator<Item = &'a Line> + Clone) -> f64 {
    let answers: u64 = lines.clone().map(|line| line.answers).sum();
    let latencies: u64 = lines.map(|line| line.latencies).sum();
    latencies as f64 / 1e6 / answers.max(1) as f64
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
