//! Values to bytes and attributes, and back. It never encrypts, and its errors never quote what
//! serde says, because serde quotes values.

mod cbor;
mod clear;
mod plaintext;
mod scalar;
mod size;
mod time;

pub(crate) use clear::{from_attribute, to_attribute};
pub(crate) use plaintext::Plaintext;
pub use scalar::{Binary, Mismatch, ScalarValue};
pub(crate) use scalar::{attribute_of, into_scalar, scalar_of};
pub(crate) use size::{MAX_ITEM_LEN, item_len};
pub use time::Timestamp;
