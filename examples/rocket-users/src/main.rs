//! Users on Rocket: what the Flask article asks for, held by types. It never answers over plain HTTP,
//! and never shows a secret but on the one route that is there to reveal it.
//!
//! ```text
//! cargo run -p example-rocket-users                    # embedded database, demonstration tokens
//! cargo run -p example-rocket-users -- --help
//! ```

mod answer;
mod app;
mod body;
mod dispatch;
mod fairings;
mod guards;
mod old;
mod record;
mod routes;
mod server;

use example_common::options::{Command, Options};
use example_common::tls::Identity;
use example_common::{Result, demo, logs, migrate, redirect, shutdown};

use crate::app::Service;
use crate::record::User;

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::read(
        "rocket-users",
        "Users whose address and number are stored as ciphertext, over HTTPS alone",
    );
    logs::init(&options.log, logs::redactor::<User>())?;
    match &options.command {
        None | Some(Command::Serve) => serve(&options).await,
        Some(Command::Migrate(how)) => {
            migrate::run::<User>(&options, how, &old::backend(&options).await?).await
        }
    }
}

async fn serve(options: &Options) -> Result<()> {
    let shutdown = shutdown::Shutdown::on_signals()?;
    let identity = Identity::load(options)?;
    let (verifier, demo) = demo::verifier(options, &identity)?;
    let backend = old::backend(options).await?;
    backend.prepare::<User>().await?;
    let service = Service::new(options, verifier, &backend);

    let listener = server::listen(options.listen).await?;
    let https = listener.local_addr()?;
    let http = redirect::listen(options.listen_http).await?;
    let http_address = http.as_ref().map(|(_, address)| *address);
    if let Some((listener, _)) = http {
        let redirect = redirect::Redirect::new(&options.hosts, https.port());
        tokio::spawn(redirect.serve(listener, shutdown.clone().requested()));
    }
    let (on, http) = (backend.description(), http_address.map(tracing::field::display));
    tracing::info!(%https, http, on, "serving");
    let demo = demo.map(|demo| demo.with_database(backend.embedded_endpoint()));
    if let Some(demo) = &demo {
        demo.announce(https, http_address)?;
    }
    server::serve(listener, &identity, app::rocket(service), shutdown).await?;
    tracing::info!("ended");
    Ok(())
}
