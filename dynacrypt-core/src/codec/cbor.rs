//! Serde values as deterministic CBOR (RFC 8949 section 4.2.1): shortest heads and floats, definite
//! lengths, map keys sorted by their encoded bytes. It sizes first and then writes, so that no
//! buffer of plaintext grows. It never keeps a value.
//!
//! Heads and scalars are minicbor's; reading is minicbor-serde's, which borrows strings from the
//! buffer. What is ours is the two passes and the order.
mod compound;
mod sink;
mod writer;

use minicbor::encode::Encoder;
use serde::de::DeserializeOwned;
use serde::ser::Serialize;

use sink::{Count, Fill};
use writer::Writer;

/// How long a value's encoding is, and how many elements each of its sequences and maps has whose
/// length serde did not tell.
pub(super) struct Plan {
    len: usize,
    counts: Vec<u64>,
}

impl Plan {
    /// Measures a value; fails with a reason where it has no form.
    pub(super) fn of<T: Serialize>(value: &T) -> Result<Self, &'static str> {
        let mut counter = Writer::new(Count(0), Vec::new());
        value.serialize(&mut counter).map_err(|no_form| no_form.0)?;
        Ok(Self { len: counter.out.0, counts: counter.counts })
    }

    /// Measures a byte string.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self { len: minicbor::len(bytes.len()) + bytes.len(), counts: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Appends the value to a buffer that has the room.
    pub(super) fn write<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) -> Option<()> {
        let end = out.len() + self.len;
        let mut writer = Writer::new(Fill { out, end }, self.counts.clone());
        value.serialize(&mut writer).ok()
    }

    /// Appends a byte string to a buffer that has the room.
    pub(super) fn write_bytes(&self, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let end = out.len() + self.len;
        Encoder::new(Fill { out, end }).bytes(bytes).ok().map(drop)
    }
}

/// Reads a value from the start of `bytes`; gives where it ended.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<(T, usize)> {
    let mut reader = minicbor_serde::Deserializer::new(bytes);
    let value = T::deserialize(&mut reader).ok()?;
    Some((value, reader.decoder().position()))
}

/// Reads a byte string from the start of `bytes`; gives where it ended.
pub(super) fn read_bytes(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.bytes().ok()?.to_vec();
    Some((value, decoder.position()))
}

#[cfg(test)]
mod tests;
