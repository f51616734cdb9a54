//! How often a user may call, and what happens to those who call more often: the server's side of
//! it.
//!
//! [`Throttle`] is that side as a pure state machine: times come in with the calls, nothing waits,
//! nothing is random. A [`Sandbox`](crate::Sandbox) has one; a simulation of millions of calls may
//! use one alone. [`Limits`] configures it, and [`Book`] has what it recorded.
//!
//! How many calls in which time, and for how long a user is shut out who makes more, comes from the
//! declaration of the endpoint. Calls are counted for each user and each [`Shape`].

mod book;
mod rules;
mod shape;
mod telling;
mod throttle;
mod window;

pub use self::book::{Arrival, Book, Lock, Tally};
pub use self::rules::{Limits, Stamps, Telling, Trips, Window};
pub use self::shape::Shape;
pub(crate) use self::telling::tell;
pub use self::throttle::{Bucket, Throttle, Verdict};
