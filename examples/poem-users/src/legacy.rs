//! The form that the Koa service stored, and until when it is read. It never writes one.

use dynacrypt::legacy::{KeyEncoding, LegacyKey, LegacyReading, SplitGcm};
use example_common::Result;
use example_common::backend::Backend;
use example_common::options::Options;

/// Where the Koa service had its key, in hex.
const KEY_VARIABLE: &str = "ENCRYPTION_KEY";

/// The database and the keys, for the deployment that this is.
///
/// # Errors
/// Where the old form is to be read, and its key is not there.
pub(crate) async fn open(options: &Options) -> Result<Backend> {
    // The key first: what is missing is said before anything is connected to.
    let reading = reading(options)?;
    let backend = Backend::open(&options.backend).await?;
    Ok(match reading {
        Some(reading) => backend.at_stage(options.stage, reading),
        None => backend,
    })
}

/// The reader of the old form, in the deployments that have one.
fn reading(options: &Options) -> Result<Option<LegacyReading>> {
    if !options.stage.reads_old() {
        return Ok(None);
    }
    let key = match &options.legacy_key {
        Some(file) => LegacyKey::from_file(file, KeyEncoding::Hex),
        None => LegacyKey::from_env(KEY_VARIABLE, KeyEncoding::Hex),
    };
    let key = key.map_err(|error| {
        format!("stages 1 and 2 read the old form: --legacy-key or {KEY_VARIABLE}, in hex: {error}")
    })?;
    tracing::warn!(stage = ?options.stage, "reads what the Koa service stored, for a time");
    Ok(Some(LegacyReading::until(options.legacy_end()).with(SplitGcm::new(key))))
}
