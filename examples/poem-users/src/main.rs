//! Users on poem: the chain of middlewares that the Koa article asks for, each held by a type or a
//! test. It never answers over plain HTTP, and shows a secret on the one route that is there for it.
//!
//! ```text
//! cargo run -p example-poem-users                    # embedded database, demonstration tokens
//! cargo run -p example-poem-users -- --help
//! ```

mod answer;
mod app;
mod chain;
mod extract;
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
        "poem-users",
        "Users with an attribute that is stored as ciphertext, behind a chain of middlewares",
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
    let app = app::service(Service::new(options, verifier, &backend))?;

    let listener = server::listen(options.listen).await?;
    let https = listener.local_addr()?;
    let http = redirect::listen(options.listen_http).await?;
    let http_address = http.as_ref().map(|(_, address)| *address);
    if let Some((listener, _)) = http {
        let redirect = redirect::Redirect::new(&options.hosts, https.port());
        tokio::spawn(redirect.serve(listener, shutdown.clone().requested()));
    }
    tracing::info!(%https, http = http_address.map(tracing::field::display), on = backend.description(), "serving");
    let demo = demo.map(|demo| demo.with_database(backend.embedded_endpoint()));
    if let Some(demo) = &demo {
        demo.announce(https, http_address)?;
    }
    server::serve(listener, &identity, app, options.max_requests, shutdown).await?;
    tracing::info!("ended");
    Ok(())
}
