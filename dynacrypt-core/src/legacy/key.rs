//! Keys of legacy formats, as their programs held them. It never shows one, never makes one, and
//! never takes one of the wrong length.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, ErrorKind, Result};
use crate::keys::text;

/// Bytes of every key here.
const LEN: usize = 32;

/// How a key is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyEncoding {
    /// Base64 in either alphabet, with or without padding. Node's and Fernet's keys are.
    Base64,
    /// Hexadecimal in either case.
    Hex,
}

impl KeyEncoding {
    const fn most(self) -> usize {
        match self {
            Self::Base64 => 44,
            Self::Hex => 2 * LEN,
        }
    }
}

/// A 32-byte key of a legacy format: AES-256-GCM's, or Fernet's pair of 16 bytes each.
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::{KeyEncoding, LegacyKey};
///
/// let key = LegacyKey::from_text(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", KeyEncoding::Base64)?;
/// assert_eq!(format!("{key:?}"), "LegacyKey([REDACTED])");
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// Wiped when the last clone is dropped. There is no way to read the bytes back, and nothing here
/// encrypts with them.
#[derive(Clone)]
pub struct LegacyKey(Arc<Zeroizing<[u8; LEN]>>);

impl LegacyKey {
    /// Takes 32 bytes as the key, and wipes the slice it took them from.
    ///
    /// # Errors
    /// `is_invalid_key` where there are not exactly 32 bytes. They are wiped all the same.
    pub fn from_bytes(bytes: &mut [u8]) -> Result<Self> {
        let copy: Option<Zeroizing<[u8; LEN]>> = (&*bytes).try_into().ok().map(Zeroizing::new);
        bytes.zeroize();
        copy.map(|key| Self(Arc::new(key))).ok_or_else(|| invalid("a legacy key has 32 bytes"))
    }

    /// Reads a key from text, which may end in one line end. The text stays with the caller,
    /// unwiped.
    ///
    /// # Errors
    /// `is_invalid_key` where the text is anything but 32 bytes in that encoding.
    pub fn from_text(text: &[u8], encoding: KeyEncoding) -> Result<Self> {
        let text = text::trim_line_end(text);
        let mut bytes = Zeroizing::new([0; LEN]);
        let out = bytes.as_mut_slice();
        let decoded = match encoding {
            KeyEncoding::Hex => base16ct::mixed::decode(text, out).map(<[u8]>::len).ok(),
            KeyEncoding::Base64 => {
                // 43 characters and, padded, one `=`.
                let text = match text {
                    [rest @ .., b'='] if text.len() == encoding.most() => rest,
                    text => text,
                };
                let standard = Base64Unpadded::decode(text, out).map(<[u8]>::len).ok();
                standard.or_else(|| Base64UrlUnpadded::decode(text, out).map(<[u8]>::len).ok())
            }
        };
        if decoded != Some(LEN) {
            return Err(invalid("the text is not 32 bytes in this encoding"));
        }
        Self::from_bytes(bytes.as_mut_slice())
    }

    /// Reads a key from a file, which may end in one line end.
    ///
    /// # Errors
    /// `is_invalid_key` where the file cannot be read (with the I/O error as source) or holds
    /// anything else.
    pub fn from_file(path: impl AsRef<Path>, encoding: KeyEncoding) -> Result<Self> {
        Self::from_text(&text::read_file(path, encoding.most() + 2)?, encoding)
    }

    /// Reads a key from an environment variable.
    ///
    /// # Errors
    /// `is_invalid_key` where the variable is not set, or holds anything else.
    ///
    /// # Security
    /// Environment variables are inherited by child processes and readable under `/proc`; a file is
    /// the better place.
    pub fn from_env(variable: &str, encoding: KeyEncoding) -> Result<Self> {
        Self::from_text(&text::read_env(variable)?, encoding)
    }

    pub(super) fn bytes(&self) -> &[u8; LEN] {
        &self.0
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidKey).with_reason(reason)
}

impl fmt::Debug for LegacyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegacyKey([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "fbefbe0102030405060708090a0b0c0d0e0f101112131415161718191a1b1cFF";

    #[test]
    fn one_key_in_every_way_of_writing_it() {
        let bytes: [u8; LEN] = {
            let mut out = [0; LEN];
            base16ct::mixed::decode(HEX, &mut out).unwrap();
            out
        };
        let standard = Base64Unpadded::encode_string(&bytes);
        let url = Base64UrlUnpadded::encode_string(&bytes);
        assert_ne!(standard, url);
        for text in [&standard, &url] {
            for end in ["", "=", "\n", "=\r\n"] {
                let text = format!("{text}{end}");
                let key = LegacyKey::from_text(text.as_bytes(), KeyEncoding::Base64).unwrap();
                assert_eq!(key.bytes(), &bytes, "{end:?}");
            }
        }
        let key = LegacyKey::from_text(HEX.to_lowercase().as_bytes(), KeyEncoding::Hex).unwrap();
        assert_eq!(key.bytes(), &bytes);
        let mut own = bytes;
        assert_eq!(LegacyKey::from_bytes(&mut own).unwrap().bytes(), &bytes);
        assert_eq!(own, [0; LEN], "the slice is wiped");
    }

    #[test]
    fn anything_else_is_no_key_and_is_not_shown() {
        let long = "A".repeat(44);
        for text in ["", "CANARY", &long, &format!("{}==", "A".repeat(42)), &"A".repeat(42), HEX] {
            let error = LegacyKey::from_text(text.as_bytes(), KeyEncoding::Base64).unwrap_err();
            assert!(error.is_invalid_key() && !format!("{error:?}").contains("CANARY"), "{text}");
        }
        let odd = HEX.get(1..).unwrap();
        for text in ["", "zz", odd, &format!("{HEX}00"), &"A".repeat(43)] {
            let error = LegacyKey::from_text(text.as_bytes(), KeyEncoding::Hex).unwrap_err();
            assert!(error.is_invalid_key(), "{text}");
        }
        for length in [0, 16, 31, 33] {
            let mut bytes = vec![7; length];
            assert!(LegacyKey::from_bytes(&mut bytes).unwrap_err().is_invalid_key());
            assert!(bytes.iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn files_and_variables() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(LegacyKey::from_file(&path, KeyEncoding::Hex).unwrap_err().is_invalid_key());
        std::fs::write(&path, format!("{HEX}\r\n")).unwrap();
        LegacyKey::from_file(&path, KeyEncoding::Hex).unwrap();
        assert!(LegacyKey::from_file(&path, KeyEncoding::Base64).unwrap_err().is_invalid_key());
        std::fs::write(&path, format!("{HEX}\r\n\n")).unwrap();
        assert!(LegacyKey::from_file(&path, KeyEncoding::Hex).unwrap_err().is_invalid_key());
        // Set by cargo, and no key.
        for variable in ["DYNACRYPT_NO_SUCH_VARIABLE", "CARGO_PKG_NAME"] {
            let error = LegacyKey::from_env(variable, KeyEncoding::Base64).unwrap_err();
            assert!(error.is_invalid_key() && !error.to_string().contains("dynacrypt-core"));
        }
    }
}
