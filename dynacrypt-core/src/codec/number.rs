//! Exact decimals: `Number` as scalar, as clear field, as set element, and in order of size. It never
//! goes through a float.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize;

use super::clear::NUMBER;
use super::{Mismatch, ScalarValue, SetElement};
use crate::context::{Number, Scalar, ScalarType};

impl ScalarValue for Number {
    const TYPE: ScalarType = ScalarType::N;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::N(self.clone())
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::N(number) => Ok(number),
            _ => Err(Mismatch),
        }
    }
}

impl SetElement for Number {}

/// By size.
impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let split = |number: &Self| -> (bool, String, String) {
            let text = number.as_str();
            let digits = text.strip_prefix('-').unwrap_or(text);
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            (text.starts_with('-'), whole.to_owned(), fraction.to_owned())
        };
        let ((negative, whole, fraction), (other_negative, other_whole, other_fraction)) =
            (split(self), split(other));
        // The canonical form has no zeros that do not count.
        let magnitude = whole
            .len()
            .cmp(&other_whole.len())
            .then_with(|| whole.cmp(&other_whole))
            .then_with(|| fraction.cmp(&other_fraction));
        match (negative, other_negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A number (`N`) in a clear field; the canonical text in any other format, sealed CBOR among them.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(NUMBER, self.as_str())
    }
}

/// Reads integers too. A float is refused, wherever one comes from: it may have lost digits.
impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Decimal;
        impl<'de> Visitor<'de> for Decimal {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal of at most 38 digits")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Number, D::Error> {
                deserializer.deserialize_any(self)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                Number::parse(text).ok_or_else(|| E::custom("not a decimal of at most 38 digits"))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::from(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number::from(value))
            }

            fn visit_i128<E: serde::de::Error>(self, value: i128) -> Result<Number, E> {
                Number::try_from(value).map_err(E::custom)
            }

            // serde's own text would quote the value.
            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Number, E> {
                Err(E::custom("a float is no exact decimal"))
            }

            fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Number, E> {
                Err(E::custom("a boolean is no decimal"))
            }

            fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<Number, E> {
                Number::try_from(value).map_err(E::custom)
            }
        }
        deserializer.deserialize_newtype_struct(NUMBER, Decimal)
    }
}

macro_rules! number_from_wide_integer {
    ($($int:ty)*) => {$(
        /// Fails over 38 significant digits.
        impl TryFrom<$int> for Number {
            type Error = Mismatch;

            fn try_from(value: $int) -> Result<Self, Mismatch> {
                Self::parse(&value.to_string()).ok_or(Mismatch)
            }
        }
    )*};
}
number_from_wide_integer!(i128 u128);

impl Zeroize for Number {
    fn zeroize(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests;
