//! What queries, scans and collections have in common: what was asked for, checked before the first
//! request, fetched page by page. It never opens an item, and asks for no page that nobody wants.

use std::sync::Arc;

use super::{DynamoRepository, Output};
use crate::access::{self, Place, ScopeProof};
use crate::codec;
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::principal::Principal;
use crate::record::{
    Attributes, FieldSpec, HEADER_ATTRIBUTE, IndexHolds, IndexSpec, Record, Schema, SortRange,
};
use crate::store::{self, Wanted};
use crate::token::Binding;

/// Where is read.
#[derive(Clone)]
pub(super) enum Target {
    Partition(Scalar<'static>),
    Collection(Scalar<'static>),
    Index(&'static IndexSpec, Scalar<'static>),
    Table,
}

/// A query or scan as it was put together.
pub(super) struct Read<R> {
    pub(super) repository: DynamoRepository<R>,
    pub(super) principal: Principal,
    pub(super) target: Target,
    pub(super) range: SortRange,
    pub(super) filter: Option<Node>,
    pub(super) limit: Option<usize>,
    pub(super) page_size: Option<u32>,
    pub(super) backward: bool,
    pub(super) consistent: bool,
    pub(super) segment: Option<(u32, u32)>,
    /// The first thing that was wrong with what was asked.
    pub(super) error: Option<Error>,
}

/// The same, allowed.
pub(super) struct Checked<R> {
    pub(super) proof: Arc<ScopeProof<R>>,
    pub(super) wanted: Wanted,
}

impl<R: Record> Read<R> {
    pub(super) fn new(
        repository: &DynamoRepository<R>,
        principal: &Principal,
        target: Target,
    ) -> Self {
        let mut repository = repository.clone();
        if matches!(&target, Target::Index(index, _) if index.holds() != IndexHolds::All) {
            // It may lack what an old form needs, and an absent secret would be read as `None`.
            repository.sealer = repository.sealer.without_legacy();
        }
        Self {
            repository,
            principal: principal.clone(),
            target,
            range: SortRange::default(),
            filter: None,
            limit: None,
            page_size: None,
            backward: false,
            consistent: true,
            segment: None,
            error: None,
        }
    }

    pub(super) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    pub(super) fn and_filter(&mut self, filter: Node) {
        self.filter = Node::all(self.filter.take().into_iter().chain([filter]));
    }

    /// The owner check, and everything else that can be refused before a request is sent.
    ///
    /// # Errors
    /// `is_access_denied`; `is_invalid_request`; `is_invalid_record` where a value has no form.
    pub(super) fn check<O: Output<R>>(&self, count_only: bool) -> Result<Checked<R>> {
        let principal = &self.principal;
        let (proof, range) = match &self.target {
            Target::Partition(partition) => {
                let template = R::SCHEMA.sort_key().and_then(FieldSpec::template);
                let proof = access::check_partition(principal, "query", partition.clone())?;
                (proof, self.range.within(template))
            }
            Target::Collection(partition) => {
                let proof = access::check_collection(principal, "collection", partition.clone())?;
                (proof, self.range.within(None))
            }
            Target::Index(index, partition) => {
                let sort = index.sort().and_then(|(field, _)| R::SCHEMA.fields().get(field));
                let proof =
                    access::check_index(principal, "query_index", index, partition.clone())?;
                (proof, self.range.within(sort.and_then(FieldSpec::template)))
            }
            Target::Table => (access::check_table(principal, "scan")?, self.range.within(None)),
        };
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let attributes = O::attributes();
        self.check_filter(&proof)?;
        if let (Target::Index(index, _), false) = (&self.target, count_only) {
            check_index_holds(R::SCHEMA, index, attributes.as_deref())?;
        }
        let expiry = self.repository.expiry()?;
        if let (Target::Index(index, _), Some(expiry)) = (&self.target, &expiry)
            && held(R::SCHEMA, index).is_some_and(|held| !held.contains(&expiry.name()))
        {
            return Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason("the index does not hold when its items expire")
                .at(expiry.name(), R::SCHEMA.record()));
        }
        let wanted = Wanted {
            range,
            filter: self.filter.clone(),
            also: attributes.iter().flat_map(|_| self.old_attributes()).collect(),
            attributes,
            of_type: O::OF_TYPE,
            expiry,
            count_only,
            page_size: self.page_size,
            backward: self.backward,
            consistent: self.consistent,
            segment: self.segment,
        };
        Ok(Checked { proof: Arc::new(proof), wanted })
    }

    /// What a part of an item needs beside the attributes of the record.
    fn old_attributes(&self) -> Vec<String> {
        self.repository.sealer.old_attributes(R::SCHEMA)
    }

    /// Refuses a filter that DynamoDB would refuse with a text of its own, or that would look at
    /// what an index does not hold.
    fn check_filter(&self, proof: &ScopeProof<R>) -> Result<()> {
        let Some(filter) = &self.filter else { return Ok(()) };
        // Depth and values are checked before anything walks the tree.
        filter.canonical()?;
        let keys: Vec<&'static str> = match proof.place() {
            Place::Table => Vec::new(),
            Place::Partition(_) => store::key_names(proof),
            Place::Index { index, .. } => [Some(index.partition()), index.sort()]
                .into_iter()
                .flatten()
                .filter_map(|(field, _)| Some(R::SCHEMA.fields().get(field)?.name()))
                .collect(),
        };
        if let Some(name) = filter.first_attribute(&|name| keys.contains(&name)) {
            return Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason(
                    "a filter does not look at the key that is queried: use the `sort_…` methods",
                )
                .at(name, R::SCHEMA.record()));
        }
        if let Place::Index { index, .. } = proof.place() {
            let held = held(R::SCHEMA, index);
            let missing =
                held.and_then(|held| filter.first_attribute(&|name| !held.contains(&name)));
            if let Some(name) = missing {
                return Err(Error::new(ErrorKind::InvalidRequest)
                    .with_reason("the index does not hold what the filter looks at")
                    .at(name, R::SCHEMA.record()));
            }
        }
        Ok(())
    }

    /// What a page token of this read is bound to.
    ///
    /// # Errors
    /// Where the filter cannot be rendered.
    pub(super) fn binding(&self, checked: &Checked<R>) -> Result<Binding> {
        let scalar = |scalar: &Scalar<'_>| {
            let code = match scalar {
                Scalar::S(_) => b'S',
                Scalar::N(_) => b'N',
                Scalar::B(_) => b'B',
                Scalar::Bool(_) => b'?',
            };
            [&[code], scalar.as_bytes()].concat()
        };
        let principal = match (self.principal.as_service(), self.principal.owner_id()) {
            (Some((name, _)), _) => (b'S', name.to_owned()),
            (None, id) => (b'O', id.unwrap_or_default().to_owned()),
        };
        let table = self.repository.store.table_name().as_bytes().to_vec();
        let place = match &self.target {
            Target::Table => vec![b"scan".to_vec(), table],
            Target::Partition(partition) => vec![b"query".to_vec(), table, scalar(partition)],
            Target::Collection(partition) => vec![b"collection".to_vec(), table, scalar(partition)],
            Target::Index(index, partition) => {
                vec![b"index".to_vec(), table, scalar(partition), index.name().as_bytes().to_vec()]
            }
        };
        let (number, of) = self.segment.unwrap_or_default();
        let segment = [number.to_be_bytes(), of.to_be_bytes()].concat();
        let mut range = vec![vec![u8::from(self.backward)], segment];
        range.extend(checked.wanted.range.canonical());
        let filter = match &self.filter {
            Some(filter) => filter.canonical()?,
            None => Vec::new(),
        };
        Ok(Binding { principal, place, range, filter })
    }

    /// One page from a position on. Where nothing can be dropped from it, no more is looked at than
    /// is still wanted.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(super) async fn fetch(
        &self,
        checked: &mut Checked<R>,
        start: Option<Attributes>,
        left: Option<usize>,
    ) -> Result<store::Page<R>> {
        let whole = checked.wanted.filter.is_none()
            && checked.wanted.expiry.is_none()
            && checked.proof.looks_at().is_none()
            && R::SCHEMA.entity().is_none()
            && R::SCHEMA.sort_key().is_none_or(|spec| spec.template().is_none());
        let left = left.filter(|_| whole).map(|left| u32::try_from(left).unwrap_or(u32::MAX));
        checked.wanted.page_size = match (self.page_size, left) {
            (Some(size), Some(left)) => Some(size.min(left)),
            (size, left) => size.or(left),
        };
        self.repository.store.page(&checked.proof, &checked.wanted, start).await
    }
}

impl<R> Clone for Checked<R> {
    fn clone(&self) -> Self {
        Self { proof: Arc::clone(&self.proof), wanted: self.wanted.clone() }
    }
}

impl<R> Clone for Read<R> {
    fn clone(&self) -> Self {
        Self {
            repository: self.repository.clone(),
            principal: self.principal.clone(),
            target: self.target.clone(),
            range: self.range.clone(),
            filter: self.filter.clone(),
            limit: self.limit,
            page_size: self.page_size,
            backward: self.backward,
            consistent: self.consistent,
            segment: self.segment,
            error: self.error.clone(),
        }
    }
}

/// Attribute names that an index holds, its and the table's keys included; `None` for all.
fn held(schema: &'static Schema, index: &'static IndexSpec) -> Option<Vec<&'static str>> {
    let mut held = schema.index_attributes(index)?;
    let keys = [Some(index.partition()), index.sort()].into_iter().flatten();
    held.extend(keys.filter_map(|(field, _)| Some(schema.fields().get(field)?.name())));
    held.extend(schema.fields().iter().filter(|field| field.is_key()).map(FieldSpec::name));
    Some(held)
}

/// Refuses to read from an index what it does not hold: a record would be half filled.
fn check_index_holds(
    schema: &'static Schema,
    index: &'static IndexSpec,
    wanted: Option<&[&'static str]>,
) -> Result<()> {
    let Some(held) = held(schema, index) else { return Ok(()) };
    let all: Vec<&'static str>;
    let wanted = if let Some(wanted) = wanted {
        wanted
    } else {
        all = schema.fields().iter().map(FieldSpec::name).collect();
        &all
    };
    let mut missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|name| *name != HEADER_ATTRIBUTE && !held.contains(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    missing.sort_unstable();
    missing.dedup();
    Err(Error::new(ErrorKind::InvalidRequest).with_composed_reason(format!(
        "index `{}` does not hold `{}`: project what it holds, with `project`",
        index.name(),
        missing.join("`, `")
    )))
}

/// Bytes of a position: type, length and value of each key attribute, in the order of their names
/// here.
pub(crate) fn encode_position(names: &[&'static str], position: &Attributes) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for name in names {
        let scalar = position.get(*name).and_then(codec::scalar_of)?;
        out.push(match scalar {
            Scalar::S(_) => b'S',
            Scalar::N(_) => b'N',
            Scalar::B(_) => b'B',
            Scalar::Bool(_) => return None,
        });
        let bytes = scalar.as_bytes();
        out.extend_from_slice(&crate::context::length_prefix(bytes.len()));
        out.extend_from_slice(bytes);
    }
    Some(out)
}

/// The position in such bytes; `None` for anything else.
pub(crate) fn decode_position(names: &[&'static str], mut bytes: &[u8]) -> Option<Attributes> {
    let mut position = Attributes::new();
    for name in names {
        let ([code], rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        let scalar = match code {
            b'S' => Scalar::S(std::str::from_utf8(value).ok()?.to_owned().into()),
            b'N' => Scalar::N(crate::context::Number::parse(std::str::from_utf8(value).ok()?)?),
            b'B' => Scalar::B(value.to_owned().into()),
            _ => return None,
        };
        position.insert((*name).to_owned(), codec::attribute_of(scalar));
        bytes = rest;
    }
    bytes.is_empty().then_some(position)
}
