//! The owner check: who may touch which item, decided before anything is looked up. It issues the
//! proofs that the store demands, and never talks to it.

mod scope;

use std::fmt;
use std::marker::PhantomData;

pub use scope::ScopeProof;
pub(crate) use scope::{
    Place, check_collection, check_index, check_partition, check_shown, check_table,
};

use crate::context::{Number, Scalar, ScalarType};
use crate::error::{Error, ErrorKind, Result};
use crate::observe;
use crate::principal::Principal;
use crate::record::{FieldKind, FieldSpec, Key, Record};

/// Proof that a principal may touch the item of one key. Only this module makes one, and the store
/// demands it.
///
/// # Security
/// It speaks of one key and one owner, and is used up by the operation: it cannot be kept for
/// another item. What it was issued for cannot be changed.
pub struct OwnerProof<R> {
    key: Key<R>,
    gate: Gate,
}

/// What is left to check at the table.
enum Gate {
    /// Nothing: the key holds the owner, or a service asks.
    Settled,
    /// The owner stands in an attribute outside the key: the stored one must be this.
    StoredOwner { spec: &'static FieldSpec, owner: Scalar<'static> },
}

impl<R> OwnerProof<R> {
    pub(crate) fn key(&self) -> &Key<R> {
        &self.key
    }

    /// The attribute that must hold this owner in the stored item, where the key does not settle
    /// it.
    pub(crate) fn stored_owner(&self) -> Option<(&'static str, &Scalar<'static>)> {
        match &self.gate {
            Gate::Settled => None,
            Gate::StoredOwner { spec, owner } => Some((spec.name(), owner)),
        }
    }

    /// The same proof, for the item only while it has this owner. Where the owner is part of the
    /// key, or is settled already, nothing changes.
    pub(crate) fn narrowed_to(self, owner: Scalar<'static>) -> Self
    where
        R: Record,
    {
        match (self.gate, R::SCHEMA.owner()) {
            (Gate::Settled, Some(spec)) if !spec.is_key() => {
                Self { key: self.key, gate: Gate::StoredOwner { spec, owner } }
            }
            (gate, _) => Self { key: self.key, gate },
        }
    }
}

impl<R: Record> fmt::Debug for OwnerProof<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerProof").field("table", &R::SCHEMA.table()).finish_non_exhaustive()
    }
}

/// Checks a principal against a key that is to be read or deleted. `operation` names the operation
/// in the audit event.
///
/// # Errors
/// `is_access_denied` where the key belongs to another owner, the record has no owner (then only
/// services may), or the principal's id is empty.
pub fn check_key<R: Record>(
    principal: &Principal,
    operation: &'static str,
    key: Key<R>,
) -> Result<OwnerProof<R>> {
    admit(principal, operation, None)?.check_key(key)
}

/// Checks a principal against a record that is to be stored under `key` with `owner`.
///
/// # Errors
/// `is_access_denied` as [`check_key`], and where the record's owner is not the principal.
pub(crate) fn check_record<R: Record>(
    principal: &Principal,
    operation: &'static str,
    key: Key<R>,
    owner: Option<&Scalar<'static>>,
) -> Result<OwnerProof<R>> {
    admit(principal, operation, None)?.check_record(key, owner)
}

/// Proof that a service asks, which may see every owner's items. Only this module makes one.
///
/// It is demanded where items come without an owner having asked for them, as those of a stream or
/// of a job do.
#[derive(Debug)]
pub struct ServiceProof(());

/// Checks that a service asks, and audits it. `table` is the physical name.
///
/// # Errors
/// `is_access_denied` for an owner, and for a service without name or reason.
#[cfg(any(feature = "lambda", feature = "streams", feature = "audit", feature = "jobs"))]
pub(crate) fn check_service(
    principal: &Principal,
    operation: &'static str,
    table: &str,
) -> Result<ServiceProof> {
    match principal_id(principal, operation, table, None)? {
        None => Ok(ServiceProof(())),
        Some(_) => Err(Error::new(ErrorKind::AccessDenied)
            .with_reason("only a service may see the items of every owner")),
    }
}

/// The owner that asks; `None` for a service, whose use is audited here.
fn principal_id<'p>(
    principal: &'p Principal,
    operation: &'static str,
    table: &str,
    items: Option<usize>,
) -> Result<Option<&'p str>> {
    let denied = |reason| Error::new(ErrorKind::AccessDenied).with_reason(reason);
    if let Some((name, reason)) = principal.as_service() {
        if name.trim().is_empty() || reason.trim().is_empty() {
            return Err(denied("a service says who it is and why"));
        }
        tracing::info!(target: observe::AUDIT, principal = name, reason, operation, table, items, "service access");
        return Ok(None);
    }
    match principal.owner_id() {
        Some(id) if !id.is_empty() => Ok(Some(id)),
        _ => Err(denied("the principal has no id")),
    }
}

/// A principal that may ask, for one operation on any number of items: audited once, where it is a
/// service. Each item is still checked on its own.
pub(crate) struct Admitted<'p, R> {
    /// `None` for a service.
    owner: Option<&'p str>,
    record: PhantomData<fn() -> R>,
}

/// Admits a principal to an operation on so many `items`, where that is known beforehand.
///
/// # Errors
/// `is_access_denied` where the principal's id is empty, or a service does not say who it is and
/// why.
pub(crate) fn admit<'p, R: Record>(
    principal: &'p Principal,
    operation: &'static str,
    items: Option<usize>,
) -> Result<Admitted<'p, R>> {
    let owner = principal_id(principal, operation, R::SCHEMA.table(), items)?;
    Ok(Admitted { owner, record: PhantomData })
}

impl<R: Record> Admitted<'_, R> {
    pub(crate) fn is_service(&self) -> bool {
        self.owner.is_none()
    }

    /// As [`check_key`](check_key()).
    pub(crate) fn check_key(&self, key: Key<R>) -> Result<OwnerProof<R>> {
        let Some(id) = self.owner else {
            return Ok(OwnerProof { key, gate: Gate::Settled });
        };
        let spec = owner_spec::<R>()?;
        let gate = match spec.kind() {
            FieldKind::PartitionKey(_) if spec.names_owner(key.partition(), id) => Gate::Settled,
            FieldKind::SortKey(_) if key.sort().is_some_and(|sort| spec.names_owner(sort, id)) => {
                Gate::Settled
            }
            FieldKind::Owner(scalar_type) => {
                Gate::StoredOwner { spec, owner: owner_scalar(id, scalar_type)? }
            }
            _ => return Err(Error::new(ErrorKind::AccessDenied)),
        };
        Ok(OwnerProof { key, gate })
    }

    /// As [`check_record`](check_record()).
    pub(crate) fn check_record(
        &self,
        key: Key<R>,
        owner: Option<&Scalar<'static>>,
    ) -> Result<OwnerProof<R>> {
        let proof = self.check_key(key)?;
        match (&proof.gate, owner) {
            (Gate::StoredOwner { owner: id, .. }, Some(owner)) if id != owner => {
                Err(Error::new(ErrorKind::AccessDenied))
            }
            (Gate::StoredOwner { .. }, None) => Err(Error::new(ErrorKind::AccessDenied)),
            _ => Ok(proof),
        }
    }
}

fn owner_spec<R: Record>() -> Result<&'static FieldSpec> {
    R::SCHEMA.owner().ok_or_else(|| {
        Error::new(ErrorKind::AccessDenied)
            .with_reason("the record has no `owner` field, so only a service may touch it")
    })
}

/// The principal's id as a value of the owner attribute.
fn owner_scalar(id: &str, scalar_type: ScalarType) -> Result<Scalar<'static>> {
    let scalar = match scalar_type {
        ScalarType::S => Some(Scalar::S(id.to_owned().into())),
        ScalarType::N => Number::parse(id).filter(|number| number.as_str() == id).map(Scalar::N),
        _ => None,
    };
    scalar.ok_or_else(|| Error::new(ErrorKind::AccessDenied))
}
