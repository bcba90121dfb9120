//! `migrate`: moves the old items of a service's table while instances serve. It writes sealed items
//! alone, and says how many, never which.

use clap::Args;
use dynacrypt::jobs::{self, CapacityLimit, Migration, Progress};
use dynacrypt::legacy::Stage;
use dynacrypt::{Principal, Record};

use crate::Result;
use crate::backend::Backend;
use crate::options::Options;

/// How the table is moved.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct MigrateOptions {
    /// Read, open and seal everything, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Parts of the table that are moved side by side
    #[arg(long, value_name = "N", default_value = "4")]
    pub segments: u32,
    /// Read capacity units a second, at most
    #[arg(long, value_name = "UNITS")]
    pub read_units: Option<u32>,
    /// Write capacity units a second, at most
    #[arg(long, value_name = "UNITS")]
    pub write_units: Option<u32>,
    /// Table for checkpoints, so that a job that was killed goes on; created where it is absent
    #[arg(long, value_name = "TABLE", requires = "job")]
    pub checkpoint_table: Option<String>,
    /// Name of the job in that table
    #[arg(long, value_name = "NAME")]
    pub job: Option<String>,
}

/// Moves the table of `R`.
///
/// # Errors
/// In another deployment than the second; where an item could not be moved; the job's.
pub async fn run<R: Record + Send + Sync>(
    options: &Options,
    how: &MigrateOptions,
    backend: &Backend,
) -> Result<()> {
    if options.stage != Stage::WriteSealed {
        return Err(
            "the table is moved in the deployment that writes sealed: give --stage 2".into()
        );
    }
    let repository = backend.repository::<R>();
    let mut limit = CapacityLimit::default();
    if let Some(units) = how.read_units {
        limit = limit.with_read(units);
    }
    if let Some(units) = how.write_units {
        limit = limit.with_write(units);
    }
    let mut migration = Migration::of(&repository)
        .segments(how.segments)
        .capacity(limit)
        .progress(Progress::auto());
    if how.dry_run {
        migration = migration.dry_run();
    } else if let (Some(table), Some(job)) = (&how.checkpoint_table, &how.job) {
        match jobs::checkpoint_table(&repository, table).await {
            Err(error) if !error.is_conflict() => return Err(error.into()),
            _ => migration = migration.checkpoint(table, job),
        }
    }
    let job = Principal::service("migrate", "moves items from their old form to sealed");
    let summary = migration.run(&job).await?;
    tracing::info!(%summary, dry_run = how.dry_run, "migrated");
    if summary.is_clean() {
        Ok(())
    } else {
        Err("some items are as they were: the summary says how many, and why".into())
    }
}
