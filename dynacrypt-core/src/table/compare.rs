//! A live table against its specification. It sends nothing and changes nothing.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, KeySchemaElement, KeyType, Projection, ProjectionType,
    StreamSpecification, TableDescription,
};

use super::{Keys, StreamView, TableSpec, attribute_type};
use crate::context::ScalarType;

/// How a live table differs from its specification. Names attributes and indexes, never an item.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// There is no table of this name.
    NoTable,
    /// The key is another one.
    Key {
        /// Partition and sort key of the specification, such as `pk, sk`.
        expected: String,
        /// Those of the table.
        found: String,
    },
    /// A key attribute, of the table or an index, is of another type.
    AttributeType {
        /// The attribute.
        attribute: String,
        /// Its type in the specification: `S`, `N` or `B`.
        expected: String,
        /// Its type in the table, or `none`.
        found: String,
    },
    /// An index is not there.
    NoIndex {
        /// Its name.
        index: String,
    },
    /// An index is there with another key, or local instead of global.
    IndexKey {
        /// Its name.
        index: String,
        /// Kind and key of the specification, such as `global on status, placed_at`.
        expected: String,
        /// Those of the table.
        found: String,
    },
    /// An index lacks attributes that the records need.
    IndexLacks {
        /// Its name.
        index: String,
        /// The attributes.
        attributes: Vec<String>,
    },
    /// Items expire by another attribute, or not at all.
    Expiry {
        /// The attribute of the specification, or `none`.
        expected: String,
        /// That of the table, or `none`.
        found: String,
    },
    /// The stream carries something else, or there is none.
    Stream {
        /// What the specification asks for.
        expected: String,
        /// What the table has, or `none`.
        found: String,
    },
    /// The table can be deleted by one call.
    DeletionProtection,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable => f.write_str("there is no such table"),
            Self::Key { expected, found } => {
                write!(f, "key: expected ({expected}), found ({found})")
            }
            Self::AttributeType { attribute, expected, found } => {
                write!(f, "attribute `{attribute}`: expected type {expected}, found {found}")
            }
            Self::NoIndex { index } => write!(f, "index `{index}`: missing"),
            Self::IndexKey { index, expected, found } => {
                write!(f, "index `{index}`: expected {expected}, found {found}")
            }
            Self::IndexLacks { index, attributes } => {
                write!(f, "index `{index}`: does not hold {}", attributes.join(", "))
            }
            Self::Expiry { expected, found } => {
                write!(f, "expiry attribute: expected {expected}, found {found}")
            }
            Self::Stream { expected, found } => {
                write!(f, "stream: expected {expected}, found {found}")
            }
            Self::DeletionProtection => f.write_str("deletion protection is off"),
        }
    }
}

/// All that differs, one a line when displayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    table: String,
    list: Vec<Difference>,
}

impl Differences {
    pub(super) fn of(table: &str, list: Vec<Difference>) -> Self {
        Self { table: table.to_owned(), list }
    }

    /// Whether the table is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The differences.
    pub fn iter(&self) -> impl Iterator<Item = &Difference> {
        self.list.iter()
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.list.is_empty() {
            return write!(f, "table `{}` is as its records need it", self.table);
        }
        write!(f, "table `{}` differs from its records:", self.table)?;
        self.list.iter().try_for_each(|difference| write!(f, "\n  {difference}"))
    }
}

pub(super) fn compare(
    spec: &TableSpec,
    live: &TableDescription,
    ttl: Option<&str>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let keys = describe_keys(live.key_schema());
    if keys != describe(spec.keys) {
        found.push(Difference::Key { expected: describe(spec.keys), found: keys });
    }
    for (name, scalar) in &spec.attributes {
        let defined = live.attribute_definitions().iter().find(|at| at.attribute_name() == *name);
        attribute(name, *scalar, defined, &mut found);
    }
    indexes(spec, live, &mut found);
    if spec.ttl.is_some() && spec.ttl != ttl {
        let or_none = |name: Option<&str>| name.unwrap_or("none").to_owned();
        found.push(Difference::Expiry { expected: or_none(spec.ttl), found: or_none(ttl) });
    }
    if let Some(expected) = spec.stream.map(StreamView::sdk) {
        let view = live
            .stream_specification()
            .filter(|stream| stream.stream_enabled())
            .and_then(StreamSpecification::stream_view_type);
        if view != Some(&expected) {
            found.push(Difference::Stream {
                expected: expected.as_str().to_owned(),
                found: view.map_or("none", |view| view.as_str()).to_owned(),
            });
        }
    }
    if spec.deletion_protection && live.deletion_protection_enabled() != Some(true) {
        found.push(Difference::DeletionProtection);
    }
    found
}

fn attribute(
    name: &str,
    scalar: ScalarType,
    defined: Option<&AttributeDefinition>,
    found: &mut Vec<Difference>,
) {
    let Ok(expected) = attribute_type(scalar) else { return };
    let live = defined.map(AttributeDefinition::attribute_type);
    if live != Some(&expected) {
        found.push(Difference::AttributeType {
            attribute: name.to_owned(),
            expected: expected.as_str().to_owned(),
            found: live.map_or("none", |live| live.as_str()).to_owned(),
        });
    }
}

/// What the two kinds of index have in common.
struct LiveIndex<'a> {
    name: &'a str,
    kind: &'static str,
    keys: &'a [KeySchemaElement],
    projection: Option<&'a Projection>,
}

fn indexes(spec: &TableSpec, live: &TableDescription, found: &mut Vec<Difference>) {
    let global = live.global_secondary_indexes().iter().map(|index| LiveIndex {
        name: index.index_name().unwrap_or_default(),
        kind: "global",
        keys: index.key_schema(),
        projection: index.projection(),
    });
    let local = live.local_secondary_indexes().iter().map(|index| LiveIndex {
        name: index.index_name().unwrap_or_default(),
        kind: "local",
        keys: index.key_schema(),
        projection: index.projection(),
    });
    let live: Vec<LiveIndex<'_>> = global.chain(local).collect();
    for index in &spec.indexes {
        let Some(there) = live.iter().find(|there| there.name == index.name) else {
            found.push(Difference::NoIndex { index: index.name.to_owned() });
            continue;
        };
        let kind = if index.local { "local" } else { "global" };
        let expected = format!("{kind} on {}", describe(index.keys));
        let is = format!("{} on {}", there.kind, describe_keys(there.keys));
        if expected != is {
            found.push(Difference::IndexKey { index: index.name.to_owned(), expected, found: is });
        }
        let lacking = lacking(index.holds.as_deref(), there.projection);
        if !lacking.is_empty() {
            found
                .push(Difference::IndexLacks { index: index.name.to_owned(), attributes: lacking });
        }
    }
}

/// What is to be held and is not.
fn lacking(holds: Option<&[&'static str]>, projection: Option<&Projection>) -> Vec<String> {
    let held = projection.and_then(Projection::projection_type);
    if held == Some(&ProjectionType::All) {
        return Vec::new();
    }
    let names: BTreeSet<&str> = projection
        .map(Projection::non_key_attributes)
        .unwrap_or_default()
        .iter()
        .map(String::as_str)
        .collect();
    match holds {
        None => vec!["all attributes".to_owned()],
        Some(wanted) => {
            let missing = wanted.iter().filter(|name| !names.contains(**name));
            missing.map(|name| format!("`{name}`")).collect()
        }
    }
}

fn describe(keys: Keys) -> String {
    keys.sort
        .map_or_else(|| keys.partition.to_owned(), |sort| format!("{}, {sort}", keys.partition))
}

fn describe_keys(keys: &[KeySchemaElement]) -> String {
    let named = |role: KeyType| {
        keys.iter().filter(move |key| *key.key_type() == role).map(KeySchemaElement::attribute_name)
    };
    named(KeyType::Hash).chain(named(KeyType::Range)).collect::<Vec<_>>().join(", ")
}
