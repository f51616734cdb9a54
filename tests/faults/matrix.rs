//! The table of faults, case by case, for idempotent and other calls.

use std::time::Duration;

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::{ErrorKind, Options, RetryPolicy, Sent};
use cliq_tests::faults::{self, Again, Case, LARGEST_ANSWER, Outcome, Target};
use cliq_tests::over::Over;
use cliq_tests::server::{Server, Step};
use tokio::task::JoinSet;

use crate::{Thing, Things};

/// A limit for each call, even on a slow machine.
const HANG: Duration = Duration::from_mins(2);

/// What a client waits for a slow fault. A busy machine may not even send the request in the first
/// of these times, which isn't the fault of the table; the second is long enough.
const TIMEOUTS: [Duration; 2] = [Duration::from_millis(700), Duration::from_secs(15)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
    IdempotentPost,
    GetThatCounts,
}

impl Method {
    fn may_be_sent_twice(self) -> bool {
        matches!(self, Self::Get | Self::IdempotentPost)
    }

    async fn call(self, client: &Client) -> Result<Thing, Error> {
        // By default, a call ends before its third attempt has been silent for the longer time.
        let patient = |options: Options| options.deadline(HANG);
        match self {
            Self::Get => client.get_thing("1").options(patient).await,
            Self::Post => client.add_thing("one").options(patient).await,
            Self::IdempotentPost => client.touch_thing("1").options(patient).await,
            Self::GetThatCounts => client.take_thing().options(patient).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_gives_its_error_and_is_tried_again_only_where_that_is_safe() {
    let (slow, quick): (Vec<_>, Vec<_>) = faults::all().into_iter().partition(Case::is_slow);
    // Slow cases run concurrently, without the fast ones.
    let mut wrong = meet_all(slow).await;
    for case in quick {
        wrong.extend(meet_all(vec![case]).await);
    }
    assert!(
        wrong.is_empty(),
        "{} of the table is wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

async fn meet_all(cases: Vec<Case>) -> Vec<String> {
    let mut met = JoinSet::new();
    let methods = [
        Method::Get,
        Method::Post,
        Method::IdempotentPost,
        Method::GetThatCounts,
    ];
    for case in cases {
        for (method, over) in methods
            .iter()
            .flat_map(|&method| Over::ALL.map(|over| (method, over)))
        {
            let case = case.clone();
            met.spawn(async move {
                let [short, long] = TIMEOUTS;
                match meet(&case, method, over, short).await {
                    Err(_) if case.is_slow() => meet(&case, method, over, long).await.err(),
                    // A connection that the server leaves may be used for the next attempt, too.
                    Err(wrong)
                        if method.may_be_sent_twice()
                            && wrong.contains("gave the request back") =>
                    {
                        meet(&case, method, over, short).await.err()
                    }
                    met => met.err(),
                }
            });
        }
    }
    met.join_all().await.into_iter().flatten().collect()
}

/// Returns the difference from the table, if any.
async fn meet(case: &Case, method: Method, over: Over, timeout: Duration) -> Result<(), String> {
    let target = case.fault.bring_about();
    let quick = RetryPolicy::new().initial_backoff(Duration::from_millis(1));
    let client = case
        .shape(Client::cliq(DataCenter::US), over, timeout)
        .base_url(target.base_url())
        .retry(quick)
        .build()
        .unwrap();
    let wrong = |what: &str| Err(format!("{}, {method:?} over {over:?}: {what}", case.name));

    let Ok(result) = tokio::time::timeout(HANG, method.call(&client)).await else {
        return wrong("it hangs");
    };
    let tries = match case.again {
        Again::All => 3,
        Again::Idempotent if method.may_be_sent_twice() => 3,
        Again::Idempotent | Again::AfterLock | Again::Never => 1,
    };
    let error = match (case.outcome, result) {
        (Outcome::Success, Ok(_)) => {
            return arrived(&target, 1).map_or(Ok(()), |arrived| wrong(&arrived));
        }
        (Outcome::Success, Err(error)) => return wrong(&format!("{error:?}")),
        (Outcome::Failure { .. }, Ok(thing)) => return wrong(&format!("it went well: {thing:?}")),
        (Outcome::Failure { kind, sent, status }, Err(error)) => {
            let found = (
                error.kind(),
                error.sent(),
                error.status().map(|status| status.as_u16()),
            );
            if found != (kind, sent, status) {
                let attempts = error.attempts();
                return wrong(&format!("{found:?}: {error:?}: {attempts:?}"));
            }
            error
        }
    };
    let failed = error.attempts().len();
    if failed != tries {
        let attempts = error.attempts();
        return wrong(&format!("tried {failed} times: {error:?}: {attempts:?}"));
    }
    let arrivals = if error.sent() == Sent::No { 0 } else { tries };
    if let Some(arrived) = arrived(&target, arrivals) {
        return wrong(&arrived);
    }
    if (case.again == Again::AfterLock) != error.locked_until().is_some() {
        return wrong(&format!("locked until {:?}", error.locked_until()));
    }
    let line = error.to_string();
    if error.locked_until().is_some() != line.contains("; the user is locked out until ") {
        return wrong(&format!("it doesn't say until when: {line}"));
    }
    if let Some(status) = error
        .status()
        .filter(|status| !line.contains(status.as_str()))
    {
        return wrong(&format!("it doesn't tell its status, {status}: {line}"));
    }
    if line.contains('\n') || !line.starts_with(error.endpoint().unwrap().name()) {
        return wrong(&format!("it is not told on one line: {line}"));
    }
    if error.kind() == ErrorKind::Status
        && error.message() != Some("No.")
        && error.body().unwrap().starts_with(b"{\"m")
    {
        return wrong("the server's words are lost");
    }
    if let Target::Server(server) = &target {
        // The system's buffers hold more.
        if server.written() > LARGEST_ANSWER + 16 * 1024 * 1024 {
            return wrong(&format!(
                "it let the server write {} bytes",
                server.written()
            ));
        }
    }
    Ok(())
}

fn arrived(target: &Target, expected: usize) -> Option<String> {
    let found = target.arrivals();
    (found != expected).then(|| format!("{found} requests arrived, not {expected}"))
}

/// `read_timeout` notices a stalled body earlier, and the error has what was received.
#[tokio::test]
async fn silence_may_have_a_limit_of_its_own() {
    let begun = "HTTP/1.1 200 OK\r\nX-Id: 7\r\nContent-Length: 20\r\n\r\n{\"na";
    let server = Server::doing([
        Step::Read,
        Step::Write(begun.as_bytes().to_vec()),
        Step::Silence,
    ]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .read_timeout(Duration::from_secs(2));
    let client = client.retry(RetryPolicy::none()).build().unwrap();
    let error = client.get_thing("1").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent()),
        (ErrorKind::Timeout, Sent::Answered),
        "{error:?}"
    );
    assert_eq!(error.headers().unwrap()["x-id"], "7");
    assert_eq!(error.body().unwrap(), "{\"na");
}

/// The budget pays for ten retries if nothing succeeds, regardless of each call's policy.
#[tokio::test]
async fn a_client_whose_calls_all_fail_stops_trying_again() {
    let busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec();
    let server = Server::doing([Step::Read, Step::Write(busy), Step::Again]);
    let quick = RetryPolicy::new().initial_backoff(Duration::from_millis(1));
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .retry(quick)
        .build()
        .unwrap();
    for _ in 0..20 {
        client.get_thing("1").await.unwrap_err();
    }
    assert_eq!(server.requests().len(), 20 + 10);
}

/// Each further call could extend the lock.
#[tokio::test]
async fn nothing_is_sent_into_a_lock_even_where_no_limits_are_kept() {
    let many = b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n".to_vec();
    let server = Server::doing([Step::Read, Step::Write(many), Step::Again]);
    let client = Client::cliq(DataCenter::US)
        .base_url(server.base_url())
        .limits(LimitSettings::off().assumed_lock(Some(Duration::from_mins(10))))
        .build()
        .unwrap();
    let error = client.get_thing("1").await.unwrap_err();
    assert!(
        error.is_throttled() && error.locked_until().is_some(),
        "{error:?}"
    );
    assert_eq!((error.attempts().len(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_call_has_its_own_policy() {
    let target = faults::Fault::Refused.bring_about();
    let quick = RetryPolicy::new().initial_backoff(Duration::from_millis(1));
    let client = Client::cliq(DataCenter::US)
        .base_url(target.base_url())
        .retry(quick)
        .build()
        .unwrap();
    for attempts in [1, 2, 5] {
        let error = client
            .add_thing("one")
            .options(|options| options.retry(quick.max_attempts(attempts)))
            .await
            .unwrap_err();
        assert_eq!(
            error.attempts().len(),
            usize::try_from(attempts).unwrap(),
            "{error:?}"
        );
    }
}
