//! Profiles on axum: what the Restify article asks for, held by types. It never answers over plain
//! HTTP, and never shows a secret but on the one route that is there to reveal it.
//!
//! ```text
//! cargo run -p example-axum-profiles                    # embedded database, demonstration tokens
//! cargo run -p example-axum-profiles -- --help
//! ```

mod app;
mod old;
mod page;
mod record;
mod routes;

use std::sync::Arc;

use example_common::axum as server;
use example_common::options::{Command, Options};
use example_common::tls::Identity;
use example_common::{Result, demo, logs, migrate, redirect, shutdown};

use crate::app::Service;
use crate::page::Demonstration;
use crate::record::Profile;

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::read(
        "axum-profiles",
        "Profiles whose number and API key are stored as ciphertext, over HTTPS alone",
    );
    logs::init(&options.log, logs::redactor::<Profile>())?;
    match &options.command {
        None | Some(Command::Serve) => serve(&options).await,
        Some(Command::Migrate(how)) => {
            migrate::run::<Profile>(&options, how, &old::backend(&options).await?).await
        }
    }
}

async fn serve(options: &Options) -> Result<()> {
    let shutdown = shutdown::Shutdown::on_signals()?;
    let identity = Identity::load(options)?;
    let (verifier, demo) = demo::verifier(options, &identity)?;
    let backend = old::backend(options).await?;
    backend.prepare::<Profile>().await?;
    let demo = demo.map(|demo| Arc::new(demo.with_database(backend.embedded_endpoint())));
    let demonstration = Demonstration::of(options, demo.as_ref(), &backend);
    let page = demonstration.is_some();
    let service = Service::new(options, verifier, &backend, demonstration);

    let listener = server::listen(options.listen)?;
    let https = listener.local_addr()?;
    let http = redirect::listen(options.listen_http).await?;
    let http_address = http.as_ref().map(|(_, address)| *address);
    if let Some((listener, _)) = http {
        let redirect = redirect::Redirect::new(&options.hosts, https.port());
        tokio::spawn(redirect.serve(listener, shutdown.clone().requested()));
    }
    tracing::info!(%https, http = http_address.map(tracing::field::display), on = backend.description(), "serving");
    if page {
        tracing::info!(page = %format_args!("https://{https}/"), "a page to see it, in a browser");
    }
    if let Some(demo) = &demo {
        demo.announce(https, http_address)?;
    }
    server::serve(listener, &identity, app::router(service)?, shutdown).await?;
    tracing::info!("ended");
    Ok(())
}
