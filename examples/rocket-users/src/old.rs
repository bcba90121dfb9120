//! The Fernet tokens of the Flask service, for as long as they are read. It never writes one.

use dynacrypt::legacy::{Fernet, KeyEncoding, LegacyKey, LegacyReading};
use example_common::Result;
use example_common::backend::Backend;
use example_common::options::Options;

/// The backend at the deployment that the options name: in the first two, it reads tokens too.
pub(crate) fn at_stage(backend: Backend, options: &Options) -> Result<Backend> {
    if !options.stage.reads_old() {
        return Ok(backend);
    }
    let (Some(key), Some(until)) = (&options.legacy_key, options.legacy_until) else {
        return Err(
            "stages 1 and 2 read Fernet tokens: give --legacy-key and --legacy-until".into()
        );
    };
    let key = LegacyKey::from_file(key, KeyEncoding::Base64)?;
    let reading = LegacyReading::until(until).with(Fernet::new(key));
    tracing::warn!(stage = ?options.stage, "items in their old form are read too");
    Ok(backend.at_stage(options.stage, reading))
}
