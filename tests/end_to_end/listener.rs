//! A small server that sends given responses byte by byte, and records requests.

use std::sync::{Arc, Mutex};

use cliq_api::limit::LimitSettings;
use cliq_api::prelude::*;
use cliq_api::{ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Responds to one request per connection, until the test ends.
pub(crate) struct Listener {
    address: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Responds to each request with the next of `answers`; the last one is repeated. An empty one
    /// closes the connection.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let answers: Vec<String> = answers.into_iter().map(Into::into).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut count = 0;
            while let Ok((mut connection, _)) = listener.accept().await {
                let request = read(&mut connection).await;
                book.lock().unwrap().push(request);
                let answer = answers[count.min(answers.len() - 1)].clone();
                count += 1;
                let _ = connection.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            address,
            asked,
            task,
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.client_builder().build().unwrap()
    }

    /// Without retries and limits.
    pub(crate) fn client_builder(&self) -> ClientBuilder {
        let builder = Client::cliq(DataCenter::US)
            .base_url(self.base_url())
            .access_token("1000.canary-token");
        builder
            .retry(RetryPolicy::none())
            .limits(LimitSettings::off())
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests, head and body, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns a JSON response.
pub(crate) fn json(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

async fn read(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = connection.read(&mut buffer).await.unwrap_or_default();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |n| n.parse().unwrap());
        if count == 0
            || text
                .split_once("\r\n\r\n")
                .is_some_and(|(_, body)| body.len() >= length)
        {
            return text;
        }
    }
}
