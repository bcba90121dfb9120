//! The message format of the AWS Encryption SDK (its *message format reference*): header, body,
//! footer. It never hands out plaintext of a message that is not authentic to its last byte.

use zeroize::Zeroizing;

use super::context;
use super::suite::Suite;
use crate::crypto::legacy::Curve;
use crate::crypto::{Commitment, NONCE_LEN, Nonce, TAG_LEN};
use crate::keys::EncryptionContext;

/// Most wrapped data keys of a message. The SDK has no limit unless given one; each that names a
/// key of ours can cost a call of KMS.
const MAX_WRAPPED: u16 = 16;
/// What a final frame has in place of its number.
const FINAL: u32 = u32::MAX;

/// A data key as it stands in the header.
pub(super) struct Wrapped<'a> {
    pub(super) provider: &'a [u8],
    /// The provider's name for the wrapping key: for KMS, its ARN.
    pub(super) name: &'a [u8],
    pub(super) bytes: &'a [u8],
}

/// One ciphertext of the body.
struct Block<'a> {
    /// What it is, as the aad says it.
    kind: &'static [u8],
    number: u32,
    nonce: &'a Nonce,
    content: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

/// A whole message that is well formed.
pub(super) struct Message<'a> {
    suite: Suite,
    id: &'a [u8],
    pub(super) context: EncryptionContext,
    pub(super) wrapped: Vec<Wrapped<'a>>,
    commitment: Option<&'a Commitment>,
    /// The header without its authentication: the aad of that.
    header: &'a [u8],
    header_nonce: Nonce,
    header_tag: &'a [u8; TAG_LEN],
    blocks: Vec<Block<'a>>,
    signature: Option<Signature<'a>>,
}

struct Signature<'a> {
    curve: Curve,
    public_key: Vec<u8>,
    /// Everything before the footer.
    signed: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message; `None` where it is anything but exactly one.
    pub(super) fn parse(message: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor(message);
        let version = cursor.u8()?;
        if version == 1 && cursor.u8()? != 0x80 {
            return None;
        }
        let suite = Suite::of(version, cursor.u16()?)?;
        let id = cursor.take(if version == 1 { 16 } else { 32 })?;
        let context = context::read(cursor.section()?)?;
        let wrapped = wrapped_keys(&mut cursor)?;
        let is_framed = match cursor.u8()? {
            1 => false,
            2 => true,
            _ => return None,
        };
        // Four reserved bytes, and the length of nonces.
        if version == 1 && cursor.take(5)? != [0, 0, 0, 0, 12] {
            return None;
        }
        let frame_len = cursor.u32()?;
        if is_framed == (frame_len == 0) {
            return None;
        }
        let commitment = if suite.is_committing() { Some(cursor.chunk()?) } else { None };
        let header = before(message, cursor)?;
        let header_nonce = if version == 1 { *cursor.chunk()? } else { [0; NONCE_LEN] };
        let header_tag = cursor.chunk()?;
        let blocks = if is_framed {
            frames(&mut cursor, usize::try_from(frame_len).ok()?)?
        } else {
            vec![single_block(&mut cursor)?]
        };
        let signature = match suite.curve {
            None if context::has_public_key(&context) => return None,
            None => None,
            Some(curve) => Some(Signature {
                curve,
                public_key: context::public_key(&context, curve)?,
                signed: before(message, cursor)?,
                bytes: cursor.section()?,
            }),
        };
        cursor.0.is_empty().then_some(Self {
            suite,
            id,
            context,
            wrapped,
            commitment,
            header,
            header_nonce,
            header_tag,
            blocks,
            signature,
        })
    }

    /// Opens it under its data key: commitment, header, body and signature must all hold.
    pub(super) fn open(&self, data_key: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.suite.derive(data_key, self.id, self.commitment)?;
        key.decrypt(&self.header_nonce, self.header, &mut [], self.header_tag)?;
        // One allocation, of the exact size: nothing is copied about, and all is wiped on refusal.
        let length = self.blocks.iter().map(|block| block.content.len()).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length));
        for block in &self.blocks {
            let start = text.len();
            text.extend_from_slice(block.content);
            let aad = [
                self.id,
                block.kind,
                &block.number.to_be_bytes(),
                &u64::try_from(block.content.len()).ok()?.to_be_bytes(),
            ]
            .concat();
            key.decrypt(block.nonce, &aad, text.get_mut(start..)?, block.tag)?;
        }
        if let Some(signature) = &self.signature {
            let Signature { curve, public_key, signed, bytes } = signature;
            curve.verify(public_key, signed, bytes)?;
        }
        Some(text)
    }
}

fn wrapped_keys<'a>(cursor: &mut Cursor<'a>) -> Option<Vec<Wrapped<'a>>> {
    let count = cursor.u16()?;
    if !(1..=MAX_WRAPPED).contains(&count) {
        return None;
    }
    (0..count)
        .map(|_| {
            Some(Wrapped {
                provider: cursor.section()?,
                name: cursor.section()?,
                bytes: cursor.section()?,
            })
        })
        .collect()
}

fn frames<'a>(cursor: &mut Cursor<'a>, frame_len: usize) -> Option<Vec<Block<'a>>> {
    let mut blocks = Vec::new();
    for number in 1..FINAL {
        let found = cursor.u32()?;
        let is_final = found == FINAL;
        if (if is_final { cursor.u32()? } else { found }) != number {
            return None;
        }
        let nonce = cursor.chunk()?;
        let (kind, length): (&'static [u8], _) = if is_final {
            (b"AWSKMSEncryptionClient Final Frame", usize::try_from(cursor.u32()?).ok()?)
        } else {
            (b"AWSKMSEncryptionClient Frame", frame_len)
        };
        if length > frame_len {
            return None;
        }
        let (content, tag) = (cursor.take(length)?, cursor.chunk()?);
        blocks.push(Block { kind, number, nonce, content, tag });
        if is_final {
            return Some(blocks);
        }
    }
    None
}

fn single_block<'a>(cursor: &mut Cursor<'a>) -> Option<Block<'a>> {
    let nonce = cursor.chunk()?;
    let length = usize::try_from(cursor.u64()?).ok()?;
    let (content, tag) = (cursor.take(length)?, cursor.chunk()?);
    Some(Block { kind: b"AWSKMSEncryptionClient Single Block", number: 1, nonce, content, tag })
}

/// What of the whole has been read.
fn before<'a>(whole: &'a [u8], rest: Cursor<'a>) -> Option<&'a [u8]> {
    whole.get(..whole.len().checked_sub(rest.0.len())?)
}

/// What is still to be read. Nothing is taken that is not there, and nothing allocated by a length
/// that has not been checked against what is there.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.chunk().copied().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.chunk().copied().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.chunk().copied().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.chunk().copied().map(u64::from_be_bytes)
    }

    /// Bytes after their length in two bytes.
    fn section(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.section()?).ok()
    }
}
