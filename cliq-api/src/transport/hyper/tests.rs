//! SOCKS, as a proxy sees it. What needs no feature is tested through a client, in `tests/`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use http::Request;

use super::HyperTransport;
use crate::body::Body;
use crate::transport::{Sent, Transport};

/// A proxy that serves one connection.
fn proxy<T: Send + 'static>(
    serve: impl FnOnce(&mut TcpStream) -> T + Send + 'static,
) -> (u16, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || serve(&mut listener.accept().unwrap().0));
    (port, served)
}

fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Reads a text that follows its length.
fn text(stream: &mut TcpStream) -> String {
    let [length] = read(stream);
    let mut text = vec![0; length.into()];
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Reads a text up to its 0.
fn text_until_0(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    loop {
        match read(stream) {
            [0] => return String::from_utf8(text).unwrap(),
            [byte] => text.push(byte),
        }
    }
}

/// What is behind the proxy.
fn answer(stream: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.extend(read::<1>(stream));
    }
    assert!(request.starts_with(b"GET /a HTTP/1.1\r\n"));
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        .unwrap();
}

/// Greets, and reads what the proxy is asked to connect to.
fn socks5(stream: &mut TcpStream) -> (String, u16) {
    let [version, methods] = read(stream);
    assert_eq!(version, 5);
    let mut offered = vec![0; methods.into()];
    stream.read_exact(&mut offered).unwrap();
    if offered.contains(&2) {
        stream.write_all(&[5, 2]).unwrap();
        assert_eq!(read(stream), [1]);
        assert_eq!(
            (text(stream), text(stream)),
            ("user".into(), "pass word".into())
        );
        stream.write_all(&[1, 0]).unwrap();
    } else {
        stream.write_all(&[5, 0]).unwrap();
    }
    let host = match read(stream) {
        [5, 1, 0, 1] => format!("{:?}", read::<4>(stream)),
        [5, 1, 0, 3] => text(stream),
        [5, 1, 0, 4] => format!("{:?}", read::<16>(stream)),
        other => panic!("{other:?}"),
    };
    (host, u16::from_be_bytes(read(stream)))
}

async fn get(proxy: String, url: &str) -> Result<(), crate::TransportError> {
    let transport = HyperTransport::builder().proxy(proxy).allow_plain_http();
    let transport = transport.build().unwrap();
    let request = Request::get(url).body(Body::empty()).unwrap();
    transport.send(request).await.map(drop)
}

#[tokio::test]
async fn socks5_with_a_password_and_names_that_the_proxy_resolves() {
    let (port, asked) = proxy(|stream| {
        let asked = socks5(stream);
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        answer(stream);
        asked
    });
    let url = format!("socks5h://user:pass%20word@127.0.0.1:{port}");
    get(url, "http://api.example.invalid/a").await.unwrap();
    assert_eq!(asked.join().unwrap(), ("api.example.invalid".into(), 80));
}

#[tokio::test]
async fn socks5_with_names_that_are_resolved_here() {
    let (port, asked) = proxy(|stream| {
        let asked = socks5(stream);
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        answer(stream);
        asked
    });
    let url = format!("socks5://127.0.0.1:{port}");
    get(url, "http://127.0.0.1:8080/a").await.unwrap();
    assert_eq!(asked.join().unwrap(), ("[127, 0, 0, 1]".into(), 8080));
}

#[tokio::test]
async fn socks4a() {
    let (port, asked) = proxy(|stream| {
        assert_eq!(read(stream), [4, 1]);
        let port = u16::from_be_bytes(read(stream));
        // No address, for the name that follows.
        let [address @ .., last] = read::<4>(stream);
        assert!(address == [0; 3] && last > 0);
        text_until_0(stream);
        let host = text_until_0(stream);
        stream.write_all(&[0, 90, 0, 0, 0, 0, 0, 0]).unwrap();
        answer(stream);
        (host, port)
    });
    let url = format!("socks4a://127.0.0.1:{port}");
    get(url, "http://api.example.invalid:81/a").await.unwrap();
    assert_eq!(asked.join().unwrap(), ("api.example.invalid".into(), 81));
}

#[tokio::test]
async fn a_proxy_that_refuses_means_that_nothing_was_sent() {
    let (port, asked) = proxy(|stream| {
        let asked = socks5(stream);
        // Not allowed by its rules.
        stream.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        asked
    });
    let url = format!("socks5h://127.0.0.1:{port}");
    let error = get(url, "http://api.example.invalid/a").await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    let line = error.to_string();
    let begun = "no connection to api.example.invalid through the proxy: ";
    assert!(line.starts_with(begun), "{line}");
    asked.join().unwrap();
}
