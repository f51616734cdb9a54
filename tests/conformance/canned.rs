//! An in-memory server with one response, which the client decodes as usual.

use cliq_api::http::{Request, Response, StatusCode};
use cliq_api::{Body, Bytes, Client, DataCenter, Error, Exchange, Transport};
use serde_json::Value;

use crate::calls::{Driver, Given};

struct Canned {
    status: StatusCode,
    body: Bytes,
}

impl Transport for Canned {
    fn send(&self, _: Request<Body>) -> Exchange<'_> {
        let mut response = Response::new(self.body.clone().into());
        *response.status_mut() = self.status;
        Box::pin(async { Ok(response) })
    }
}

/// Returns a client whose calls all get this response. Each client has separate limits.
pub(crate) fn client(status: StatusCode, body: impl Into<Bytes>) -> Client {
    Client::cliq(DataCenter::US)
        .transport(Canned {
            status,
            body: body.into(),
        })
        .build()
        .expect("a client")
}

/// Returns the result of a call for a response; `None` is an empty body.
pub(crate) fn answered(
    driver: Driver,
    given: &Given,
    status: StatusCode,
    body: Option<&Value>,
) -> Result<Option<Value>, Error> {
    let client = client(status, body.map(Value::to_string).unwrap_or_default());
    wait(driver(&client, given).answer)
}

/// Runs the future in paused time, so that sleeps pass immediately.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(future)
}
