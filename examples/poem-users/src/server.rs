//! TLS in process: a time for handshake and headers, so many connections, an end that lets requests
//! finish. It never speaks plain HTTP.
//!
//! poem's own server has none of the first two, and builds its TLS configuration itself.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use example_common::Result;
use example_common::limits::HEADERS;
use example_common::shutdown::{GRACE, Shutdown};
use example_common::tls::Identity;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// HTTP/1.1, as Koa has it: its time for headers ends idle connections too, which HTTP/2 has no
/// equal of.
const PROTOCOLS: [&str; 1] = ["http/1.1"];
/// Bytes of a request's headers.
const MAX_HEAD: usize = 32 * 1024;

/// Opens the listener.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}").into())
}

/// Serves until the end is asked for, and requests under way are finished or out of time.
///
/// For each request that may be under way there are two connections: most are idle. Others wait.
pub(crate) async fn serve<E: Endpoint<Output = Response> + 'static>(
    listener: TcpListener,
    identity: &Identity,
    app: E,
    max_requests: usize,
    shutdown: Shutdown,
) -> Result<()> {
    let server = Server {
        acceptor: TlsAcceptor::from(identity.server_config(&PROTOCOLS)?),
        app: Arc::new(app),
        local: LocalAddr(Addr::SocketAddr(listener.local_addr()?)),
        shutdown: shutdown.clone(),
    };
    let connections = u32::try_from(max_requests.saturating_mul(2))?;
    let places = Arc::new(Semaphore::new(usize::try_from(connections)?));
    let mut end = pin!(shutdown.requested());
    loop {
        tokio::select! {
            () = &mut end => break,
            accepted = accept(&listener, &places) => match accepted {
                Some((stream, peer, place)) => {
                    let server = server.clone();
                    tokio::spawn(async move {
                        server.connection(stream, peer).await;
                        drop(place);
                    });
                }
                // Out of descriptors, say: it is no use to ask again at once.
                None => tokio::time::sleep(Duration::from_millis(100)).await,
            },
        }
    }
    drop(listener);
    // All places are free once no connection is open.
    if timeout(GRACE, places.acquire_many(connections)).await.is_err() {
        tracing::warn!("requests under way were out of time");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let (stream, peer) = listener.accept().await.ok()?;
    Some((stream, peer, place))
}

struct Server<E> {
    acceptor: TlsAcceptor,
    app: Arc<E>,
    local: LocalAddr,
    shutdown: Shutdown,
}

impl<E> Clone for Server<E> {
    fn clone(&self) -> Self {
        Self {
            acceptor: self.acceptor.clone(),
            app: Arc::clone(&self.app),
            local: self.local.clone(),
            shutdown: self.shutdown.clone(),
        }
    }
}

impl<E: Endpoint<Output = Response> + 'static> Server<E> {
    /// One connection. A client that is slow, broken or gone is no concern of ours.
    async fn connection(self, stream: TcpStream, peer: SocketAddr) {
        let mut end = pin!(self.shutdown.requested());
        let handshake = timeout(HEADERS, self.acceptor.accept(stream));
        let stream = tokio::select! {
            shaken = handshake => match shaken {
                Ok(Ok(stream)) => stream,
                _ => return,
            },
            () = &mut end => return,
        };
        let service = service_fn(|request: Request<Incoming>| {
            let (app, local) = (Arc::clone(&self.app), self.local.clone());
            let remote = RemoteAddr(Addr::SocketAddr(peer));
            async move {
                let request = (request, local, remote, Scheme::HTTPS).into();
                Ok::<hyper::Response<_>, Infallible>(app.get_response(request).await.into())
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = &mut end => connection.as_mut().graceful_shutdown(),
        }
        // Its answer is bounded by the time of a request.
        let _ = connection.await;
    }
}
