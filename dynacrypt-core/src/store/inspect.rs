//! Raw pages of a scan, for audits: whatever is in a table, of whatever type. It never writes, and
//! gives nothing to anyone but a service.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::kind_of;
use crate::access::ServiceProof;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Attributes;
use crate::transport::{HttpsGuard, translate};

/// What of a table is wanted.
#[derive(Debug, Clone)]
pub(crate) struct RawScan<'a> {
    pub(crate) table: &'a str,
    /// Number and count of segments.
    pub(crate) segment: (u32, u32),
    /// Most items of the page.
    pub(crate) limit: Option<u32>,
    pub(crate) start: Option<Attributes>,
}

/// What one request gave.
pub(crate) struct RawPage {
    pub(crate) items: Vec<Attributes>,
    /// Read capacity units that it cost, as far as DynamoDB told.
    pub(crate) capacity: Option<f64>,
    /// Where the next page begins; `None` at the end.
    pub(crate) next: Option<Attributes>,
}

/// One page, eventually consistent: half the price, and an audit is no moment's picture anyway.
pub(crate) async fn page(
    client: &Client,
    guard: HttpsGuard,
    _proof: &ServiceProof,
    scan: RawScan<'_>,
) -> Result<RawPage> {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let (segment, of) = scan.segment;
    let answer = client
        .scan()
        .table_name(scan.table)
        .segment(number(segment))
        .total_segments(number(of))
        .set_limit(scan.limit.map(number))
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .set_exclusive_start_key(scan.start.clone())
        .customize()
        .interceptor(guard)
        .send()
        .await
        .map_err(|error| translate("dynamodb:Scan", &error, kind_of))?;
    let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
    if next.is_some() && next == scan.start {
        return Err(Error::new(ErrorKind::Service).with_reason("a page ends where it begins"));
    }
    let capacity = answer.consumed_capacity.and_then(|consumed| consumed.capacity_units);
    Ok(RawPage { items: answer.items.unwrap_or_default(), capacity, next })
}
