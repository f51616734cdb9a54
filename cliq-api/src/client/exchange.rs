//! One exchange with the server, which goes on when its caller goes away.
//!
//! Once sent, a call counts at the server. If its caller drops it, or its deadline passes, the
//! answer still frees its slot and may tell of a lock: so what is left of it is then finished by a
//! task of its own, which ends with the attempt's timeout.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use super::in_flight::InFlight;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Drives its work; dropped before the end, it leaves the rest to a task.
#[must_use = "nothing is sent until it is awaited"]
pub(super) struct Exchange<T: Send + 'static> {
    /// `None` once it is done.
    work: Option<Work<T>>,
    in_flight: Arc<InFlight>,
    /// Where it was first polled. What was never polled sent nothing.
    begun: Option<Handle>,
}

impl<T: Send + 'static> Exchange<T> {
    /// Of a call that is counted there: so is what is left of it.
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        in_flight: Arc<InFlight>,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            in_flight,
            begun: None,
        }
    }
}

impl<T: Send + 'static> Future for Exchange<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if this.begun.is_none() {
            this.begun = Some(Handle::current());
        }
        let Some(work) = &mut this.work else {
            return Poll::Pending;
        };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            this.work = None;
        }
        done
    }
}

impl<T: Send + 'static> Drop for Exchange<T> {
    fn drop(&mut self) {
        if let (Some(work), Some(runtime)) = (self.work.take(), &self.begun) {
            let entered = self.in_flight.rest();
            // A runtime that is ending drops it at once, and the permit in it knows what that
            // means.
            drop(runtime.spawn(async move {
                work.await;
                drop(entered);
            }));
        }
    }
}
