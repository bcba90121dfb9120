//! Prepared writes: what a put, update, delete or check asks of DynamoDB, for a call of its own or
//! as part of a transaction. Each is made of an `OwnerProof`; none is ever sent without one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::terms::{Demands, Presence, Terms, mark_of, version_name};
use super::{is_of_owner, key_attributes};
use crate::access::OwnerProof;
use crate::codec::{self, MAX_ITEM_LEN};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Actions, Placeholders};
use crate::record::{Attributes, FieldRole, FieldSpec, HEADER_ATTRIBUTE, Record, Stamp};
use crate::sealed::{Sealed, SealedFields};

/// Which items a put may meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutMode {
    /// None under this key.
    Create,
    /// One that is there, and the principal's.
    Replace,
    /// Either.
    Either,
}

impl PutMode {
    fn presence(self) -> Presence {
        match self {
            Self::Create => Presence::Absent,
            Self::Replace => Presence::Present,
            Self::Either => Presence::Either,
        }
    }
}

/// What a write does.
pub(super) enum Action {
    /// Stores an item.
    Put(Attributes),
    /// Changes the item of a key, by an update expression.
    Update(Attributes, String),
    /// Deletes the item of a key.
    Delete(Attributes),
    /// Looks at the item of a key.
    Check(Attributes),
}

/// A write, ready to be sent.
pub(crate) struct Write {
    pub(super) action: Action,
    pub(super) condition: Option<String>,
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<HashMap<String, AttributeValue>>,
    pub(super) demands: Demands,
}

impl Write {
    fn new(
        action: Action,
        (demands, condition): (Demands, Option<String>),
        placeholders: Placeholders,
    ) -> Self {
        let (names, values) = placeholders.finish();
        Self { action, condition, names, values, demands }
    }

    /// Stores a sealed item under the proof's key.
    ///
    /// # Errors
    /// `is_access_denied` where the proof was issued for another item; `is_item_too_large`;
    /// `is_invalid_record` where a condition cannot be written.
    pub(crate) fn put<R: Record>(
        proof: &OwnerProof<R>,
        sealed: Sealed<R>,
        mode: PutMode,
        terms: &Terms<R>,
    ) -> Result<Self> {
        check_sealed(proof, &sealed)?;
        let mut placeholders = Placeholders::default();
        let demands = put_demands(proof, &sealed, mode, terms, &mut placeholders)?;
        Ok(Self::new(Action::Put(sealed.into_item()), demands, placeholders))
    }

    /// Stores a sealed item under the proof's key, and keeps what the item that is there has besides
    /// the record's attributes; but not these, which hold some of it in an old form.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub(crate) fn put_over<R: Record>(
        proof: &OwnerProof<R>,
        sealed: Sealed<R>,
        mode: PutMode,
        terms: &Terms<R>,
        old: Vec<String>,
    ) -> Result<Self> {
        check_sealed(proof, &sealed)?;
        let mut placeholders = Placeholders::default();
        let demands = put_demands(proof, &sealed, mode, terms, &mut placeholders)?;
        let mut item = sealed.into_item();
        let mut actions = Actions { forget: old, ..Actions::default() };
        let fields = R::SCHEMA.fields().iter().filter(|spec| !spec.is_key()).map(FieldSpec::name);
        for name in fields.chain([HEADER_ATTRIBUTE]) {
            actions.assign(name, item.remove(name));
        }
        let text = actions.render(&mut placeholders)?;
        let key = key_attributes(R::SCHEMA, proof.key());
        Ok(Self::new(Action::Update(key, text), demands, placeholders))
    }

    /// Changes the item of the proof's key, if it is there: by the actions, the sealed fields, and
    /// what the mapper itself counts and stamps.
    ///
    /// # Errors
    /// `is_access_denied` where the fields were sealed for another item; `is_invalid_record` where a
    /// value or a condition cannot be written.
    pub(crate) fn update<R: Record>(
        proof: &OwnerProof<R>,
        mut actions: Actions,
        fields: SealedFields<R>,
        stamp: Stamp,
        terms: &Terms<R>,
    ) -> Result<Self> {
        let schema = R::SCHEMA;
        let touches_sealed = actions.touch_sealed(schema) || !fields.is_empty();
        let (key, fields) = fields.into_parts();
        if key != *proof.key() {
            return Err(Error::new(ErrorKind::AccessDenied));
        }
        let mark = fields.iter().find_map(|(spec, field)| mark_of(spec.name(), field.as_ref()));
        for (spec, attribute) in fields {
            actions.assign(spec.name(), attribute);
        }
        if let Some((_, version)) = schema.role(FieldRole::Version) {
            actions.count_up(version.name());
        }
        if let Some((_, updated)) = schema.role(FieldRole::Updated) {
            actions.assign(updated.name(), Some(AttributeValue::N(stamp.now.to_string())));
        }
        let mut placeholders = Placeholders::default();
        let (demands, condition) =
            Demands::new(proof, Presence::Present, touches_sealed, terms, &mut placeholders)?;
        let text = actions.render(&mut placeholders)?;
        let key = key_attributes(schema, proof.key());
        Ok(Self::new(Action::Update(key, text), (demands.storing(mark), condition), placeholders))
    }

    /// Deletes the item of the proof's key, if it is there.
    ///
    /// # Errors
    /// `is_invalid_record` where a condition cannot be written.
    pub(crate) fn delete<R: Record>(proof: &OwnerProof<R>, terms: &Terms<R>) -> Result<Self> {
        let key = key_attributes(R::SCHEMA, proof.key());
        Self::present(proof, terms, Action::Delete(key))
    }

    /// Looks whether the item of the proof's key is there and meets the terms. Part of a transaction
    /// only.
    ///
    /// # Errors
    /// `is_invalid_record` where a condition cannot be written.
    pub(crate) fn check<R: Record>(proof: &OwnerProof<R>, terms: &Terms<R>) -> Result<Self> {
        let key = key_attributes(R::SCHEMA, proof.key());
        Self::present(proof, terms, Action::Check(key))
    }

    /// Looks whether there is nothing under the proof's key. Part of a transaction only.
    ///
    /// # Errors
    /// `is_invalid_record` where the condition cannot be written.
    pub(crate) fn check_absent<R: Record>(proof: &OwnerProof<R>) -> Result<Self> {
        let action = Action::Check(key_attributes(R::SCHEMA, proof.key()));
        let mut placeholders = Placeholders::default();
        let demands =
            Demands::new(proof, Presence::Absent, false, &Terms::NONE, &mut placeholders)?;
        Ok(Self::new(action, demands, placeholders))
    }

    /// Bytes of the item that is stored, by DynamoDB's count; 0 where that is not known beforehand.
    pub(crate) fn item_len(&self) -> usize {
        match &self.action {
            Action::Put(item) => codec::item_len(item),
            _ => 0,
        }
    }

    fn present<R: Record>(proof: &OwnerProof<R>, terms: &Terms<R>, action: Action) -> Result<Self> {
        let mut placeholders = Placeholders::default();
        let demands = Demands::new(proof, Presence::Present, false, terms, &mut placeholders)?;
        Ok(Self::new(action, demands, placeholders))
    }

    pub(super) fn on_failure(&self) -> Option<ReturnValuesOnConditionCheckFailure> {
        // A write without a condition has none to fail.
        (self.condition.is_some() && self.demands.need_existing())
            .then_some(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// Refuses a sealed item that is not the proof's, or that DynamoDB would not take.
pub(super) fn check_sealed<R: Record>(proof: &OwnerProof<R>, sealed: &Sealed<R>) -> Result<()> {
    let item = sealed.attributes();
    let of_this_key = key_attributes(R::SCHEMA, proof.key())
        .iter()
        .all(|(name, value)| item.get(name) == Some(value));
    if !of_this_key || !is_of_owner(proof, item) {
        return Err(Error::new(ErrorKind::AccessDenied));
    }
    check_len(item)
}

/// Refuses an item that is larger than DynamoDB takes.
pub(crate) fn check_len(item: &Attributes) -> Result<()> {
    let len = codec::item_len(item);
    if len > MAX_ITEM_LEN {
        return Err(Error::new(ErrorKind::ItemTooLarge).with_composed_reason(format!(
            "it has about {len} bytes, and DynamoDB takes {MAX_ITEM_LEN}"
        )));
    }
    Ok(())
}

/// What a put of this item demands. A record with a version demands the one before it; a create
/// demands that there is none, which is more.
pub(super) fn put_demands<R: Record>(
    proof: &OwnerProof<R>,
    sealed: &Sealed<R>,
    mode: PutMode,
    terms: &Terms<R>,
    placeholders: &mut Placeholders,
) -> Result<(Demands, Option<String>)> {
    let mut terms = terms.clone();
    if R::SCHEMA.role(FieldRole::Version).is_some() && mode != PutMode::Create {
        terms.version = Some(version_before(version_name::<R>()?, sealed.attributes())?);
    }
    let (demands, condition) = Demands::new(proof, mode.presence(), false, &terms, placeholders)?;
    let mark = mark_of(HEADER_ATTRIBUTE, sealed.attributes().get(HEADER_ATTRIBUTE));
    Ok((demands.storing(mark), condition))
}

/// The version that a sealed item follows.
fn version_before(name: &'static str, item: &Attributes) -> Result<u64> {
    let next = match item.get(name) {
        Some(AttributeValue::N(next)) => next.parse::<u64>().ok(),
        _ => None,
    };
    next.and_then(|next| next.checked_sub(1)).ok_or_else(|| {
        Error::new(ErrorKind::InvalidRecord).with_reason("a version counts from 0 up")
    })
}
