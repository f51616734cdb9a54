//! An endpoint of your own, called with the same client: `cargo run --example custom_endpoint`.
//!
//! Only the trait has to be written. It could be a part of Cliq that `cliq-api` doesn't declare, or
//! any other HTTP API. A small server at the end of this file responds here.

use std::io;

use cliq_api::prelude::*;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Tickets of a help desk.
#[endpoints(base = "/api/v1", scope_prefix = "Desk", limit = "30/min", lock = "5m")]
pub trait Tickets {
    /// Retrieves a ticket.
    #[endpoint(GET "/tickets/<TICKET_ID>", scope = "Tickets.READ", response = "data")]
    fn get_ticket(
        &self,
        ticket_id: String,
        /// Further data to include.
        #[query(csv)]
        include: Option<Vec<String>>,
    ) -> Ticket;
}

/// A ticket.
#[derive(Debug, Deserialize)]
pub struct Ticket {
    /// The subject.
    pub subject: String,
    /// Whether it is assigned to somebody.
    pub assigned: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let client = Client::builder(format!("http://{}", listener.local_addr()?))
        .access_token("1000.an-access-token")
        .build()?;
    tokio::spawn(help_desk(listener));

    for endpoint in TICKETS {
        println!("declared: {endpoint}, limits {:?}", endpoint.limits());
    }
    let ticket = client
        .get_ticket("ops/alerts & more")
        .include(["history", "watchers"])
        .await?;
    println!("answered: {ticket:?}");
    Ok(())
}

/// Responds to each request with a ticket, and prints the request.
async fn help_desk(listener: TcpListener) -> io::Result<()> {
    loop {
        let (mut connection, _) = listener.accept().await?;
        let mut request = vec![0; 4096];
        let length = connection.read(&mut request).await?;
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        println!("asked:    {}", request.lines().next().unwrap_or_default());
        let body = r#"{"data": {"subject": "Nobody can sign in", "assigned": true}}"#;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        connection
            .write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes())
            .await?;
    }
}
