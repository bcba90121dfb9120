//! Attacks that move, copy, remove or bring back whole attributes. They never change a value.

use super::{Item, Tampered, attributes, binaries, names};

/// The item with each two of its binary attributes exchanged. Pairs of equal values are left out.
pub fn swaps(item: &Item) -> impl Iterator<Item = Tampered> + use<> {
    pairs(item)
        .into_iter()
        .filter(|(one, other)| one < other)
        .filter_map(|(one, other)| {
            let mut tampered = item.clone();
            let (from, to) = (item.get(one)?, item.get(other)?);
            tampered.insert(one.to_owned(), to.clone());
            tampered.insert(other.to_owned(), from.clone());
            let description = format!("attributes `{one}` and `{other}` exchanged");
            Some(Tampered {
                description,
                attributes: vec![one.to_owned(), other.to_owned()],
                item: tampered,
            })
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// The item with each of its binary attributes written over each other one. Pairs of equal values
/// are left out.
pub fn copies(item: &Item) -> impl Iterator<Item = Tampered> + use<> {
    pairs(item)
        .into_iter()
        .filter_map(|(from, to)| {
            let value = item.get(from)?.clone();
            Some(Tampered::set(
                item,
                to,
                value,
                format_args!("overwritten with attribute `{from}`"),
            ))
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// Ordered pairs of binary attributes that differ.
fn pairs(item: &Item) -> Vec<(&str, &str)> {
    let all = binaries(item);
    all.iter()
        .flat_map(|(one, bytes)| {
            all.iter().filter(move |(_, others)| others != bytes).map(|(other, _)| (*one, *other))
        })
        .collect()
}

/// The item with each attribute of another item that differs in it, one at a time; then with all of
/// the other's binary ones together (what is sealed, its header too), and with all of the other's
/// attributes but the named ones, which are the key.
///
/// # Examples
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynacrypt_core::testing::attack::{self, Item};
///
/// let item = |id: &str, role: &str| {
///     let text = |text: &str| AttributeValue::S(text.to_owned());
///     Item::from([("id".to_owned(), text(id)), ("role".to_owned(), text(role))])
/// };
/// let (mine, theirs) = (item("1", "reader"), item("2", "admin"));
/// let attacks: Vec<_> = attack::transplants(&mine, &theirs, &["id"]).collect();
/// assert!(attacks.iter().any(|attack| attack.item == item("1", "admin")));
/// ```
pub fn transplants(
    item: &Item,
    other: &Item,
    key: &[&str],
) -> impl Iterator<Item = Tampered> + use<> {
    let mut variants: Vec<_> = attributes(other)
        .into_iter()
        .filter(|(name, value)| !key.contains(name) && item.get(*name) != Some(*value))
        .map(|(name, value)| Tampered::set(item, name, value.clone(), "taken from another item"))
        .collect();
    let sealed =
        binaries(other).into_iter().map(|(name, _)| name).filter(|name| !key.contains(name));
    variants.extend(transplant(
        item,
        other,
        sealed,
        "all binary attributes taken from another item",
    ));
    let rest = names(other).into_iter().filter(|name| !key.contains(name));
    variants.extend(transplant(
        item,
        other,
        rest,
        "everything but the key taken from another item",
    ));
    variants.into_iter()
}

fn transplant<'a>(
    item: &Item,
    other: &Item,
    names: impl Iterator<Item = &'a str>,
    what: &str,
) -> Option<Tampered> {
    let mut tampered = item.clone();
    let mut touched = Vec::new();
    for name in names {
        let value = other.get(name)?;
        if tampered.insert(name.to_owned(), value.clone()).as_ref() != Some(value) {
            touched.push(name.to_owned());
        }
    }
    let description = what.to_owned();
    (!touched.is_empty()).then_some(Tampered { description, attributes: touched, item: tampered })
}

/// The item without each of its attributes, the key's too: DynamoDB itself refuses those.
pub fn removals(item: &Item) -> impl Iterator<Item = Tampered> + '_ {
    names(item).into_iter().map(|name| without(item, name, "removed"))
}

/// The item in the older state `old`; then with each attribute that differs brought back alone.
///
/// The first is an item that was once valid: nothing in an item tells that a newer one existed,
/// unless a version is kept elsewhere.
pub fn rollbacks(item: &Item, old: &Item) -> impl Iterator<Item = Tampered> + use<> {
    let mut differing: Vec<_> = names(item);
    differing.extend(names(old));
    differing.sort_unstable();
    differing.dedup();
    differing.retain(|name| item.get(*name) != old.get(*name));
    let whole = (!differing.is_empty()).then(|| Tampered {
        description: "the whole item brought back to an older state".to_owned(),
        attributes: differing.iter().map(|name| (*name).to_owned()).collect(),
        item: old.clone(),
    });
    let single = differing.iter().map(|name| match old.get(*name) {
        Some(value) => Tampered::set(item, name, value.clone(), "brought back to an older state"),
        None => without(item, name, "removed, as in an older state"),
    });
    whole.into_iter().chain(single).collect::<Vec<_>>().into_iter()
}

fn without(item: &Item, name: &str, what: &str) -> Tampered {
    let mut tampered = item.clone();
    tampered.remove(name);
    Tampered {
        description: format!("attribute `{name}`: {what}"),
        attributes: vec![name.to_owned()],
        item: tampered,
    }
}
