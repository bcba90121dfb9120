//! Connections: TLS in process, with time limits for handshake and headers, a bound on how many there
//! are, and an end that lets requests finish. It never speaks plain HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use example_common::Result;
use example_common::limits::HEADERS;
use example_common::shutdown::{GRACE, Shutdown};
use example_common::tls::Identity;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rocket::local::asynchronous::Client;
use rocket::{Build, Rocket};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::dispatch;

/// Connections at once; others wait.
const CONNECTIONS: u32 = 1024;

/// Opens the listener.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}").into())
}

struct Server {
    rocket: Client,
    acceptor: TlsAcceptor,
    shutdown: Shutdown,
}

/// Serves until the end is asked for, and requests under way are finished or out of time.
///
/// Rocket's own server takes no TLS configuration of ours, and neither handshake nor headers have a
/// time limit there. Its routes, guards and fairings do not need it: `local` is the way to them.
pub(crate) async fn serve(
    listener: TcpListener,
    identity: &Identity,
    rocket: Rocket<Build>,
    shutdown: Shutdown,
) -> Result<()> {
    let rocket = Client::untracked(rocket);
    let rocket = rocket.await.map_err(|error| format!("Rocket did not start: {}", error.kind()))?;
    let acceptor = TlsAcceptor::from(identity.server_config(&["http/1.1"])?);
    let server = Arc::new(Server { rocket, acceptor, shutdown: shutdown.clone() });
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let accept = async {
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let server = Arc::clone(&server);
                    tokio::spawn(async move {
                        server.connection(stream, peer).await;
                        drop(place);
                    });
                }
                // Out of descriptors, say: it is no use to ask again at once.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    tokio::select! {
        () = accept => {}
        () = shutdown.requested() => {}
    }
    drop(listener);
    // All places are free once all connections are closed.
    let _ = tokio::time::timeout(GRACE, places.acquire_many(CONNECTIONS)).await;
    Ok(())
}

impl Server {
    async fn connection(&self, stream: TcpStream, peer: SocketAddr) {
        let handshake = tokio::time::timeout(HEADERS, self.acceptor.accept(stream));
        let Ok(Ok(stream)) = handshake.await else { return };
        let service = service_fn(|request| async move {
            Ok::<_, Infallible>(dispatch::answer(&self.rocket, peer, request).await)
        });
        let mut connection = std::pin::pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS)
                .max_buf_size(32 * 1024)
                .serve_connection(TokioIo::new(stream), service)
        );
        // A client that is slow, broken or gone is no concern of ours.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.shutdown.clone().requested() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}
