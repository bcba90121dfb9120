//! What a write demands of the item that it meets, and what a failed demand means. It never sees a
//! plaintext, and hands out no item that is not the principal's.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::partition_name;
use crate::access::OwnerProof;
use crate::codec;
use crate::context::{Number, Scalar};
use crate::envelope::{self, FRONT_LEN, Header};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Placeholders};
use crate::record::{Attributes, FieldRole, HEADER_ATTRIBUTE, Record};

/// What the caller demands, beside what the owner check does.
pub(crate) struct Terms<R> {
    /// A condition of the user's.
    pub(crate) condition: Option<Condition<R>>,
    /// The version that the item must have; 0: none yet.
    pub(crate) version: Option<u64>,
    /// The header that the item must still have, where it was read before.
    pub(crate) header: Option<HeaderSeen>,
    /// Whether a failure is to tell the caller's own item as it is.
    pub(crate) return_existing: bool,
}

impl<R> Terms<R> {
    pub(crate) const NONE: Self =
        Self { condition: None, version: None, header: None, return_existing: false };

    /// Adds a condition to those there are.
    pub(crate) fn demand(&mut self, condition: Condition<R>) {
        self.condition = Some(match self.condition.take() {
            Some(before) => before.and(condition),
            None => condition,
        });
    }
}

impl<R> Default for Terms<R> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<R> Clone for Terms<R> {
    fn clone(&self) -> Self {
        Self {
            condition: self.condition.clone(),
            header: self.header.clone(),
            version: self.version,
            return_existing: self.return_existing,
        }
    }
}

/// The header of an item when it was read.
#[derive(Clone)]
pub(crate) enum HeaderSeen {
    /// No item, or one without.
    None,
    /// This. It changes with every seal.
    Is(AttributeValue),
}

impl HeaderSeen {
    /// Of an item that was read, or was not there.
    pub(crate) fn of(item: Option<&Attributes>) -> Self {
        match item.and_then(|item| item.get(HEADER_ATTRIBUTE)) {
            Some(header) => Self::Is(header.clone()),
            None => Self::None,
        }
    }

    fn is(&self, header: Option<&AttributeValue>) -> bool {
        match self {
            Self::None => header.is_none(),
            Self::Is(seen) => header == Some(seen),
        }
    }
}

/// Whether there must be an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// None under this key.
    Absent,
    /// One, and the principal's.
    Present,
    /// None, or one that is the principal's.
    Either,
}

/// The demands of one write, to tell by the item that failed them which it was.
pub(crate) struct Demands {
    presence: Presence,
    owner: Option<(&'static str, Scalar<'static>)>,
    version: Option<(&'static str, u64)>,
    header: Option<HeaderSeen>,
    condition: bool,
    sealed: bool,
    return_existing: bool,
    /// What the write stores and no other does: an attribute, by the front that holds its salt.
    mark: Option<Mark>,
}

impl Demands {
    /// The demands, and the text of their condition; `None` where nothing is demanded.
    ///
    /// `sealed`: whether the item must be one in which a field can be sealed on its own
    /// (docs/format.md section 7.3).
    pub(super) fn new<R: Record>(
        proof: &OwnerProof<R>,
        presence: Presence,
        sealed: bool,
        terms: &Terms<R>,
        placeholders: &mut Placeholders,
    ) -> Result<(Self, Option<String>)> {
        let owner = proof.stored_owner().map(|(name, owner)| (name, owner.clone()));
        let version = match terms.version {
            Some(version) => Some((version_name::<R>()?, version)),
            None => None,
        };
        let mut all = Vec::new();
        // DynamoDB refuses placeholders that are not used, so each is made where it is.
        let pair = |placeholders: &mut Placeholders, owner: &(&'static str, Scalar<'static>)| {
            let (name, owner) = owner;
            let name = placeholders.name(name);
            format!("{name} = {}", placeholders.value(codec::attribute_of(owner.clone())))
        };
        let partition = partition_name(R::SCHEMA)?;
        match (presence, &owner) {
            (Presence::Absent, _) => {
                all.push(format!("attribute_not_exists({})", placeholders.name(partition)));
            }
            (Presence::Present, owner) => {
                all.push(format!("attribute_exists({})", placeholders.name(partition)));
                all.extend(owner.as_ref().map(|owner| pair(placeholders, owner)));
            }
            (Presence::Either, Some(owner)) => {
                let absent = format!("attribute_not_exists({})", placeholders.name(partition));
                all.push(format!("({absent} OR {})", pair(placeholders, owner)));
            }
            (Presence::Either, None) => {}
        }
        if let Some((name, version)) = version {
            let name = placeholders.name(name);
            all.push(if version == 0 {
                format!("attribute_not_exists({name})")
            } else {
                let version = placeholders.value(AttributeValue::N(version.to_string()));
                format!("{name} = {version}")
            });
        }
        if let Some(header) = &terms.header {
            let name = placeholders.name(HEADER_ATTRIBUTE);
            all.push(match header {
                HeaderSeen::Is(header) => {
                    format!("{name} = {}", placeholders.value(header.clone()))
                }
                HeaderSeen::None => format!("attribute_not_exists({name})"),
            });
        }
        if sealed {
            let header = placeholders.name(HEADER_ATTRIBUTE);
            let start = AttributeValue::B(Blob::new(envelope::OPEN_TO_FIELDS));
            let start = placeholders.value(start);
            all.push(format!("begins_with({header}, {start})"));
        }
        if let Some(condition) = &terms.condition {
            all.push(placeholders.conjunct(condition)?);
        }
        let demands = Self {
            presence,
            owner,
            version,
            header: terms.header.clone(),
            condition: terms.condition.is_some(),
            sealed,
            return_existing: terms.return_existing,
            mark: None,
        };
        Ok((demands, (!all.is_empty()).then(|| all.join(" AND "))))
    }

    /// The same demands, of a write that stores this attribute: a header, or a self-contained field.
    /// Each holds a salt of its own, so that no other write stores the same.
    pub(super) fn storing(mut self, mark: Option<Mark>) -> Self {
        self.mark = mark;
        self
    }

    /// Whether the item that failed them holds what the write stores: an earlier attempt of the same
    /// request stored it, and its answer was lost.
    pub(super) fn are_met_by(&self, existing: Option<&Attributes>) -> bool {
        match (&self.mark, existing) {
            (Some((name, front)), Some(item)) => {
                item.get(*name).and_then(front_of).is_some_and(|found| found == front)
            }
            _ => false,
        }
    }

    /// Whether the item that failed them is needed to tell what failed.
    pub(super) fn need_existing(&self) -> bool {
        self.condition
            || self.version.is_some()
            || self.header.is_some()
            || self.sealed
            || self.return_existing
            || self.mark.is_some()
    }

    /// What a failed condition means, given the item that failed it; and that item, where it is the
    /// principal's and was asked for.
    ///
    /// An item of another owner and an absent one give the same answer.
    pub(crate) fn judge(&self, existing: Option<Attributes>) -> Refused {
        let there = existing.is_some();
        let own = existing.filter(|item| {
            self.owner.as_ref().is_none_or(|(name, owner)| {
                item.get(*name).and_then(codec::scalar_of).as_ref() == Some(owner)
            })
        });
        let error = match &own {
            _ if self.presence == Presence::Absent => {
                let taken = there || !self.condition;
                Error::new(if taken { ErrorKind::Conflict } else { ErrorKind::ConditionFailed })
            }
            Some(item) => self.judge_own(item),
            None if self.presence == Presence::Present => Error::new(ErrorKind::NotFound),
            None => Error::new(match (self.version, &self.header) {
                (Some((_, 1..)), _) | (_, Some(HeaderSeen::Is(_))) => ErrorKind::VersionConflict,
                _ if self.condition => ErrorKind::ConditionFailed,
                _ => ErrorKind::Conflict,
            }),
        };
        Refused { error, existing: own.filter(|_| self.return_existing) }
    }

    fn judge_own(&self, item: &Attributes) -> Error {
        if self.version.is_some_and(|(name, version)| !has_version(item, name, version)) {
            return Error::new(ErrorKind::VersionConflict);
        }
        let header = item.get(HEADER_ATTRIBUTE);
        if self.header.as_ref().is_some_and(|seen| !seen.is(header)) {
            return Error::new(ErrorKind::VersionConflict);
        }
        if self.sealed {
            match header {
                Some(AttributeValue::B(header)) => match Header::parse(header.as_ref()) {
                    Some(header) if header.is_whole() => {
                        return Error::new(ErrorKind::InvalidItem)
                            .with_reason("it was sealed as a whole: put the whole record");
                    }
                    Some(_) => {}
                    None => return Error::new(ErrorKind::Decrypt),
                },
                _ => return Error::new(ErrorKind::NotSealed),
            }
        }
        Error::new(ErrorKind::ConditionFailed)
    }
}

/// A write that was refused: why, and the caller's own item, where it was asked for.
pub(crate) struct Refused {
    pub(crate) error: Error,
    pub(crate) existing: Option<Attributes>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, existing: None }
    }
}

/// An attribute and the front of its value.
pub(super) type Mark = (&'static str, [u8; FRONT_LEN]);

pub(super) fn mark_of(name: &'static str, value: Option<&AttributeValue>) -> Option<Mark> {
    Some((name, *front_of(value?)?))
}

fn front_of(value: &AttributeValue) -> Option<&[u8; FRONT_LEN]> {
    match value {
        AttributeValue::B(blob) => blob.as_ref().first_chunk(),
        _ => None,
    }
}

pub(super) fn version_name<R: Record>() -> Result<&'static str> {
    match R::SCHEMA.role(FieldRole::Version) {
        Some((_, spec)) => Ok(spec.name()),
        None => Err(Error::new(ErrorKind::InvalidRequest)
            .with_reason("a version is expected, and the record has no `version` field")),
    }
}

fn has_version(item: &Attributes, name: &str, expected: u64) -> bool {
    match item.get(name) {
        None => expected == 0,
        Some(AttributeValue::N(found)) => {
            Number::parse(found).is_some_and(|found| found == Number::from(expected))
        }
        Some(_) => false,
    }
}
