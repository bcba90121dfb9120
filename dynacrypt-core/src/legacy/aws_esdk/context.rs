//! The encryption context in the header of a message. It never takes a pair twice, nor one of the
//! SDK's own that it does not know.

use base64ct::{Base64, Encoding};

use super::message::Cursor;
use crate::crypto::legacy::Curve;
use crate::keys::EncryptionContext;

/// The SDK's own keys begin so.
const RESERVED: &str = "aws-crypto-";
/// The one of them: the public key of the signature.
const PUBLIC_KEY: &str = "aws-crypto-public-key";

/// Reads the section of the header; `None` where it is malformed.
pub(super) fn read(section: &[u8]) -> Option<EncryptionContext> {
    let mut context = EncryptionContext::new();
    if section.is_empty() {
        return Some(context);
    }
    let mut cursor = Cursor(section);
    for _ in 0..cursor.u16()? {
        let key = cursor.text()?;
        let value = cursor.text()?;
        if (key.starts_with(RESERVED) && key != PUBLIC_KEY)
            || context.insert(key.to_owned(), value.to_owned()).is_some()
        {
            return None;
        }
    }
    cursor.0.is_empty().then_some(context)
}

/// The point of the signature's public key, on the suite's curve.
pub(super) fn public_key(context: &EncryptionContext, curve: Curve) -> Option<Vec<u8>> {
    let point = Base64::decode_vec(context.get(PUBLIC_KEY)?).ok()?;
    (point.len() == curve.point_len()).then_some(point)
}

/// Whether there is a public key, which an unsigned message must not have: it could have been a
/// signed one.
pub(super) fn has_public_key(context: &EncryptionContext) -> bool {
    context.contains_key(PUBLIC_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section of pairs, of which each half is under 256 bytes.
    fn section(count: u8, pairs: &[(&str, &str)]) -> Vec<u8> {
        let part = |text: &str| [&[0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let pairs = pairs.iter().flat_map(|(key, value)| [part(key), part(value)].concat());
        [0, count].into_iter().chain(pairs).collect()
    }

    #[test]
    fn pairs_stand_once_and_are_known() {
        assert_eq!(read(b""), Some(EncryptionContext::new()));
        let two = [("a", "1"), (PUBLIC_KEY, "x")];
        assert_eq!(read(&section(2, &two)).unwrap().len(), 2);
        for (count, pairs) in [
            (1, two.as_slice()),
            (3, &two),
            (2, &[("a", "1"), ("a", "1")]),
            (1, &[("aws-crypto-public-kez", "x")]),
        ] {
            assert_eq!(read(&section(count, pairs)), None, "{count} {pairs:?}");
        }
        assert_eq!(read(&[0, 1, 0, 1, 0xFF, 0, 0]), None, "not UTF-8");
    }

    #[test]
    fn public_keys_are_points_of_the_curve() {
        for (length, curve, is_key) in [
            (49, Curve::P384, true),
            (33, Curve::P256, true),
            (33, Curve::P384, false),
            (49, Curve::P256, false),
            (97, Curve::P384, false),
            (0, Curve::P384, false),
        ] {
            let text = Base64::encode_string(&vec![2; length]);
            let context: EncryptionContext = [(PUBLIC_KEY.to_owned(), text)].into();
            assert_eq!(public_key(&context, curve).is_some(), is_key, "{length} {curve:?}");
            assert!(has_public_key(&context));
        }
        assert_eq!(public_key(&EncryptionContext::new(), Curve::P384), None);
    }
}
