//! A server that reads a request, responds, and keeps the connection open. It has a separate
//! thread.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The server's URL, and its certificate in PEM.
pub(crate) struct Place {
    pub(crate) base_url: String,
    pub(crate) certificate: Option<String>,
}

/// Starts a server whose responses have about this many bytes.
pub(crate) fn start(size: usize, with_tls: bool) -> Place {
    let (told, address) = mpsc::channel();
    let (acceptor, certificate) = with_tls.then(tls).unzip();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be made");
        runtime.block_on(serve(content(size), acceptor, &told));
    });
    let address: SocketAddr = address.recv().expect("the server starts");
    let scheme = if with_tls { "https" } else { "http" };
    Place {
        base_url: format!("{scheme}://{address}"),
        certificate,
    }
}

fn content(size: usize) -> Bytes {
    let text = "x".repeat(size.saturating_sub(60));
    format!(r#"{{"message_id": "1727333520582_47588994306224", "text": "{text}"}}"#).into()
}

async fn serve(content: Bytes, tls: Option<TlsAcceptor>, told: &mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port can be had");
    let _ = told.send(listener.local_addr().expect("a socket has an address"));
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (content, tls) = (content.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                Some(tls) => connection(tls.accept(stream).await.expect("TLS"), content).await,
                None => connection(stream, content).await,
            }
        });
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, content: Bytes) {
    let answer = service_fn(move |request| answer(request, content.clone()));
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    content: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let mut answer = Response::new(Full::new(content));
    let json = hyper::header::HeaderValue::from_static("application/json");
    answer
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, json);
    Ok(answer)
}

/// Returns an acceptor with a self-signed certificate for loopback.
fn tls() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])
        .expect("a certificate can be made");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has what TLS needs")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the key is the certificate's");
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}
