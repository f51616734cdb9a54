//! The server's side of rate limits.
//!
//! [`Throttle`] is a pure state machine: the calls bring their times, nothing waits, nothing is
//! random. A [`Sandbox`](crate::Sandbox) has one; a simulation of millions of calls may
//! use one alone. [`Limits`] configures it, and [`Book`] has what it recorded.
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
