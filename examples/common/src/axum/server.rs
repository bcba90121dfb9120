//! TLS in process, with timeouts for handshake and headers, and an end that lets requests finish. It
//! never speaks plain HTTP.

use std::net::{SocketAddr, TcpListener};

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};

use crate::Result;
use crate::limits::HEADERS;
use crate::shutdown::{GRACE, Shutdown};
use crate::tls::Identity;

/// Streams at once on one HTTP/2 connection.
const STREAMS: u32 = 64;

/// Opens the listener.
///
/// # Errors
/// Where the address is taken.
pub fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| format!("{address}: {error}").into())
}

/// Serves until the end is asked for, and requests under way are finished or out of time.
///
/// # Errors
/// Where the identity is none, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    identity: &Identity,
    router: Router,
    shutdown: Shutdown,
) -> Result<()> {
    let config = RustlsConfig::from_config(identity.server_config(&["h2", "http/1.1"])?);
    let handle = Handle::new();
    let ending = handle.clone();
    tokio::spawn(async move {
        shutdown.requested().await;
        ending.graceful_shutdown(Some(GRACE));
    });
    let acceptor = RustlsAcceptor::new(config).handshake_timeout(HEADERS);
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(acceptor)
        .first_request_timeout(HEADERS)
        .handle(handle);
    server.http_builder().http1().header_read_timeout(HEADERS).max_buf_size(32 * 1024);
    server
        .http_builder()
        .http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(HEADERS)
        .keep_alive_timeout(HEADERS);
    server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
