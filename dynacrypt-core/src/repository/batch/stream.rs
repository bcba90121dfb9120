//! Batch write of what is not known beforehand. It never checks, seals or sends what was not asked
//! for.

use futures_util::{Stream, StreamExt};

use super::super::DynamoRepository;
use super::engine::Engine;
use super::refuse_stored_owner;
use super::write::{self, BatchItem, Written};
use crate::access;
use crate::error::Result;
use crate::principal::Principal;
use crate::record::Record;

pub(super) fn write_stream<'a, R: Record + Send + Sync>(
    repository: &'a DynamoRepository<R>,
    principal: &'a Principal,
    items: impl Stream<Item = BatchItem<'a, R>> + Send + 'a,
) -> Result<impl Stream<Item = Written<R>> + Send + 'a> {
    let admitted = access::admit::<R>(principal, "write_stream", None)?;
    refuse_stored_owner(&admitted)?;
    let checked = items.enumerate().map(move |(place, BatchItem(change))| {
        write::check(&admitted, place, change).map_err(|error| Written::failed(place, error))
    });
    Ok(Engine::new(repository, checked).into_stream())
}
