//! What the Restify service stored, for as long as it is read. It never writes it.

use dynacrypt::legacy::{JsonGcm, KeyEncoding, LegacyReading};
use example_common::backend::Backend;
use example_common::options::Options;
use example_common::{Result, old};

/// The backend at the deployment that the options name: in the first two, it reads the JSON texts of
/// the Restify service too, under its key in base64.
pub(crate) async fn backend(options: &Options) -> Result<Backend> {
    let texts = async |reading: LegacyReading| {
        Ok(reading.with(JsonGcm::new(old::key(options, KeyEncoding::Base64)?)))
    };
    old::backend(options, texts).await
}
