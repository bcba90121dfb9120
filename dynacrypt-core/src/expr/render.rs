//! Trees to text: names become `#n0`, values `:v0`, and nothing else gets in. It never sends
//! anything.

use std::collections::HashMap;
use std::fmt::Write;

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::{Comparison, Condition, Node, Operand};
use super::path::{RawPath, Step};
use crate::error::{Error, ErrorKind, Result};

/// Names by their placeholders, as a request takes them.
pub(crate) type Names = HashMap<String, String>;
/// Values by their placeholders, as a request takes them.
pub(crate) type Values = HashMap<String, AttributeValue>;

/// The names and values of one request's expressions.
#[derive(Default)]
pub(crate) struct Placeholders {
    pub(super) names: Vec<String>,
    pub(super) values: Vec<AttributeValue>,
}

/// Deepest nesting of a condition. DynamoDB allows 300 operators in an expression; deeper than this
/// it refuses, and a tree of this depth is far from the stack's end.
const MAX_DEPTH: usize = 300;

/// Most operands of `IN` (DynamoDB developer guide, "Condition and filter expressions").
const MAX_IN: usize = 100;

impl Placeholders {
    /// The placeholder of an attribute name, or of a name in a map.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{at}")
    }

    /// The placeholder of a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":v{}", self.values.len() - 1)
    }

    pub(crate) fn path(&mut self, path: &RawPath) -> String {
        let mut text = self.name(path.attribute);
        for step in &path.steps {
            match step {
                Step::Key(name) => {
                    text.push('.');
                    text.push_str(&self.name(name));
                }
                // Writing to a string does not fail.
                Step::Index(at) => drop(write!(text, "[{at}]")),
            }
        }
        text
    }

    /// The text of a condition, to be joined with others by `AND`.
    ///
    /// It gets parentheses unless it has them: DynamoDB refuses those that change nothing.
    pub(crate) fn conjunct<R>(&mut self, condition: &Condition<R>) -> Result<String> {
        let text = self.condition(&condition.node)?;
        Ok(if text.starts_with('(') { text } else { format!("({text})") })
    }

    /// The text of a condition.
    pub(crate) fn condition(&mut self, node: &Node) -> Result<String> {
        self.node(node, 0)
    }

    fn node(&mut self, node: &Node, depth: usize) -> Result<String> {
        if depth > MAX_DEPTH {
            return Err(invalid("the condition is nested too deeply"));
        }
        Ok(match node {
            Node::Compare(comparison, left, right) => {
                let sign = match comparison {
                    Comparison::Eq => "=",
                    Comparison::Ne => "<>",
                    Comparison::Lt => "<",
                    Comparison::Le => "<=",
                    Comparison::Gt => ">",
                    Comparison::Ge => ">=",
                };
                format!("{} {sign} {}", self.operand(left)?, self.operand(right)?)
            }
            Node::Between(operand, least, most) => format!(
                "{} BETWEEN {} AND {}",
                self.operand(operand)?,
                self.operand(least)?,
                self.operand(most)?
            ),
            Node::In(operand, values) => {
                if values.is_empty() || values.len() > MAX_IN {
                    return Err(invalid("a value is looked for among 1 to 100"));
                }
                let operand = self.operand(operand)?;
                let values: Vec<String> =
                    values.iter().map(|value| self.operand(value)).collect::<Result<_>>()?;
                format!("{operand} IN ({})", values.join(", "))
            }
            Node::Exists(path) => format!("attribute_exists({})", self.path(path)),
            Node::NotExists(path) => format!("attribute_not_exists({})", self.path(path)),
            Node::BeginsWith(operand, prefix) => {
                format!("begins_with({}, {})", self.operand(operand)?, self.operand(prefix)?)
            }
            Node::Contains(operand, element) => {
                format!("contains({}, {})", self.operand(operand)?, self.operand(element)?)
            }
            Node::HasType(path, attribute_type) => {
                let path = self.path(path);
                let code = AttributeValue::S(attribute_type.code().to_owned());
                format!("attribute_type({path}, {})", self.value(code))
            }
            Node::And(left, right) => {
                format!("({} AND {})", self.node(left, depth + 1)?, self.node(right, depth + 1)?)
            }
            Node::Or(left, right) => {
                format!("({} OR {})", self.node(left, depth + 1)?, self.node(right, depth + 1)?)
            }
            Node::Not(inner) => format!("(NOT {})", self.node(inner, depth + 1)?),
        })
    }

    fn operand(&mut self, operand: &Operand) -> Result<String> {
        match operand {
            Operand::Path(path) => Ok(self.path(path)),
            Operand::Size(path) => Ok(format!("size({})", self.path(path))),
            Operand::Value(value) => Ok(self.value(value.clone())),
            Operand::Invalid(error) => Err(error.clone()),
        }
    }

    /// Names and values for the request; `None` where there are none, since DynamoDB refuses empty
    /// ones.
    pub(crate) fn finish(self) -> (Option<Names>, Option<Values>) {
        let numbered = |prefix: char, mark: char, at: usize| format!("{prefix}{mark}{at}");
        let names: Names = self
            .names
            .into_iter()
            .enumerate()
            .map(|(at, name)| (numbered('#', 'n', at), name))
            .collect();
        let values: Values = self
            .values
            .into_iter()
            .enumerate()
            .map(|(at, value)| (numbered(':', 'v', at), value))
            .collect();
        ((!names.is_empty()).then_some(names), (!values.is_empty()).then_some(values))
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRecord).with_reason(reason)
}
