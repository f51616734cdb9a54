//! Rate limits and lockouts, from the server's side.
//!
//! [`Throttle`] is a pure state machine: each call has its time, nothing waits and nothing is
//! random. A [`Sandbox`](crate::Sandbox) has one; a simulation of millions of calls can use one
//! without a sandbox. [`Limits`] configures it, and [`Book`] is what it saw.
//!
//! Limits and lockouts are those of the endpoints' declarations. Calls are counted for each user
//! and each [`Shape`].

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
