//! Members on actix-web: what the Django article asks for, held by types. It never answers over
//! plain HTTP, and never shows a secret but on the one route that is there to reveal it.
//!
//! ```text
//! cargo run -p example-actix-members                    # embedded database, demonstration tokens
//! cargo run -p example-actix-members -- --help
//! ```

mod answer;
mod app;
mod around;
mod extract;
mod members;
mod routes;
mod server;
mod settings;
mod stream;

use dynacrypt::table::StreamView;
use example_common::options::{self, Command};
use example_common::tls::Identity;
use example_common::{Result, demo, logs, migrate, redirect, shutdown};

use crate::app::Service;
use crate::members::{Member, Members};
use crate::settings::Settings;
use crate::stream::Consumer;
use crate::stream::history::History;

#[tokio::main]
async fn main() -> Result<()> {
    let settings: Settings = options::read(
        "actix-members",
        "Members whose number and email are stored as ciphertext, over HTTPS alone",
    );
    logs::init(&settings.options.log, logs::redactor::<Member>())?;
    match &settings.options.command {
        None | Some(Command::Serve) => serve(&settings).await,
        Some(Command::Migrate(how)) => {
            migrate::run::<Member>(&settings.options, how, &settings.backend().await?).await
        }
    }
}

async fn serve(settings: &Settings) -> Result<()> {
    let options = &settings.options;
    let shutdown = shutdown::Shutdown::on_signals()?;
    let identity = Identity::load(options)?;
    let backend = settings.backend().await?;
    let (verifier, demo) = demo::verifier(options, &identity)?;
    let consumes = settings.consumes();
    let table = |table: dynacrypt::table::TableSpec| {
        if consumes { table.with_stream(StreamView::NewAndOldImages) } else { table }
    };
    backend.prepare_with::<Member>(table).await?;

    let history = consumes.then(History::default);
    let follower = match history.clone() {
        Some(history) => Some(Consumer::open(&options.backend, &backend, history).await?),
        None => None,
    };
    let follower = follower.map(|consumer| tokio::spawn(consumer.run(shutdown.clone())));

    let service = Service::new(options, verifier, Members::new(&backend, history));
    let (server, https) = server::bind(options.listen, &identity, service, shutdown.clone())?;
    let http = redirect::listen(options.listen_http).await?;
    let http_address = http.as_ref().map(|(_, address)| *address);
    if let Some((listener, _)) = http {
        let redirect = redirect::Redirect::new(&options.hosts, https.port());
        tokio::spawn(redirect.serve(listener, shutdown.requested()));
    }
    tracing::info!(%https, http = ?http_address, on = backend.description(), "serving");
    let demo = demo.map(|demo| demo.with_database(backend.embedded_endpoint()));
    if let Some(demo) = &demo {
        demo.announce(https, http_address)?;
    }
    server.await?;
    if let Some(follower) = follower {
        // It was told to end when the server was.
        let _ = tokio::time::timeout(shutdown::GRACE, follower).await;
    }
    tracing::info!("ended");
    Ok(())
}
