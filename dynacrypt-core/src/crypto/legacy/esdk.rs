//! What the suites of the AWS Encryption SDK derive keys and verify footers with. It never signs,
//! and never sees a message as more than bytes.

use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier;
use sha2::{Sha256, Sha384, Sha512};

/// The hash of a suite's HKDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// HKDF (RFC 5869), both steps, into `out`.
pub(crate) fn hkdf(
    hash: Hash,
    salt: Option<&[u8]>,
    key: &[u8],
    info: &[&[u8]],
    out: &mut [u8],
) -> Option<()> {
    match hash {
        Hash::Sha256 => Hkdf::<Sha256>::new(salt, key).expand_multi_info(info, out),
        Hash::Sha384 => Hkdf::<Sha384>::new(salt, key).expand_multi_info(info, out),
        Hash::Sha512 => Hkdf::<Sha512>::new(salt, key).expand_multi_info(info, out),
    }
    .ok()
}

/// The curve of a suite's signature; the hash goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// ECDSA with P-256 and SHA-256.
    P256,
    /// ECDSA with P-384 and SHA-384.
    P384,
}

impl Curve {
    /// Verifies a DER signature under a public key that is a compressed point. `None` where it does
    /// not verify.
    pub(crate) fn verify(self, point: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
        match self {
            Self::P256 => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                let signature = p256::ecdsa::DerSignature::try_from(signature).ok()?;
                key.verify(message, &signature).ok()
            }
            Self::P384 => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                let signature = p384::ecdsa::DerSignature::try_from(signature).ok()?;
                key.verify(message, &signature).ok()
            }
        }
    }

    /// Bytes of a compressed point.
    pub(crate) const fn point_len(self) -> usize {
        match self {
            Self::P256 => 33,
            Self::P384 => 49,
        }
    }
}
