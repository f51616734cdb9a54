//! Forked processes share one limit, like other processes.

use cliq_api::Endpoint;
use cliq_tests_processes::ShortRequest;
use tokio::process::Command;

use crate::Store;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_with_its_own_client_over_a_file() {
    children_spend_one_budget(&Store::file(), "own").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_with_its_own_client_over_redis() {
    children_spend_one_budget(&Store::redis(), "own").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_clients_of_their_parent_over_a_file() {
    children_spend_one_budget(&Store::file(), "inherited").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_clients_of_their_parent_over_redis() {
    children_spend_one_budget(&Store::redis(), "inherited").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn permits_are_the_parents_over_a_file() {
    run("permits", &Store::file(), "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn permits_are_the_parents_over_redis() {
    run("permits", &Store::redis(), "").await;
}

async fn children_spend_one_budget(store: &Store, what: &str) {
    let server = Server::start((1, 5)).await;
    run(what, store, &server.address).await;
    let totals = server.totals(ShortRequest::META);
    println!("{totals:?}");
    assert_eq!((totals.locks, totals.refused), (0, 0));
    assert!(totals.arrivals >= 19, "{totals:?}");
}

async fn run(what: &str, store: &Store, address: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_forking"))
        .arg(what)
        .env_clear()
        .env("CLIQ_SERVER", address)
        .env("CLIQ_LIMITS", &store.place)
        .output();
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
