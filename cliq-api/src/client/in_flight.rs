//! How many calls are under way, so that a client can be closed when they are done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Counts calls; one whose caller went away for as long as its exchange goes on.
#[derive(Default)]
pub(super) struct InFlight {
    /// The count; with [`CLOSED`] in it once no more are let in.
    state: AtomicUsize,
    none_left: Notify,
}

const CLOSED: usize = 1 << (usize::BITS - 1);

/// One call that is counted, until all that hold it have dropped it.
pub(super) struct Entered(Arc<Counted>);

struct Counted(Arc<InFlight>);

impl InFlight {
    /// Lets one in; `None` once it is closed.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Entered> {
        // Counted first, and taken back if that was wrong: closing sees it or it sees the closing.
        let entered = Entered(Arc::new(Counted(Arc::clone(self))));
        (self.state.fetch_add(1, Ordering::AcqRel) & CLOSED == 0).then_some(entered)
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

impl Entered {
    /// The same call: its exchange may outlive it.
    pub(super) fn again(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.state.fetch_sub(1, Ordering::AcqRel) == CLOSED | 1 {
            self.0.none_left.notify_waiters();
        }
    }
}
