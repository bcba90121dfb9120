//! Looks for canaries where no plaintext may be: in every attribute of a table, and in any text. It
//! never shows what it found, only where.

use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::needles::{Hit, Needles};
use super::raw::{Item, raw_items};

/// Where a canary turned up, and in which form. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    place: String,
    canary: usize,
    form: &'static str,
}

impl Finding {
    fn new(place: String, hit: Hit) -> Self {
        Self { place, canary: hit.canary, form: hit.form }
    }

    /// Where: ``item 0, `address.lines[2]` ``, or `byte 17` of a text. A name that holds the canary
    /// itself reads `[name]`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Which canary: its index in the list that was given.
    #[must_use]
    pub fn canary(&self) -> usize {
        self.canary
    }

    /// How it was written: `plain`, `base64`, `list of bytes`, …
    #[must_use]
    pub fn form(&self) -> &'static str {
        self.form
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: canary {}, {}", self.place, self.canary, self.form)
    }
}

/// Panics if a canary is anywhere in a table, in any form: the proof that what must be sealed is.
///
/// Reads the whole table, consistently, and looks at each attribute name and value: strings,
/// numbers, bytes, sets, and what is nested in lists and maps; a list of numbers is also read as
/// bytes, which is what serde makes of a `Vec<u8>`. The forms are plain (also within binaries),
/// upper and lower case, reversed, base64 at each alignment, hex, UTF-16, lists of bytes and the
/// usual escapes.
///
/// Give canaries that turn up nowhere else, of 8 bytes or more. Compression and encryption of a
/// caller's own hide them.
///
/// # Examples
/// ```
/// use dynacrypt_core::testing::{EmbeddedDynamo, assert_no_plaintext};
///
/// async fn nothing_leaks(dynamodb: &EmbeddedDynamo) {
///     assert_no_plaintext!(dynamodb.client(), "profiles", ["078-05-1120", "correct horse"]);
///     let canaries = vec![b"raw bytes".to_vec()];
///     assert_no_plaintext!(dynamodb.client(), "profiles", canaries);
/// }
/// ```
///
/// # Panics
/// Where a canary is found, naming the attribute and never a value; and where the search would
/// prove nothing: the table is empty or cannot be read, there is no canary, or one has fewer than 4
/// bytes.
#[macro_export]
macro_rules! assert_no_plaintext {
    ($client:expr, $table:expr, [$($canary:expr),* $(,)?] $(,)?) => {
        $crate::testing::__report($crate::testing::find_plaintext::<&[u8]>(
            $client,
            $table,
            [$(::core::convert::AsRef::<[u8]>::as_ref(&$canary)),*],
        ).await)
    };
    ($client:expr, $table:expr, $canaries:expr $(,)?) => {
        $crate::testing::__report($crate::testing::find_plaintext($client, $table, $canaries).await)
    };
}

/// The panic of [`assert_no_plaintext!`], at the line of its caller: an `async fn` has no such
/// line.
#[doc(hidden)]
#[track_caller]
#[expect(clippy::panic, reason = "an assertion")]
pub fn __report(searched: Result<Vec<Finding>, String>) {
    match searched {
        Ok(found) if found.is_empty() => {}
        Ok(found) => {
            let places: Vec<_> = found.iter().map(ToString::to_string).collect();
            panic!("plaintext is stored:\n  {}", places.join("\n  "))
        }
        Err(reason) => panic!("nothing is proved: {reason}"),
    }
}

/// What [`assert_no_plaintext!`] asserts to be nothing: each attribute in which a canary turns up.
///
/// # Errors
/// A sentence that says why the search would prove nothing: the table is empty or cannot be read,
/// there is no canary, or one has fewer than 4 bytes.
pub async fn find_plaintext<C: AsRef<[u8]>>(
    client: &Client,
    table: &str,
    canaries: impl IntoIterator<Item = C>,
) -> Result<Vec<Finding>, String> {
    let needles = Needles::new(canaries)?;
    let items = raw_items(client, table)
        .await
        .map_err(|error| format!("the table cannot be read: {error}"))?;
    search_items(&needles, &items)
}

/// As [`find_plaintext`], in items that were read already, such as those of a stream or an export.
///
/// # Errors
/// As [`find_plaintext`].
pub fn find_in_items<C: AsRef<[u8]>>(
    items: &[Item],
    canaries: impl IntoIterator<Item = C>,
) -> Result<Vec<Finding>, String> {
    search_items(&Needles::new(canaries)?, items)
}

fn search_items(needles: &Needles, items: &[Item]) -> Result<Vec<Finding>, String> {
    if items.is_empty() {
        return Err("there are no items".to_owned());
    }
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mut search = Search { needles, item: index, found: Vec::new() };
        search.map(item, "");
        search.found.sort_by(|a, b| a.place.cmp(&b.place));
        found.append(&mut search.found);
    }
    Ok(found)
}

/// The first place of each text in which a canary turns up, in a log, an error, a `Debug` output.
///
/// # Errors
/// A sentence that says why the search would prove nothing: the text is empty, there is no canary,
/// or one has fewer than 4 bytes.
pub fn find_in_text<C: AsRef<[u8]>>(
    text: impl AsRef<[u8]>,
    canaries: impl IntoIterator<Item = C>,
) -> Result<Option<Finding>, String> {
    let text = text.as_ref();
    let needles = Needles::new(canaries)?;
    if text.is_empty() {
        return Err("the text is empty".to_owned());
    }
    Ok(needles.find(text).map(|hit| Finding::new(format!("byte {}", hit.offset), hit)))
}

/// Panics if a canary is in a text, in any of the forms of [`assert_no_plaintext!`].
///
/// # Examples
/// ```
/// use dynacrypt_core::error::{Error, ErrorKind};
/// use dynacrypt_core::testing::assert_absent;
///
/// let error = Error::new(ErrorKind::Decrypt);
/// assert_absent(format!("{error} {error:?}"), ["078-05-1120"]);
/// ```
///
/// # Panics
/// Where a canary is found, naming the byte and never the text; and where the search would prove
/// nothing: the text is empty, there is no canary, or one has fewer than 4 bytes.
#[track_caller]
#[expect(clippy::panic, reason = "an assertion")]
pub fn assert_absent<C: AsRef<[u8]>>(
    text: impl AsRef<[u8]>,
    canaries: impl IntoIterator<Item = C>,
) {
    match find_in_text(text, canaries) {
        Ok(None) => {}
        Ok(Some(finding)) => panic!("plaintext in the text at {finding}"),
        Err(reason) => panic!("nothing is proved: {reason}"),
    }
}

struct Search<'a> {
    needles: &'a Needles,
    item: usize,
    found: Vec<Finding>,
}

impl Search<'_> {
    fn bytes(&mut self, bytes: &[u8], path: &str) {
        if let Some(hit) = self.needles.find(bytes) {
            self.found.push(Finding::new(format!("item {}, `{path}`", self.item), hit));
        }
    }

    fn map(&mut self, map: &Item, path: &str) {
        for (name, value) in map {
            let dot = if path.is_empty() { "" } else { "." };
            let inner = match self.needles.find(name.as_bytes()) {
                Some(hit) => {
                    let place = format!("item {}, a name at `{path}{dot}[name]`", self.item);
                    self.found.push(Finding::new(place, hit));
                    format!("{path}{dot}[name]")
                }
                None => format!("{path}{dot}{name}"),
            };
            self.value(value, &inner);
        }
    }

    fn value(&mut self, value: &AttributeValue, path: &str) {
        match value {
            AttributeValue::S(text) | AttributeValue::N(text) => self.bytes(text.as_bytes(), path),
            AttributeValue::B(blob) => self.bytes(blob.as_ref(), path),
            AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    self.bytes(text.as_bytes(), &format!("{path}[{index}]"));
                }
            }
            AttributeValue::Bs(blobs) => {
                for (index, blob) in blobs.iter().enumerate() {
                    self.bytes(blob.as_ref(), &format!("{path}[{index}]"));
                }
            }
            AttributeValue::L(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.value(value, &format!("{path}[{index}]"));
                }
                self.bytes(&numbers_as_bytes(values), path);
            }
            AttributeValue::M(map) => self.map(map, path),
            // A type of a later SDK is searched by its Debug, which shows the value.
            other => self.bytes(format!("{other:?}").as_bytes(), path),
        }
    }
}

/// What serde makes of a `Vec<u8>`: a list of numbers.
fn numbers_as_bytes(values: &[AttributeValue]) -> Vec<u8> {
    values
        .iter()
        .filter_map(|value| match value {
            AttributeValue::N(number) => number.parse().ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
