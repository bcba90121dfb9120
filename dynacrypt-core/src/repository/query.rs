//! Queries: the items of one partition, of the table or of an index. It never reads beyond what the
//! principal may see, and never puts a value into an expression's text.

use std::fmt;
use std::marker::PhantomData;

use super::DynamoRepository;
use super::output::{Any, Output, Projected, Whole};
use super::page::{self, Page, PageToken};
use super::read::{Read, Target};
use super::stream::{self, RecordStream};
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::principal::Principal;
use crate::record::{
    IndexPartition, KeyFrom, KeyPrefix, KeyTemplate, LeadingFrom, NoSortKey, Projection, Record,
    SortRange, Templated,
};

/// A query of one partition, until it is sent: which sort keys, which filter, how many, in which
/// order.
///
/// A query gives the items of its record type that the principal owns, and no others: of a record
/// with key templates, what does not match them; of one with an entity, what says something else;
/// and the items of other owners are as if absent. None of them counts for a limit.
///
/// A lower and an upper end of the sort keys can be combined; of two calls for the same end the later
/// holds. `S` is the type of the sort key, of the table or the index.
#[must_use = "a query does nothing until it is streamed or a page is asked for"]
pub struct Query<R, S, O = Whole> {
    read: Read<R>,
    types: PhantomData<fn() -> (S, O)>,
}

impl<R: Record> DynamoRepository<R> {
    /// The records of one partition.
    ///
    /// Reads are strongly consistent, unless the repository or the query says
    /// `eventually_consistent`.
    ///
    /// # Examples
    /// ```
    /// # extern crate dynacrypt_core as dynacrypt;
    /// # use dynacrypt_derive::Record;
    /// use dynacrypt::error::Result;
    /// use dynacrypt::principal::Principal;
    /// use dynacrypt::repository::DynamoRepository;
    ///
    /// #[derive(Record)]
    /// #[dynacrypt(table = "visits")]
    /// struct Visit {
    ///     #[dynacrypt(partition_key, owner)]
    ///     patient: String,
    ///     #[dynacrypt(sort_key)]
    ///     day: String,
    ///     ward: u8,
    /// }
    ///
    /// async fn january(visits: &DynamoRepository<Visit>, caller: &Principal) -> Result<Vec<Visit>> {
    ///     let ward = Visit::columns().ward;
    ///     let query = visits.query(caller, "patient-1").sort_begins_with("2026-01-");
    ///     query.filter(ward.eq(3)).limit(50).backward().stream().collect_all().await
    /// }
    /// # let _ = january;
    /// # use dynacrypt::record::Record as _;
    /// ```
    ///
    /// # Errors
    /// `is_access_denied` where the partition is another owner's, before anything is sent.
    pub fn query<Q>(&self, principal: &Principal, partition: Q) -> Query<R, R::SortKey>
    where
        R::PartitionKey: KeyFrom<Q>,
    {
        let partition = R::PartitionKey::scalar_from(partition);
        Query::new(Read::new(self, principal, Target::Partition(partition)))
    }

    /// The records of one partition of a secondary index: `Order::indexes().by_status.partition("open")`.
    ///
    /// The partition may hold items of many owners: an owner gets their own. A global index is
    /// always read with eventual consistency; DynamoDB offers no other. An index that holds only a
    /// part of the attributes gives no whole record.
    ///
    /// # Errors
    /// `is_access_denied` where the index's partition key is the owner, and another; where the
    /// record has no owner and the principal is no service. `is_invalid_request` where the index does
    /// not hold all that is wanted.
    pub fn query_index<S>(
        &self,
        principal: &Principal,
        partition: IndexPartition<R, S>,
    ) -> Query<R, S> {
        let (index, partition) = partition.into_parts();
        let target = match index {
            Some(index) => Target::Index(index, partition),
            None => Target::Partition(partition),
        };
        let mut read = Read::new(self, principal, target);
        if index.is_none() {
            let error = Error::new(ErrorKind::InvalidRequest);
            read.fail(error.with_reason("the schema has no such index"));
        }
        Query::new(read)
    }

    /// All items of one partition, of whatever record type: what belongs together in a table that
    /// several record types share.
    ///
    /// Each is an [`AnyItem`](super::AnyItem), to be opened as the record that it is.
    ///
    /// # Errors
    /// `is_access_denied` where the partition is another owner's, or its key does not hold the
    /// owner.
    pub fn collection<Q>(&self, principal: &Principal, partition: Q) -> Query<R, NoSortKey, Any>
    where
        R::PartitionKey: KeyFrom<Q>,
    {
        let partition = R::PartitionKey::scalar_from(partition);
        Query::new(Read::new(self, principal, Target::Collection(partition)))
    }
}

impl<R, S, O> Query<R, S, O> {
    fn new(read: Read<R>) -> Self {
        Self { read, types: PhantomData }
    }
}

macro_rules! ends {
    ($($(#[$doc:meta])* $name:ident $end:ident $included:literal;)*) => {
        impl<R: Record, S, O> Query<R, S, O> {$(
            $(#[$doc])*
            pub fn $name<Q>(mut self, value: Q) -> Self
            where
                S: KeyFrom<Q>,
            {
                match S::ordered_from(value) {
                    Ok(value) => self.read.range.$end(value, $included),
                    Err(error) => self.read.fail(error),
                }
                self
            }
        )*}
    };
}
ends! {
    /// Sort keys less than this one: numbers by size, text and bytes by their bytes.
    sort_lt until false;
    /// Sort keys up to this one.
    sort_le until true;
    /// Sort keys greater than this one.
    sort_gt from false;
    /// Sort keys from this one on.
    sort_ge from true;
}

impl<R: Record, S, O> Query<R, S, O> {
    /// This sort key alone.
    pub fn sort_eq<Q>(mut self, value: Q) -> Self
    where
        S: KeyFrom<Q>,
    {
        self.read.range = SortRange::only(S::scalar_from(value));
        self
    }

    /// Sort keys between two, both included.
    pub fn sort_between<L, H>(self, low: L, high: H) -> Self
    where
        S: KeyFrom<L> + KeyFrom<H>,
    {
        self.sort_ge(low).sort_le(high)
    }

    /// Sort keys that begin with this text, or these bytes. Of a key template: whose first field
    /// begins so.
    pub fn sort_begins_with<Q>(mut self, prefix: Q) -> Self
    where
        S: KeyPrefix<Q>,
    {
        self.read.range = SortRange::prefix(S::prefix_from(prefix));
        self
    }
}

impl<R: Record, K: KeyTemplate, O> Query<R, Templated<K>, O> {
    /// Sort keys whose first fields are these: of `ORDER#{day}#{id}`, all of a day.
    pub fn sort_under<Q>(mut self, leading: Q) -> Self
    where
        K::Fields: LeadingFrom<Q>,
    {
        let (key, complete) = K::TEMPLATE.leading(&K::Fields::leading_from(leading));
        let key = Scalar::S(key.into());
        self.read.range = if complete { SortRange::only(key) } else { SortRange::prefix(key) };
        self
    }

    /// Sort keys whose first fields are these or greater.
    pub fn sort_from<Q>(mut self, leading: Q) -> Self
    where
        K::Fields: LeadingFrom<Q>,
    {
        if let Some((key, _)) = self.leading::<Q>(leading) {
            self.read.range.from(Scalar::S(key.into()), true);
        }
        self
    }

    /// Sort keys whose first fields are these or less.
    pub fn sort_until<Q>(mut self, leading: Q) -> Self
    where
        K::Fields: LeadingFrom<Q>,
    {
        if let Some((key, complete)) = self.leading::<Q>(leading) {
            match SortRange::after(&key).filter(|_| !complete) {
                Some(after) => self.read.range.until(after, false),
                None => self.read.range.until(Scalar::S(key.into()), true),
            }
        }
        self
    }

    fn leading<Q>(&mut self, leading: Q) -> Option<(String, bool)>
    where
        K::Fields: LeadingFrom<Q>,
    {
        let values = K::Fields::leading_from(leading);
        match K::TEMPLATE.check_order(&values) {
            Ok(()) => Some(K::TEMPLATE.leading(&values)),
            Err(error) => {
                self.read.fail(error);
                None
            }
        }
    }
}

impl<R: Record, S> Query<R, S> {
    /// Reads a part of each record: what the projection reads, and what authenticates it, is fetched,
    /// and nothing else decrypted. An index that holds those attributes need not hold the others.
    pub fn project<P: Projection<Record = R>>(self) -> Query<R, S, Projected<P>> {
        Query::new(self.read)
    }
}

impl<R: Record, S, O> Query<R, S, O> {
    /// From the last sort key to the first.
    pub fn backward(mut self) -> Self {
        self.read.backward = true;
        self
    }
}

impl<R: Record, S, O> Query<R, S, O> {
    fn single(self) -> Read<R> {
        self.read
    }
}

impl<R: Record + 'static, S, O: Output<R>> Query<R, S, O> {
    /// Everything, a page at a time.
    pub fn stream(self) -> RecordStream<O::Item> {
        stream::items::<R, O>(self.read)
    }
}

super::options::options!(Query[S]);

impl<R, S, O> Clone for Query<R, S, O> {
    fn clone(&self) -> Self {
        Self::new(self.read.clone())
    }
}

impl<R: Record, S, O> fmt::Debug for Query<R, S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("record", &R::SCHEMA.record()).finish_non_exhaustive()
    }
}
