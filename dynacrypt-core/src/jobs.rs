//! Jobs over whole tables, which can be killed and resumed while services go on. They run for services
//! alone, and never call DynamoDB but through the store.
//!
//! [`migrate`] moves the items of a record type from an old format, or from the clear, to sealed.
//!
//! A job with a checkpoint stores after each page where it is, in a table of yours that
//! [`checkpoint_table`] makes: partition key `job` (S), sort key `segment` (N). Killed, and run again
//! with the same name, it goes on after the last page that it finished.

mod capacity;
mod checkpoint;
mod counts;
pub mod migrate;
mod progress;
mod worker;

pub use capacity::CapacityLimit;
pub use checkpoint::checkpoint_table;
pub use counts::{Counts, FailureReason, MigrationSummary};
pub use migrate::{FailedItem, Migration};
pub use progress::{Progress, ProgressEvent};
