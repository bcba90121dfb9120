//! Canonical bytes: scalars with exactly one form, and the context that binds an item to its place
//! (docs/format.md section 4). It never sees a secret and never decides whether two contexts agree.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use zeroize::Zeroize;

/// The type of a DynamoDB scalar that can be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScalarType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
    /// Boolean. Cannot be a key.
    Bool,
}

impl ScalarType {
    /// The byte that stands for the type in a context (docs/format.md section 4).
    const fn code(self) -> u8 {
        match self {
            Self::S => b'S',
            Self::N => b'N',
            Self::B => b'B',
            Self::Bool => b'?',
        }
    }
}

/// A DynamoDB number in its one canonical form: `-?digits(.digits)?`, no exponent, no leading or
/// trailing zeros, no `-0`.
///
/// DynamoDB rewrites numbers (`1.0` comes back as `1`), so what is bound must have a single form.
///
/// As a field of a record it is an exact decimal: clear, authenticated, key or owner, in a set, and
/// inside a `Secret`. It is ordered by size.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// Most significant digits that DynamoDB keeps.
    const MAX_DIGITS: usize = 38;

    /// Reads a decimal number, with or without fraction and exponent.
    ///
    /// Gives `None` for what DynamoDB would not keep exactly: not a decimal, over 38 significant
    /// digits, or a magnitude outside 1e-130 to 9.9…e125.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::context::Number;
    ///
    /// assert_eq!(Number::parse("1.50").unwrap().as_str(), "1.5");
    /// assert_eq!(Number::parse("-1E+3").unwrap().as_str(), "-1000");
    /// assert!(Number::parse("NaN").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self("0".to_owned()));
        }
        let leading = digits.len() - digits.trim_start_matches('0').len();
        // Power of ten of the first significant digit.
        let first = i64::try_from(whole.len()).ok()? - 1 - i64::try_from(leading).ok()? + exponent;
        if significant.len() > Self::MAX_DIGITS || !(-130..=125).contains(&first) {
            return None;
        }
        let sign = if negative { "-" } else { "" };
        Some(Self(if first < 0 {
            let zeros = "0".repeat(usize::try_from(-first - 1).ok()?);
            format!("{sign}0.{zeros}{significant}")
        } else {
            let before_point = usize::try_from(first).ok()? + 1;
            match significant.split_at_checked(before_point) {
                Some((whole, "")) => format!("{sign}{whole}"),
                Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
                None => {
                    format!("{sign}{significant}{}", "0".repeat(before_point - significant.len()))
                }
            }
        }))
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Overwrites the digits, and becomes zero.
    pub(crate) fn wipe(&mut self) {
        self.0.zeroize();
        self.0.push('0');
    }

    /// By size. In canonical form that is: sign, digits before the point, then the text.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        fn magnitude(text: &str) -> (usize, &str) {
            (text.find('.').unwrap_or(text.len()), text)
        }
        match (self.0.strip_prefix('-'), other.0.strip_prefix('-')) {
            (None, None) => magnitude(&self.0).cmp(&magnitude(&other.0)),
            (Some(a), Some(b)) => magnitude(b).cmp(&magnitude(a)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        }
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Eight digits are far beyond the range, and far within an i64.
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

macro_rules! number_from_integer {
    ($($int:ty)*) => {$(
        impl From<$int> for Number {
            fn from(value: $int) -> Self {
                // Integers print in canonical form, and the widest of them has 20 digits.
                Self(value.to_string())
            }
        }
    )*};
}
number_from_integer!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("N(..)")
    }
}

/// A value with exactly one form: what keys, owners and authenticated attributes are made of.
///
/// # Security
/// Such values are stored in the clear. `Debug` still shows the type alone: keys are often names
/// and addresses of people, and logs are read by many.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scalar<'a> {
    /// A string.
    S(Cow<'a, str>),
    /// A number.
    N(Number),
    /// Bytes.
    B(Cow<'a, [u8]>),
    /// A boolean.
    Bool(bool),
}

impl Scalar<'_> {
    /// The DynamoDB type.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        match self {
            Self::S(_) => ScalarType::S,
            Self::N(_) => ScalarType::N,
            Self::B(_) => ScalarType::B,
            Self::Bool(_) => ScalarType::Bool,
        }
    }

    /// The canonical bytes of the value (docs/format.md section 4).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::S(text) => text.as_bytes(),
            Self::N(number) => number.as_str().as_bytes(),
            Self::B(bytes) => bytes,
            Self::Bool(false) => &[0],
            Self::Bool(true) => &[1],
        }
    }

    /// The same value, owned.
    #[must_use]
    pub fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::S(text) => Scalar::S(Cow::Owned(text.into_owned())),
            Self::N(number) => Scalar::N(number),
            Self::B(bytes) => Scalar::B(Cow::Owned(bytes.into_owned())),
            Self::Bool(value) => Scalar::Bool(value),
        }
    }
}

impl fmt::Debug for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(..)", self.scalar_type())
    }
}

/// What an element of a context stands for (docs/format.md section 4). The order of these codes is
/// the order of the elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Element {
    Version = 0x01,
    Table = 0x02,
    PartitionKey = 0x03,
    SortKey = 0x04,
    Owner = 0x05,
    Tenant = 0x06,
    Authenticated = 0x07,
    SealedName = 0x08,
    FieldName = 0x09,
    TokenPrincipal = 0x0A,
    TokenPlace = 0x0B,
    TokenRange = 0x0C,
    TokenFilter = 0x0D,
}

/// Builds a context: a sequence of `code ‖ length (4 bytes, big-endian) ‖ bytes`, so that no two
/// contexts share an encoding.
pub(crate) struct ContextBuilder {
    bytes: Vec<u8>,
}

impl ContextBuilder {
    /// Starts with version, suite and flags.
    pub(crate) fn new(version: u8, suite: u8, flags: u8) -> Self {
        let mut context = Self { bytes: Vec::with_capacity(192) };
        context.push(Element::Version, &[&[version, suite, flags]]);
        context
    }

    /// Adds an element whose bytes are these parts in a row.
    pub(crate) fn push(&mut self, element: Element, parts: &[&[u8]]) {
        self.bytes.push(element as u8);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.bytes.extend_from_slice(&length_prefix(length));
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
    }

    /// Adds an element whose bytes are these parts, each with its length.
    pub(crate) fn push_list(&mut self, element: Element, parts: &[Vec<u8>]) {
        let mut list = Vec::new();
        for part in parts {
            list.extend_from_slice(&length_prefix(part.len()));
            list.extend_from_slice(part);
        }
        self.push(element, &[&list]);
    }

    /// Adds an attribute: `name length (4 bytes) ‖ name ‖ type ‖ value`.
    pub(crate) fn push_attribute(&mut self, element: Element, name: &str, value: &Scalar<'_>) {
        let code = value.scalar_type().code();
        self.push(
            element,
            &[&length_prefix(name.len()), name.as_bytes(), &[code], value.as_bytes()],
        );
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Lengths here are of names and scalars, both bounded by DynamoDB's 400 KB; a longer one
/// saturates, and the item is refused for its size before it is sent.
pub(crate) fn length_prefix(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        for (text, canonical) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.000", "0"),
            ("1.0", "1"),
            ("+1", "1"),
            ("007", "7"),
            ("1e2", "100"),
            ("-1.50", "-1.5"),
            ("1E-3", "0.001"),
            (".5", "0.5"),
            ("5.", "5"),
            ("12.340e1", "123.4"),
            ("0.00120e2", "0.12"),
            ("100", "100"),
            ("1e-130", &format!("0.{}1", "0".repeat(129))),
            ("9e125", &format!("9{}", "0".repeat(125))),
        ] {
            assert_eq!(Number::parse(text).as_ref().map(Number::as_str), Some(canonical), "{text}");
        }
    }

    #[test]
    fn numbers_compare_by_size() {
        let ascending = [
            "-1e125", "-10", "-9.5", "-0.1", "-0.01", "0", "0.01", "0.09", "0.1", "2", "2.5", "10",
            "10.01", "1e125",
        ];
        let numbers: Vec<_> = ascending.iter().map(|text| Number::parse(text).unwrap()).collect();
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate() {
                assert_eq!(a.compare(b), i.cmp(&j), "{} {}", a.as_str(), b.as_str());
            }
        }
    }

    #[test]
    fn what_is_no_number_of_dynamodb_is_refused() {
        let too_long = "1".repeat(39);
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "NaN",
            "inf",
            "1 ",
            "0x1",
            "1e126",
            "1e-131",
            "--1",
            "1e+-5",
            "1e999999999",
            &too_long,
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn elements_cannot_run_into_each_other() {
        let build = |a: &str, b: &str| {
            let mut context = ContextBuilder::new(1, 1, 0);
            context.push_attribute(Element::Authenticated, a, &Scalar::S(b.into()));
            context.finish()
        };
        assert_ne!(build("ab", "c"), build("a", "bc"));
        assert_eq!(
            build("a", "b"),
            [
                1, 0, 0, 0, 3, 1, 1, 0, // version, suite, flags
                7, 0, 0, 0, 7, 0, 0, 0, 1, b'a', b'S', b'b',
            ]
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let shown =
            format!("{:?} {:?}", Scalar::S("CANARY".into()), Scalar::N(Number::from(424_242_u32)));
        assert_eq!(shown, "S(..) N(..)");
    }
}
