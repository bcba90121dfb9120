//! The bytes of one sensitive value: CBOR and padding in one exactly sized allocation, wiped on
//! drop (docs/format.md section 6). It never copies a string or byte string on the way in, and it
//! knows no key.

use std::any::Any;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroize;

use super::cbor;
use crate::error::{Error, ErrorKind, Result};

/// A buffer that holds plaintext in `text`, with room before it for a prefix and after it for a
/// tag.
pub(crate) struct Plaintext {
    buffer: Vec<u8>,
    start: usize,
}

/// Why plaintext that authenticated could not be read: it was sealed from another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The CBOR is not of the type.
    Type,
    /// What follows the value is not padding.
    Padding,
}

impl Unreadable {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Type => "sealed from a value of another type",
            Self::Padding => "what follows the sealed value is not padding",
        }
    }
}

impl Plaintext {
    /// Encodes a value: `prefix` bytes of zeros, CBOR, zeros up to a multiple of `pad`, and spare
    /// capacity for `suffix` bytes.
    pub(crate) fn encode<T: Serialize + 'static>(
        value: &T,
        pad: usize,
        prefix: usize,
        suffix: usize,
    ) -> Result<Self> {
        let refused = |reason| Error::new(ErrorKind::InvalidRecord).with_reason(reason);
        let invalid = || refused("the value has no CBOR form");
        // Byte vectors are byte strings; through serde they would be arrays of numbers.
        let bytes = (value as &dyn Any).downcast_ref::<Vec<u8>>();
        let plan = match bytes {
            Some(bytes) => cbor::Plan::of_bytes(bytes),
            None => cbor::Plan::of(value).map_err(refused)?,
        };
        let padded = plan.len().checked_next_multiple_of(pad.max(1)).ok_or_else(invalid)?;
        let mut text = Self { buffer: Vec::with_capacity(prefix + padded + suffix), start: prefix };
        text.buffer.resize(prefix, 0);
        let written = match bytes {
            Some(bytes) => plan.write_bytes(bytes, &mut text.buffer),
            None => plan.write(value, &mut text.buffer),
        };
        // A `Serialize` that answers differently the second time would otherwise overrun the plan.
        if written.is_none() || text.buffer.len() != prefix + plan.len() {
            return Err(invalid());
        }
        text.buffer.resize(prefix + padded, 0);
        Ok(text)
    }

    /// Takes over a buffer whose plaintext begins at `start`.
    pub(crate) fn from_decrypted(buffer: Vec<u8>, start: usize) -> Self {
        Self { buffer, start }
    }

    /// Reads the value back and wipes the buffer; and the value too, where what follows it is wrong.
    pub(crate) fn decode<T: DeserializeOwned + Zeroize + 'static>(self) -> Result<T, Unreadable> {
        let text = self.buffer.get(self.start..).unwrap_or_default();
        let mut slot: Option<Vec<u8>> = None;
        let (mut value, end) = if (&slot as &dyn Any).is::<Option<T>>() {
            let (bytes, end) = cbor::read_bytes(text).ok_or(Unreadable::Type)?;
            slot = Some(bytes);
            let value =
                (&mut slot as &mut dyn Any).downcast_mut::<Option<T>>().and_then(Option::take);
            (value.ok_or(Unreadable::Type)?, end)
        } else {
            cbor::read(text).ok_or(Unreadable::Type)?
        };
        match text.get(end..) {
            Some(padding) if padding.iter().all(|&byte| byte == 0) => Ok(value),
            _ => {
                value.zeroize();
                Err(Unreadable::Padding)
            }
        }
    }

    /// The whole buffer, to encrypt in place; plaintext begins at the second value. Whoever takes
    /// it answers for it.
    pub(crate) fn into_buffer(mut self) -> (Vec<u8>, usize) {
        (std::mem::take(&mut self.buffer), self.start)
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        // One pass of wide stores, where `Zeroize for Vec` makes two of single bytes. Spare capacity
        // never held plaintext: the buffer does not grow, and what is truncated is a tag.
        self.buffer.fill(0);
        zeroize::optimization_barrier(self.buffer.as_slice());
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}
