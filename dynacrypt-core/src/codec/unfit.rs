//! Why a value and an attribute do not fit: names of types and of fields. It never holds a value,
//! and drops what serde says, because serde quotes values.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{de, ser};

use super::Mismatch;

/// Why a value cannot be written to an attribute, or read from one.
///
/// It is made of fixed texts, names of types and names of fields, so that no value can get into it.
/// What [`AttributeCodec`](super::AttributeCodec)s return.
///
/// # Examples
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynacrypt_core::codec::AttributeError;
///
/// let found = AttributeValue::S("thirty".to_owned());
/// assert_eq!(AttributeError::unexpected("u8", &found).to_string(), "expected `u8`, found S");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeError {
    problem: Problem,
    /// Names of fields, outermost first, where it is about a value inside the attribute.
    path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Reason(&'static str),
    Missing,
    MissingField(&'static str),
    Type { expected: Expected, found: &'static str },
    Range { rust_type: &'static str, found: &'static str },
    NoValue { rust_type: &'static str, found: &'static str },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// A Rust type by its name.
    Type(&'static str),
    /// In words.
    Shape(&'static str),
}

impl AttributeError {
    /// Another reason than those below. It is `'static` so that no value can get into it.
    #[must_use]
    pub const fn new(reason: &'static str) -> Self {
        Self::of(Problem::Reason(reason))
    }

    /// There is no attribute, and the type has no value that stands for its absence.
    #[must_use]
    pub const fn missing() -> Self {
        Self::of(Problem::Missing)
    }

    /// The attribute is of another DynamoDB type than this Rust type is stored as.
    #[must_use]
    pub fn unexpected(rust_type: &'static str, found: &AttributeValue) -> Self {
        Self::of(Problem::Type { expected: Expected::Type(rust_type), found: type_of(found) })
    }

    /// The attribute is of the right DynamoDB type, and this Rust type cannot hold its value.
    #[must_use]
    pub fn out_of_range(rust_type: &'static str, found: &AttributeValue) -> Self {
        Self::of(Problem::Range { rust_type, found: type_of(found) })
    }

    pub(super) const fn type_mismatch(expected: Expected, found: &'static str) -> Self {
        Self::of(Problem::Type { expected, found })
    }

    pub(super) const fn range(rust_type: &'static str, found: &'static str) -> Self {
        Self::of(Problem::Range { rust_type, found })
    }

    pub(super) const fn no_value(rust_type: &'static str, found: &'static str) -> Self {
        Self::of(Problem::NoValue { rust_type, found })
    }

    const fn of(problem: Problem) -> Self {
        Self { problem, path: String::new() }
    }

    /// The same, of a value inside the field of this name.
    pub(super) fn inside(mut self, field: &'static str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{field}{dot}{}", self.path);
        self
    }

    /// The same, of an element of a list or set.
    pub(super) fn in_element(self) -> Self {
        self.inside("[]")
    }
}

/// The DynamoDB type of an attribute, as DynamoDB writes it.
pub(crate) fn type_of(attribute: &AttributeValue) -> &'static str {
    match attribute {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::B(_) => "B",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Null(_) => "NULL",
        AttributeValue::L(_) => "L",
        AttributeValue::M(_) => "M",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Bs(_) => "BS",
        _ => "an unknown type",
    }
}

impl fmt::Display for AttributeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "at `{}`: ", self.path)?;
        }
        match &self.problem {
            Problem::Reason(reason) => f.write_str(reason),
            Problem::Missing => f.write_str("the attribute is missing"),
            Problem::MissingField(name) => write!(f, "`{name}` is missing"),
            Problem::Type { expected, found } => match expected {
                Expected::Type(name) => write!(f, "expected `{name}`, found {found}"),
                Expected::Shape(shape) => write!(f, "expected {shape}, found {found}"),
            },
            Problem::Range { rust_type, found } => {
                write!(f, "found {found} out of range for `{rust_type}`")
            }
            Problem::NoValue { rust_type, found } => {
                write!(f, "found {found} that is no value of `{rust_type}`")
            }
        }
    }
}

impl std::error::Error for AttributeError {}

impl From<Mismatch> for AttributeError {
    fn from(_: Mismatch) -> Self {
        Self::new("the attribute is of another type")
    }
}

impl ser::Error for AttributeError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new("cannot be turned into an attribute")
    }
}

impl de::Error for AttributeError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new("the attribute's content is refused by the type")
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        let found = match unexpected {
            de::Unexpected::Bool(_) => "BOOL",
            de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) | de::Unexpected::Float(_) => {
                "N"
            }
            de::Unexpected::Char(_) | de::Unexpected::Str(_) => "S",
            de::Unexpected::Bytes(_) => "B",
            de::Unexpected::Unit | de::Unexpected::Option => "NULL",
            de::Unexpected::Seq => "L",
            de::Unexpected::Map => "M",
            _ => return Self::new("the attribute is of another shape"),
        };
        Self::of(Problem::Type { expected: Expected::Shape("another type"), found })
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::new("the attribute holds a value that the type cannot")
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::new("the attribute has more or fewer elements than the type")
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("the attribute names a variant that the enum does not have")
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("the attribute has a field that the type does not")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(Problem::MissingField(field))
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::new("the attribute has a field twice")
    }
}
