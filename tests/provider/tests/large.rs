//! 1 GiB up and 1 GiB down, in a separate process, whose memory is measured: both ends together use
//! less than 64 MiB.

#![cfg(target_os = "linux")]
#![expect(missing_docs, reason = "the declared API is test data")]

use std::io::{self, Read};
use std::net::Ipv4Addr;

use axum::Router;
use axum::routing::get;
use cliq_api::prelude::*;
use cliq_api::{Body, Download, Part, Text};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

#[endpoints]
pub trait Depot {
    #[endpoint(GET "/file")]
    fn get_file(&self) -> Download;

    #[endpoint(PUT "/file")]
    fn put_file(&self, #[body(stream)] content: Body) -> Text;

    #[endpoint(POST "/file", multipart)]
    fn post_file(&self, #[part] file: Part) -> Text;
}

const SIZE: u64 = 1 << 30;
const MAX_MEMORY: u64 = 64 << 20;

/// Returns the peak memory of this process, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes << 10
}

fn content() -> impl Read + Send + 'static {
    io::repeat(b'x').take(SIZE)
}

/// Responds with the length of what it has received.
async fn length(mut body: axum::body::Body) -> String {
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        length += frame
            .unwrap()
            .data_ref()
            .map_or(0, |data| data.len() as u64);
    }
    length.to_string()
}

#[tokio::test]
async fn a_gibibyte_each_way_takes_little_memory() {
    let file = async || axum::body::Body::new(Body::reader(content()));
    let router = Router::new().route("/file", get(file).put(length).post(length));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = Client::builder(format!("http://{address}"))
        .timeout(std::time::Duration::from_mins(10))
        .build()
        .unwrap();

    let mut download = client.get_file().await.unwrap();
    let mut received = 0;
    while let Some(piece) = download.next().await {
        received += piece.unwrap().len() as u64;
    }
    assert_eq!(received, SIZE);
    let sent = client.put_file(Body::reader(content())).await.unwrap();
    assert_eq!(sent.parse::<u64>().unwrap(), SIZE);
    let part = Part::new(Body::reader(content())).file_name("large");
    let sent = client.post_file(part).await.unwrap();
    assert!(sent.parse::<u64>().unwrap() > SIZE);
    let peak = peak();
    assert!(peak < MAX_MEMORY, "{peak} bytes");
}
