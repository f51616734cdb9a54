//! Streamed bodies and responses, and pages, with an axum server.

#![expect(missing_docs, reason = "the declared API is test data")]

mod downloads;
mod events;
mod keys;
mod lines;
mod multipart;
mod paging;
mod uploads;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use cliq_api::prelude::*;
use cliq_api::{Body, Download, Events, JsonLines, Part, RetryPolicy, Text};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[endpoints]
pub trait Depot {
    #[endpoint(GET "/files/<NAME>")]
    fn get_file(&self, name: String) -> Download;

    #[endpoint(PUT "/files/<NAME>")]
    fn put_file(&self, name: String, #[body(stream, content_type = "image/png")] content: Body);

    #[endpoint(POST "/files", idempotent)]
    fn add_file(&self, #[body(stream)] content: Option<Body>);

    #[endpoint(GET "/texts/<NAME>")]
    fn get_text(&self, name: String) -> Text;

    #[endpoint(POST "/forms", multipart)]
    fn post_form(
        &self,
        #[part] title: String,
        #[part] count: Option<u8>,
        #[part("tag")] tags: Option<Vec<String>>,
        #[part] image: Part,
        #[part("file")] files: Option<Vec<Part>>,
    ) -> serde_json::Value;

    #[endpoint(POST "/lists", multipart)]
    fn post_list(&self, #[part("file")] files: Vec<Part>) -> serde_json::Value;

    #[endpoint(GET "/events")]
    fn watch(&self, #[query] from: Option<u32>) -> Events<Change>;

    #[endpoint(GET "/text-events")]
    fn watch_text(&self, #[query] from: Option<u32>) -> Events<Text>;

    #[endpoint(GET "/export")]
    fn export(&self) -> JsonLines<Change>;

    #[endpoint(POST "/orders", idempotency_key = "Idempotency-Key")]
    fn order(&self, #[field] item: String);

    #[endpoint(POST "/plain")]
    fn order_plainly(&self, #[field] item: String);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub id: u32,
}

/// Serves on a loopback port; returns the URL.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A client that retries without a delay.
fn client(url: &str) -> Client {
    let quick = RetryPolicy::new().initial_backoff(Duration::ZERO);
    Client::builder(url).retry(quick).build().unwrap()
}

/// A body with this many chunks of 64 KiB, and how many were polled.
struct Pieces {
    left: usize,
    made: Arc<AtomicUsize>,
}

impl Pieces {
    fn new(left: usize) -> (Self, Arc<AtomicUsize>) {
        let made = Arc::new(AtomicUsize::new(0));
        let pieces = Self {
            left,
            made: Arc::clone(&made),
        };
        (pieces, made)
    }
}

const PIECE: usize = 64 << 10;

static CONTENT: [u8; PIECE] = [b'x'; PIECE];

/// More chunks than sockets and HTTP buffer between two processes.
const IN_BETWEEN: usize = (24 << 20) / PIECE;

impl futures_core::Stream for Pieces {
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        if self.left == 0 {
            return std::task::Poll::Ready(None);
        }
        self.left -= 1;
        self.made.fetch_add(1, Ordering::Relaxed);
        std::task::Poll::Ready(Some(Ok(Bytes::from_static(&CONTENT))))
    }
}

/// Lets other tasks run until they all wait.
async fn settle() {
    for _ in 0..2000 {
        tokio::task::yield_now().await;
    }
}
