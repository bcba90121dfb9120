//! Suite 1: HKDF-SHA-256 (expand only) and AES-256-GCM (docs/format.md sections 5 and 6). The only
//! user of the cipher, the KDF and the operating system's randomness. It never parses a structure,
//! never picks a key and never says why something failed.

#[cfg(feature = "_legacy")]
pub(crate) mod legacy;

use std::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, ErrorKind, Result};

/// The one suite of version 1.
pub(crate) const SUITE: u8 = 1;
/// Bytes of a data key.
pub(crate) const KEY_LEN: usize = 32;
/// Bytes of a salt.
pub(crate) const SALT_LEN: usize = 16;
/// Bytes of a commitment.
pub(crate) const COMMITMENT_LEN: usize = 32;
/// Bytes of an AES-GCM tag.
pub(crate) const TAG_LEN: usize = 16;
/// Bytes of an AES-GCM nonce.
pub(crate) const NONCE_LEN: usize = 12;

pub(crate) type Salt = [u8; SALT_LEN];
pub(crate) type Commitment = [u8; COMMITMENT_LEN];
pub(crate) type Nonce = [u8; NONCE_LEN];

/// What a derivation is for. The labels keep them apart even where their contexts would agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The sealed attributes of one item.
    Item,
    /// One self-contained field.
    Field,
    /// A page token.
    Page,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Item => b"dynacrypt/v1/item",
            Self::Field => b"dynacrypt/v1/field",
            Self::Page => b"dynacrypt/v1/page",
        }
    }
}

/// Bytes from the operating system. Not from a generator in user space: those repeat after a VM
/// snapshot is cloned.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::new(ErrorKind::Randomness))?;
    Ok(bytes)
}

/// First 8 bytes of SHA-256(name): the id of a wrapping key that has a name of its own, such as an
/// ARN.
pub(crate) fn wrapping_key_id(name: &str) -> [u8; 8] {
    let mut id = [0; 8];
    id.iter_mut().zip(Sha256::digest(name)).for_each(|(to, from)| *to = from);
    id
}

/// A uniform 32-byte key, ready to derive from. Boxed, so that moving it leaves no copies on the
/// stack; sha2 wipes its state on drop.
pub(crate) struct Prk(Box<Hkdf<Sha256>>);

impl Prk {
    pub(crate) fn new(key: &[u8; KEY_LEN]) -> Result<Self> {
        // 32 bytes are the hash's length, which is what expand needs; the error cannot happen.
        Hkdf::from_prk(key)
            .map(|prk| Self(Box::new(prk)))
            .map_err(|_| Error::new(ErrorKind::InvalidKey))
    }

    fn expand(&self, info: &[&[u8]], okm: &mut [u8]) -> Result<()> {
        self.0.expand_multi_info(info, okm).map_err(|_| Error::new(ErrorKind::InvalidKey))
    }

    /// `HKDF-Expand(data key, label ‖ suite ‖ salt ‖ context, 64)`: item key, then commitment.
    pub(crate) fn derive(
        &self,
        purpose: Purpose,
        salt: &Salt,
        context: &[u8],
    ) -> Result<(AeadKey, Commitment)> {
        let mut okm = Zeroizing::new([0; KEY_LEN + COMMITMENT_LEN]);
        self.expand(&[purpose.label(), &[SUITE], salt, context], okm.as_mut_slice())?;
        let mut commitment = [0; COMMITMENT_LEN];
        let (key, rest) = okm.split_at(KEY_LEN);
        commitment.copy_from_slice(rest);
        Ok((AeadKey::new(key)?, commitment))
    }

    /// Eight bytes that name a local wrapping key and tell nothing of it.
    pub(crate) fn local_key_id(&self) -> Result<[u8; 8]> {
        let mut id = [0; 8];
        self.expand(&[b"dynacrypt/v1/local-id"], &mut id)?;
        Ok(id)
    }

    /// What a local wrapping key encrypts data keys with.
    pub(crate) fn local_wrapping_key(&self) -> Result<AeadKey> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        self.expand(&[b"dynacrypt/v1/local-wrap"], key.as_mut_slice())?;
        AeadKey::new(key.as_slice())
    }
}

impl fmt::Debug for Prk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prk(..)")
    }
}

/// Compares commitments in constant time.
pub(crate) fn commitments_agree(a: &Commitment, b: &Commitment) -> bool {
    a.ct_eq(b).into()
}

/// An AES-256-GCM key: of one item, of one self-contained field, or a local wrapping key.
pub(crate) struct AeadKey(Box<Aes256Gcm>);

impl AeadKey {
    pub(crate) fn new(key: &[u8]) -> Result<Self> {
        Aes256Gcm::new_from_slice(key)
            .map(|key| Self(Box::new(key)))
            .map_err(|_| Error::new(ErrorKind::InvalidKey))
    }

    /// Encrypts what stands in `buffer` from `start` on, in place, and appends the tag. On an error
    /// the buffer is wiped.
    pub(crate) fn encrypt(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<()> {
        let sealed = match buffer.get_mut(start..) {
            Some(text) => self.0.encrypt_inout_detached(nonce.into(), aad, text.into()),
            None => Err(aes_gcm::Error),
        };
        if let Ok(tag) = sealed {
            buffer.extend_from_slice(&tag);
            return Ok(());
        }
        buffer.zeroize();
        Err(Error::new(ErrorKind::InvalidRecord).with_reason("too long to encrypt"))
    }

    /// Decrypts in place what stands in `buffer` from `start` on, up to the 16-byte tag at its end,
    /// and removes the tag. On an error the buffer is wiped.
    pub(crate) fn decrypt(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<()> {
        let opened = (|| {
            let (text, tag) = buffer.get_mut(start..)?.split_last_chunk_mut::<TAG_LEN>()?;
            let tag: &[u8; TAG_LEN] = tag;
            self.0.decrypt_inout_detached(nonce.into(), aad, text.into(), tag.into()).ok()
        })();
        if opened.is_none() {
            buffer.zeroize();
            return Err(Error::new(ErrorKind::Decrypt));
        }
        buffer.truncate(buffer.len() - TAG_LEN);
        Ok(())
    }
}

impl fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AeadKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869 appendix A.1: the expand step alone.
    #[test]
    fn expand_is_rfc_5869s() {
        let prk: [u8; 32] = [
            0x07, 0x77, 0x09, 0x36, 0x2c, 0x2e, 0x32, 0xdf, 0x0d, 0xdc, 0x3f, 0x0d, 0xc4, 0x7b,
            0xba, 0x63, 0x90, 0xb6, 0xc7, 0x3b, 0xb5, 0x0f, 0x9c, 0x31, 0x22, 0xec, 0x84, 0x4a,
            0xd7, 0xc2, 0xb3, 0xe5,
        ];
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let mut okm = [0; 42];
        Prk::new(&prk).unwrap().expand(&[&info], &mut okm).unwrap();
        assert_eq!(okm.first_chunk(), Some(&[0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a]));
        assert_eq!(
            okm.last_chunk(),
            Some(&[0x34, 0x00, 0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65])
        );
    }

    /// The GCM specification's test case 16: AES-256 with 20 bytes of aad.
    #[test]
    fn encrypt_is_aes_256_gcm() {
        let hex = |text: &str| -> Vec<u8> {
            text.as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect()
        };
        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let nonce: Nonce = hex("cafebabefacedbaddecaf888").try_into().unwrap();
        let text = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let key = AeadKey::new(&key).unwrap();
        let mut buffer = vec![9, 9];
        buffer.extend_from_slice(&text);
        key.encrypt(&nonce, &aad, &mut buffer, 2).unwrap();
        assert_eq!(buffer.get(..6), Some(&[9, 9, 0x52, 0x2d, 0xc1, 0xf0][..]));
        assert_eq!(
            buffer.last_chunk(),
            Some(&[
                0x76, 0xfc, 0x6e, 0xce, 0x0f, 0x4e, 0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb, 0x2d,
                0x55, 0x1b
            ])
        );
        key.decrypt(&nonce, &aad, &mut buffer, 2).unwrap();
        assert_eq!(buffer.get(2..), Some(text.as_slice()));
    }

    #[test]
    fn what_does_not_authenticate_is_wiped() {
        let key = AeadKey::new(&[1; 32]).unwrap();
        for length in 0..18 {
            let mut buffer = vec![0xAB; length];
            let error = key.decrypt(&[0; 12], b"name", &mut buffer, 2).unwrap_err();
            assert!(error.is_decrypt() && buffer.is_empty());
            assert_eq!(error.to_string(), "item could not be opened");
        }
    }

    #[test]
    fn purposes_and_salts_give_other_keys() {
        let prk = Prk::new(&[7; 32]).unwrap();
        let commitment = |purpose, salt| prk.derive(purpose, &[salt; 16], b"context").unwrap().1;
        assert_ne!(commitment(Purpose::Item, 0), commitment(Purpose::Field, 0));
        assert_ne!(commitment(Purpose::Item, 0), commitment(Purpose::Item, 1));
    }

    /// The features that make the primitives wipe themselves are on: without them this does not
    /// compile.
    #[test]
    fn primitives_wipe_themselves() {
        fn wiped<T: zeroize::ZeroizeOnDrop>() -> bool {
            std::mem::needs_drop::<T>()
        }
        assert!(wiped::<Aes256Gcm>() && wiped::<sha2::block_api::Sha256VarCore>());
        assert!(std::mem::needs_drop::<Hkdf<Sha256>>());
    }
}
