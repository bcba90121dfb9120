//! Fernet's cipher: HMAC-SHA-256 over everything, then AES-128-CBC. It never decrypts what did not
//! authenticate, and never looks at the clock.

use aes::Aes128;
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::crypto::KEY_LEN;

/// The plaintext, if `tag` is that of `signed` under the first half of the key: `ciphertext` under
/// the second half. The padding is looked at only then, so it tells nobody anything.
pub(crate) fn open(
    key: &[u8; KEY_LEN],
    signed: &[u8],
    iv: &[u8; 16],
    ciphertext: &[u8],
    tag: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (signing, encryption) = key.split_at(KEY_LEN / 2);
    let mut mac = Hmac::<Sha256>::new_from_slice(signing).ok()?;
    mac.update(signed);
    mac.verify_slice(tag).ok()?;
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let cipher = Decryptor::<Aes128>::new_from_slices(encryption, iv).ok()?;
    let length = cipher.decrypt_padded::<Pkcs7>(&mut text).ok()?.len();
    // What is cut off is padding; `Zeroizing` wipes the whole capacity in the end.
    text.truncate(length);
    Some(text)
}
