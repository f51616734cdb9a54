//! All processes obey a lockout that one of them meets.

use std::time::{Duration, Instant};

use cliq_api::Endpoint;
use cliq_sandbox::limits::{Arrival, Verdict};
use cliq_tests_processes::LockingRequest;
use tokio::time::sleep;

use crate::Store;
use crate::fleet::{Plan, Worker};
use crate::server::Server;

const SECOND: Duration = Duration::from_secs(1);
/// As declared.
const LOCK: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn obeyed_by_all_over_a_file() {
    obeyed_by_all(&Store::file()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn obeyed_by_all_over_redis() {
    obeyed_by_all(&Store::redis()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn met_by_a_hundred_processes_over_a_file() {
    met_by_a_hundred_processes(&Store::file()).await;
}

/// Within a second, including processes that are started later.
async fn obeyed_by_all(store: &Store) {
    let server = Server::start((5, 100)).await;
    let plan = Plan::new(&server.address).with("CLIQ_LIMITS", &store.place);
    let mut workers = start_eight(&plan).await;
    sleep(SECOND / 2).await;
    // Another program uses up the limit, and exceeds it.
    while server.arrive(LockingRequest::META).is_allowed() {}
    let told = loop {
        match server.refused().first() {
            Some(&first) => break first,
            None => sleep(SECOND / 100).await,
        }
    };
    sleep(SECOND * 3 / 2).await;
    for worker in &mut workers {
        worker.kill().await;
    }
    drop(workers);
    let workers = start_eight(&plan).await;
    let until = server
        .book(LockingRequest::META)
        .locks()
        .last()
        .unwrap()
        .until;
    sleep(until.saturating_sub(server.now()) + SECOND * 3 / 2).await;
    let arrivals = || -> Vec<_> {
        let book = server.book(LockingRequest::META);
        book.arrivals().cloned().collect()
    };
    let goes_on = |arrival: &Arrival| arrival.at > until && arrival.verdict == Verdict::Allowed;
    let begun = Instant::now();
    while !arrivals().iter().any(goes_on) {
        assert!(begun.elapsed() < SECOND * 30, "it goes on");
        sleep(SECOND / 10).await;
    }
    drop(workers);

    let arrivals = arrivals();
    let late = arrivals
        .iter()
        .filter(|arrival| arrival.at > told + SECOND && !arrival.verdict.is_allowed());
    assert_eq!(late.count(), 0, "{told:?} {:?}", server.refused());
    assert_eq!(server.book(LockingRequest::META).locks().count(), 1);
}

async fn start_eight(plan: &Plan) -> Vec<Worker> {
    let mut workers = Vec::new();
    for _ in 0..8 {
        workers.push(plan.flood("locking", 2).await);
    }
    workers
}

/// One after the other, like a script that is run for each message, while another program keeps the
/// lock alive: it makes one call in each of its periods.
async fn met_by_a_hundred_processes(store: &Store) {
    let server = Server::start((1, 5)).await;
    let plan = Plan::new(&server.address).with("CLIQ_LIMITS", &store.place);
    while server.arrive(LockingRequest::META).is_allowed() {}
    let begun = Instant::now();
    let mut told = 0;
    for process in 0..100 {
        if process % 5 == 0 {
            server.arrive(LockingRequest::META);
        }
        let mut worker = plan.start();
        let answer = worker.ask("call locking").await;
        worker.close().await;
        told += u32::from(answer.contains("the server locked the user out of it"));
        assert_ne!(answer, "done");
        // Two and a half periods.
        sleep((LOCK / 40).saturating_sub(begun.elapsed() / (process + 1))).await;
    }
    let (took, refused) = (begun.elapsed(), server.refused());
    println!("100 processes in {took:?}, refused at {refused:?}");
    assert!(!refused.is_empty() && told > 90, "{told}");
    for pair in refused.windows(2) {
        assert!(pair[1].checked_sub(pair[0]).unwrap() >= LOCK, "{refused:?}");
    }
}
