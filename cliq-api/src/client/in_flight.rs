//! How many calls are under way, so that a client can be closed when they are done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Counts calls, and what is left of those whose callers went away, for as long as that goes on.
#[derive(Default)]
pub(super) struct InFlight {
    /// The count; with [`CLOSED`] in it once no more are let in.
    state: AtomicUsize,
    none_left: Notify,
}

const CLOSED: usize = 1 << (usize::BITS - 1);

/// One that is counted, until this is dropped.
pub(super) struct Entered(Arc<InFlight>);

impl InFlight {
    /// Lets one in; `None` once it is closed.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Entered> {
        // Counted first, and taken back if that was wrong: closing sees it or it sees the closing.
        let entered = Entered(Arc::clone(self));
        (self.state.fetch_add(1, Ordering::AcqRel) & CLOSED == 0).then_some(entered)
    }

    /// Counts what is left of one that is in, whether it is closed or not.
    pub(super) fn rest(self: &Arc<Self>) -> Entered {
        self.state.fetch_add(1, Ordering::AcqRel);
        Entered(Arc::clone(self))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Lets no more in, and waits for those who are. Gives how many are left.
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
