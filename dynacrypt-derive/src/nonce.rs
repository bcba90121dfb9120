//! The nonce of an encrypted field, which follows from its bound name alone. It never sees a key or
//! a value.

use sha2::{Digest, Sha256};

/// Length of an AES-GCM nonce in bytes.
pub(crate) const NONCE_LEN: usize = 12;

/// First 12 bytes of SHA-256("dynacrypt/v1/nonce" ‖ bound name).
///
/// A name occurs once in an item and each item has a key of its own, so one (key, nonce) pair seals
/// one value.
pub(crate) fn of(bound_name: &str) -> [u8; NONCE_LEN] {
    let digest =
        Sha256::new().chain_update(b"dynacrypt/v1/nonce").chain_update(bound_name).finalize();
    let mut nonce = [0; NONCE_LEN];
    for (to, from) in nonce.iter_mut().zip(digest) {
        *to = from;
    }
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart from this code: `printf 'dynacrypt/v1/noncessn' | sha256sum`.
    #[test]
    fn known_names() {
        assert_eq!(hex(of("ssn")), "80ed4b7429a65a65c20b3bfc");
        assert_eq!(hex(of("")), "a290f073fb07939153b289f2");
    }

    fn hex(bytes: [u8; NONCE_LEN]) -> String {
        bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }
}
