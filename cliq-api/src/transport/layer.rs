//! `tower` layers around a transport.
//!
//! A layer may change a request or a response, measure, log or fail. The innermost service rejects
//! requests that a layer redirects to another server or sends twice.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::{Exchange, Sent, Transport, TransportError};
use crate::body::{Body, BoxError};

/// The service that a layer wraps: the client's transport, or the next inner layer.
///
/// It accepts any request body. Its future resolves when the head of the response has arrived.
#[derive(Clone)]
pub struct Connection(Inner);

#[derive(Clone)]
enum Inner {
    /// The transport. Requests are checked before they reach it.
    Innermost(Arc<dyn Transport>),
    Layered(Arc<dyn Transport>),
}

/// A type-erased layer, stored until the client is built.
pub(crate) type BoxLayer = Box<dyn FnOnce(Connection) -> Connection + Send>;

/// Erases a layer's type.
pub(crate) fn boxed<L, B>(layer: L) -> BoxLayer
where
    L: Layer<Connection> + Send + 'static,
    L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request<Body>>>::Future: Send,
    <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::new(move |inner| Connection(Inner::Layered(Arc::new(Layered(layer.layer(inner))))))
}

impl Connection {
    /// Wraps the transport in the layers. The first one is the outermost.
    pub(crate) fn layered(
        transport: Arc<dyn Transport>,
        layers: Vec<BoxLayer>,
    ) -> Arc<dyn Transport> {
        let innermost = Self(Inner::Innermost(transport));
        let outermost = layers
            .into_iter()
            .rev()
            .fold(innermost, |inner, layer| layer(inner));
        match outermost.0 {
            Inner::Innermost(transport) | Inner::Layered(transport) => transport,
        }
    }
}

impl<B> Service<Request<B>> for Connection
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = TransportError;
    type Future = Exchange<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (transport, checked) = match &self.0 {
            Inner::Innermost(transport) => (transport, Once::check(&request)),
            Inner::Layered(transport) => (transport, Ok(())),
        };
        let transport = Arc::clone(transport);
        let request = request.map(Body::wrap);
        Box::pin(async move {
            checked?;
            transport.send(request).await
        })
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// Marks a request in its extensions, so that the innermost service can detect one that a layer
/// replaced, redirected or sent twice.
#[derive(Clone)]
pub(crate) struct Once {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    sent: Arc<AtomicBool>,
}

impl Once {
    /// Allows the request to be sent once, to its current origin.
    pub(crate) fn mark(request: &mut Request<Body>) {
        let once = Self {
            scheme: request.uri().scheme().cloned(),
            authority: request.uri().authority().cloned(),
            sent: Arc::default(),
        };
        request.extensions_mut().insert(once);
    }

    fn check<B>(request: &Request<B>) -> Result<(), TransportError> {
        let rejected = |problem| Err(TransportError::new(Sent::No, problem));
        let Some(once) = request.extensions().get::<Self>() else {
            return rejected(
                "a layer of the client replaced the request; a layer must keep the request's \
                 extensions",
            );
        };
        if once.scheme.as_ref() != request.uri().scheme()
            || once.authority.as_ref() != request.uri().authority()
        {
            return rejected("a layer of the client sent the request to another server");
        }
        if once.sent.swap(true, Ordering::Relaxed) {
            let problem = "a layer of the client sent the request twice; use `RetryPolicy`, whose \
                           retries respect the rate limits";
            return Err(TransportError::new(Sent::Maybe, problem));
        }
        Ok(())
    }
}

/// Adapts the outermost service to a transport.
struct Layered<S>(S);

impl<S, B> Transport for Layered<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(&self, request: Request<Body>) -> Exchange<'_> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let failed = |error: S::Error| TransportError::before_response(error.into());
            std::future::poll_fn(|context| service.poll_ready(context))
                .await
                .map_err(failed)?;
            let response = service.call(request).await.map_err(failed)?;
            Ok(response.map(Body::wrap))
        })
    }
}
