//! Tables from the schemas of records: what a table must look like, making it, and comparing a live
//! one with it. It never touches an item, and never changes a table that exists.

mod compare;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    LocalSecondaryIndex, Projection, ProjectionType, ProvisionedThroughput, ScalarAttributeType,
    StreamSpecification, StreamViewType,
};

pub use self::compare::{Difference, Differences};
use crate::context::ScalarType;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{FieldKind, FieldRole, FieldSpec, IndexSpec, Record, Schema};
use crate::store::tables;
use crate::transport::HttpsGuard;

/// What a table must look like: keys, secondary indexes, expiry, and what is chosen here (billing,
/// stream). Made from the schemas of the records that live in it.
///
/// # Examples
/// ```no_run
/// use dynacrypt_core::record::Record;
/// use dynacrypt_core::table::{StreamView, TableSpec};
///
/// type Error = Box<dyn std::error::Error>;
///
/// async fn deploy<Customer: Record, Order: Record>(
///     client: &aws_sdk_dynamodb::Client,
/// ) -> Result<(), Error> {
///     let spec = TableSpec::of::<Customer>()?
///         .and::<Order>()?
///         .named("production-shop")
///         .with_stream(StreamView::NewAndOldImages);
///     spec.create(client).await?;
///     let differences = spec.verify(client).await?;
///     assert!(differences.is_empty(), "{differences}");
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct TableSpec {
    name: String,
    keys: Keys,
    attributes: BTreeMap<&'static str, ScalarType>,
    indexes: Vec<Index>,
    ttl: Option<&'static str>,
    /// Read and write capacity units; on demand where there are none.
    throughput: Option<(u64, u64)>,
    stream: Option<StreamView>,
    deletion_protection: bool,
    guard: HttpsGuard,
}

/// Names of the key attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Keys {
    partition: &'static str,
    sort: Option<&'static str>,
}

/// A secondary index of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Index {
    name: &'static str,
    local: bool,
    keys: Keys,
    /// Attributes beside the keys; all where there is no list.
    holds: Option<Vec<&'static str>>,
}

/// What a stream carries of a changed item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamView {
    /// Its key.
    KeysOnly,
    /// The item as it is now.
    NewImage,
    /// The item as it was.
    OldImage,
    /// Both.
    NewAndOldImages,
}

impl StreamView {
    fn sdk(self) -> StreamViewType {
        match self {
            Self::KeysOnly => StreamViewType::KeysOnly,
            Self::NewImage => StreamViewType::NewImage,
            Self::OldImage => StreamViewType::OldImage,
            Self::NewAndOldImages => StreamViewType::NewAndOldImages,
        }
    }
}

impl TableSpec {
    /// The table of `R`: named as in the schema, billed on demand, without a stream.
    ///
    /// # Errors
    /// `is_invalid_record` where the schema has no partition key, or a key of a type that DynamoDB
    /// does not take as one. The derive macro writes no such schema.
    pub fn of<R: Record>() -> Result<Self> {
        let mut spec = Self {
            name: R::SCHEMA.table().to_owned(),
            keys: keys_of(R::SCHEMA)?,
            attributes: BTreeMap::new(),
            indexes: Vec::new(),
            ttl: None,
            throughput: None,
            stream: None,
            deletion_protection: false,
            guard: HttpsGuard { allow_plain_http: false },
        };
        spec.take::<R>()?;
        Ok(spec)
    }

    /// The same table, for records of type `R` too.
    ///
    /// # Errors
    /// `is_invalid_record` where the record's keys have other names or types, an index of the same
    /// name is another one, or items expire by another attribute.
    pub fn and<R: Record>(mut self) -> Result<Self> {
        if keys_of(R::SCHEMA)? != self.keys {
            return Err(invalid("the record's key attributes are not the table's"));
        }
        self.take::<R>()?;
        Ok(self)
    }

    /// The same table under its physical name, where it differs from the logical one.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same table with provisioned capacity, for itself and for each global index: capacity
    /// units a second.
    #[must_use]
    pub fn with_provisioned(mut self, read: u64, write: u64) -> Self {
        self.throughput = Some((read, write));
        self
    }

    /// The same table with a stream.
    #[must_use]
    pub fn with_stream(mut self, view: StreamView) -> Self {
        self.stream = Some(view);
        self
    }

    /// The same table, protected against deletion.
    #[must_use]
    pub fn with_deletion_protection(mut self) -> Self {
        self.deletion_protection = true;
        self
    }

    /// Lets `create` and `verify` use an endpoint that is plain HTTP and not on this machine.
    ///
    /// # Security
    /// The AWS signature then crosses the network in the clear. For test setups.
    #[must_use]
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.guard.allow_plain_http = true;
        self
    }

    /// The physical name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The builder of a `CreateTable` request, for whatever else AWS offers (tags, a table class).
    /// Send it with its `send_with(&client)`. Expiry is not part of it: DynamoDB turns it on by a
    /// request of its own.
    ///
    /// # Errors
    /// `is_invalid_record` where a capacity is beyond DynamoDB's range.
    pub fn request(&self) -> Result<CreateTableInputBuilder> {
        let mut table = CreateTableInputBuilder::default()
            .table_name(&self.name)
            .set_key_schema(Some(key_schema(self.keys)?));
        for (name, scalar) in &self.attributes {
            let attribute = AttributeDefinition::builder()
                .attribute_name(*name)
                .attribute_type(attribute_type(*scalar)?);
            table = table.attribute_definitions(attribute.build().map_err(incomplete)?);
        }
        for index in &self.indexes {
            let projection = projection(index.holds.as_deref());
            let keys = Some(key_schema(index.keys)?);
            if index.local {
                let index = LocalSecondaryIndex::builder()
                    .index_name(index.name)
                    .set_key_schema(keys)
                    .projection(projection);
                table = table.local_secondary_indexes(index.build().map_err(incomplete)?);
            } else {
                let index = GlobalSecondaryIndex::builder()
                    .index_name(index.name)
                    .set_key_schema(keys)
                    .projection(projection)
                    .set_provisioned_throughput(self.provisioned()?);
                table = table.global_secondary_indexes(index.build().map_err(incomplete)?);
            }
        }
        table = match self.provisioned()? {
            Some(throughput) => {
                table.billing_mode(BillingMode::Provisioned).provisioned_throughput(throughput)
            }
            None => table.billing_mode(BillingMode::PayPerRequest),
        };
        if let Some(view) = self.stream {
            let stream =
                StreamSpecification::builder().stream_enabled(true).stream_view_type(view.sdk());
            table = table.stream_specification(stream.build().map_err(incomplete)?);
        }
        if self.deletion_protection {
            table = table.deletion_protection_enabled(true);
        }
        Ok(table)
    }

    /// Creates the table, waits until it and its indexes can be used, and turns on expiry where a
    /// record has a `ttl` field.
    ///
    /// # Errors
    /// `is_conflict` where the table exists; `is_unavailable` where it is not active after ten
    /// minutes; `is_insecure_endpoint`; DynamoDB's. Where turning on expiry fails, the table exists: [`verify`](Self::verify)
    /// says so.
    pub async fn create(&self, client: &Client) -> Result<()> {
        tables::create(client, self.guard, &self.request()?).await?;
        match self.ttl {
            Some(attribute) => {
                tables::enable_time_to_live(client, self.guard, &self.name, attribute).await
            }
            None => Ok(()),
        }
    }

    /// Compares a live table with this one. What the live table has beyond it (more indexes, a
    /// stream, a protection) is no difference, unless it changes what the records mean.
    ///
    /// # Errors
    /// DynamoDB's. That there is no such table is a difference, not an error.
    pub async fn verify(&self, client: &Client) -> Result<Differences> {
        let Some(live) = tables::describe(client, self.guard, &self.name).await? else {
            return Ok(Differences::of(&self.name, vec![Difference::NoTable]));
        };
        let ttl = tables::time_to_live(client, self.guard, &self.name).await?;
        Ok(Differences::of(&self.name, compare::compare(self, &live, ttl.as_deref())))
    }

    fn take<R: Record>(&mut self) -> Result<()> {
        let schema = R::SCHEMA;
        for field in [schema.partition_key(), schema.sort_key()].into_iter().flatten() {
            let (FieldKind::PartitionKey(scalar) | FieldKind::SortKey(scalar)) = field.kind()
            else {
                return Err(invalid("a key field is of another kind"));
            };
            self.attribute(field.name(), scalar)?;
        }
        for index in schema.indexes() {
            self.index(schema, index)?;
        }
        if let Some((_, field)) = schema.role(FieldRole::Ttl) {
            if self.ttl.is_some_and(|known| known != field.name()) {
                return Err(invalid("items of one table expire by one attribute"));
            }
            self.ttl = Some(field.name());
        }
        Ok(())
    }

    fn attribute(&mut self, name: &'static str, scalar: ScalarType) -> Result<()> {
        attribute_type(scalar)?;
        if *self.attributes.entry(name).or_insert(scalar) == scalar {
            Ok(())
        } else {
            Err(invalid("one attribute is a key of two types"))
        }
    }

    fn index(&mut self, schema: &'static Schema, spec: &'static IndexSpec) -> Result<()> {
        let mut named = |(number, scalar): (usize, ScalarType)| {
            let field = schema.fields().get(number).map(FieldSpec::name);
            let name = field.ok_or_else(|| invalid("an index names a field that is not there"))?;
            self.attribute(name, scalar)?;
            Ok::<_, Error>(name)
        };
        let partition = named(spec.partition())?;
        let sort = spec.sort().map(named).transpose()?;
        let index = Index {
            name: spec.name(),
            local: spec.is_local(),
            keys: Keys { partition, sort },
            holds: schema.index_attributes(spec),
        };
        match self.indexes.iter_mut().find(|known| known.name == index.name) {
            None => self.indexes.push(index),
            Some(known) => known.join(index)?,
        }
        Ok(())
    }

    fn provisioned(&self) -> Result<Option<ProvisionedThroughput>> {
        let Some((read, write)) = self.throughput else { return Ok(None) };
        let units = |units: u64| {
            i64::try_from(units).ok().filter(|units| *units > 0).ok_or_else(|| {
                invalid("a provisioned table has at least one capacity unit of each kind")
            })
        };
        let throughput = ProvisionedThroughput::builder()
            .read_capacity_units(units(read)?)
            .write_capacity_units(units(write)?);
        throughput.build().map(Some).map_err(incomplete)
    }
}

impl Index {
    /// Makes of two record types' indexes of one name the one that serves both.
    fn join(&mut self, other: Self) -> Result<()> {
        if (self.local, self.keys) != (other.local, other.keys) {
            return Err(invalid("two record types have different indexes of one name"));
        }
        match (&mut self.holds, other.holds) {
            (Some(held), Some(more)) => {
                let missing: Vec<_> =
                    more.into_iter().filter(|name| !held.contains(name)).collect();
                held.extend(missing);
            }
            (held, _) => *held = None,
        }
        Ok(())
    }
}

/// The table that holds records of type `R`, as the builder of a `CreateTable` request:
/// [`TableSpec::request`] of it.
///
/// The table is named as in the schema; set `table_name` where the physical name differs, and
/// anything else that AWS offers. Send it with the builder's `send_with(&client)`.
///
/// # Errors
/// As [`TableSpec::of`].
pub fn definition<R: Record>() -> Result<CreateTableInputBuilder> {
    TableSpec::of::<R>()?.request()
}

fn keys_of(schema: &'static Schema) -> Result<Keys> {
    let partition =
        schema.partition_key().ok_or_else(|| invalid("the schema has no partition key"))?;
    Ok(Keys { partition: partition.name(), sort: schema.sort_key().map(FieldSpec::name) })
}

fn key_schema(keys: Keys) -> Result<Vec<KeySchemaElement>> {
    let partition = [(keys.partition, KeyType::Hash)];
    let both = partition.into_iter().chain(keys.sort.map(|name| (name, KeyType::Range)));
    both.map(|(name, role)| {
        let element = KeySchemaElement::builder().attribute_name(name).key_type(role);
        element.build().map_err(incomplete)
    })
    .collect()
}

fn projection(holds: Option<&[&'static str]>) -> Projection {
    match holds {
        None => Projection::builder().projection_type(ProjectionType::All).build(),
        Some(names) => {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(names))
                .build()
        }
    }
}

fn attribute_type(scalar: ScalarType) -> Result<ScalarAttributeType> {
    match scalar {
        ScalarType::S => Ok(ScalarAttributeType::S),
        ScalarType::N => Ok(ScalarAttributeType::N),
        ScalarType::B => Ok(ScalarAttributeType::B),
        ScalarType::Bool => Err(invalid("a boolean cannot be a key")),
    }
}

fn incomplete<E>(_: E) -> Error {
    invalid("a part of the request is incomplete")
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRecord).with_reason(reason)
}

#[cfg(test)]
mod tests;
