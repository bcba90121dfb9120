//! The owner check of reads that give many items: what a principal may see of a partition, an index
//! or a table. It issues the proof that the store demands, and never talks to it.

use std::fmt;
use std::marker::PhantomData;

use super::{owner_scalar, owner_spec, principal_id};
use crate::codec;
use crate::context::{Number, Scalar};
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::{Attributes, FieldKind, FieldSpec, IndexSpec, Record};

/// Proof that a principal may read in a place: a partition, a partition of an index, or a whole
/// table. Only this module makes one, and the store demands it.
///
/// # Security
/// It carries the place, which cannot be changed, and what each item has to be before it may be
/// opened: the items of other owners in the same place are as if absent.
pub struct ScopeProof<R> {
    place: Place,
    gate: Gate,
    record: PhantomData<fn() -> R>,
}

/// Where is read.
pub(crate) enum Place {
    /// A partition of the table.
    Partition(Scalar<'static>),
    /// A partition of a secondary index.
    Index { index: &'static IndexSpec, partition: Scalar<'static> },
    /// Everything.
    Table,
}

/// What is left to check of each item.
enum Gate {
    /// Nothing: the partition is the owner's, or a service asks.
    Settled,
    /// This attribute must name this owner.
    Named { spec: &'static FieldSpec, id: String, stored: Option<Scalar<'static>> },
}

impl<R: Record> ScopeProof<R> {
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether an item is one that the principal may see.
    pub(crate) fn admits(&self, item: &Attributes) -> bool {
        match &self.gate {
            Gate::Settled => true,
            Gate::Named { spec, id, .. } => item
                .get(spec.name())
                .and_then(codec::scalar_of)
                .is_some_and(|value| spec.names_owner(&value, id)),
        }
    }

    /// The attribute that is looked at to admit an item, where one is.
    pub(crate) fn looks_at(&self) -> Option<&'static str> {
        match &self.gate {
            Gate::Settled => None,
            Gate::Named { spec, .. } => Some(spec.name()),
        }
    }

    /// What the admitted attribute must hold, where DynamoDB can compare it: so that other owners'
    /// items do not even travel.
    pub(crate) fn stored_owner(&self) -> Option<(&'static str, &Scalar<'static>)> {
        match &self.gate {
            Gate::Named { spec, stored: Some(owner), .. } => Some((spec.name(), owner)),
            _ => None,
        }
    }
}

impl<R: Record> fmt::Debug for ScopeProof<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeProof").field("table", &R::SCHEMA.table()).finish_non_exhaustive()
    }
}

/// Checks a principal against a partition that is to be read.
///
/// # Errors
/// `is_access_denied` where the partition is another owner's, the record has no owner (then only
/// services may), or the principal's id is empty.
pub(crate) fn check_partition<R: Record>(
    principal: &Principal,
    operation: &'static str,
    partition: Scalar<'static>,
) -> Result<ScopeProof<R>> {
    let gate = gate::<R>(principal, operation, |spec, id| match spec.kind() {
        FieldKind::PartitionKey(_) if spec.names_owner(&partition, id) => Ok(Gate::Settled),
        FieldKind::PartitionKey(_) => Err(Error::new(ErrorKind::AccessDenied)),
        _ => named(spec, id),
    })?;
    Ok(ScopeProof { place: Place::Partition(partition), gate, record: PhantomData })
}

/// Checks a principal against a partition of items of several record types. It must be the owner's
/// as a whole: the owner attributes of the other types are not known here.
///
/// # Errors
/// `is_access_denied`, as [`check_partition`], and where the owner is not part of the partition key.
pub(crate) fn check_collection<R: Record>(
    principal: &Principal,
    operation: &'static str,
    partition: Scalar<'static>,
) -> Result<ScopeProof<R>> {
    let proof = check_partition(principal, operation, partition)?;
    match proof.gate {
        Gate::Settled => Ok(proof),
        Gate::Named { .. } => Err(Error::new(ErrorKind::AccessDenied)
            .with_reason("the partition key does not hold the owner: query each record type")),
    }
}

/// Checks a principal against a partition of an index. Such a partition may hold the items of many
/// owners, and may be older than the table: each item is looked at again.
///
/// # Errors
/// As [`check_partition`].
pub(crate) fn check_index<R: Record>(
    principal: &Principal,
    operation: &'static str,
    index: &'static IndexSpec,
    partition: Scalar<'static>,
) -> Result<ScopeProof<R>> {
    let key = R::SCHEMA.fields().get(index.partition().0);
    let gate = gate::<R>(principal, operation, |spec, id| match key {
        Some(key) if key.is_owner() && !key.names_owner(&partition, id) => {
            Err(Error::new(ErrorKind::AccessDenied))
        }
        _ => named(spec, id),
    })?;
    Ok(ScopeProof { place: Place::Index { index, partition }, gate, record: PhantomData })
}

/// Checks a principal that wants to read a whole table or index: services alone.
///
/// # Errors
/// `is_access_denied` for every owner.
pub(crate) fn check_table<R: Record>(
    principal: &Principal,
    operation: &'static str,
) -> Result<ScopeProof<R>> {
    let gate = gate::<R>(principal, operation, |_, _| {
        Err(Error::new(ErrorKind::AccessDenied).with_reason("only a service reads a whole table"))
    })?;
    Ok(ScopeProof { place: Place::Table, gate, record: PhantomData })
}

/// Checks a principal against an item that a collection has shown, before it is opened as `R`.
///
/// # Errors
/// `is_access_denied` where `R` says that the item is another owner's, or has no owner and the
/// principal is one.
pub(crate) fn check_shown<R: Record>(principal: &Principal, item: &Attributes) -> Result<()> {
    if principal.is_service() {
        // Its use was audited when the collection was read.
        return Ok(());
    }
    let id = principal.owner_id().filter(|id| !id.is_empty());
    let value = item.get(owner_spec::<R>()?.name()).and_then(codec::scalar_of);
    match (id, value) {
        (Some(id), Some(value)) if owner_spec::<R>()?.names_owner(&value, id) => Ok(()),
        _ => Err(Error::new(ErrorKind::AccessDenied)),
    }
}

fn gate<R: Record>(
    principal: &Principal,
    operation: &'static str,
    decide: impl FnOnce(&'static FieldSpec, &str) -> Result<Gate>,
) -> Result<Gate> {
    match principal_id(principal, operation, R::SCHEMA.table(), None)? {
        None => Ok(Gate::Settled),
        Some(id) => decide(owner_spec::<R>()?, id),
    }
}

fn named(spec: &'static FieldSpec, id: &str) -> Result<Gate> {
    let stored = match (spec.kind(), spec.template()) {
        (
            FieldKind::Owner(scalar_type)
            | FieldKind::SortKey(scalar_type)
            | FieldKind::PartitionKey(scalar_type),
            None,
        ) => Some(owner_scalar(id, scalar_type)?),
        // A template of the owner alone has one value for each owner.
        (_, Some(template)) if template.fields().count() == 1 => {
            let number = Number::parse(id).map(Scalar::N);
            let padded = number.map(|number| template.render(&[number]));
            let key = padded.filter(|key| template.holds(key, 0, id));
            let key = key.unwrap_or_else(|| template.render(&[Scalar::S(id.into())]));
            Some(Scalar::S(key.into()))
        }
        _ => None,
    };
    Ok(Gate::Named { spec, id: id.to_owned(), stored })
}
