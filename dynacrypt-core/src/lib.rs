//! The core of dynacrypt: secrets, envelope, owner-checked repository. Applications use the
//! `dynacrypt` crate, which adds the derive macro; this crate never parses Rust.
//!
//! Modules import only from lower ranks (a test of the facade holds them to it):
//!
//! | rank | modules |
//! |---|---|
//! | 0 | `error`, `forms`, `observe` |
//! | 1 | `secret`, `context`, `principal` |
//! | 2 | `crypto`, `codec` |
//! | 3 | `material`, `record`, `transport` |
//! | 4 | `envelope`, `keys`, `sealed`, `expr`, `schema` |
//! | 5 | `legacy` (formats: features `legacy-…`), `access`, `reveal` |
//! | 6 | `seal`, `redact` (feature) |
//! | 7 | `item`, `store`, `token` |
//! | 8 | `repository` |
//! | 9 | `table`, `jobs` (feature), `policy` (feature), `audit` (feature), `stream` (features `lambda`, `streams`) |
//! | 10 | `testing` |

pub mod access;
#[cfg(feature = "audit")]
pub mod audit;
pub mod codec;
pub mod context;
mod crypto;
mod envelope;
pub mod error;
pub mod expr;
#[cfg(any(feature = "testing", feature = "redact"))]
mod forms;
mod item;
#[cfg(feature = "jobs")]
pub mod jobs;
pub mod keys;
pub mod legacy;
pub mod material;
pub mod observe;
#[cfg(feature = "policy")]
pub mod policy;
pub mod principal;
pub mod record;
#[cfg(feature = "redact")]
pub mod redact;
pub mod repository;
pub mod reveal;
#[cfg(feature = "schema")]
pub mod schema;
pub mod seal;
pub mod sealed;
pub mod secret;
pub mod store;
#[cfg(any(feature = "lambda", feature = "streams"))]
pub mod stream;
pub mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
mod transport;

/// What generated code names. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use std::vec::Vec;

    pub use crate::error::{Error, Result};
    pub use crate::expr;
    pub use crate::expr::Column;
    pub use crate::record::{
        AuthenticatedField, ClearField, CodedField, EncryptedField, FieldKind, FieldRole,
        FieldSpec, Index, IndexField, IndexHolds, IndexSpec, Inert, ItemReader, ItemWriter,
        KeyAttribute, KeyTemplate, NoSortKey, NullableField, OwnerField, Projection, Record,
        Schema, Segment, Stamp, Template, Templated, TimeField, TtlField, VersionField,
    };
}
