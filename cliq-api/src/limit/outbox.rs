//! How calls ended, on the way to a store that may be slow. Whoever made the call doesn't wait for
//! it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::limiter::Limiter;
use super::shape::Shape;
use super::slots::Slot;
use super::store::{BucketKey, Ended};

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
/// A store that is gone for long should not cost memory without end: what is not told ends with its
/// lease, as a call without an answer.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    /// Nothing is left to be told.
    told: Notify,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Arc<Message>>,
    delivering: bool,
}

/// A call that ended.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) slot: Arc<Slot>,
    pub(super) shape: Arc<Shape>,
    pub(super) key: BucketKey,
    pub(super) ended: Ended,
}

impl Outbox {
    pub(super) fn send(&self, limiter: &Limiter, message: Message) {
        let mut state = self.lock();
        if state.messages.len() == MOST {
            state.messages.pop_front();
        }
        state.messages.push_back(Arc::new(message));
        drop(state);
        self.deliver(limiter);
    }

    /// Sees to it that what is there gets delivered, in order. Without a runtime it stays until
    /// somebody asks the store.
    pub(super) fn deliver(&self, limiter: &Limiter) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let mut state = self.lock();
        if !state.delivering && !state.messages.is_empty() {
            state.delivering = true;
            // A runtime that is ending drops it in here, and then it looks at the state.
            drop(state);
            runtime.spawn(
                Delivery {
                    limiter: limiter.clone(),
                    is_done: false,
                }
                .run(),
            );
        }
    }

    /// Waits until all is told that there is to tell.
    pub(super) async fn empty(&self, limiter: &Limiter) {
        loop {
            let told = self.told.notified();
            tokio::pin!(told);
            told.as_mut().enable();
            if self.lock().messages.is_empty() {
                return;
            }
            self.deliver(limiter);
            told.await;
        }
    }

    /// Tells what is left, without a runtime. What is just being told is told twice, which changes
    /// nothing.
    pub(super) fn tell_rest_here(&self, limiter: &Limiter) {
        let Some(store) = &limiter.0.store else {
            return;
        };
        let begun = Instant::now();
        let mut messages = std::mem::take(&mut self.lock().messages);
        messages.retain(|message| {
            let is_told = begun.elapsed() < AT_THE_END
                && store.complete_at_the_end(&message.key, &message.shape.rules, message.ended);
            !is_told
        });
        // The program may go on, with another runtime.
        let mut state = self.lock();
        messages.append(&mut state.messages);
        state.messages = messages;
        drop(state);
        self.told.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under way, until it is dropped; then the next may begin.
struct Delivery {
    limiter: Limiter,
    is_done: bool,
}

impl Delivery {
    async fn run(mut self) {
        self.tell().await;
        self.is_done = true;
    }

    async fn tell(&self) {
        let inner = &self.limiter.0;
        let Some(store) = &inner.store else { return };
        let mut pauses = PAUSES.iter();
        loop {
            let message = {
                let mut state = inner.outbox.lock();
                let Some(message) = state.messages.front() else {
                    // Under the lock: who adds one now starts anew.
                    state.delivering = false;
                    inner.outbox.told.notify_waiters();
                    return;
                };
                Arc::clone(message)
            };
            match store
                .complete(&message.key, &message.shape.rules, message.ended)
                .await
            {
                Ok(done) => {
                    pauses = PAUSES.iter();
                    let mut local = message.slot.lock();
                    if let Some(locked) = done.locked {
                        local.note(inner.now(), locked);
                    }
                    if let Some(queue) = local.waiting() {
                        queue.wake_first();
                    }
                    drop(local);
                    let mut state = inner.outbox.lock();
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
                        // The next who asks the store tries again.
                        return;
                    };
                    tracing::debug!(target: "cliq_api::limit", %error, "the limits' shared state can't be written");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let outbox = &self.limiter.0.outbox;
        outbox.lock().delivering = false;
        if !self.is_done {
            // Its runtime ends in the midst of it. A program that is run for each call would leave
            // every call untold otherwise.
            outbox.tell_rest_here(&self.limiter);
        }
    }
}
