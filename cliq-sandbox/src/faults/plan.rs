//! Decides which call meets which fault.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cliq_api::{Endpoint, EndpointMeta};
use http::StatusCode;

use super::fault::Fault;
use super::latency::Latency;
use crate::limits::Shape;
use crate::random::Random;

/// The faults of a [`Sandbox`](crate::Sandbox), per endpoint. There are none by default.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::threads::{FollowThreadRequest, GetThreadRequest};
/// use cliq_sandbox::{Fault, Latency, Sandbox};
///
/// let demo = Sandbox::demo();
/// let faults = demo.sandbox.faults();
/// // One answer in ten gets lost.
/// faults.on::<FollowThreadRequest>().lose_answers(0.1);
/// // Exactly this: a reset, two calls as usual, and an outage of three.
/// faults.on::<GetThreadRequest>().next(Fault::Reset).pass(2).repeat(3, Fault::Unreachable);
/// // And all of it slowly.
/// faults.everywhere().latency(Latency::exponential(Duration::from_millis(80)));
/// ```
///
/// A call meets the first fault of: the endpoint's sequence, the sequence for everywhere, the
/// endpoint's random faults in the order of their calls, the random faults for everywhere. An
/// endpoint's latency takes precedence over the one for everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Faults<'s>(&'s Plans);

impl<'s> Faults<'s> {
    pub(crate) fn new(plans: &'s Plans) -> Self {
        Self(plans)
    }

    /// Returns the faults of one endpoint, and of those with the same [`Shape`], which the server
    /// can't distinguish from it.
    pub fn on<E: Endpoint>(self) -> FaultsOn<'s> {
        self.on_endpoint(E::META)
    }

    /// As [`on`](Self::on), by metadata.
    pub fn on_endpoint(self, endpoint: &'static EndpointMeta) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Calls(Some(endpoint.into())),
        }
    }

    /// Returns the faults of all endpoints and of the [accounts server](crate::oauth).
    pub fn everywhere(self) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Everywhere,
        }
    }

    /// Returns the faults of the [accounts server](crate::oauth), which issues tokens, and of all
    /// other requests that aren't to an endpoint.
    pub fn accounts(self) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Calls(None),
        }
    }

    /// Removes all faults and latencies. Calls in flight keep theirs.
    pub fn clear(self) {
        self.0.change(|plans| {
            plans.active = false;
            plans.everywhere = Plan::default();
            plans.by_shape.values_mut().for_each(|plan| {
                *plan = Plan {
                    calls: plan.calls,
                    ..Plan::default()
                }
            });
        });
    }
}

/// The [`Faults`] of some endpoints. Each method adds to the previous ones.
#[derive(Debug, Clone, Copy)]
pub struct FaultsOn<'s> {
    plans: &'s Plans,
    target: Target,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Everywhere,
    /// The calls of this shape; `None` for requests that aren't to an endpoint.
    Calls(Option<Shape>),
}

impl FaultsOn<'_> {
    /// Adds a fault for the next call. Repeated, it adds one for the call after it, and so on.
    #[allow(clippy::should_implement_trait, reason = "nothing is iterated")]
    pub fn next(self, fault: Fault) -> Self {
        self.repeat(1, fault)
    }

    /// Adds a fault for each of the next `times` calls.
    pub fn repeat(self, times: usize, fault: Fault) -> Self {
        self.change(|plan| {
            plan.sequence
                .extend(std::iter::repeat_n(Some(fault), times));
        })
    }

    /// Lets the next `times` calls pass without a fault.
    pub fn pass(self, times: usize) -> Self {
        self.change(|plan| plan.sequence.extend(std::iter::repeat_n(None, times)))
    }

    /// Adds a random fault. `chance` is from 0 to 1.
    pub fn sometimes(self, chance: f64, fault: Fault) -> Self {
        self.change(|plan| plan.chances.push((chance, fault)))
    }

    /// Adds [`Fault::LoseRequest`]. `chance` is from 0 to 1.
    pub fn lose_requests(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::LoseRequest)
    }

    /// Adds [`Fault::LoseAnswer`]. `chance` is from 0 to 1.
    pub fn lose_answers(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::LoseAnswer)
    }

    /// Adds [`Fault::Reset`]. `chance` is from 0 to 1.
    pub fn reset(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::Reset)
    }

    /// Adds [`Fault::Fail`]. `chance` is from 0 to 1.
    pub fn fail(self, chance: f64, status: StatusCode) -> Self {
        self.sometimes(chance, Fault::Fail(status))
    }

    /// Adds [`Fault::Late`]. `chance` is from 0 to 1.
    pub fn late(self, chance: f64, by: Duration) -> Self {
        self.sometimes(chance, Fault::Late(by))
    }

    /// Sets the latency of requests, until they arrive.
    pub fn request_latency(self, latency: impl Into<Latency>) -> Self {
        self.change(|plan| plan.before = Some(latency.into()))
    }

    /// Sets the latency of responses, from the arrival of the request.
    pub fn answer_latency(self, latency: impl Into<Latency>) -> Self {
        self.change(|plan| plan.after = Some(latency.into()))
    }

    /// Sets the latency of requests and of responses, each drawn separately.
    pub fn latency(self, each_way: impl Into<Latency>) -> Self {
        let latency = each_way.into();
        self.request_latency(latency).answer_latency(latency)
    }

    fn change(self, change: impl FnOnce(&mut Plan)) -> Self {
        self.plans.change(|plans| {
            plans.active = true;
            change(match self.target {
                Target::Calls(shape) => plans.by_shape.entry(shape).or_default(),
                Target::Everywhere => &mut plans.everywhere,
            });
        });
        self
    }
}

/// All faults and latencies.
#[derive(Debug)]
pub(crate) struct Plans {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether any fault or latency was ever set.
    active: bool,
    everywhere: Plan,
    /// `None` for requests that aren't to an endpoint.
    by_shape: HashMap<Option<Shape>, Plan>,
    /// Whether any decision was random.
    by_chance: bool,
}

#[derive(Debug, Default)]
struct Plan {
    sequence: VecDeque<Option<Fault>>,
    chances: Vec<(f64, Fault)>,
    before: Option<Latency>,
    after: Option<Latency>,
    /// How many calls there were so far.
    calls: u64,
}

/// The fault and the latencies of one call.
#[derive(Debug, Default)]
pub(crate) struct Course {
    pub(crate) before: Duration,
    pub(crate) after: Duration,
    pub(crate) fault: Option<Fault>,
}

impl Plans {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            state: Mutex::default(),
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns whether any fault or latency is set.
    pub(crate) fn is_active(&self) -> bool {
        self.change(|state| state.active)
    }

    /// Returns whether any decision depended on the seed.
    pub(crate) fn went_by_chance(&self) -> bool {
        self.change(|state| state.by_chance)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the fault and the latencies of the next call of this shape; `None` for requests that
    /// aren't to an endpoint.
    pub(crate) fn course(&self, shape: Option<Shape>) -> Course {
        self.change(|state| state.course(self.seed, shape))
    }
}

impl State {
    fn course(&mut self, seed: u64, shape: Option<Shape>) -> Course {
        let stream = shape.map(|shape| shape.to_string()).unwrap_or_default();
        let here = self.by_shape.entry(shape).or_default();
        let everywhere = &mut self.everywhere;
        let mut random = Random::of_call(seed, &stream, here.calls);
        here.calls += 1;

        // Always drawn in this order, so that another random fault doesn't change the latencies.
        let latencies = [
            here.before.or(everywhere.before),
            here.after.or(everywhere.after),
        ];
        let latencies = latencies.map(Option::unwrap_or_default);
        let [before, after] = latencies.map(|latency| latency.draw(&mut random));
        let planned = here
            .sequence
            .pop_front()
            .or_else(|| everywhere.sequence.pop_front());
        let mut chances = here.chances.iter().chain(&everywhere.chances).peekable();
        self.by_chance |= chances.peek().is_some() || latencies.iter().any(Latency::is_chance);
        let fault = match planned {
            Some(planned) => planned,
            None => chances
                .find(|(chance, _)| random.unit() < *chance)
                .map(|(_, fault)| fault.clone()),
        };
        match fault {
            Some(Fault::Late(by)) => Course {
                before: before + by,
                after,
                fault,
            },
            fault => Course {
                before,
                after,
                fault,
            },
        }
    }
}
