//! Key templates: a key attribute made of literals and the values of fields, such as
//! `ORDER#{order_id}`. It never lets a value become syntax, and never touches a record.
//!
//! A value is escaped so that it holds no character up to `$`: each of them becomes `$` and the
//! character 64 places further (`#` is `$c`). A value therefore ends at the next `#`, whatever it
//! holds; two lists of values never give one key; a prefix of a value gives a prefix of the key; and
//! keys sort as their values do.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::{KeyAttribute, KeyFrom};
use crate::codec::{Mismatch, ScalarValue};
use crate::context::{Number, Scalar, ScalarType};

/// Stands between the segments of a key.
const DELIMITER: char = '#';
/// Begins an escaped character, and is the greatest of those that are escaped.
const ESCAPE: char = '$';
/// Distance of an escaped character from its escaped form.
const SHIFT: u32 = 0x40;

/// A part of a key template.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment {
    /// Text that every key has.
    Literal(&'static str),
    /// The value of this field; a number with fewer digits than `width` gets zeros in front.
    Field {
        /// Name of the field, for messages.
        name: &'static str,
        /// Least digits of a number.
        width: usize,
    },
}

/// A key template, such as `USER#{user_id}`: `#[dynacrypt(partition_key = "…")]` on the struct.
///
/// The derive macro has checked that a field is followed by `#` or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    segments: &'static [Segment],
}

impl Template {
    /// Called by the derive macro.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(segments: &'static [Segment]) -> Self {
        Self { segments }
    }

    /// The literal text before the first field: what every key of the template begins with.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        match self.segments.first() {
            Some(Segment::Literal(text)) => text,
            _ => "",
        }
    }

    /// Names of the fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Field { name, .. } => Some(*name),
            Segment::Literal(_) => None,
        })
    }

    /// The parts, in order.
    #[cfg(feature = "schema")]
    pub(crate) const fn segments(&self) -> &'static [Segment] {
        self.segments
    }

    /// The key of these values, one for each field. With fewer values, what every key of them
    /// begins with, up to where the next value would stand.
    pub(crate) fn render(&self, values: &[Scalar<'_>]) -> String {
        let mut values = values.iter();
        let mut key = String::new();
        for segment in self.segments {
            match segment {
                Segment::Literal(text) => key.push_str(text),
                Segment::Field { width, .. } => match values.next() {
                    Some(value) => push_value(&mut key, value, *width),
                    None => break,
                },
            }
        }
        key
    }

    /// The values in a key, unescaped, one for each field; `None` where it is not one of this
    /// template's.
    pub(crate) fn parse(&self, key: &str) -> Option<Vec<String>> {
        let mut rest = key;
        let mut values = Vec::new();
        for segment in self.segments {
            match segment {
                Segment::Literal(text) => rest = rest.strip_prefix(text)?,
                Segment::Field { .. } => {
                    let (value, after) = rest.split_at(rest.find(DELIMITER).unwrap_or(rest.len()));
                    values.push(unescape(value)?);
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(values)
    }

    /// One value of a key, read as a field's type. It is refused unless it is in the form that the
    /// template gives it, so that a key has one meaning and a meaning one key.
    pub(crate) fn value<T: ScalarValue>(&self, key: &str, field: usize) -> Result<T, Mismatch> {
        let text = self
            .parse(key)
            .and_then(|mut values| (field < values.len()).then(|| values.swap_remove(field)));
        let (Some(text), Some(width)) = (text, self.width(field)) else { return Err(Mismatch) };
        let scalar = match T::TYPE {
            ScalarType::S => Scalar::S(Cow::Owned(text)),
            ScalarType::N => {
                let number = Number::parse(&text).ok_or(Mismatch)?;
                if pad(number.as_str(), width) != text {
                    return Err(Mismatch);
                }
                Scalar::N(number)
            }
            _ => return Err(Mismatch),
        };
        T::from_scalar(scalar)
    }

    /// Whether the value of a field in this key is this text: how an owner is told.
    pub(crate) fn holds(&self, key: &str, field: usize, text: &str) -> bool {
        let values = self.parse(key);
        let value = values.as_ref().and_then(|values| values.get(field));
        match (value, self.width(field)) {
            (Some(value), Some(0)) => value == text,
            (Some(value), Some(width)) => *value == pad(text, width) && is_canonical(text),
            _ => false,
        }
    }

    pub(super) fn width(&self, field: usize) -> Option<usize> {
        let widths = self.segments.iter().filter_map(|segment| match segment {
            Segment::Field { width, .. } => Some(*width),
            Segment::Literal(_) => None,
        });
        widths.into_iter().nth(field)
    }
}

fn is_canonical(number: &str) -> bool {
    Number::parse(number).is_some_and(|canonical| canonical.as_str() == number)
}

fn push_value(key: &mut String, value: &Scalar<'_>, width: usize) {
    match value {
        Scalar::S(text) => escape(key, text),
        Scalar::N(number) => key.push_str(&pad(number.as_str(), width)),
        // The schema refuses fields of other types.
        Scalar::B(_) | Scalar::Bool(_) => {}
    }
}

fn pad(number: &str, width: usize) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let zeros = width.saturating_sub(digits.len() + sign.len());
    format!("{sign}{}{digits}", "0".repeat(zeros))
}

/// Escapes a value, or the beginning of one, onto a key.
pub(crate) fn escape(key: &mut String, value: &str) {
    for c in value.chars() {
        match char::from_u32(u32::from(c) + SHIFT) {
            Some(shifted) if c <= ESCAPE => key.extend([ESCAPE, shifted]),
            _ => key.push(c),
        }
    }
}

fn unescape(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c == ESCAPE {
            let shifted = u32::from(chars.next()?).checked_sub(SHIFT)?;
            text.push(char::from_u32(shifted).filter(|c| *c <= ESCAPE)?);
        } else if c <= ESCAPE {
            return None;
        } else {
            text.push(c);
        }
    }
    Some(text)
}

/// The template of a key attribute and the types of its fields. The derive macro writes one for each
/// template.
#[doc(hidden)]
pub trait KeyTemplate {
    /// The fields, as a tuple.
    type Fields;
    /// The template.
    const TEMPLATE: Template;
}

/// The value of a key attribute that a template makes: the type of such a key.
///
/// It is looked up by the values of the template's fields: one value where there is one field, a
/// tuple where there are several, `()` where there are none.
pub struct Templated<K> {
    text: String,
    template: PhantomData<fn() -> K>,
}

impl<K: KeyTemplate> ScalarValue for Templated<K> {
    const TYPE: ScalarType = ScalarType::S;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::S(Cow::Borrowed(&self.text))
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::S(text) if K::TEMPLATE.parse(&text).is_some() => {
                Ok(Self { text: text.into_owned(), template: PhantomData })
            }
            _ => Err(Mismatch),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<K: KeyTemplate> KeyAttribute for Templated<K> {}

impl<K: KeyTemplate> fmt::Debug for Templated<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templated").field("template", &K::TEMPLATE).finish_non_exhaustive()
    }
}

impl<K, Q> KeyFrom<Q> for Templated<K>
where
    K: KeyTemplate,
    K::Fields: FieldsFrom<Q>,
{
    fn scalar_from(values: Q) -> Scalar<'static> {
        Scalar::S(Cow::Owned(K::TEMPLATE.render(&K::Fields::scalars_from(values))))
    }

    fn ordered_from(values: Q) -> crate::error::Result<Scalar<'static>> {
        let values = K::Fields::scalars_from(values);
        K::TEMPLATE.check_order(&values)?;
        Ok(Scalar::S(Cow::Owned(K::TEMPLATE.render(&values))))
    }
}

/// Which values stand for the fields of a key template.
#[diagnostic::on_unimplemented(
    message = "`{Q}` does not give the fields of this key template",
    label = "expected a value for each field of the template, in its order",
    note = "one field: its value; several: a tuple of values; none: `()`"
)]
#[doc(hidden)]
pub trait FieldsFrom<Q> {
    /// Their canonical forms.
    fn scalars_from(values: Q) -> Vec<Scalar<'static>>;
}

/// The fields of a template that has none: its key is a constant.
#[doc(hidden)]
pub trait NoFields {}

impl NoFields for () {}

impl FieldsFrom<()> for () {
    fn scalars_from((): ()) -> Vec<Scalar<'static>> {
        Vec::new()
    }
}

impl<T: KeyFrom<Q>, Q> FieldsFrom<Q> for (T,) {
    fn scalars_from(value: Q) -> Vec<Scalar<'static>> {
        vec![T::scalar_from(value)]
    }
}

macro_rules! several {
    ($($($field:ident $query:ident $value:ident),+;)+) => {$(
        impl<$($field: KeyFrom<$query>, $query),+> FieldsFrom<($($query,)+)> for ($($field,)+) {
            fn scalars_from(($($value,)+): ($($query,)+)) -> Vec<Scalar<'static>> {
                vec![$($field::scalar_from($value)),+]
            }
        }
    )+};
}
several! {
    A QA a, B QB b;
    A QA a, B QB b, C QC c;
    A QA a, B QB b, C QC c, D QD d;
    A QA a, B QB b, C QC c, D QD d, E QE e;
    A QA a, B QB b, C QC c, D QD d, E QE e, F QF f;
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: Template = Template::new(&[
        Segment::Literal("USER#"),
        Segment::Field { name: "user", width: 0 },
        Segment::Literal("#ORDER#"),
        Segment::Field { name: "order", width: 6 },
    ]);

    fn key(user: &str, order: u32) -> String {
        ORDER.render(&[Scalar::S(user.into()), Scalar::N(Number::from(order))])
    }

    #[test]
    fn values_go_in_and_come_out() {
        assert_eq!(key("ada", 17), "USER#ada#ORDER#000017");
        for user in ["", "ada", "a#b", "#", "$", "$c", "x ORDER#1", "ü\u{0}", "USER#ada#ORDER#1"] {
            let key = key(user, 7);
            assert_eq!(ORDER.value::<String>(&key, 0).as_deref(), Ok(user), "{key}");
            assert_eq!(ORDER.value::<u32>(&key, 1), Ok(7), "{key}");
            assert!(ORDER.holds(&key, 0, user) && !ORDER.holds(&key, 0, "someone"), "{key}");
            assert!(ORDER.holds(&key, 1, "7") && !ORDER.holds(&key, 1, "07"), "{key}");
        }
        assert_eq!(key("a", 1_234_567), "USER#a#ORDER#1234567");
    }

    #[test]
    fn what_the_template_does_not_give_is_refused() {
        for bad in [
            "",
            "USER#",
            "USER#a",
            "USER#a#ORDER",
            "user#a#ORDER#000001",
            "USER#a#ORDER#000001#",
            "USER#a b#ORDER#000001",
            "USER#a$#ORDER#000001",
            "USER#a$z#ORDER#000001",
        ] {
            assert_eq!(ORDER.parse(bad), None, "{bad}");
        }
        for bad in
            ["USER#a#ORDER#1", "USER#a#ORDER#0000001", "USER#a#ORDER#+00001", "USER#a#ORDER#"]
        {
            assert_eq!(ORDER.value::<u32>(bad, 1), Err(Mismatch), "{bad}");
        }
    }

    #[test]
    fn keys_sort_as_their_values_do_and_prefixes_stay_prefixes() {
        let values = ["", " ", "!", "#", "#a", "$", "%", "a", "a ", "a#", "a#b", "a$", "a%", "aa"];
        for (a, b) in values.iter().zip(values.iter().skip(1)) {
            assert!(a < b && key(a, 9) < key(b, 0), "{a:?} {b:?}");
        }
        let mut prefix = ORDER.prefix().to_owned();
        escape(&mut prefix, "a#");
        assert!(key("a#b", 1).starts_with(&prefix) && !key("ab", 1).starts_with(&prefix));
        assert!(key("a", 9) < key("a", 10));
    }
}
