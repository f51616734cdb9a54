//! A permit that is being acquired.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::permit::Permit;
use super::refusal::LimitRefusal;

/// A permit that is being acquired, as [`Limiter::acquire`](super::Limiter::acquire) returns it.
/// Dropped before it is ready, it leaves nothing behind.
///
/// A permit that is free is there at once. Only a call that has to wait costs an allocation, and
/// no call carries the room for it.
#[must_use = "a permit is given back unless it is awaited"]
pub struct Acquiring<'a>(State<'a>);

enum State<'a> {
    Ready(Option<Permit>),
    Waiting(Pin<Box<dyn Future<Output = Result<Permit, LimitRefusal>> + Send + 'a>>),
}

impl<'a> Acquiring<'a> {
    pub(super) fn ready(permit: Permit) -> Self {
        Self(State::Ready(Some(permit)))
    }

    pub(super) fn waiting(
        permit: impl Future<Output = Result<Permit, LimitRefusal>> + Send + 'a,
    ) -> Self {
        Self(State::Waiting(Box::pin(permit)))
    }
}

impl Future for Acquiring<'_> {
    type Output = Result<Permit, LimitRefusal>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Ready(permit) => Poll::Ready(Ok(permit
                .take()
                .expect("it isn't polled after it was ready"))),
            State::Waiting(permit) => permit.as_mut().poll(context),
        }
    }
}

impl fmt::Debug for Acquiring<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquiring").finish_non_exhaustive()
    }
}
