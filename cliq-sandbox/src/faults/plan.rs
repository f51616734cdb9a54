//! Which call meets which fate.

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
/// For a call, what comes first in this list happens: the next of the endpoint's sequence, the next
/// of the sequence for everywhere, the endpoint's chances in the order in which they were given,
/// those for everywhere. Latencies of the endpoint go before those for everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Faults<'s>(&'s Plans);

impl<'s> Faults<'s> {
    pub(crate) fn new(plans: &'s Plans) -> Self {
        Self(plans)
    }

    /// Those of one endpoint, and of those that the server can't distinguish from it; see
    /// [`Shape`].
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

    /// Those of all endpoints, and of the [accounts server](crate::oauth).
    pub fn everywhere(self) -> FaultsOn<'s> {
        FaultsOn {
            plans: self.0,
            target: Target::Everywhere,
        }
    }

    /// Those of the [accounts server](crate::oauth), which gives out tokens, and of all else that
    /// is no endpoint.
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
    /// Adds a fault of the next call; added again, of the one after it, and so on.
    #[allow(clippy::should_implement_trait, reason = "nothing is iterated")]
    pub fn next(self, fault: Fault) -> Self {
        self.repeat(1, fault)
    }

    /// This happens to the next `times` calls.
    pub fn repeat(self, times: usize, fault: Fault) -> Self {
        self.change(|plan| {
            plan.sequence
                .extend(std::iter::repeat_n(Some(fault), times));
        })
    }

    /// To the next `times` calls nothing happens.
    pub fn pass(self, times: usize) -> Self {
        self.change(|plan| plan.sequence.extend(std::iter::repeat_n(None, times)))
    }

    /// This happens to each call with a chance from 0 to 1.
    pub fn sometimes(self, chance: f64, fault: Fault) -> Self {
        self.change(|plan| plan.chances.push((chance, fault)))
    }

    /// [`Fault::LoseRequest`], with a chance from 0 to 1.
    pub fn lose_requests(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::LoseRequest)
    }

    /// [`Fault::LoseAnswer`], with a chance from 0 to 1.
    pub fn lose_answers(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::LoseAnswer)
    }

    /// [`Fault::Reset`], with a chance from 0 to 1.
    pub fn reset(self, chance: f64) -> Self {
        self.sometimes(chance, Fault::Reset)
    }

    /// [`Fault::Fail`], with a chance from 0 to 1.
    pub fn fail(self, chance: f64, status: StatusCode) -> Self {
        self.sometimes(chance, Fault::Fail(status))
    }

    /// [`Fault::Late`], with a chance from 0 to 1.
    pub fn late(self, chance: f64, by: Duration) -> Self {
        self.sometimes(chance, Fault::Late(by))
    }

    /// How long requests are under way until they arrive.
    pub fn request_latency(self, latency: impl Into<Latency>) -> Self {
        self.change(|plan| plan.before = Some(latency.into()))
    }

    /// How long answers are under way, from when the request arrived.
    pub fn answer_latency(self, latency: impl Into<Latency>) -> Self {
        self.change(|plan| plan.after = Some(latency.into()))
    }

    /// Both ways take this time, each drawn for itself.
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
    /// How many there were so far.
    calls: u64,
}

/// The fate of one call.
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

    /// Whether another seed could have made a difference.
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

        // Always in this order, so that a chance more doesn't change the latencies.
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
