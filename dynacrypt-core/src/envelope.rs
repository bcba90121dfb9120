//! Bytes to structure and back: header, wrapped data keys, field prefixes (docs/format.md sections
//! 3 and 6). It holds no key, does no I/O, and gives one answer, `None`, to everything it does not
//! know.

use crate::crypto::{COMMITMENT_LEN, Commitment, SALT_LEN, SUITE, Salt, TAG_LEN};
use crate::material::{ProviderId, WrappedDataKey};

/// First byte of everything that is ours.
const MAGIC: u8 = 0xDC;
/// The version of the format.
pub(crate) const VERSION: u8 = 1;
/// Bytes before the ciphertext of a field.
pub(crate) const FIELD_PREFIX_LEN: usize = 2;
/// Bytes of a header, and of a self-contained field, before the wrapped data keys: its salt and
/// commitment are among them.
pub(crate) const FRONT_LEN: usize = 6 + SALT_LEN + COMMITMENT_LEN;
/// Flag: the names of the sealed attributes are bound.
pub(crate) const FLAG_WHOLE: u8 = 1;

/// Kind of a blob, its second byte.
const KIND_HEADER: u8 = 0;
const KIND_FIELD: u8 = 1;
const KIND_SELF_CONTAINED: u8 = 2;
/// A page token, which is not stored.
const KIND_TOKEN: u8 = 3;

/// What stands before a field sealed with its item.
pub(crate) const FIELD_PREFIX: [u8; FIELD_PREFIX_LEN] = [MAGIC, KIND_FIELD];

/// What the header of an item begins with in which a field can be sealed on its own: of this version
/// and suite, and not `whole` (docs/format.md section 7.3).
pub(crate) const OPEN_TO_FIELDS: [u8; 5] = [MAGIC, KIND_HEADER, VERSION, SUITE, 0];

/// What an item, or a self-contained field, says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) flags: u8,
    pub(crate) salt: Salt,
    pub(crate) commitment: Commitment,
    pub(crate) wrapped: Vec<WrappedDataKey>,
}

impl Header {
    /// Whether the names of the item's sealed attributes are bound.
    pub(crate) fn is_whole(&self) -> bool {
        self.flags & FLAG_WHOLE != 0
    }

    /// Bytes of an item's header attribute.
    pub(crate) fn encode(
        flags: u8,
        salt: &Salt,
        commitment: &Commitment,
        wrapped: &[WrappedDataKey],
    ) -> Vec<u8> {
        Self::encode_kind(KIND_HEADER, flags, salt, commitment, wrapped)
    }

    /// What stands before the ciphertext of a self-contained field.
    pub(crate) fn encode_front(
        salt: &Salt,
        commitment: &Commitment,
        wrapped: &[WrappedDataKey],
    ) -> Vec<u8> {
        Self::encode_kind(KIND_SELF_CONTAINED, 0, salt, commitment, wrapped)
    }

    fn encode_kind(
        kind: u8,
        flags: u8,
        salt: &Salt,
        commitment: &Commitment,
        wrapped: &[WrappedDataKey],
    ) -> Vec<u8> {
        let keys: usize = wrapped.iter().map(|key| 11 + key.bytes().len()).sum();
        let mut out = Vec::with_capacity(FRONT_LEN + keys);
        // `GeneratedKey` and `WrappedDataKey` bound count and lengths; the conversions do not fail.
        let count = u8::try_from(wrapped.len()).unwrap_or(u8::MAX);
        out.extend_from_slice(&[MAGIC, kind, VERSION, SUITE, flags, count]);
        out.extend_from_slice(salt);
        out.extend_from_slice(commitment);
        for key in wrapped {
            out.push(key.provider().0);
            out.extend_from_slice(&key.key_id());
            out.extend_from_slice(
                &u16::try_from(key.bytes().len()).unwrap_or(u16::MAX).to_be_bytes(),
            );
            out.extend_from_slice(key.bytes());
        }
        out
    }

    /// Reads a header attribute; `None` for anything but a whole, known header.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = Self::parse_prefix(bytes, KIND_HEADER, FLAG_WHOLE)?;
        rest.is_empty().then_some(header)
    }

    /// The bytes of a header that stand for its wrapped data keys, unparsed; empty where there are
    /// none.
    pub(crate) fn wrapped_bytes(header: &[u8]) -> &[u8] {
        header.get(6 + SALT_LEN + COMMITMENT_LEN..).unwrap_or_default()
    }

    /// What a page token begins with.
    pub(crate) fn token(
        salt: &Salt,
        commitment: &Commitment,
        wrapped: &[WrappedDataKey],
    ) -> Vec<u8> {
        let mut out = Self::encode(0, salt, commitment, wrapped);
        if let Some(kind) = out.get_mut(1) {
            *kind = KIND_TOKEN;
        }
        out
    }

    /// Reads what a page token begins with, and where its ciphertext begins; `None` for anything
    /// that is no token.
    pub(crate) fn parse_token(bytes: &[u8]) -> Option<(Self, usize)> {
        let (header, rest) = Self::parse_prefix(bytes, KIND_TOKEN, 0)?;
        (rest.len() >= TAG_LEN).then(|| (header, bytes.len() - rest.len()))
    }

    fn parse_prefix(bytes: &[u8], kind: u8, known_flags: u8) -> Option<(Self, &[u8])> {
        let ([magic, found, version, suite, flags, count], rest) = bytes.split_first_chunk()?;
        let known = (*magic, *found, *version, *suite) == (MAGIC, kind, VERSION, SUITE)
            && flags & !known_flags == 0
            && (1..=WrappedDataKey::MAX_COUNT).contains(&usize::from(*count));
        if !known {
            return None;
        }
        let (salt, rest) = rest.split_first_chunk()?;
        let (commitment, mut rest) = rest.split_first_chunk()?;
        let mut wrapped = Vec::with_capacity((*count).into());
        for _ in 0..*count {
            let ([provider], after) = rest.split_first_chunk()?;
            let (key_id, after) = after.split_first_chunk()?;
            let (len, after) = after.split_first_chunk()?;
            let (bytes, after) = after.split_at_checked(u16::from_be_bytes(*len).into())?;
            wrapped.push(WrappedDataKey::new(ProviderId(*provider), *key_id, bytes.to_vec()).ok()?);
            rest = after;
        }
        Some((Self { flags: *flags, salt: *salt, commitment: *commitment, wrapped }, rest))
    }
}

/// How a field is sealed, and where in its blob the ciphertext begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FieldForm {
    /// Under the item's key.
    InItem,
    /// Under a key of its own.
    SelfContained { header: Box<Header>, start: usize },
}

/// Tells the form of a sealed field; `None` for anything that is not one.
pub(crate) fn field_form(blob: &[u8]) -> Option<FieldForm> {
    match blob {
        _ if is_sealed_with_item(blob) => Some(FieldForm::InItem),
        [MAGIC, KIND_SELF_CONTAINED, ..] => {
            let (header, rest) = Header::parse_prefix(blob, KIND_SELF_CONTAINED, 0)?;
            let start = blob.len() - rest.len();
            (rest.len() >= TAG_LEN)
                .then(|| FieldForm::SelfContained { header: Box::new(header), start })
        }
        _ => None,
    }
}

/// Whether a binary attribute may be a field sealed with its item.
pub(crate) fn is_sealed_with_item(blob: &[u8]) -> bool {
    matches!(blob, [MAGIC, KIND_FIELD, rest @ ..] if rest.len() >= TAG_LEN)
}

/// Whether a binary attribute counts as sealed where names are bound (docs/format.md section 4).
pub(crate) fn looks_sealed(blob: &[u8]) -> bool {
    matches!(blob, [MAGIC, KIND_FIELD | KIND_SELF_CONTAINED, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(len: usize) -> WrappedDataKey {
        WrappedDataKey::new(ProviderId(1), [3; 8], vec![4; len]).unwrap()
    }

    #[test]
    fn a_header_comes_back_and_nothing_else_does() {
        let keys = [wrapped(60), wrapped(1)];
        let bytes = Header::encode(FLAG_WHOLE, &[1; 16], &[2; 32], &keys);
        assert_eq!(bytes.len(), 6 + 16 + 32 + (11 + 60) + (11 + 1));
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(header.wrapped, keys);
        assert_eq!((header.flags, header.salt, header.commitment), (FLAG_WHOLE, [1; 16], [2; 32]));
        for end in 0..bytes.len() {
            assert_eq!(Header::parse(bytes.get(..end).unwrap()), None, "{end}");
        }
        assert_eq!(Header::parse(&[bytes.as_slice(), &[0]].concat()), None);
        for (at, bad) in [(0, 0xDD), (1, 1), (2, 2), (3, 2), (4, 2), (5, 0), (5, 5), (5, 3)] {
            let mut changed = bytes.clone();
            *changed.get_mut(at).unwrap() = bad;
            assert_eq!(Header::parse(&changed), None, "{at} {bad}");
        }
    }

    #[test]
    fn fields_are_told_apart() {
        let field = |kind, rest: &[u8]| [&[MAGIC, kind], rest].concat();
        assert_eq!(field_form(&field(1, &[0; 16])), Some(FieldForm::InItem));
        assert_eq!(field_form(&field(1, &[0; 15])), None);
        assert_eq!(field_form(&field(3, &[0; 99])), None);
        assert_eq!(field_form(b""), None);
        let mut own = Header::encode_front(&[1; 16], &[2; 32], &[wrapped(60)]);
        let start = own.len();
        own.extend_from_slice(&[0; 16]);
        assert!(
            matches!(field_form(&own), Some(FieldForm::SelfContained { start: at, .. }) if at == start)
        );
        own.pop();
        assert_eq!(field_form(&own), None);
    }
}
