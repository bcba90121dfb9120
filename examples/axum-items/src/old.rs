//! What the service of before stored: read in the first two deployments of the move. It never
//! writes it, and asks for no KMS key but the one that it is told.

use std::time::{Duration, SystemTime};

use dynacrypt::legacy::{KmsGcm, KmsUnwrapper, LegacyReading};
use example_common::backend::Backend;
use example_common::stage::Stage;

/// How long a process reads the old form. A restart begins it anew: stage 3 is what ends it.
const AT_MOST: Duration = Duration::from_hours(30 * 24);

/// The backend for this deployment: `sensitive_field`, `encrypted_key` and `nonce` are opened with
/// the data key that KMS unwraps, while the stage says so.
pub(crate) fn at_stage(backend: Backend, stage: Stage) -> Backend {
    let Some((kms, arn)) = backend.kms().filter(|_| stage.reads_old()) else { return backend };
    let format = KmsGcm::new(KmsUnwrapper::new(kms.clone(), [arn]));
    backend.at_stage(stage.into(), reading(format))
}

fn reading(format: KmsGcm) -> LegacyReading {
    LegacyReading::until(SystemTime::now() + AT_MOST).with(format)
}

#[cfg(test)]
mod tests;
