//! The end of a service: asked for by SIGTERM or Ctrl-C, heard by every listener. It never ends the
//! process itself.

use std::time::Duration;

use tokio::sync::watch;

use crate::Result;

/// How long requests under way may take to finish.
pub const GRACE: Duration = Duration::from_secs(10);

/// Tells any number of listeners that the service is to end.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Listens for SIGTERM and Ctrl-C. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// Where signals cannot be listened for.
    pub fn on_signals() -> Result<Self> {
        let (asked, receiver) = watch::channel(false);
        #[cfg(unix)]
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::spawn(async move {
            #[cfg(unix)]
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            tracing::info!("asked to end: finishing what is under way");
            let _ = asked.send(true);
        });
        Ok(Self(receiver))
    }

    /// Done once the service is to end.
    pub async fn requested(mut self) {
        // Without a sender there is nobody to ask: then, too, it is time to end.
        let _ = self.0.wait_for(|asked| *asked).await;
    }
}
