//! AES-256-GCM in three texts of base64, which two formats share. It never encrypts, and never says
//! which part was wrong.

use super::attributes::base64;
use super::{LegacyKey, LegacyPlaintext};
use crate::crypto::legacy::OpeningKey;

/// The plaintext, if one of the keys opens it.
pub(super) fn open_base64(
    keys: &[LegacyKey],
    iv: &str,
    data: &str,
    tag: &str,
) -> Option<LegacyPlaintext> {
    let iv = base64(iv)?.try_into().ok()?;
    let tag = base64(tag)?.try_into().ok()?;
    let data = base64(data)?;
    let open = |key: &LegacyKey| OpeningKey::new(key.bytes())?.open(&iv, &data, &tag);
    keys.iter().find_map(open).map(LegacyPlaintext::of)
}
