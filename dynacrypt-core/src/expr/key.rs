//! Key conditions and the filters that the mapper itself adds: what bounds a query to a partition,
//! a range, an owner. It never takes a name or a value into the text.

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::{Comparison, Node, Operand};
use super::path::RawPath;
use super::render::Placeholders;
use crate::codec;
use crate::context::{Scalar, length_prefix};
use crate::error::Result;
use crate::record::{Edge, KeyRange};

impl Placeholders {
    /// The text of a key condition: one partition, and a range of its sort keys.
    pub(crate) fn key_condition(
        &mut self,
        partition: (&str, &Scalar<'static>),
        sort: Option<(&str, &KeyRange)>,
    ) -> String {
        let (name, value) = partition;
        let partition = format!("{} = {}", self.name(name), self.scalar(value));
        let Some((name, range)) = sort else { return partition };
        // DynamoDB refuses a name that the text does not use. `Nothing` is not asked for: what asks
        // knows that there is nothing.
        if matches!(range, KeyRange::All | KeyRange::Nothing) {
            return partition;
        }
        let name = self.name(name);
        let range = match range {
            KeyRange::All | KeyRange::Nothing => return partition,
            KeyRange::Only(value) => format!("{name} = {}", self.scalar(value)),
            KeyRange::Prefix(prefix) => format!("begins_with({name}, {})", self.scalar(prefix)),
            KeyRange::From(Edge { value, included }) => {
                format!("{name} {} {}", if *included { ">=" } else { ">" }, self.scalar(value))
            }
            KeyRange::Until(Edge { value, included }) => {
                format!("{name} {} {}", if *included { "<=" } else { "<" }, self.scalar(value))
            }
            KeyRange::Between(low, high) => {
                format!(
                    "{name} BETWEEN {} AND {}",
                    self.scalar(&low.value),
                    self.scalar(&high.value)
                )
            }
        };
        format!("{partition} AND {range}")
    }

    fn scalar(&mut self, value: &Scalar<'static>) -> String {
        self.value(codec::attribute_of(value.clone()))
    }
}

impl Node {
    /// Whether an attribute holds exactly this.
    pub(crate) fn holds(name: &'static str, value: AttributeValue) -> Self {
        let attribute = Operand::Path(RawPath::attribute(name));
        Self::Compare(Comparison::Eq, attribute, Operand::Value(value))
    }

    /// Whether an attribute begins with this.
    pub(crate) fn begins(name: &'static str, prefix: &str) -> Self {
        let prefix = Operand::Value(AttributeValue::S(prefix.to_owned()));
        Self::BeginsWith(Operand::Path(RawPath::attribute(name)), prefix)
    }

    /// All of these; `None` of none.
    pub(crate) fn all(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        nodes.into_iter().reduce(|all, node| Self::And(Box::new(all), Box::new(node)))
    }

    /// The first attribute looked at for which this holds.
    pub(crate) fn first_attribute(
        &self,
        wanted: &dyn Fn(&'static str) -> bool,
    ) -> Option<&'static str> {
        let path = |path: &RawPath| wanted(path.attribute).then_some(path.attribute);
        let operand = |operand: &Operand| match operand {
            Operand::Path(of) | Operand::Size(of) => path(of),
            Operand::Value(_) | Operand::Invalid(_) => None,
        };
        match self {
            Self::Compare(_, a, b) | Self::BeginsWith(a, b) | Self::Contains(a, b) => {
                operand(a).or_else(|| operand(b))
            }
            Self::Between(a, b, c) => operand(a).or_else(|| operand(b)).or_else(|| operand(c)),
            Self::In(a, values) => operand(a).or_else(|| values.iter().find_map(operand)),
            Self::Exists(of) | Self::NotExists(of) | Self::HasType(of, _) => path(of),
            Self::And(a, b) | Self::Or(a, b) => {
                a.first_attribute(wanted).or_else(|| b.first_attribute(wanted))
            }
            Self::Not(inner) => inner.first_attribute(wanted),
        }
    }

    /// Bytes that two conditions have in common only if they are the same.
    ///
    /// # Errors
    /// As rendering the condition.
    pub(crate) fn canonical(&self) -> Result<Vec<u8>> {
        let mut placeholders = Placeholders::default();
        let text = placeholders.condition(self)?;
        let mut out = Vec::new();
        push(&mut out, text.as_bytes());
        for name in &placeholders.names {
            push(&mut out, name.as_bytes());
        }
        for value in &placeholders.values {
            push_value(&mut out, value);
        }
        Ok(out)
    }
}

fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&length_prefix(bytes.len()));
    out.extend_from_slice(bytes);
}

/// A value in one form: sets and maps sorted, each part with its type and length.
fn push_value(out: &mut Vec<u8>, value: &AttributeValue) {
    let mut nested = Vec::new();
    let code = match value {
        AttributeValue::S(text) => (b'S', text.as_bytes()),
        AttributeValue::N(number) => (b'N', number.as_bytes()),
        AttributeValue::B(bytes) => (b'B', bytes.as_ref()),
        AttributeValue::Bool(value) => (b'?', if *value { &[1][..] } else { &[0][..] }),
        AttributeValue::Ss(texts) => {
            push_sorted(&mut nested, texts.iter().map(String::as_bytes));
            (b's', &*nested)
        }
        AttributeValue::Ns(numbers) => {
            push_sorted(&mut nested, numbers.iter().map(String::as_bytes));
            (b'n', &*nested)
        }
        AttributeValue::Bs(blobs) => {
            push_sorted(&mut nested, blobs.iter().map(AsRef::as_ref));
            (b'b', &*nested)
        }
        AttributeValue::L(list) => {
            for value in list {
                push_value(&mut nested, value);
            }
            (b'L', &*nested)
        }
        AttributeValue::M(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in entries {
                push(&mut nested, name.as_bytes());
                push_value(&mut nested, value);
            }
            (b'M', &*nested)
        }
        // `Null`, and what a newer SDK may know.
        _ => (b'0', &[][..]),
    };
    out.push(code.0);
    push(out, code.1);
}

fn push_sorted<'a>(out: &mut Vec<u8>, parts: impl Iterator<Item = &'a [u8]>) {
    let mut parts: Vec<_> = parts.collect();
    parts.sort_unstable();
    for part in parts {
        push(out, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Number;

    #[test]
    fn key_conditions_are_placeholders() {
        let text = |text: &str| Scalar::S(text.to_owned().into());
        let edge = |included| Edge { value: text("x"), included };
        for (range, expected) in [
            (KeyRange::All, "#n0 = :v0"),
            (KeyRange::Only(text("x")), "#n0 = :v0 AND #n1 = :v1"),
            (KeyRange::Prefix(text("x")), "#n0 = :v0 AND begins_with(#n1, :v1)"),
            (KeyRange::From(edge(false)), "#n0 = :v0 AND #n1 > :v1"),
            (KeyRange::Until(edge(true)), "#n0 = :v0 AND #n1 <= :v1"),
            (KeyRange::Between(edge(true), edge(false)), "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2"),
        ] {
            let mut placeholders = Placeholders::default();
            let number = Scalar::N(Number::from(1_u8));
            let condition = placeholders.key_condition(("p = :x", &number), Some(("s OR", &range)));
            assert_eq!(condition, expected);
            assert_eq!(placeholders.names.len(), 1 + usize::from(expected.contains("#n1")));
        }
    }

    #[test]
    fn canonical_bytes_tell_conditions_apart() {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let map = |pairs: &[(&str, &str)]| {
            AttributeValue::M(pairs.iter().map(|(k, v)| ((*k).to_owned(), s(v))).collect())
        };
        let bytes = |value: AttributeValue| Node::holds("a", value).canonical().unwrap();
        assert_eq!(bytes(map(&[("a", "1"), ("b", "2")])), bytes(map(&[("b", "2"), ("a", "1")])));
        let set = |texts: &[&str]| AttributeValue::Ss(texts.iter().map(|&t| t.into()).collect());
        assert_eq!(bytes(set(&["a", "b"])), bytes(set(&["b", "a"])));
        let all = [
            bytes(s("1")),
            bytes(AttributeValue::N("1".to_owned())),
            bytes(map(&[("a", "1")])),
            bytes(map(&[("a", "2")])),
            bytes(set(&["a", "b"])),
            bytes(set(&["ab"])),
            bytes(AttributeValue::L(vec![s("a"), s("b")])),
            bytes(AttributeValue::Null(true)),
            Node::holds("b", s("1")).canonical().unwrap(),
            Node::begins("a", "1").canonical().unwrap(),
        ];
        for (at, a) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|b| a != b), "{at}");
        }
    }
}
