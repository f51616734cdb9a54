//! One HTTP client for each Tokio runtime.
//!
//! A connection is driven by the runtime that opened it: in a pool that two runtimes share, a call
//! would stand still while the other runtime is idle, and break off when it ends.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use tokio::runtime::{Handle, Id};
use tokio::task::AbortHandle;

/// Makes another client like the first.
pub(super) type Make<C, E> = Box<dyn Fn() -> Result<C, E> + Send>;

pub(super) struct Clients<C, E> {
    /// Of the only runtime, in most programs: it takes no lock and no task.
    first: C,
    first_runtime: OnceLock<Id>,
    /// Few: a search is faster than a hash.
    others: RwLock<Vec<Other<C>>>,
    make: Mutex<Make<C, E>>,
}

struct Other<C> {
    runtime: Id,
    /// Gone when the runtime is.
    client: Weak<C>,
    keeper: AbortHandle,
}

impl<C: Send + Sync + 'static, E> Clients<C, E> {
    /// Makes the first client, so that an error shows at once.
    pub(super) fn new(make: Make<C, E>) -> Result<Self, E> {
        Ok(Self {
            first: make()?,
            first_runtime: OnceLock::new(),
            others: RwLock::default(),
            make: Mutex::new(make),
        })
    }

    /// Uses the client of the runtime that this is called in.
    pub(super) fn here<T>(&self, using: impl FnOnce(&C) -> T) -> Result<T, E> {
        let Ok(runtime) = Handle::try_current() else {
            // Nothing can be sent without a runtime, whichever client tries.
            return Ok(using(&self.first));
        };
        let id = runtime.id();
        if *self.first_runtime.get_or_init(|| id) == id {
            return Ok(using(&self.first));
        }
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let known = find(&others, id);
        drop(others);
        let client = known.map_or_else(|| self.begin(&runtime), Ok)?;
        Ok(using(&client))
    }

    #[cold]
    fn begin(&self, runtime: &Handle) -> Result<Arc<C>, E> {
        let id = runtime.id();
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = find(&others, id) {
            return Ok(client);
        }
        let make = self.make.lock().unwrap_or_else(PoisonError::into_inner);
        let client = Arc::new(make()?);
        drop(make);
        others.retain(|other| other.client.strong_count() > 0);
        // A runtime that ends drops its tasks, and with this one its client.
        let kept = Arc::clone(&client);
        let keeper = runtime.spawn(async move {
            let _kept = kept;
            std::future::pending::<()>().await;
        });
        others.push(Other {
            runtime: id,
            client: Arc::downgrade(&client),
            keeper: keeper.abort_handle(),
        });
        Ok(client)
    }
}

fn find<C>(others: &[Other<C>], id: Id) -> Option<Arc<C>> {
    let other = others.iter().find(|other| other.runtime == id)?;
    other.client.upgrade()
}

impl<C, E> Drop for Clients<C, E> {
    fn drop(&mut self) {
        let others = self
            .others
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for other in others {
            other.keeper.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    #[test]
    fn each_runtime_has_its_own_client_until_it_ends() {
        let made = Arc::<std::sync::atomic::AtomicUsize>::default();
        let count = Arc::clone(&made);
        let clients = Clients::new(Box::new(move || {
            Ok(count.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        }));
        let clients: Clients<_, std::convert::Infallible> = clients.unwrap();
        let made = || made.load(std::sync::atomic::Ordering::Relaxed);
        let runtime = || Builder::new_current_thread().build().unwrap();
        let here = |runtime: &Runtime| {
            let Ok(()) = runtime.block_on(async { clients.here(|_| ()) });
        };
        let (first, second) = (runtime(), runtime());
        for _ in 0..3 {
            here(&first);
            here(&second);
        }
        assert_eq!(made(), 2);
        assert_eq!(first.metrics().num_alive_tasks(), 0);
        drop(first);
        for _ in 0..10 {
            here(&runtime());
        }
        here(&second);
        assert_eq!(made(), 12);
        let known = clients.others.read().unwrap().len();
        assert!(known <= 2, "{known}");
        assert_eq!(second.metrics().num_alive_tasks(), 1);
        drop(clients);
        second.block_on(tokio::task::yield_now());
        assert_eq!(second.metrics().num_alive_tasks(), 0);
    }
}
