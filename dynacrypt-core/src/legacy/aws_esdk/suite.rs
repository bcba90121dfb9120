//! The algorithm suites of the AWS Encryption SDK (its *algorithm suites reference*), and what they
//! derive. It never encrypts.

use zeroize::Zeroizing;

use crate::crypto::legacy::{Curve, Hash, OpeningKey, hkdf};
use crate::crypto::{Commitment, commitments_agree};

/// A suite, which says the message format as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Suite {
    id: u16,
    /// Bytes of the data key, and of the key derived from it.
    key_len: usize,
    derivation: Derivation,
    pub(super) curve: Option<Curve>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Derivation {
    /// The data key itself.
    None,
    /// By suite and message id.
    Plain(Hash),
    /// By suite, salted with the message id, and with a commitment.
    Committing,
}

impl Suite {
    /// The suite of an id, in a message of that version.
    pub(super) fn of(version: u8, id: u16) -> Option<Self> {
        use Derivation::{Committing, None as Plainly, Plain};
        let (key_len, derivation, curve) = match (version, id) {
            (2, 0x0578) => (32, Committing, Some(Curve::P384)),
            (2, 0x0478) => (32, Committing, None),
            (1, 0x0378) => (32, Plain(Hash::Sha384), Some(Curve::P384)),
            (1, 0x0346) => (24, Plain(Hash::Sha384), Some(Curve::P384)),
            (1, 0x0214) => (16, Plain(Hash::Sha256), Some(Curve::P256)),
            (1, 0x0178) => (32, Plain(Hash::Sha256), None),
            (1, 0x0146) => (24, Plain(Hash::Sha256), None),
            (1, 0x0114) => (16, Plain(Hash::Sha256), None),
            (1, 0x0078) => (32, Plainly, None),
            (1, 0x0046) => (24, Plainly, None),
            (1, 0x0014) => (16, Plainly, None),
            _ => return None,
        };
        Some(Self { id, key_len, derivation, curve })
    }

    pub(super) fn is_committing(self) -> bool {
        self.derivation == Derivation::Committing
    }

    /// The key of a message, from its data key; `None` for a data key of another length, and where
    /// the commitment is another's.
    pub(super) fn derive(
        self,
        data_key: &[u8],
        message_id: &[u8],
        commitment: Option<&Commitment>,
    ) -> Option<OpeningKey> {
        if data_key.len() != self.key_len {
            return None;
        }
        let mut derived = Zeroizing::new([0; 32]);
        let key = derived.get_mut(..self.key_len)?;
        let id = self.id.to_be_bytes();
        match self.derivation {
            Derivation::None => return OpeningKey::new(data_key),
            Derivation::Plain(hash) => hkdf(hash, None, data_key, &[&id, message_id], key)?,
            Derivation::Committing => {
                let (hash, salt) = (Hash::Sha512, Some(message_id));
                let mut own = Commitment::default();
                hkdf(hash, salt, data_key, &[b"COMMITKEY"], &mut own)?;
                commitment.filter(|found| commitments_agree(found, &own))?;
                hkdf(hash, salt, data_key, &[&id, b"DERIVEKEY"], key)?;
            }
        }
        OpeningKey::new(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_belongs_to_one_version() {
        let ids = [
            0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378, 0x0478, 0x0578,
        ];
        for id in 0..=u16::MAX {
            let versions = [0, 1, 2, 3].map(|version| Suite::of(version, id).is_some());
            let is_new = id >= 0x0400;
            let expected = ids.contains(&id).then_some([false, !is_new, is_new, false]);
            assert_eq!(versions, expected.unwrap_or_default(), "{id:04x}");
        }
    }

    /// The header's tag covers the commitment too, so that no change of a message shows that the
    /// commitment itself is looked at.
    #[test]
    fn another_commitment_is_refused() {
        for id in [0x0478, 0x0578] {
            let suite = Suite::of(2, id).unwrap();
            let (data_key, message_id) = ([7; 32], [8; 32]);
            let mut right = Commitment::default();
            hkdf(Hash::Sha512, Some(&message_id), &data_key, &[b"COMMITKEY"], &mut right).unwrap();
            assert!(suite.derive(&data_key, &message_id, Some(&right)).is_some());
            assert!(suite.derive(&data_key, &message_id, None).is_none());
            for at in 0..right.len() {
                let mut wrong = right;
                *wrong.get_mut(at).unwrap() ^= 1;
                assert!(suite.derive(&data_key, &message_id, Some(&wrong)).is_none(), "{at}");
            }
            assert!(suite.derive(&[6; 32], &message_id, Some(&right)).is_none());
            assert!(suite.derive(&[7; 16], &message_id, Some(&right)).is_none());
        }
    }
}
