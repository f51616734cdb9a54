//! Calls in flight: counted, so that closing a client can wait for them, and finished, though
//! nobody waits for them any more.
//!
//! Once sent, a call counts at the server. If its caller drops it, or its deadline passes, the
//! response still frees its slot and may report a lockout: so a task finishes the exchange, which
//! ends with the attempt's timeout.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

/// Counts calls, and the exchanges and streams that outlive them.
#[derive(Default)]
pub(super) struct InFlight {
    /// The count. [`CLOSED`] is set when no more calls are admitted.
    state: AtomicUsize,
    none_left: Notify,
}

const CLOSED: usize = 1 << (usize::BITS - 1);

/// Counts a call until it is dropped.
pub(super) struct Entered(Arc<InFlight>);

impl InFlight {
    /// Admits a call; `None` after [`close`](Self::close).
    pub(super) fn enter(self: &Arc<Self>) -> Option<Entered> {
        // Counts before it checks: either `close` sees the call, or the call sees `CLOSED`.
        let entered = Entered(Arc::clone(self));
        (self.state.fetch_add(1, Ordering::AcqRel) & CLOSED == 0).then_some(entered)
    }

    /// Counts an exchange or a stream that outlives an admitted call, even after
    /// [`close`](Self::close).
    pub(super) fn rest(self: &Arc<Self>) -> Entered {
        self.state.fetch_add(1, Ordering::AcqRel);
        Entered(Arc::clone(self))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Stops admitting calls, and waits for those in flight for at most `within`. Returns how many
    /// are left.
    pub(super) async fn close(&self, within: Duration) -> usize {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
        let done = async {
            loop {
                let notified = self.none_left.notified();
                tokio::pin!(notified);
                notified.as_mut().enable();
                if self.count() == 0 {
                    break;
                }
                notified.await;
            }
        };
        let _ = tokio::time::timeout(within, done).await;
        self.count()
    }

    fn count(&self) -> usize {
        self.state.load(Ordering::Acquire) & !CLOSED
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if self.0.state.fetch_sub(1, Ordering::AcqRel) == CLOSED | 1 {
            self.0.none_left.notify_waiters();
        }
    }
}

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
