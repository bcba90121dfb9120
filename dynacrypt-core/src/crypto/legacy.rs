//! What legacy formats were encrypted with, for opening alone: AES-GCM with keys of three lengths,
//! the AWS Encryption SDK's HKDFs and signatures, Fernet. It never encrypts, signs or derives for
//! writing, never parses a structure and never says why something failed.

#[cfg(feature = "legacy-aws-esdk")]
mod esdk;
#[cfg(feature = "legacy-fernet")]
mod fernet;
#[cfg(any(
    feature = "legacy-json-gcm",
    feature = "legacy-split-gcm",
    feature = "legacy-kms-gcm",
    feature = "legacy-aws-esdk"
))]
mod gcm;

#[cfg(feature = "legacy-aws-esdk")]
pub(crate) use self::esdk::{Curve, Hash, hkdf};
#[cfg(feature = "legacy-fernet")]
pub(crate) use self::fernet::open as open_fernet;
#[cfg(any(
    feature = "legacy-json-gcm",
    feature = "legacy-split-gcm",
    feature = "legacy-kms-gcm",
    feature = "legacy-aws-esdk"
))]
pub(crate) use self::gcm::OpeningKey;
