//! Reports of how calls ended, on their way to a store that may be slow. The caller doesn't wait
//! for them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::clock::Clock;
use super::identity::Process;
use super::message::Complete;
use super::registry::UserBucket;
use super::slots::Slot;
use super::store::LimitStore;
use crate::few::Few;

/// How long to wait after the store failed.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];
/// How long the end of a program is held up.
const AT_THE_END: Duration = Duration::from_secs(2);
/// Bounds the memory that a store costs while it is gone: a call that isn't reported ends with its
/// lease, like a call without a response.
const CAPACITY: usize = 10_000;

/// Clones are the same outbox.
#[derive(Debug, Clone)]
pub(super) struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Arc<dyn LimitStore>,
    clock: Clock,
    state: Mutex<State>,
    /// Notified when nothing is left to report.
    empty: Notify,
}

#[derive(Debug)]
struct State {
    /// Whose messages these are. A forked process has copies of its parent's, which the parent
    /// delivers.
    process: Process,
    messages: VecDeque<Arc<Message>>,
    delivering: bool,
}

/// The reports of a call that ended, one for each bucket.
#[derive(Debug)]
struct Message(Few<(Arc<Slot>, Complete)>);

impl Message {
    fn reports(&self) -> Vec<(&UserBucket, Complete)> {
        let reports = self.0.iter();
        reports
            .map(|(slot, complete)| (&slot.bucket, *complete))
            .collect()
    }
}

impl Outbox {
    pub(super) fn new(store: Arc<dyn LimitStore>, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            state: Mutex::new(State::new()),
            empty: Notify::new(),
        }))
    }

    pub(super) fn send(&self, reports: Few<(Arc<Slot>, Complete)>) {
        let mut state = self.0.lock();
        if state.messages.len() == CAPACITY {
            state.messages.pop_front();
        }
        state.messages.push_back(Arc::new(Message(reports)));
        drop(state);
        self.deliver();
    }

    /// Starts the delivery of the messages, in order. Without a runtime they stay until somebody
    /// asks the store.
    pub(super) fn deliver(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let mut state = self.0.lock();
        if !state.delivering && !state.messages.is_empty() {
            state.delivering = true;
            // A runtime that ends drops the delivery in `spawn`, and the drop locks the state.
            drop(state);
            runtime.spawn(
                Delivery {
                    outbox: self.clone(),
                    is_done: false,
                }
                .run(),
            );
        }
    }

    /// Waits until all messages are delivered.
    pub(super) async fn flush(&self) {
        loop {
            let empty = self.0.empty.notified();
            tokio::pin!(empty);
            empty.as_mut().enable();
            if self.0.lock().messages.is_empty() {
                return;
            }
            self.deliver();
            empty.await;
        }
    }

    /// Delivers the messages without a runtime. One that is being delivered is delivered twice,
    /// which changes nothing.
    pub(super) fn flush_blocking(&self) {
        let begun = Instant::now();
        let mut messages = std::mem::take(&mut self.0.lock().messages);
        messages.retain(|message| {
            let is_delivered =
                begun.elapsed() < AT_THE_END && self.0.store.complete_blocking(&message.reports());
            !is_delivered
        });
        // The program may go on, with another runtime.
        let mut state = self.0.lock();
        messages.append(&mut state.messages);
        state.messages = messages;
        drop(state);
        self.0.empty.notify_waiters();
    }
}

impl State {
    fn new() -> Self {
        Self {
            process: Process::current(),
            messages: VecDeque::new(),
            delivering: false,
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.process != Process::current() {
            *state = State::new();
        }
        state
    }

    async fn deliver(&self) {
        let mut pauses = PAUSES.iter();
        loop {
            let message = {
                let mut state = self.lock();
                let Some(message) = state.messages.front() else {
                    // Under the lock, so that a message that comes now starts another delivery.
                    state.delivering = false;
                    self.empty.notify_waiters();
                    return;
                };
                Arc::clone(message)
            };
            let reports = message.reports();
            match self.store.complete(&reports).await {
                Ok(completed) => {
                    pauses = PAUSES.iter();
                    for ((slot, _), completed) in message.0.iter().zip(completed) {
                        let mut local = slot.lock();
                        if let Some(locked) = completed.locked {
                            local.note(self.clock.now(), locked);
                        }
                        if let Some(queue) = local.waiting() {
                            queue.wake_first();
                        }
                    }
                    let mut state = self.lock();
                    if state
                        .messages
                        .front()
                        .is_some_and(|front| Arc::ptr_eq(front, &message))
                    {
                        state.messages.pop_front();
                    }
                }
                Err(error) => {
                    let Some(&pause) = pauses.next() else {
                        // The next call that asks the store starts another delivery.
                        return;
                    };
                    tracing::debug!(target: "cliq_api::limit", %error, "can't write the limits' shared state");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}

/// A delivery under way; when it is dropped, the next one may begin.
struct Delivery {
    outbox: Outbox,
    is_done: bool,
}

impl Delivery {
    async fn run(mut self) {
        self.outbox.0.deliver().await;
        self.is_done = true;
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.outbox.0.lock().delivering = false;
        if !self.is_done {
            // Its runtime ends. Otherwise a program that is run for each call would leave every
            // call unreported.
            self.outbox.flush_blocking();
        }
    }
}
