//! What tests of encrypted records need, ours and yours; the one module besides `store` that calls
//! DynamoDB, because tests read and tamper raw items. It never opens a sealed item, and nothing of
//! it belongs in production.
//!
//! | to | use |
//! |---|---|
//! | have a DynamoDB without a server | [`EmbeddedDynamo`] |
//! | let the environment choose the servers | [`TestBackend`] |
//! | make and drop tables | [`create_table`], [`unique_table_name`], [`delete_table`] |
//! | make KMS fail, hang or lie | [`FaultyKeyProvider`] |
//! | make DynamoDB throttle, break off, answer by half | [`FaultyHttp`] |
//! | prove that no plaintext is stored | [`assert_no_plaintext!`] |
//! | prove that no plaintext is logged | [`CapturedLogs`], [`assert_absent`] |
//! | tamper with stored items | [`attack`], [`raw_items`], [`put_raw`] |
//!
//! Needs the feature `testing`, which belongs under `[dev-dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! dynacrypt = { version = "0.1", features = ["testing"] }
//! ```

pub mod attack;
mod backend;
mod embedded;
mod http_faults;
mod key_faults;
mod leaks;
mod logs;
mod needles;
mod raw;
mod tables;

pub use backend::TestBackend;
pub use embedded::EmbeddedDynamo;
pub use http_faults::{FaultyHttp, HttpFault, RecordedRequest};
pub use key_faults::{FaultyKeyProvider, KeyFault, KeyFaults};
#[doc(hidden)]
pub use leaks::__report;
pub use leaks::{Finding, assert_absent, find_in_items, find_in_text, find_plaintext};
pub use logs::{CaptureGuard, CapturedLogs};
pub use raw::{Item, put_raw, raw_items};
pub use tables::{create_table, delete_table, unique_table_name};

pub use crate::assert_no_plaintext;

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::Item;
    use crate::context::ScalarType;
    use crate::error::Result;
    use crate::record::{FieldKind, FieldSpec, ItemReader, ItemWriter, NoSortKey, Record, Schema};

    /// A record with a partition key `id`, for tests that need a table.
    #[derive(Debug)]
    pub(super) struct Thing;

    impl Record for Thing {
        type PartitionKey = String;
        type SortKey = NoSortKey;
        type Columns = ();
        type Indexes = ();
        fn columns() {}

        fn indexes() {}
        const SCHEMA: &'static Schema = &Schema::new(
            "Thing",
            "things",
            &[FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::S))],
            false,
        );

        fn write(&self, _: &mut ItemWriter) -> Result<()> {
            Ok(())
        }

        fn read(_: &mut ItemReader) -> Result<Self> {
            Ok(Self)
        }
    }

    /// A raw item of [`Thing`].
    pub(super) fn thing(id: &str) -> Item {
        Item::from([("id".to_owned(), AttributeValue::S(id.to_owned()))])
    }
}
