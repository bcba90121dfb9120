//! The Fernet tokens of the Flask service, for as long as they are read. It never writes one.

use dynacrypt::legacy::{Fernet, KeyEncoding};
use example_common::backend::Backend;
use example_common::options::Options;
use example_common::{Result, old};

/// The backend at the deployment that the options name: in the first two, it reads tokens too.
pub(crate) async fn backend(options: &Options) -> Result<Backend> {
    let fernet = async |reading: dynacrypt::legacy::LegacyReading| {
        Ok(reading.with(Fernet::new(old::key(options, KeyEncoding::Base64)?)))
    };
    old::backend(options, fernet).await
}
