//! The form that the Koa service stored, for as long as it is read. It never writes one.

use dynacrypt::legacy::{KeyEncoding, LegacyReading, SplitGcm};
use example_common::backend::Backend;
use example_common::options::Options;
use example_common::{Result, old};

/// The backend at the deployment that the options name: in the first two, it reads what the Koa
/// service encrypted too, under its key in hex.
pub(crate) async fn backend(options: &Options) -> Result<Backend> {
    let parts = async |reading: LegacyReading| {
        Ok(reading.with(SplitGcm::new(old::key(options, KeyEncoding::Hex)?)))
    };
    old::backend(options, parts).await
}
