//! The server's side of rate limits: how often a user may call, and what happens on exceeding it.
//!
//! [`Throttle`] is a pure state machine: it takes the time as an argument, never waits, and is
//! deterministic. A [`Sandbox`](crate::Sandbox) has one; a simulation of millions of calls can use
//! one directly. [`Limits`] configures it, and [`Book`] is what it recorded.
//!
//! Limits, windows and lockouts come from the declarations of the endpoints. Calls are counted per
//! user and [`Shape`].

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
