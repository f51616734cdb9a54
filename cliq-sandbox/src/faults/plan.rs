//! Which call has which faults.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cliq_api::{Endpoint, EndpointMeta};
use http::StatusCode;

use super::fault::Fault;
use super::latency::Latency;
use crate::limits::Shape;
use crate::random::Random;

/// The faults of a [`Sandbox`](crate::Sandbox), and of which endpoints. None by default.
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
/// A call has the first fault of these: the next of the endpoint's sequence, the next of the
/// sequence for everywhere, a random one of the endpoint, in the order in which they were added,
/// and a random one for everywhere. An endpoint's latencies replace those for everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Faults<'s>(&'s Plans);

impl<'s> Faults<'s> {
    pub(crate) fn new(plans: &'s Plans) -> Self {
        Self(plans)
    }

    /// Returns the faults of one endpoint, and of those that the server can't distinguish from it;
    /// see [`Shape`].
    pub fn on<E: Endpoint>(self) -> FaultsOn<'s> {
        self.on_endpoint(E::META)
    }

    /// As [`on`](Self::on), by the metadata.
    pub fn on_endpoint(self, endpoint: &'static EndpointMeta) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Calls(Some(endpoint.into())),
        }
    }

    /// Returns the faults of all endpoints, and of the [accounts server](crate::oauth).
    pub fn everywhere(self) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Everywhere,
        }
    }

    /// Returns the faults of the [accounts server](crate::oauth), which issues tokens, and of
    /// everything else that is no endpoint.
    pub fn accounts(self) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Calls(None),
        }
    }

    /// Removes all faults. Calls under way keep theirs.
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

/// The [`Faults`] of some endpoints. Each method adds to the earlier ones.
#[derive(Debug, Clone, Copy)]
pub struct FaultsOn<'s> {
    plans: &'s Plans,
    target: Target,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Everywhere,
    /// Those of this shape; of `None` for what is no endpoint.
    Calls(Option<Shape>),
}

impl FaultsOn<'_> {
    /// Adds a fault to the sequence: the first is of the next call.
    #[allow(clippy::should_implement_trait, reason = "nothing is iterated")]
    pub fn next(self, fault: Fault) -> Self {
        self.repeat(1, fault)
    }

    /// Adds a fault of the next `times` calls to the sequence.
    pub fn repeat(self, times: usize, fault: Fault) -> Self {
        self.change(|plan| {
            plan.sequence
                .extend(std::iter::repeat_n(Some(fault), times));
        })
    }

    /// Adds `times` calls without a fault to the sequence.
    pub fn pass(self, times: usize) -> Self {
        self.change(|plan| plan.sequence.extend(std::iter::repeat_n(None, times)))
    }

    /// Adds a random fault, with a probability from 0 to 1.
    pub fn sometimes(self, chance: f64, fault: Fault) -> Self {
        self.change(|plan| plan.chances.push((chance, fault)))
    }

    /// Adds [`Fault::LoseRequest`], with a probability from 0 to 1.
    pub fn lose_requests(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::LoseRequest)
    }

    /// Adds [`Fault::LoseAnswer`], with a probability from 0 to 1.
    pub fn lose_answers(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::LoseAnswer)
    }

    /// Adds [`Fault::Reset`], with a probability from 0 to 1.
    pub fn reset(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::Reset)
    }

    /// Adds [`Fault::Fail`], with a probability from 0 to 1.
    pub fn fail(self, chance: f64, status: StatusCode) -> Self {
        self.sometimes(chance, Fault::Fail(status))
    }

    /// Adds [`Fault::Late`], with a probability from 0 to 1.
    pub fn late(self, chance: f64, by: Duration) -> Self {
        self.sometimes(chance, Fault::Late(by))
    }

    /// Sets how long requests take to arrive.
    pub fn request_latency(self, latency: impl Into<Latency>) -> Self {
        self.change(|plan| plan.before = Some(latency.into()))
    }

    /// Sets how long responses take, from the arrival of the request.
    pub fn answer_latency(self, latency: impl Into<Latency>) -> Self {
        self.change(|plan| plan.after = Some(latency.into()))
    }

    /// Sets both latencies, which are drawn separately.
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

/// All faults.
#[derive(Debug)]
pub(crate) struct Plans {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a fault was ever added.
    active: bool,
    everywhere: Plan,
    /// Those of `None` are what is no endpoint.
    by_shape: HashMap<Option<Shape>, Plan>,
    /// Whether chance had a part in anything.
    by_chance: bool,
}

#[derive(Debug, Default)]
struct Plan {
    sequence: VecDeque<Option<Fault>>,
    chances: Vec<(f64, Fault)>,
    before: Option<Latency>,
    after: Option<Latency>,
    /// The number of calls so far.
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

    /// Whether any fault is left.
    pub(crate) fn is_active(&self) -> bool {
        self.change(|state| state.active)
    }

    /// Whether another seed could have changed anything.
    pub(crate) fn went_by_chance(&self) -> bool {
        self.change(|state| state.by_chance)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The fate of the next call of this shape; of `None` for what is no endpoint.
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

        // Always in this order, so that another random fault doesn't change the latencies.
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
