//! The plain HTTP listener: sends every request to HTTPS, and serves nothing. It never reads a body,
//! and sends nobody to a name that is not this service's.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, HOST, LOCATION};
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::Result;
use crate::problem::Problem;

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections at once; others wait.
const CONNECTIONS: usize = 256;

/// Where requests are sent.
#[derive(Debug, Clone)]
pub struct Redirect {
    hosts: Vec<String>,
    https_port: u16,
}

impl Redirect {
    /// To this port, under the name that the client used, where it is one of these.
    #[must_use]
    pub fn new(hosts: &[String], https_port: u16) -> Self {
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { hosts, https_port }
    }

    /// The address that a request is sent to; `None` where its `Host` is none of ours.
    fn location<B>(&self, request: &Request<B>) -> Option<HeaderValue> {
        let mut hosts = request.headers().get_all(HOST).iter();
        let (host, None) = (hosts.next()?, hosts.next()) else { return None };
        let named = Authority::try_from(host.as_bytes()).ok()?;
        // A target in absolute form names a host of its own: it must be the same.
        let other = request.uri().authority().is_some_and(|target| *target != named);
        if other || named.as_str().contains('@') {
            return None;
        }
        let name = named.host().to_ascii_lowercase();
        if !self.hosts.contains(&name) {
            return None;
        }
        let target = request.uri().path_and_query()?.as_str();
        if !target.starts_with('/') {
            return None;
        }
        let port = match self.https_port {
            443 => String::new(),
            port => format!(":{port}"),
        };
        HeaderValue::from_str(&format!("https://{name}{port}{target}")).ok()
    }

    /// What a request is answered: 308 to HTTPS, or 400.
    fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        let mut response = match self.location(request) {
            Some(location) => {
                let mut response = Response::new(Full::default());
                *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
                response.headers_mut().insert(LOCATION, location);
                response
            }
            None => Problem::https_required().response::<String>().map(Full::from),
        };
        // What the client has already begun to send is not waited for.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }

    /// Answers on this listener until `stop` is done.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let (redirect, places) = (Arc::new(self), Arc::new(Semaphore::new(CONNECTIONS)));
        let accept = async {
            loop {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let redirect = Arc::clone(&redirect);
                        tokio::spawn(async move {
                            redirect.connection(stream).await;
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
            () = stop => {}
        }
    }

    async fn connection(&self, stream: TcpStream) {
        let service =
            service_fn(|request| async move { Ok::<_, Infallible>(self.answer(&request)) });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(16 * 1024)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        // A client that is slow, broken or gone is no concern of ours.
        let _ = tokio::time::timeout(2 * PATIENCE, served).await;
    }
}

/// Opens the listener of the options, where they name one.
///
/// # Errors
/// Where the address is taken.
pub async fn listen(address: Option<SocketAddr>) -> Result<Option<(TcpListener, SocketAddr)>> {
    let Some(address) = address else { return Ok(None) };
    let listener =
        TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?;
    let address = listener.local_addr()?;
    Ok(Some((listener, address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(host: &[&str], target: &str) -> (u16, Option<String>) {
        let hosts = ["localhost".to_owned(), "Shop.Example".to_owned(), "[::1]".to_owned()];
        let redirect = Redirect::new(&hosts, 8443);
        let mut request = Request::builder().uri(target);
        for host in host {
            request = request.header(HOST, HeaderValue::from_bytes(host.as_bytes()).unwrap());
        }
        let response = redirect.answer(&request.body(()).unwrap());
        let location = response.headers().get(LOCATION).map(|at| at.to_str().unwrap().to_owned());
        (response.status().as_u16(), location)
    }

    #[test]
    fn requests_go_to_the_same_place_over_https() {
        for (host, target, location) in [
            ("localhost", "/a/b?c=d", "https://localhost:8443/a/b?c=d"),
            ("localhost:8080", "/", "https://localhost:8443/"),
            ("SHOP.example", "//evil.example/x", "https://shop.example:8443//evil.example/x"),
            ("[::1]:80", "/%0d%0ax", "https://[::1]:8443/%0d%0ax"),
            ("localhost", "http://localhost/x", "https://localhost:8443/x"),
        ] {
            assert_eq!(answer(&[host], target), (308, Some(location.to_owned())));
        }
        let to_443 = Redirect::new(&["localhost".to_owned()], 443);
        let request = Request::builder().uri("/x").header(HOST, "localhost:80").body(()).unwrap();
        assert_eq!(to_443.location(&request).unwrap(), "https://localhost/x");
    }

    #[test]
    fn a_host_that_is_not_ours_is_no_place_to_go() {
        for host in [
            &[][..],
            &[""],
            &["evil.example"],
            &["localhost", "evil.example"],
            &["localhost@evil.example"],
            &["user@localhost"],
            &["localhost.evil.example"],
            &["localhost/evil"],
            &["localhost:80:80"],
            &["localhost evil"],
            &["local\u{ff}host"],
        ] {
            assert_eq!(answer(host, "/"), (400, None), "{host:?}");
        }
        for target in ["http://evil.example/", "*", "evil.example:443"] {
            assert_eq!(answer(&["localhost"], target), (400, None), "{target}");
        }
    }
}
