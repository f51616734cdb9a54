//! The transports' features: TLS, proxies, HTTP/2, compression.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cliq_api::prelude::*;
use cliq_api::{Body, ErrorKind, HyperTransport, RetryPolicy, Sent, Transport};
use cliq_tests::over::{Needs, Over, hyper};
use cliq_tests::server::{Server, Step, answer};
use cliq_tests::tls;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, copy_bidirectional, duplex,
};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

#[endpoints]
trait Things {
    #[endpoint(GET "/things/<ID>")]
    fn get_thing(&self, id: String) -> Thing;
    #[endpoint(GET "/things/<ID>/content")]
    fn download_thing(&self, id: String) -> cliq_api::Download;
}

#[derive(Debug, Deserialize)]
struct Thing {
    name: String,
}

fn good() -> Step {
    Step::Write(answer("200 OK", r#"{"name": "a"}"#))
}

async fn name(over: Over, base_url: &str, needs: Needs) -> Result<String, Error> {
    let client = Client::builder(base_url)
        .allow_plain_http()
        .retry(RetryPolicy::none());
    let client = over.build(client, needs).build().unwrap();
    client.get_thing("1").await.map(|thing| thing.name)
}

/// Returns the address of a listener that calls `serve` for each connection.
async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Opens a tunnel to the server for any target, and records the request.
async fn tunnel(mut stream: impl AsyncRead + AsyncWrite + Unpin, to: &str, asked: &Mutex<String>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    asked
        .lock()
        .unwrap()
        .push_str(&String::from_utf8(head).unwrap());
    let mut server = TcpStream::connect(to).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut server).await;
}

/// Starts a proxy that opens tunnels, over TLS if there is an acceptor.
async fn proxy(to: &str, tls: Option<TlsAcceptor>) -> (SocketAddr, Arc<Mutex<String>>) {
    let asked = Arc::<Mutex<String>>::default();
    let (to, book) = (to.to_owned(), Arc::clone(&asked));
    let address = listen(move |stream| {
        let (to, book, tls) = (to.clone(), Arc::clone(&book), tls.clone());
        async move {
            match tls {
                Some(tls) => {
                    let stream = tls.accept(stream).await.unwrap();
                    tunnel(stream, &to, &book).await;
                }
                None => tunnel(stream, &to, &book).await,
            }
        }
    });
    (address.await, asked)
}

#[tokio::test]
async fn a_root_certificate_is_trusted() {
    for over in Over::ALL {
        let (acceptor, certificate) = tls::self_signed(&[]);
        let server = Server::doing_over_tls([Step::Read, good(), Step::Again], acceptor);
        let others = tls::self_signed_pem().0;
        let both = format!("# ours\n{others}{certificate}");
        for (root, trusted) in [(certificate, true), (both, true), (others, false)] {
            let needs = Needs {
                root: Some(root),
                ..Needs::default()
            };
            match name(over, &server.base_url(), needs).await {
                Ok(name) => assert!(trusted && name == "a"),
                Err(error) => {
                    assert!(!trusted, "{over:?}: {error}");
                    assert_eq!((error.kind(), error.sent()), (ErrorKind::Connect, Sent::No));
                    assert!(error.to_string().contains("certificate"), "{error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_platform_s_roots_are_trusted_as_well() {
    let (acceptor, certificate) = tls::self_signed(&[]);
    let server = Server::doing_over_tls([Step::Read, good(), Step::Again], acceptor);
    let transport = HyperTransport::builder().root_certificates(&certificate);
    let transport = transport.build().unwrap();
    let builder = || Client::builder(server.base_url());
    for client in [
        builder().transport(transport),
        builder().root_certificates(&certificate),
    ] {
        client.build().unwrap().get_thing("1").await.unwrap();
    }
}

/// Rather than ignored.
#[tokio::test]
async fn settings_of_the_default_transport_are_refused_beside_another() {
    let builder = || {
        let other = HyperTransport::builder().build().unwrap();
        Client::builder("https://api.example.com").transport(other)
    };
    builder().build().unwrap();
    for set in [
        builder().connect_timeout(Duration::from_secs(1)),
        builder().proxy("http://127.0.0.1:1"),
        builder().root_certificates(tls::self_signed_pem().0),
        builder().only_root_certificates(tls::self_signed_pem().0),
        builder().reqwest(|builder| builder),
    ] {
        let error = set.build().unwrap_err();
        assert!(error.to_string().contains("another one was set"), "{error}");
    }
}

#[test]
fn a_root_certificate_that_is_none_is_refused() {
    let broken = "-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n";
    for (pem, why) in [("", "holds no certificate"), ("{}", "holds no certificate")] {
        let client = Client::builder("https://api.example.com").root_certificates(pem);
        let error = client.build().unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        let transport = HyperTransport::builder().only_root_certificates(pem);
        let error = transport.build().unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    let client = Client::builder("https://api.example.com").only_root_certificates(broken);
    assert_eq!(client.build().unwrap_err().kind(), ErrorKind::Configuration);
    let transport = HyperTransport::builder().only_root_certificates(broken);
    assert!(transport.build().is_err());
}

#[tokio::test]
async fn http_2_is_used_where_both_speak_it() {
    for over in Over::ALL {
        let (acceptor, certificate) = tls::self_signed(&["h2", "http/1.1"]);
        let address = listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let stream = acceptor.accept(stream).await.unwrap();
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let mut body = respond
                        .send_response(http::Response::new(()), false)
                        .unwrap();
                    body.send_data(r#"{"name": "two"}"#.into(), true).unwrap();
                }
            }
        });
        let needs = Needs {
            root: Some(certificate),
            ..Needs::default()
        };
        let base_url = format!("https://{}", address.await);
        assert_eq!(name(over, &base_url, needs).await.unwrap(), "two");
    }
}

#[tokio::test]
async fn http_1_is_used_where_the_server_speaks_only_that() {
    for over in Over::ALL {
        let (acceptor, certificate) = tls::self_signed(&["http/1.1"]);
        let server = Server::doing_over_tls([Step::Read, good(), Step::Again], acceptor);
        let needs = Needs {
            root: Some(certificate),
            ..Needs::default()
        };
        assert_eq!(name(over, &server.base_url(), needs).await.unwrap(), "a");
    }
}

/// Runs all tasks until each of them waits for others or for a socket.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

static ZEROS: [u8; 16 * 1024] = [0; 16 * 1024];

/// Uploads up to `most` bytes, while the transport takes them. Returns how many it took.
async fn upload(to: &mut DuplexStream, most: usize) -> usize {
    let mut taken = 0;
    while taken < most {
        let zeros = &ZEROS[..ZEROS.len().min(most - taken)];
        tokio::select! {
            biased;
            written = to.write(zeros) => taken += written.unwrap(),
            () = settle() => break,
        }
    }
    taken
}

/// TLS buffers what the socket doesn't take at once. It is sent when the server reads again, even
/// if nothing follows.
#[tokio::test]
async fn an_upload_that_pauses_arrives_up_to_there() {
    let (acceptor, certificate) = tls::self_signed(&[]);
    // A window that doesn't grow while the test runs.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let (mut from, to) = duplex(16 * 1024);
    let request = http::Request::post(url).body(Body::async_reader(to));
    let transport = hyper(Needs {
        root: Some(certificate),
        ..Needs::default()
    });
    let sending = tokio::spawn(async move { transport.send(request.unwrap()).await.map(drop) });
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = acceptor.accept(stream).await.unwrap();
    let mut arrives = async |count: usize| {
        let (mut zeros, mut bytes) = (0, vec![0; 64 * 1024]);
        while zeros < count {
            let read = timeout(Duration::from_secs(20), stream.read(&mut bytes)).await;
            let read = read.unwrap_or_else(|_| panic!("{zeros} of {count} bytes arrived"));
            let read = &bytes[..read.unwrap()];
            zeros += read
                .iter()
                .map(|&byte| usize::from(byte == 0))
                .sum::<usize>();
        }
    };
    // As much as is taken while the server reads nothing. Slightly less fills the socket, and a
    // part of the buffer of TLS.
    let most = upload(&mut from, usize::MAX).await;
    arrives(most).await;
    for less in 1..=20 {
        let taken = upload(&mut from, most.saturating_sub(less * 32 * 1024)).await;
        settle().await;
        arrives(taken).await;
    }
    drop(from);
    stream.write_all(&answer("200 OK", "{}")).await.unwrap();
    stream.flush().await.unwrap();
    sending.await.unwrap().unwrap();
}

/// Without TLS, a proxy gets the request with its absolute URL.
#[tokio::test]
async fn a_proxy_is_asked_for_the_whole_url_without_tls() {
    for over in Over::ALL {
        let proxy = Server::doing([Step::Read, good(), Step::Again]);
        let url = proxy.base_url().replace("://", "://user:pass%20word@");
        let needs = Needs {
            proxy: Some(url),
            ..Needs::default()
        };
        let name = name(over, "http://api.example.invalid:8080", needs).await;
        assert_eq!(name.unwrap(), "a", "{over:?}");
        let [request] = &proxy.requests()[..] else {
            panic!("{:?}", proxy.requests());
        };
        let line = "GET http://api.example.invalid:8080/things/1 HTTP/1.1\r\n";
        assert!(request.starts_with(line), "{over:?}: {request}");
        assert!(
            request.contains("proxy-authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n"),
            "{over:?}: {request}"
        );
        assert!(
            request.contains("host: api.example.invalid:8080\r\n"),
            "{over:?}: {request}"
        );
    }
}

#[tokio::test]
async fn with_tls_a_proxy_opens_a_tunnel() {
    for (over, proxy_speaks_tls) in [
        (Over::Reqwest, false),
        (Over::Hyper, false),
        (Over::Reqwest, true),
        (Over::Hyper, true),
    ] {
        let (acceptor, certificate) = tls::self_signed(&[]);
        let server = Server::doing_over_tls([Step::Read, good(), Step::Again], acceptor);
        let to = server.base_url().replace("https://", "");
        let (acceptor, of_proxy) = tls::self_signed(&[]);
        let (proxy, asked) = proxy(&to, proxy_speaks_tls.then_some(acceptor)).await;
        let scheme = if proxy_speaks_tls { "https" } else { "http" };
        let needs = Needs {
            proxy: Some(format!("{scheme}://user:secret@{proxy}")),
            root: Some(format!("{certificate}{of_proxy}")),
            ..Needs::default()
        };
        // The client's builder doesn't use proxies for a loopback base URL.
        let client = match over {
            Over::Hyper => Client::builder(server.base_url()).transport(hyper(needs)),
            Over::Reqwest => {
                let transport = cliq_api::ReqwestTransport::builder()
                    .only_root_certificates(needs.root.unwrap())
                    .proxy(needs.proxy.unwrap());
                Client::builder(server.base_url()).transport(transport.build().unwrap())
            }
        };
        let client = client.retry(RetryPolicy::none()).build().unwrap();
        let thing = client.get_thing("1").await;
        assert_eq!(thing.unwrap().name, "a", "{over:?}");
        let request = &server.requests()[0];
        assert!(
            request.starts_with("GET /things/1 HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(!request.contains("roxy-"), "{request}");
        let asked = asked.lock().unwrap();
        assert!(
            asked.starts_with(&format!("CONNECT {to} HTTP/1.1\r\n")),
            "{asked}"
        );
        assert!(asked.contains("Basic dXNlcjpzZWNyZXQ="), "{asked}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_said() {
    for over in Over::ALL {
        let refuses = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".to_vec();
        let proxy = Server::doing([Step::Read, Step::Write(refuses)]);
        let needs = Needs {
            proxy: Some(proxy.base_url()),
            ..Needs::default()
        };
        let error = name(over, "https://api.example.invalid", needs).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Connect, Sent::No));
        let line = error.to_string();
        assert!(
            line.contains("no connection to api.example.invalid through the proxy: ")
                && line.contains("proxy authorization required"),
            "{over:?}: {line}"
        );
    }
}

#[tokio::test]
async fn compressed_responses_are_unpacked() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(br#"{"name": "packed"}"#).unwrap();
    let packed = encoder.finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    );
    let packed = [head.as_bytes(), &packed].concat();
    for over in Over::ALL {
        let server = Server::doing([Step::Read, Step::Write(packed.clone()), Step::Again]);
        let client = over.build(Client::builder(server.base_url()), Needs::default());
        let client = client.build().unwrap();
        let thing = client.get_thing("1").await.unwrap();
        assert_eq!(thing.name, "packed");
        let download = client.download_thing("1").await.unwrap();
        let length = download.headers().get("content-length");
        assert!(length.is_none(), "{over:?}: {length:?}");
        for request in server.requests() {
            assert!(
                request.contains("accept-encoding: gzip\r\n"),
                "{over:?}: {request}"
            );
        }
        if over == Over::Reqwest {
            continue;
        }
        // A range of a compressed body can't be decompressed, but reqwest tries to.
        let part = client.get_thing("1");
        let part = part.options(|options| options.header("Range", "bytes=0-9"));
        let _ = part.await;
        let request = server.requests().pop().unwrap();
        assert!(!request.contains("accept-encoding"), "{over:?}: {request}");
    }
}

#[tokio::test]
async fn without_a_client_it_sends_no_plain_http_unless_allowed() {
    let server = Server::answering("{}");
    let url = server.base_url();
    let request = || http::Request::get(&url).body(Body::empty()).unwrap();
    let refusing = HyperTransport::builder().build().unwrap();
    let error = refusing.send(request()).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No);
    assert!(error.to_string().contains("without TLS"), "{error}");
    assert_eq!(server.connections(), 0);
    let response = hyper(Needs::default()).send(request()).await.unwrap();
    assert_eq!(response.into_body().collect_up_to(2).await.unwrap(), "{}");
    let request = &server.requests()[0];
    let own = format!("user-agent: {}/", concat!("cliq", "-api"));
    assert!(request.contains(&own), "{request}");
}

/// Each server receives its own name, whichever was called first.
#[tokio::test]
async fn the_host_is_that_of_the_request() {
    let [one, other] = [Server::answering("{}"), Server::answering("{}")];
    let port = one.base_url().rsplit_once(':').unwrap().1.to_owned();
    let transport = hyper(Needs::default());
    let by_name = format!("http://localhost:{port}");
    for url in [one.base_url(), other.base_url(), by_name, one.base_url()] {
        let (_, host) = url.split_once("://").unwrap();
        let request = http::Request::get(&url).body(Body::empty()).unwrap();
        transport.send(request).await.unwrap();
        let server = if url == other.base_url() {
            &other
        } else {
            &one
        };
        let request = server.requests().pop().unwrap();
        let hosts: Vec<_> = request
            .lines()
            .filter_map(|line| line.strip_prefix("host: "))
            .collect();
        assert_eq!(hosts, [host], "{request}");
    }
    // A `Host` header that the request has is kept.
    let own = http::Request::get(one.base_url()).header("host", "api.example.com");
    transport
        .send(own.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let request = one.requests().pop().unwrap();
    assert!(request.contains("host: api.example.com\r\n"), "{request}");
}

/// A URL can contain a password, and the scheme's default port.
#[tokio::test]
async fn the_host_is_without_what_is_usual_or_secret() {
    let proxy = Server::answering("{}");
    let needs = Needs {
        proxy: Some(proxy.base_url()),
        ..Needs::default()
    };
    for (url, host) in [
        ("http://api.example.invalid:80/", "api.example.invalid"),
        ("http://a:b@api.example.invalid/", "api.example.invalid"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ] {
        // The transport caches the first server's host.
        let transport = hyper(needs.clone());
        for _ in 0..2 {
            let request = http::Request::get(url).body(Body::empty()).unwrap();
            transport.send(request).await.unwrap();
            let request = proxy.requests().pop().unwrap();
            assert!(request.contains(&format!("host: {host}\r\n")), "{request}");
        }
    }
}
