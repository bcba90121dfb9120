//! Attacks on stored items, as pure functions: each gives every variant of a tampered item with a
//! description that names attributes and never values. It never talks to a table, and never decides
//! which variants must be refused.
//!
//! | attack | function |
//! |---|---|
//! | change bytes | [`bit_flips`], [`truncations`], [`extensions`] |
//! | move ciphertext within an item | [`swaps`], [`copies`] |
//! | move it between items | [`transplants`] |
//! | remove attributes | [`removals`] |
//! | change what is in the clear | [`value_changes`], [`type_changes`] |
//! | bring back an older state | [`rollbacks`] |
//!
//! Not every variant can be noticed: an attribute that is stored in the clear and not bound may
//! change unseen, and so may the whole item, if all of it is an older state of itself. Tests pick
//! by [`Tampered::attributes`].

mod bytes;
mod moves;
mod values;

use std::fmt;

pub use bytes::{bit_flips, extensions, truncations};
pub use moves::{copies, removals, rollbacks, swaps, transplants};
pub use values::{type_changes, value_changes};

use aws_sdk_dynamodb::types::AttributeValue;

pub use super::raw::Item;

/// One tampered item. `Debug` shows the description alone.
#[derive(Clone, PartialEq)]
pub struct Tampered {
    /// What was done to which attributes, such as ``attribute `ssn`: bit 3 of byte 17 flipped``.
    /// It holds no value.
    pub description: String,
    /// The attributes that differ from the item attacked, sorted.
    pub attributes: Vec<String>,
    /// The item to store in its place.
    pub item: Item,
}

impl Tampered {
    /// Whether this attribute was touched.
    #[must_use]
    pub fn touches(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|name| name == attribute)
    }

    /// The item with one attribute replaced.
    fn set(item: &Item, name: &str, value: AttributeValue, what: impl fmt::Display) -> Self {
        let mut tampered = item.clone();
        tampered.insert(name.to_owned(), value);
        Self {
            description: format!("attribute `{name}`: {what}"),
            attributes: vec![name.to_owned()],
            item: tampered,
        }
    }
}

impl fmt::Debug for Tampered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tampered").field("description", &self.description).finish_non_exhaustive()
    }
}

/// Every attack that needs one item: each byte attack on each binary attribute, then all the others
/// of this module. The order is the same in each run.
///
/// # Examples
/// ```
/// use aws_sdk_dynamodb::primitives::Blob;
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynacrypt_core::testing::attack::{self, Item};
///
/// let item = Item::from([
///     ("id".to_owned(), AttributeValue::S("1".to_owned())),
///     ("ssn".to_owned(), AttributeValue::B(Blob::new([0xdc, 1, 2, 3]))),
/// ]);
/// for tampered in attack::all(&item).filter(|tampered| !tampered.touches("id")) {
///     assert_ne!(tampered.item, item, "{}", tampered.description);
///     // … store it with `put_raw`, and see that it does not open
/// }
/// ```
pub fn all(item: &Item) -> impl Iterator<Item = Tampered> + '_ {
    binaries(item)
        .into_iter()
        .flat_map(|(name, _)| {
            bit_flips(item, name).chain(truncations(item, name)).chain(extensions(item, name))
        })
        .chain(swaps(item))
        .chain(copies(item))
        .chain(removals(item))
        .chain(value_changes(item))
        .chain(type_changes(item))
}

/// The attribute names of an item, sorted: a map has an order of its own in each run.
fn names(item: &Item) -> Vec<&str> {
    let mut names: Vec<_> = item.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn attributes(item: &Item) -> Vec<(&str, &AttributeValue)> {
    names(item).into_iter().filter_map(|name| Some((name, item.get(name)?))).collect()
}

fn binary<'a>(item: &'a Item, name: &str) -> Option<&'a [u8]> {
    match item.get(name) {
        Some(AttributeValue::B(blob)) => Some(blob.as_ref()),
        _ => None,
    }
}

fn binaries(item: &Item) -> Vec<(&str, &[u8])> {
    names(item).into_iter().filter_map(|name| Some((name, binary(item, name)?))).collect()
}

#[cfg(test)]
mod tests;
