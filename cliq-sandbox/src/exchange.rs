//! One exchange, in process or over HTTP: the request's delay, its arrival, and the response's
//! delay.

use bytes::Bytes;
use http::{Request, Response};
use tokio::time::sleep;

use crate::faults::{Course, Damaged, Fault, damage};
use crate::sandbox::Sandbox;

/// The result for the sender of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The server can't be reached.
    Unreachable,
    /// The request was sent; the response may be damaged.
    Sent(Damaged),
}

/// Sends the request. Once polled, the request arrives even if the caller drops the future.
pub(crate) async fn carry(sandbox: &Sandbox, request: Request<Bytes>) -> Outcome {
    let Course {
        before,
        after,
        fault,
    } = sandbox.course(&request);
    if let Some(fault) = fault.as_ref().filter(|fault| fault.is_before_arrival()) {
        sandbox.note_stray(&request, fault);
        return match fault {
            Fault::Unreachable => Outcome::Unreachable,
            Fault::Reset => Outcome::Sent(Damaged::Reset),
            _ => Outcome::Sent(Damaged::Silence),
        };
    }
    let response = if before.is_zero() {
        Some(sandbox.arrive(request, fault.as_ref()))
    } else {
        arrive_later(sandbox, request, before, fault.clone()).await
    };
    if !after.is_zero() {
        sleep(after).await;
    }
    Outcome::Sent(response.map_or(Damaged::Silence, |response| {
        damage(fault.as_ref(), response)
    }))
}

/// Returns `None` if the runtime ends before the request arrives.
async fn arrive_later(
    sandbox: &Sandbox,
    request: Request<Bytes>,
    before: std::time::Duration,
    fault: Option<Fault>,
) -> Option<Response<Bytes>> {
    let sandbox = sandbox.clone();
    // A separate task, which continues if its caller is dropped.
    let arrival = tokio::spawn(async move {
        sleep(before).await;
        sandbox.arrive(request, fault.as_ref())
    });
    arrival.await.ok()
}
