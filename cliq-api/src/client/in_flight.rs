//! Calls in flight, counted, so that closing a client can wait for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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
