//! An exchange that goes on when its caller goes away.
//!
//! Once sent, a call counts at the server. If its caller drops it, or its deadline passes, the
//! response still frees its slot and may report a lockout: so a task finishes the exchange, which
//! ends with the attempt's timeout.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use super::in_flight::InFlight;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Drives its work. Dropped before the end, it leaves the rest to a task.
#[must_use = "nothing is sent until it is awaited"]
pub(super) struct Detached<T: Send + 'static> {
    /// `None` once it is done, or has panicked.
    work: Option<Work<T>>,
    in_flight: Arc<InFlight>,
    /// Whether a task finishes the work when this is dropped.
    outlives_caller: bool,
    /// The runtime that polled it first. What was never polled has sent nothing.
    runtime: Option<Handle>,
}

impl<T: Send + 'static> Detached<T> {
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        in_flight: Arc<InFlight>,
        outlives_caller: bool,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            in_flight,
            outlives_caller,
            runtime: None,
        }
    }
}

impl<T: Send + 'static> Future for Detached<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if this.runtime.is_none() {
            this.runtime = Some(Handle::current());
        }
        // Taken out for the poll: work that panics is not left for a task, where it would panic
        // again.
        let Some(mut work) = this.work.take() else {
            return Poll::Pending;
        };
        let done = work.as_mut().poll(context);
        if done.is_pending() {
            this.work = Some(work);
        }
        done
    }
}

impl<T: Send + 'static> Drop for Detached<T> {
    fn drop(&mut self) {
        let Some(work) = self.work.take().filter(|_| self.outlives_caller) else {
            return;
        };
        if let Some(runtime) = &self.runtime {
            let entered = self.in_flight.rest();
            // A runtime that is shutting down drops it at once, and with it the permit, which
            // records an unanswered call.
            drop(runtime.spawn(async move {
                work.await;
                drop(entered);
            }));
        }
    }
}
