//! Ranges of sort keys: between which values, and from which beginning on. It never builds an
//! expression, and never lets a range of a key template reach beyond the template's own keys.

use std::cmp::Ordering;
use std::fmt;

use super::Template;
use crate::context::Scalar;

/// Which sort keys are wanted.
#[derive(Clone, Default)]
pub(crate) struct SortRange {
    low: Option<Edge>,
    high: Option<Edge>,
    /// Instead of the two.
    prefix: Option<Scalar<'static>>,
}

/// An end of a range.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) value: Scalar<'static>,
    /// Whether the value itself is wanted.
    pub(crate) included: bool,
}

/// A range as a key condition can say it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum KeyRange {
    /// Every key.
    All,
    /// No key.
    Nothing,
    /// This one.
    Only(Scalar<'static>),
    /// Those that begin so.
    Prefix(Scalar<'static>),
    /// From here on.
    From(Edge),
    /// Up to here.
    Until(Edge),
    /// From here to there.
    Between(Edge, Edge),
}

impl SortRange {
    pub(crate) fn only(value: Scalar<'static>) -> Self {
        let edge = Edge { value, included: true };
        Self { low: Some(edge.clone()), high: Some(edge), prefix: None }
    }

    pub(crate) fn prefix(prefix: Scalar<'static>) -> Self {
        Self { low: None, high: None, prefix: Some(prefix) }
    }

    /// Sets the lower end, and leaves the upper one.
    pub(crate) fn from(&mut self, value: Scalar<'static>, included: bool) {
        (self.low, self.prefix) = (Some(Edge { value, included }), None);
    }

    /// Sets the upper end, and leaves the lower one.
    pub(crate) fn until(&mut self, value: Scalar<'static>, included: bool) {
        (self.high, self.prefix) = (Some(Edge { value, included }), None);
    }

    /// What comes after every key that begins so.
    pub(crate) fn after(prefix: &str) -> Option<Scalar<'static>> {
        successor(prefix).map(|text| Scalar::S(text.into()))
    }

    /// The same range, inside the keys of a template where the sort key has one.
    pub(crate) fn within(&self, template: Option<Template>) -> KeyRange {
        let text = |text: String| Scalar::S(text.into());
        if let Some(prefix) = &self.prefix
            && !prefix.as_bytes().is_empty()
        {
            return KeyRange::Prefix(prefix.clone());
        }
        let (mut low, mut high) = (self.low.clone(), self.high.clone());
        if let Some(template) = template {
            let prefix = template.prefix();
            if low.is_none() && high.is_none() && !prefix.is_empty() {
                return match template.fields().next() {
                    Some(_) => KeyRange::Prefix(text(prefix.to_owned())),
                    None => KeyRange::Only(text(prefix.to_owned())),
                };
            }
            if !prefix.is_empty() {
                low = low.or_else(|| Some(Edge { value: text(prefix.to_owned()), included: true }));
            }
            high = high.or_else(|| {
                successor(prefix).map(|end| Edge { value: text(end), included: false })
            });
        }
        match (low, high) {
            (None, None) => KeyRange::All,
            (Some(low), None) => KeyRange::From(low),
            (None, Some(high)) => KeyRange::Until(high),
            (Some(low), Some(high)) => match compare(&low.value, &high.value) {
                Some(Ordering::Equal) if low.included && high.included => KeyRange::Only(low.value),
                Some(Ordering::Less) => KeyRange::Between(low, high),
                _ => KeyRange::Nothing,
            },
        }
    }
}

impl KeyRange {
    /// Whether a sort key is in the range. `BETWEEN` takes both its ends, so that what a condition
    /// gives is looked at again.
    pub(crate) fn contains(&self, key: &Scalar<'_>) -> bool {
        let above = |edge: &Edge| match compare(key, &edge.value) {
            Some(Ordering::Equal) => edge.included,
            Some(order) => order == Ordering::Greater,
            None => false,
        };
        let below = |edge: &Edge| match compare(key, &edge.value) {
            Some(Ordering::Equal) => edge.included,
            Some(order) => order == Ordering::Less,
            None => false,
        };
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Only(value) => key == value,
            Self::Prefix(prefix) => {
                key.scalar_type() == prefix.scalar_type()
                    && key.as_bytes().starts_with(prefix.as_bytes())
            }
            Self::From(low) => above(low),
            Self::Until(high) => below(high),
            Self::Between(low, high) => above(low) && below(high),
        }
    }

    /// Bytes that two ranges have in common only if they are the same.
    pub(crate) fn canonical(&self) -> Vec<Vec<u8>> {
        let value = |scalar: &Scalar<'_>| {
            let code = match scalar {
                Scalar::S(_) => b'S',
                Scalar::N(_) => b'N',
                Scalar::B(_) => b'B',
                Scalar::Bool(_) => b'?',
            };
            [&[code], scalar.as_bytes()].concat()
        };
        let edge = |edge: &Edge| [&[u8::from(edge.included)], &*value(&edge.value)].concat();
        match self {
            Self::All => vec![vec![0]],
            Self::Nothing => vec![vec![1]],
            Self::Only(only) => vec![vec![2], value(only)],
            Self::Prefix(prefix) => vec![vec![3], value(prefix)],
            Self::From(low) => vec![vec![4], edge(low)],
            Self::Until(high) => vec![vec![5], edge(high)],
            Self::Between(low, high) => vec![vec![6], edge(low), edge(high)],
        }
    }
}

impl fmt::Debug for SortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SortRange").finish_non_exhaustive()
    }
}

impl fmt::Debug for KeyRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRange").finish_non_exhaustive()
    }
}

/// DynamoDB's order of sort keys: numbers by size, the rest by bytes; `None` between types.
fn compare(a: &Scalar<'_>, b: &Scalar<'_>) -> Option<Ordering> {
    match (a, b) {
        (Scalar::N(a), Scalar::N(b)) => Some(a.compare(b)),
        _ if a.scalar_type() == b.scalar_type() => Some(a.as_bytes().cmp(b.as_bytes())),
        _ => None,
    }
}

/// The least text after every text that begins with this one; `None` where there is none.
pub(crate) fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // The surrogates between are no characters.
        let next =
            if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Number;
    use crate::record::Segment;

    const ORDER: Template = Template::new(&[
        Segment::Literal("ORDER#"),
        Segment::Field { name: "placed", width: 0 },
        Segment::Literal("#"),
        Segment::Field { name: "id", width: 4 },
    ]);

    fn s(text: &str) -> Scalar<'static> {
        Scalar::S(text.to_owned().into())
    }

    fn n(number: &str) -> Scalar<'static> {
        Scalar::N(Number::parse(number).unwrap())
    }

    #[test]
    fn a_successor_comes_after_every_continuation() {
        for (prefix, next) in [
            ("ORDER#", Some("ORDER$")),
            ("a\u{10FFFF}", Some("b")),
            ("\u{D7FF}", Some("\u{E000}")),
            ("\u{10FFFF}", None),
            ("", None),
        ] {
            assert_eq!(successor(prefix).as_deref(), next, "{prefix:?}");
        }
        assert!("ORDER#\u{10FFFF}\u{10FFFF}" < "ORDER$");
    }

    #[test]
    fn a_template_is_not_left() {
        let range = SortRange::default();
        assert!(range.within(None) == KeyRange::All);
        assert!(range.within(Some(ORDER)) == KeyRange::Prefix(s("ORDER#")));
        let constant = Template::new(&[Segment::Literal("PROFILE")]);
        assert!(range.within(Some(constant)) == KeyRange::Only(s("PROFILE")));
        let mut range = SortRange::default();
        range.from(s("ORDER#b"), false);
        let keys = range.within(Some(ORDER));
        for (key, wanted) in
            [("ORDER#b", false), ("ORDER#b#1", true), ("ORDER#a", false), ("ORDER$", false)]
        {
            assert_eq!(keys.contains(&s(key)), wanted, "{key}");
        }
        let mut range = SortRange::default();
        range.until(s("ORDER#b"), true);
        let keys = range.within(Some(ORDER));
        for (key, wanted) in
            [("ORDER#b", true), ("ORDER#a#9", true), ("ORDER", false), ("CUSTOMER", false)]
        {
            assert_eq!(keys.contains(&s(key)), wanted, "{key}");
        }
    }

    #[test]
    fn ends_are_in_or_out() {
        let mut range = SortRange::default();
        range.from(n("2"), false);
        range.until(n("10"), true);
        let keys = range.within(None);
        for (key, wanted) in
            [("2", false), ("2.5", true), ("10", true), ("11", false), ("-3", false)]
        {
            assert_eq!(keys.contains(&n(key)), wanted, "{key}");
        }
        assert!(!keys.contains(&s("5")));
        for (low, high, included) in [("3", "2", true), ("2", "2", false)] {
            let mut range = SortRange::default();
            range.from(n(low), included);
            range.until(n(high), true);
            assert!(range.within(None) == KeyRange::Nothing);
        }
        assert!(SortRange::only(n("1")).within(None) == KeyRange::Only(n("1")));
        assert!(SortRange::prefix(s("")).within(None) == KeyRange::All);
    }
}
