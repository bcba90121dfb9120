//! Values to bytes and attributes, and back. It never encrypts, and its errors never quote what
//! serde says, because serde quotes values.

//!
//! Clear fields go through serde; [`AttributeCodec`]s store them otherwise, where a field says
//! `#[dynacrypt(with = path::to::Codec)]`:
//!
//! | codec | for | stored as |
//! |---|---|---|
//! | [`AsSet`] | `BTreeSet`, `HashSet`, `Vec` of strings, numbers or binaries | `SS`, `NS`, `BS` |
//! | [`AsBytes`] | `Vec<u8>`, `Box<[u8]>`, `[u8; N]` | `B` |
//! | [`AsEpochSeconds`], [`AsEpochMillis`] | a [`Timestamp`] | `N` |
//! | [`AsRfc3339`] | a [`Timestamp`] | `S` |
//! | [`AsScalar`] | a [`ScalarValue`] | its one form |

mod cbor;
mod clear;
#[cfg(feature = "rust_decimal")]
mod decimal;
mod legacy;
mod number;
mod plaintext;
mod scalar;
mod size;
#[cfg(feature = "streams")]
mod stream;
mod time;
mod unfit;
#[cfg(feature = "uuid")]
mod uuid;
mod with;

pub(crate) use clear::{from_attribute, to_attribute};
#[doc(hidden)]
pub use legacy::LegacyPlaintext;
pub(crate) use plaintext::Plaintext;
use scalar::short_name;
pub use scalar::{Binary, Mismatch, ScalarValue, SetElement};
pub(crate) use scalar::{attribute_of, out_of_range, read_scalar, scalar_of};
pub(crate) use size::{MAX_ITEM_LEN, item_len, wire_len};
#[cfg(feature = "streams")]
pub(crate) use stream::stream_attributes;
pub use time::Timestamp;
pub use unfit::AttributeError;
use with::set_repeats;
pub use with::{
    AsBytes, AsEpochMillis, AsEpochSeconds, AsRfc3339, AsScalar, AsSet, AttributeCodec, ClearValue,
    Set,
};
