//! AES-GCM with keys of three lengths. It never encrypts.

use std::fmt;

#[cfg(feature = "legacy-aws-esdk")]
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, Tag};
#[cfg(feature = "legacy-aws-esdk")]
use aes_gcm::{Aes128Gcm, AesGcm};
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::crypto::{Nonce, TAG_LEN};

/// An AES-GCM key that opens and never seals.
pub(crate) enum OpeningKey {
    #[cfg(feature = "legacy-aws-esdk")]
    Aes128(Box<Aes128Gcm>),
    #[cfg(feature = "legacy-aws-esdk")]
    Aes192(Box<AesGcm<aes::Aes192, U12>>),
    Aes256(Box<Aes256Gcm>),
}

impl OpeningKey {
    /// A key of 16, 24 or 32 bytes; without `legacy-aws-esdk`, of 32 alone.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            #[cfg(feature = "legacy-aws-esdk")]
            16 => Aes128Gcm::new_from_slice(key).ok().map(|key| Self::Aes128(Box::new(key))),
            #[cfg(feature = "legacy-aws-esdk")]
            24 => AesGcm::new_from_slice(key).ok().map(|key| Self::Aes192(Box::new(key))),
            _ => Aes256Gcm::new_from_slice(key).ok().map(|key| Self::Aes256(Box::new(key))),
        }
    }

    /// Decrypts in place. On `None`, what `text` holds is of no use: the caller wipes it.
    pub(crate) fn decrypt(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        fn with<C: AeadInOut>(
            cipher: &C,
            nonce: &Nonce,
            aad: &[u8],
            text: &mut [u8],
            tag: &[u8; TAG_LEN],
        ) -> Option<()> {
            let nonce = nonce.as_slice().try_into().ok()?;
            let tag = Tag::<C>::try_from(tag.as_slice()).ok()?;
            cipher.decrypt_inout_detached(nonce, aad, text.into(), &tag).ok()
        }
        match self {
            #[cfg(feature = "legacy-aws-esdk")]
            Self::Aes128(cipher) => with(&**cipher, nonce, aad, text, tag),
            #[cfg(feature = "legacy-aws-esdk")]
            Self::Aes192(cipher) => with(&**cipher, nonce, aad, text, tag),
            Self::Aes256(cipher) => with(&**cipher, nonce, aad, text, tag),
        }
    }

    /// The plaintext of one ciphertext, in an allocation of its own; wiped where it does not
    /// authenticate.
    #[cfg(any(
        feature = "legacy-json-gcm",
        feature = "legacy-split-gcm",
        feature = "legacy-kms-gcm"
    ))]
    pub(crate) fn open(
        &self,
        nonce: &Nonce,
        ciphertext: &[u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let mut text = zeroize::Zeroizing::new(ciphertext.to_vec());
        self.decrypt(nonce, b"", &mut text, tag)?;
        Some(text)
    }
}

impl fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpeningKey(..)")
    }
}
