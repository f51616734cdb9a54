//! One `reqwest` client for each Tokio runtime.
//!
//! A connection is driven by the runtime that opened it: in a pool that two runtimes share, a call
//! would stand still while the other runtime is idle, and break off when it ends.

use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use ::reqwest::{Client, Error};
use tokio::runtime::{Handle, Id};
use tokio::task::AbortHandle;

/// Makes another client like the first.
pub(super) type Make = Box<dyn Fn() -> Result<Client, Error> + Send>;

pub(super) struct Clients {
    make: Mutex<Make>,
    known: RwLock<Known>,
}

struct Known {
    /// The first client, until a runtime uses it.
    spare: Option<Client>,
    /// Few: a search is faster than a hash.
    by_runtime: Vec<OfRuntime>,
}

struct OfRuntime {
    runtime: Id,
    /// Gone when the runtime is.
    client: Weak<Client>,
    keeper: AbortHandle,
}

impl Clients {
    /// Makes the first client, so that an error shows at once.
    pub(super) fn new(make: Make) -> Result<Self, Error> {
        let spare = Some(make()?);
        Ok(Self {
            make: Mutex::new(make),
            known: RwLock::new(Known {
                spare,
                by_runtime: Vec::new(),
            }),
        })
    }

    /// Returns the client of the runtime that this is called in.
    pub(super) fn here(&self) -> Result<Arc<Client>, Error> {
        let Ok(runtime) = Handle::try_current() else {
            // Nothing can be sent without a runtime, and `reqwest` reports that.
            return self.make().map(Arc::new);
        };
        let id = runtime.id();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.of(id) {
            return Ok(client);
        }
        drop(known);
        self.begin(&runtime)
    }

    #[cold]
    fn begin(&self, runtime: &Handle) -> Result<Arc<Client>, Error> {
        let id = runtime.id();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.of(id) {
            return Ok(client);
        }
        let client = match known.spare.take() {
            Some(client) => client,
            None => self.make()?,
        };
        let client = Arc::new(client);
        known
            .by_runtime
            .retain(|known| known.client.strong_count() > 0);
        // A runtime that ends drops its tasks, and with this one its client.
        let kept = Arc::clone(&client);
        let keeper = runtime.spawn(async move {
            let _kept = kept;
            std::future::pending::<()>().await;
        });
        known.by_runtime.push(OfRuntime {
            runtime: id,
            client: Arc::downgrade(&client),
            keeper: keeper.abort_handle(),
        });
        Ok(client)
    }

    fn make(&self) -> Result<Client, Error> {
        let make = self.make.lock().unwrap_or_else(PoisonError::into_inner);
        make()
    }
}

impl Known {
    fn of(&self, id: Id) -> Option<Arc<Client>> {
        let known = self.by_runtime.iter().find(|known| known.runtime == id)?;
        known.client.upgrade()
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        let known = self.known.get_mut().unwrap_or_else(PoisonError::into_inner);
        for of_runtime in &known.by_runtime {
            of_runtime.keeper.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn each_runtime_has_its_own_client_until_it_ends() {
        let clients = Clients::new(Box::new(|| Client::builder().tls_certs_only([]).build()));
        let clients = clients.unwrap();
        let known = || clients.known.read().unwrap().by_runtime.len();
        let runtime = || Builder::new_current_thread().build().unwrap();
        let (first, second) = (runtime(), runtime());
        let here = |runtime: &tokio::runtime::Runtime| {
            runtime.block_on(async { Arc::as_ptr(&clients.here().unwrap()) })
        };
        let one = here(&first);
        assert_eq!(here(&first), one);
        assert_ne!(here(&second), one);
        assert_eq!(here(&first), one);
        assert_eq!(known(), 2);
        drop(first);
        for _ in 0..10 {
            here(&runtime());
        }
        assert!(known() <= 2, "{}", known());
        assert_eq!(second.metrics().num_alive_tasks(), 1);
        drop(clients);
        second.block_on(tokio::task::yield_now());
        assert_eq!(second.metrics().num_alive_tasks(), 0);
    }
}
