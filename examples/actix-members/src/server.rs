//! TLS in process, with timeouts for handshake and headers, and an end that lets requests finish.
//! It never speaks plain HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use actix_web_helmet::Helmet;
use example_common::limits::HEADERS;
use example_common::shutdown::{GRACE, Shutdown};
use example_common::tls::Identity;
use example_common::{Result, headers};

use crate::app::{self, Service};
use crate::around;

/// Connections at once, of each worker.
const CONNECTIONS: usize = 1024;

/// Opens the listener. The server serves until the end is asked for, and requests under way are
/// finished or out of time.
///
/// A request goes through: logs, security headers, bounds and forwarding headers and rates, the
/// egress guard.
///
/// # Errors
/// Where the address is taken.
pub(crate) fn bind(
    address: SocketAddr,
    identity: &Identity,
    service: Service,
    shutdown: Shutdown,
) -> Result<(Server, SocketAddr)> {
    let service = web::Data::new(service);
    let helmet = headers::api().into_iter().fold(Helmet::new(), Helmet::add).into_middleware();
    let helmet = helmet.map_err(|error| error.to_string())?;
    let factory = move || {
        App::new()
            .app_data(service.clone())
            .configure(app::routes)
            .wrap(from_fn(around::guard))
            .wrap(from_fn(around::admit))
            .wrap(helmet.clone())
            .wrap(from_fn(around::log))
    };
    // actix names the protocol itself: `http/1.1`.
    let tls = Arc::unwrap_or_clone(identity.server_config(&[])?);
    let server = HttpServer::new(factory)
        .max_connections(CONNECTIONS)
        .tls_handshake_timeout(HEADERS)
        .client_request_timeout(HEADERS)
        .shutdown_timeout(GRACE.as_secs())
        .shutdown_signal(shutdown.requested())
        .bind_rustls_0_23(address, tls)
        .map_err(|error| format!("{address}: {error}"))?;
    let address = server.addrs().first().copied().ok_or("no address was bound")?;
    Ok((server.run(), address))
}
