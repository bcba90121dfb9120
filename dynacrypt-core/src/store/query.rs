//! Query and scan, a page at a time. It gives no item that the proof does not admit, and no item of
//! another record type; it never opens one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Select};

use super::{DynamoStore, Expiry, kind_of};
use crate::access::{Place, ScopeProof};
use crate::codec;
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Node, Placeholders};
use crate::record::{
    Attributes, FieldKind, FieldSpec, HEADER_ATTRIBUTE, IndexSpec, Key, KeyRange, Record, Schema,
};
use crate::sealed::Unopened;
use crate::transport::translate;

/// What of a place is wanted.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the request")]
pub(crate) struct Wanted {
    /// Which sort keys. A scan looks at all.
    pub(crate) range: KeyRange,
    pub(crate) filter: Option<Node>,
    /// These attributes, and what the checks need; all where there are none.
    pub(crate) attributes: Option<Vec<&'static str>>,
    /// Where these are given: attributes that hold some of it in an old form.
    pub(crate) also: Vec<String>,
    /// Items of this record type alone, or of whatever type.
    pub(crate) of_type: bool,
    /// By which items whose time is over are left out, where they are.
    pub(crate) expiry: Option<Expiry>,
    /// How many, not which.
    pub(crate) count_only: bool,
    /// Most items that DynamoDB looks at for a page.
    pub(crate) page_size: Option<u32>,
    pub(crate) backward: bool,
    pub(crate) consistent: bool,
    /// Number and count of a scan's segments.
    pub(crate) segment: Option<(u32, u32)>,
}

/// What one request gave.
pub(crate) struct Page<R> {
    pub(crate) items: Vec<Unopened<R>>,
    /// How many items; they are not there where only their number was wanted.
    pub(crate) count: usize,
    /// Where the next page begins; `None` at the end.
    pub(crate) next: Option<Attributes>,
}

impl DynamoStore {
    /// The physical table name.
    pub(crate) fn table_name(&self) -> &str {
        &self.table
    }

    /// One page of what the proof is for, from a position on.
    ///
    /// # Errors
    /// DynamoDB's; `is_invalid_record` where the filter cannot be rendered.
    pub(crate) async fn page<R: Record>(
        &self,
        proof: &ScopeProof<R>,
        wanted: &Wanted,
        start: Option<Attributes>,
    ) -> Result<Page<R>> {
        if wanted.range == KeyRange::Nothing {
            return Ok(Page { items: Vec::new(), count: 0, next: None });
        }
        let look = Look::at(proof, wanted);
        let mut placeholders = Placeholders::default();
        let key_condition = match proof.place() {
            Place::Table => None,
            Place::Partition(partition) | Place::Index { partition, .. } => {
                let name = look.place.partition.name();
                let sort = look.place.sort.map(|sort| (sort.name(), &wanted.range));
                Some(placeholders.key_condition((name, partition), sort))
            }
        };
        let mut filters = Vec::new();
        if let Some(filter) = look.filter() {
            filters.push(placeholders.condition(&filter)?);
        }
        if let Some(expiry) = look.filtered_expiry() {
            filters.push(expiry.filter(&mut placeholders));
        }
        let filter = (!filters.is_empty()).then(|| filters.join(" AND "));
        let select = (wanted.count_only && !look.is_needed()).then_some(Select::Count);
        let attributes = look.attributes().filter(|_| select.is_none());
        let projection = attributes.map(|names| {
            names.iter().map(|name| placeholders.name(name)).collect::<Vec<_>>().join(", ")
        });
        let (names, values) = placeholders.finish();
        let request = Request {
            key_condition,
            filter,
            projection,
            select: select.clone(),
            names,
            values,
            start: start.clone(),
        };
        let answer = match proof.place() {
            Place::Table => self.scan(request, wanted).await?,
            Place::Partition(_) => self.query(request, wanted, None).await?,
            Place::Index { index, .. } => self.query(request, wanted, Some(index)).await?,
        };
        if answer.next.is_some() && answer.next == start {
            return Err(Error::new(ErrorKind::Service).with_reason("a page ends where it begins"));
        }
        let counted = select.map(|_| answer.count);
        let mut items = Vec::with_capacity(answer.items.len());
        for item in answer.items {
            if look.admits(&item) {
                items.push(unopened(proof, item)?);
            }
        }
        let count = counted.unwrap_or(items.len());
        Ok(Page { items, count, next: answer.next })
    }

    async fn query(
        &self,
        request: Request,
        wanted: &Wanted,
        index: Option<&'static IndexSpec>,
    ) -> Result<Answer> {
        // DynamoDB has no consistent read of a global index.
        let consistent =
            self.consistent && wanted.consistent && index.is_none_or(IndexSpec::is_local);
        let request = self
            .client
            .query()
            .table_name(&*self.table)
            .set_index_name(index.map(|index| index.name().to_owned()))
            .consistent_read(consistent)
            .scan_index_forward(!wanted.backward)
            .set_key_condition_expression(request.key_condition)
            .set_filter_expression(request.filter)
            .set_projection_expression(request.projection)
            .set_select(request.select)
            .set_expression_attribute_names(request.names)
            .set_expression_attribute_values(request.values)
            .set_limit(limit(wanted))
            .set_exclusive_start_key(request.start);
        let answer = self
            .guarded(request.customize())
            .send()
            .await
            .map_err(|error| translate("dynamodb:Query", &error, kind_of))?;
        Ok(Answer::of(answer.items, answer.count, answer.last_evaluated_key))
    }

    async fn scan(&self, request: Request, wanted: &Wanted) -> Result<Answer> {
        let segment = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let request = self
            .client
            .scan()
            .table_name(&*self.table)
            .consistent_read(self.consistent && wanted.consistent)
            .set_filter_expression(request.filter)
            .set_projection_expression(request.projection)
            .set_select(request.select)
            .set_expression_attribute_names(request.names)
            .set_expression_attribute_values(request.values)
            .set_limit(limit(wanted))
            .set_segment(wanted.segment.map(|(number, _)| segment(number)))
            .set_total_segments(wanted.segment.map(|(_, of)| segment(of)))
            .set_exclusive_start_key(request.start);
        let answer = self
            .guarded(request.customize())
            .send()
            .await
            .map_err(|error| translate("dynamodb:Scan", &error, kind_of))?;
        Ok(Answer::of(answer.items, answer.count, answer.last_evaluated_key))
    }
}

/// The position of an item in a place: what the next page begins after.
pub(crate) fn position<R: Record>(proof: &ScopeProof<R>, item: &Attributes) -> Attributes {
    let names = key_names(proof);
    names
        .iter()
        .filter_map(|name| item.get_key_value(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Names of the key attributes of a place: the table's, then the index's others.
pub(crate) fn key_names<R: Record>(proof: &ScopeProof<R>) -> Vec<&'static str> {
    let schema = R::SCHEMA;
    let table = [schema.partition_key(), schema.sort_key()];
    let place = Keys::of(proof);
    let mut names: Vec<&'static str> = Vec::with_capacity(4);
    for spec in table.into_iter().flatten().chain([place.partition]).chain(place.sort) {
        if !names.contains(&spec.name()) {
            names.push(spec.name());
        }
    }
    names
}

struct Request {
    key_condition: Option<String>,
    filter: Option<String>,
    projection: Option<String>,
    select: Option<Select>,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
    start: Option<Attributes>,
}

struct Answer {
    items: Vec<Attributes>,
    count: usize,
    next: Option<Attributes>,
}

impl Answer {
    fn of(items: Option<Vec<Attributes>>, count: i32, next: Option<Attributes>) -> Self {
        Self {
            items: items.unwrap_or_default(),
            count: usize::try_from(count).unwrap_or_default(),
            next: next.filter(|next| !next.is_empty()),
        }
    }
}

/// The key of the table or index that is read.
#[derive(Clone, Copy)]
struct Keys {
    partition: &'static FieldSpec,
    sort: Option<&'static FieldSpec>,
}

impl Keys {
    fn of<R: Record>(proof: &ScopeProof<R>) -> Self {
        /// A schema without a partition key comes from an implementation by hand.
        const NONE: &FieldSpec = &FieldSpec::new("", FieldKind::Clear);
        let schema = R::SCHEMA;
        match proof.place() {
            Place::Index { index, .. } => Self {
                partition: schema.fields().get(index.partition().0).unwrap_or(NONE),
                sort: index.sort().and_then(|(field, _)| schema.fields().get(field)),
            },
            Place::Partition(_) | Place::Table => {
                Self { partition: schema.partition_key().unwrap_or(NONE), sort: schema.sort_key() }
            }
        }
    }

    fn hold(&self, name: &str) -> bool {
        self.partition.name() == name || self.sort.is_some_and(|sort| sort.name() == name)
    }
}

/// What is looked at to tell whether an item is one of those wanted.
struct Look<'a, R> {
    proof: &'a ScopeProof<R>,
    wanted: &'a Wanted,
    schema: &'static Schema,
    place: Keys,
}

impl<'a, R: Record> Look<'a, R> {
    fn at(proof: &'a ScopeProof<R>, wanted: &'a Wanted) -> Self {
        Self { proof, wanted, schema: R::SCHEMA, place: Keys::of(proof) }
    }

    /// Filters by what the user says, the owner, and the record type: so that what is not wanted
    /// does not even travel. A query's filter cannot name the keys of what is queried.
    fn filter(&self) -> Option<Node> {
        let scan = matches!(self.proof.place(), Place::Table);
        let may_name = |name: &str| scan || !self.place.hold(name);
        let mut filters: Vec<Node> = self.wanted.filter.iter().cloned().collect();
        if let Some((name, owner)) = self.proof.stored_owner().filter(|(name, _)| may_name(name)) {
            filters.push(Node::holds(name, codec::attribute_of(owner.clone())));
        }
        if self.wanted.of_type {
            if let Some(spec) = self.schema.entity()
                && let FieldKind::Entity(entity) = spec.kind()
                && may_name(spec.name())
            {
                filters.push(Node::holds(spec.name(), AttributeValue::S(entity.to_owned())));
            }
            for spec in [self.schema.partition_key(), self.schema.sort_key()].into_iter().flatten()
            {
                let Some(template) = spec.template().filter(|_| may_name(spec.name())) else {
                    continue;
                };
                let prefix = template.prefix();
                if template.fields().next().is_none() {
                    filters.push(Node::holds(spec.name(), AttributeValue::S(prefix.to_owned())));
                } else if !prefix.is_empty() {
                    filters.push(Node::begins(spec.name(), prefix));
                }
            }
        }
        Node::all(filters)
    }

    /// The expiry, where DynamoDB can filter by it: it may be the key of an index.
    fn filtered_expiry(&self) -> Option<&Expiry> {
        let scan = matches!(self.proof.place(), Place::Table);
        self.wanted.expiry.as_ref().filter(|expiry| scan || !self.place.hold(expiry.name()))
    }

    /// Whether DynamoDB's own filter is not enough: something is left to be looked at here.
    fn is_needed(&self) -> bool {
        let exact = |range: &KeyRange| match range {
            KeyRange::Between(low, high) => low.included && high.included,
            _ => true,
        };
        let owner_filtered = match (self.proof.looks_at(), self.proof.stored_owner()) {
            (None, _) => true,
            (Some(_), Some((name, _))) => !self.place.hold(name),
            (Some(_), None) => false,
        };
        let keys = [self.schema.partition_key(), self.schema.sort_key()];
        let templated = keys.into_iter().flatten().any(|spec| spec.template().is_some());
        let expiry_filtered = self.wanted.expiry.is_none() || self.filtered_expiry().is_some();
        !owner_filtered
            || !expiry_filtered
            || (self.wanted.of_type && templated)
            || !exact(&self.wanted.range)
    }

    /// What has to be in an item for it to be looked at, and wanted beside; `None` for everything.
    fn attributes(&self) -> Option<Vec<&str>> {
        let mut names: Vec<&str> = match (&self.wanted.attributes, self.wanted.count_only) {
            (_, true) => Vec::new(),
            (Some(wanted), false) => {
                let mut names: Vec<&str> = wanted.clone();
                names.push(HEADER_ATTRIBUTE);
                names.extend(self.wanted.also.iter().map(String::as_str));
                names
            }
            (None, false) => return None,
        };
        names.extend(key_names(self.proof));
        names.extend(self.proof.looks_at());
        names.extend(self.wanted.expiry.as_ref().map(Expiry::name));
        names.extend(self.schema.entity().map(FieldSpec::name));
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    /// Whether an item may be seen, and is one of those wanted.
    fn admits(&self, item: &Attributes) -> bool {
        self.proof.admits(item)
            && self.wanted.expiry.as_ref().is_none_or(|expiry| !expiry.is_over(item))
            && (!self.wanted.of_type || self.is_of_type(item))
            && self.place.sort.is_none_or(|sort| {
                item.get(sort.name())
                    .and_then(codec::scalar_of)
                    .is_some_and(|value| self.wanted.range.contains(&value))
            })
    }

    fn is_of_type(&self, item: &Attributes) -> bool {
        let entity = self.schema.entity().is_none_or(|spec| match spec.kind() {
            FieldKind::Entity(entity) => {
                matches!(item.get(spec.name()), Some(AttributeValue::S(found)) if found == entity)
            }
            _ => true,
        });
        let mut keys = [self.schema.partition_key(), self.schema.sort_key()].into_iter().flatten();
        entity
            && keys.all(|spec| {
                spec.template().is_none_or(|template| match item.get(spec.name()) {
                    Some(AttributeValue::S(key)) => template.parse(key).is_some(),
                    _ => false,
                })
            })
    }
}

/// The item, with the key that it must be bound to: of the partition that was asked for.
fn unopened<R: Record>(proof: &ScopeProof<R>, item: Attributes) -> Result<Unopened<R>> {
    let scalar = |spec: Option<&FieldSpec>| -> Option<Scalar<'static>> {
        item.get(spec?.name()).and_then(codec::scalar_of).map(Scalar::into_owned)
    };
    let partition = match proof.place() {
        Place::Partition(partition) => Some(partition.clone()),
        Place::Index { .. } | Place::Table => scalar(R::SCHEMA.partition_key()),
    };
    let partition = partition.ok_or_else(|| {
        Error::new(ErrorKind::Service).with_reason("an item came without its key")
    })?;
    let key = Key::from_scalars(partition, scalar(R::SCHEMA.sort_key()));
    Ok(Unopened::new(key, item))
}

fn limit(wanted: &Wanted) -> Option<i32> {
    wanted.page_size.map(|size| i32::try_from(size.max(1)).unwrap_or(i32::MAX))
}
