//! What the service of before stored: read in the first two deployments of the move. It never
//! writes it, and asks for no KMS key but the one that it is told.

use dynacrypt::legacy::{KmsGcm, LegacyReading};
use example_common::backend::Backend;
use example_common::options::Options;
use example_common::{Result, old};

/// The backend at the deployment that the options name: in the first two, `sensitive_field`,
/// `encrypted_key` and `nonce` are opened with the data key that KMS unwraps.
pub(crate) async fn backend(options: &Options) -> Result<Backend> {
    let values = async |reading: LegacyReading| {
        Ok(reading.with(KmsGcm::new(old::unwrapper(options).await?)))
    };
    old::backend(options, values).await
}

#[cfg(test)]
mod tests;
