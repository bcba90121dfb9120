//! DynamoDB's sets, which serde does not have. It never writes an empty set, nor one that holds a
//! value twice: DynamoDB refuses both.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::AttributeCodec;
use crate::codec::clear::SET;
use crate::codec::unfit::{Expected, type_of};
use crate::codec::{self, AttributeError, SetElement};
use crate::context::{Scalar, ScalarType};

/// A collection as a DynamoDB set: `SS`, `NS` or `BS`, after its elements' type. For `BTreeSet`,
/// `HashSet` and `Vec` of [`SetElement`]s.
///
/// An empty collection is stored as an absent attribute, and an absent attribute is an empty
/// collection: DynamoDB has no empty sets. (`Some` of an empty one therefore comes back as `None`.)
/// A `Vec` that holds a value twice is refused, and comes back in another order.
///
/// Inside nested structures, where fields name no codec, use [`Set`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AsSet;

fn written<'a, T: SetElement + 'a>(
    elements: impl Iterator<Item = &'a T>,
) -> Result<Option<AttributeValue>, AttributeError> {
    let (mut texts, mut numbers, mut blobs) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for element in elements {
        if !element.is_in_range() {
            return Err(codec::out_of_range().in_element());
        }
        let scalar = element.to_scalar();
        if scalar.scalar_type() != T::TYPE {
            return Err(AttributeError::new("an element is not of its type's kind"));
        }
        if !seen.insert(scalar.clone()) {
            return Err(AttributeError::new("a set holds each value once"));
        }
        match codec::attribute_of(scalar) {
            AttributeValue::S(text) => texts.push(text),
            AttributeValue::N(number) => numbers.push(number),
            AttributeValue::B(blob) => blobs.push(blob),
            _ => return Err(AttributeError::new("a set holds strings, numbers or binaries")),
        }
    }
    Ok(match T::TYPE {
        _ if seen.is_empty() => None,
        ScalarType::N => Some(AttributeValue::Ns(numbers)),
        ScalarType::B => Some(AttributeValue::Bs(blobs)),
        _ => Some(AttributeValue::Ss(texts)),
    })
}

fn read<T: SetElement, C: FromIterator<T>>(
    attribute: Option<AttributeValue>,
) -> Result<C, AttributeError> {
    let elements: Vec<AttributeValue> = match (attribute, T::TYPE) {
        (None, _) => Vec::new(),
        (Some(AttributeValue::Ss(texts)), ScalarType::S) => {
            texts.into_iter().map(AttributeValue::S).collect()
        }
        (Some(AttributeValue::Ns(numbers)), ScalarType::N) => {
            numbers.into_iter().map(AttributeValue::N).collect()
        }
        (Some(AttributeValue::Bs(blobs)), ScalarType::B) => {
            blobs.into_iter().map(AttributeValue::B).collect()
        }
        (Some(other), wanted) => {
            let expected = match wanted {
                ScalarType::N => "a number set",
                ScalarType::B => "a binary set",
                _ => "a string set",
            };
            return Err(AttributeError::type_mismatch(Expected::Shape(expected), type_of(&other)));
        }
    };
    elements
        .into_iter()
        .map(|element| codec::read_scalar(Some(element)).map_err(AttributeError::in_element))
        .collect()
}

impl<T: SetElement + Ord + Clone> AttributeCodec<BTreeSet<T>> for AsSet {
    fn to_attribute(value: &BTreeSet<T>) -> Result<Option<AttributeValue>, AttributeError> {
        written(value.iter())
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<BTreeSet<T>, AttributeError> {
        read(attribute)
    }
}

impl<T, S> AttributeCodec<HashSet<T, S>> for AsSet
where
    T: SetElement + Eq + Hash + Clone,
    S: BuildHasher + Default + Clone,
{
    fn to_attribute(value: &HashSet<T, S>) -> Result<Option<AttributeValue>, AttributeError> {
        written(value.iter())
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<HashSet<T, S>, AttributeError> {
        read(attribute)
    }
}

impl<T: SetElement + Clone + PartialEq> AttributeCodec<Vec<T>> for AsSet {
    fn to_attribute(value: &Vec<T>) -> Result<Option<AttributeValue>, AttributeError> {
        written(value.iter())
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<Vec<T>, AttributeError> {
        read(attribute)
    }
}

/// A collection that is a DynamoDB set (`SS`, `NS` or `BS`) wherever it stands: in a clear field and
/// anywhere inside one.
///
/// Elements are strings, numbers or [`Binary`](crate::codec::Binary)s. An empty one is stored as an
/// empty list (`L`), since DynamoDB has no empty sets; one whose elements are not all of one kind,
/// or that holds a value twice, is `is_invalid_record`. In other formats than DynamoDB's, sealed
/// ones among them, it is a plain sequence.
///
/// # Examples
/// ```
/// use std::collections::BTreeSet;
///
/// use dynacrypt_core::codec::Set;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Document {
///     tags: Set<BTreeSet<String>>,
/// }
///
/// let document = Document { tags: Set(["draft".to_owned()].into()) };
/// assert!(document.tags.0.contains("draft"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Set<C>(pub C);

impl<C> From<C> for Set<C> {
    fn from(elements: C) -> Self {
        Self(elements)
    }
}

impl<C: zeroize::Zeroize> zeroize::Zeroize for Set<C> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl<C: Serialize> Serialize for Set<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(SET, &self.0)
    }
}

impl<'de, C: Deserialize<'de>> Deserialize<'de> for Set<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        C::deserialize(deserializer).map(Self)
    }
}

/// Whether a list that becomes a set holds a value twice, in the forms that DynamoDB compares.
pub(in crate::codec) fn repeats(elements: &[AttributeValue]) -> bool {
    let mut seen = HashSet::new();
    elements.iter().filter_map(codec::scalar_of).any(|scalar: Scalar<'_>| !seen.insert(scalar))
}
