//! What a range of sort keys is given by: whole keys, beginnings of them, leading fields of a key
//! template. It never renders a value that would not sort as it should.

use std::borrow::Cow;

use super::{FieldsFrom, Inert, KeyFrom, KeyTemplate, Template, Templated, escape};
use crate::codec::Binary;
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};

/// What a sort key can be said to begin with: `&str` for a `String`, and for a template whose first
/// field is one; bytes for a `Binary`.
#[diagnostic::on_unimplemented(
    message = "a sort key of type `{Self}` has no such beginning",
    label = "expected the beginning of a text or of bytes",
    note = "a key template begins with its first field, which must be a `String`; numbers have no beginning: use `sort_between`"
)]
pub trait KeyPrefix<Q> {
    /// What the stored keys begin with.
    #[doc(hidden)]
    fn prefix_from(prefix: Q) -> Scalar<'static>;
}

macro_rules! prefixes {
    ($($({$l:lifetime})? $query:ty => $key:ty, $value:ident => $scalar:expr;)*) => {$(
        // The trait's own notes say which; rustc's list would quote this macro.
        #[diagnostic::do_not_recommend]
        impl$(<$l>)? KeyPrefix<$query> for $key {
            fn prefix_from($value: $query) -> Scalar<'static> {
                $scalar
            }
        }
    )*};
}
prefixes! {
    {'q} &'q str => String, value => Scalar::S(Cow::Owned(value.to_owned()));
    {'q} &'q String => String, value => Scalar::S(Cow::Owned(value.clone()));
    String => String, value => Scalar::S(Cow::Owned(value));
    {'q} &'q [u8] => Binary, value => Scalar::B(Cow::Owned(value.to_owned()));
    Vec<u8> => Binary, value => Scalar::B(Cow::Owned(value));
    Binary => Binary, value => Scalar::B(Cow::Owned(value.0));
}

impl<Q> KeyPrefix<Q> for Inert {
    fn prefix_from(_: Q) -> Scalar<'static> {
        Scalar::S(Cow::Borrowed(""))
    }
}

#[diagnostic::do_not_recommend]
impl<K, Q> KeyPrefix<Q> for Templated<K>
where
    K: KeyTemplate,
    K::Fields: FirstText,
    Q: AsRef<str>,
{
    fn prefix_from(prefix: Q) -> Scalar<'static> {
        let mut key = K::TEMPLATE.prefix().to_owned();
        escape(&mut key, prefix.as_ref());
        Scalar::S(Cow::Owned(key))
    }
}

/// Fields of a template the first of which is a text.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the first field of this key template is no text",
    label = "only a text has a beginning",
    note = "give whole fields: `sort_under`, `sort_from`, `sort_until`"
)]
pub trait FirstText {}

/// Which values stand for the first fields of a key template: one value for the first, a tuple for
/// several.
#[diagnostic::on_unimplemented(
    message = "`{Q}` does not give the first fields of this key template",
    label = "expected a value of the first field, or a tuple of values of the first few",
    note = "for types of your own write a tuple: `(&id,)`"
)]
pub trait LeadingFrom<Q> {
    /// Their canonical forms.
    #[doc(hidden)]
    fn leading_from(values: Q) -> Vec<Scalar<'static>>;
}

impl FirstText for (String,) {}

/// All fields of a template with one field.
impl<T, Q> LeadingFrom<Q> for (T,)
where
    (T,): FieldsFrom<Q>,
{
    fn leading_from(value: Q) -> Vec<Scalar<'static>> {
        Self::scalars_from(value)
    }
}

macro_rules! tuples {
    // Fields that are given, with their queries; fields that are not.
    ($([$($field:ident $query:ident $value:ident),+] [$($rest:ident),*];)+) => {$(
        impl<$($field: KeyFrom<$query>, $query,)+ $($rest),*> LeadingFrom<($($query,)+)>
            for ($($field,)+ $($rest,)*)
        {
            fn leading_from(($($value,)+): ($($query,)+)) -> Vec<Scalar<'static>> {
                vec![$($field::scalar_from($value)),+]
            }
        }
    )+};
}
tuples! {
    [A QA a] [B];
    [A QA a, B QB b] [];
    [A QA a] [B, C];
    [A QA a, B QB b] [C];
    [A QA a, B QB b, C QC c] [];
    [A QA a] [B, C, D];
    [A QA a, B QB b] [C, D];
    [A QA a, B QB b, C QC c] [D];
    [A QA a, B QB b, C QC c, D QD d] [];
    [A QA a] [B, C, D, E];
    [A QA a, B QB b] [C, D, E];
    [A QA a, B QB b, C QC c] [D, E];
    [A QA a, B QB b, C QC c, D QD d] [E];
    [A QA a, B QB b, C QC c, D QD d, E QE e] [];
    [A QA a] [B, C, D, E, F];
    [A QA a, B QB b] [C, D, E, F];
    [A QA a, B QB b, C QC c] [D, E, F];
    [A QA a, B QB b, C QC c, D QD d] [E, F];
    [A QA a, B QB b, C QC c, D QD d, E QE e] [F];
    [A QA a, B QB b, C QC c, D QD d, E QE e, F QF f] [];
}

macro_rules! singles {
    ($queries:tt $([$($rest:ident),+])+) => {$(
        impl<$($rest),+> FirstText for (String, $($rest,)+) {}
        singles!(@ $queries [$($rest),+]);
    )+};
    (@ [$($({$l:lifetime})? $query:ty),+] $rest:tt) => {$(
        singles!(@@ [$($l)?] $query, $rest);
    )+};
    (@@ [$($l:lifetime)?] $query:ty, [$($rest:ident),+]) => {
        impl<$($l,)? A: KeyFrom<$query>, $($rest),+> LeadingFrom<$query> for (A, $($rest,)+) {
            fn leading_from(value: $query) -> Vec<Scalar<'static>> {
                vec![A::scalar_from(value)]
            }
        }
    };
}
singles! {
    [{'q} &'q str, {'q} &'q String, String, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize]
    [B] [B, C] [B, C, D] [B, C, D, E] [B, C, D, E, F]
}

impl Template {
    /// The key of all fields, or what the keys of these first fields begin with; and which of the
    /// two it is.
    pub(crate) fn leading(&self, values: &[Scalar<'_>]) -> (String, bool) {
        (self.render(values), values.len() == self.fields().count())
    }

    /// Refuses values that do not sort as a key of this template sorts.
    ///
    /// # Errors
    /// `is_invalid_record` for a number without a width, with more digits than it, or negative.
    pub(crate) fn check_order(&self, values: &[Scalar<'_>]) -> Result<()> {
        let invalid = |reason| Err(Error::new(ErrorKind::InvalidRecord).with_reason(reason));
        for (at, value) in values.iter().enumerate() {
            if let (Scalar::N(number), width) = (value, self.width(at).unwrap_or(0)) {
                let digits = number.as_str();
                if width == 0 {
                    return invalid(
                        "numbers of a key template sort only with a width, as `{n:08}`",
                    );
                }
                if digits.len() > width || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return invalid("the number does not fit the width of the key template");
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Segment;

    struct Order;
    impl KeyTemplate for Order {
        type Fields = (String, u32);
        const TEMPLATE: Template = Template::new(&[
            Segment::Literal("ORDER#"),
            Segment::Field { name: "placed", width: 0 },
            Segment::Literal("#"),
            Segment::Field { name: "id", width: 4 },
        ]);
    }

    fn leading<Q>(values: Q) -> (String, bool)
    where
        (String, u32): LeadingFrom<Q>,
    {
        Order::TEMPLATE.leading(&<(String, u32)>::leading_from(values))
    }

    #[test]
    fn leading_fields_end_where_the_next_begins() {
        for given in [leading("2026"), leading(("2026",)), leading("2026".to_owned())] {
            assert_eq!(given, ("ORDER#2026#".to_owned(), false));
        }
        assert_eq!(leading(("2#6", 7_u32)), ("ORDER#2$c6#0007".to_owned(), true));
        let prefix = <Templated<Order> as KeyPrefix<&str>>::prefix_from("20#");
        assert_eq!(prefix.as_bytes(), b"ORDER#20$c");
    }

    #[test]
    fn numbers_that_do_not_sort_are_refused() {
        let check = |number: i64| {
            let values = <(String, i64)>::scalars_from(("x", number));
            Order::TEMPLATE.check_order(&values)
        };
        assert!(check(9999).is_ok() && check(0).is_ok());
        for bad in [10_000, -1] {
            assert!(check(bad).unwrap_err().is_invalid_record(), "{bad}");
        }
        let unpadded = Template::new(&[Segment::Field { name: "n", width: 0 }]);
        assert!(unpadded.check_order(&<(u8,)>::scalars_from(1_u8)).is_err());
        assert!(unpadded.check_order(&<(String,)>::scalars_from("1")).is_ok());
    }
}
