//! Items as JSON: lines of DynamoDB's exports, and Lambda's events. It reads no file, and its errors
//! never quote what was read, because serde's do.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64, Encoding};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::Item;
use super::report::Image;

/// No line of an export is longer, in bytes: two images of 400 KB, each byte of them escaped.
pub const MAX_LINE_LEN: usize = 8 * 1024 * 1024;

/// Why something could not be read as items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Malformed {
    /// More than [`MAX_LINE_LEN`] bytes.
    TooLong,
    /// No JSON document.
    NotJson,
    /// JSON, but no record of an export or no event of DynamoDB Streams; or an attribute in it is
    /// none of DynamoDB's.
    NotARecord,
    /// Amazon Ion, which is not read: export as DynamoDB JSON.
    Ion,
    /// It cannot be read to its end, or decompressed.
    Broken,
    /// An attribute type that this version does not know.
    UnknownType,
    /// DynamoDB did not give the rest.
    Refused,
}

impl Malformed {
    /// The reason in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "longer than any line of an export",
            Self::NotJson => "not JSON",
            Self::NotARecord => "not a record of an export or stream in DynamoDB JSON",
            Self::Ion => "Amazon Ion, which is not read: export as DynamoDB JSON",
            Self::Broken => "cut off, damaged, or not readable",
            Self::UnknownType => "an attribute type that this version does not know",
            Self::Refused => "DynamoDB did not give the rest",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for Malformed {}

/// The items in one record of an export to S3 or of a stream: one of a full export, up to two of an
/// incremental one.
///
/// # Examples
/// ```
/// use dynacrypt_core::audit::{ExportRecord, Image};
///
/// let record = ExportRecord::from_line(br#"{"Item":{"id":{"S":"user-1"},"n":{"N":"7"}}}"#)?;
/// assert!(record.images().all(|(image, item)| image == Image::Item && item.len() == 2));
/// # Ok::<(), dynacrypt_core::audit::Malformed>(())
/// ```
#[derive(Clone, Default)]
pub struct ExportRecord {
    images: Vec<(Image, Item)>,
    keys: Vec<String>,
}

impl ExportRecord {
    /// Reads a line of a full or incremental export in DynamoDB JSON.
    ///
    /// # Errors
    /// What is wrong with the line; never what is in it. An attribute that is there twice makes the
    /// line malformed: nobody knows which of them counts.
    pub fn from_line(line: &[u8]) -> Result<Self, Malformed> {
        if line.len() > MAX_LINE_LEN {
            return Err(Malformed::TooLong);
        }
        if is_ion(line) {
            return Err(Malformed::Ion);
        }
        let images: Images = serde_json::from_slice(line).map_err(|error| malformed(&error))?;
        Self::of(images)
    }

    fn of(images: Images) -> Result<Self, Malformed> {
        let item = |image: Option<Attributes>| image.map(|image| image.0);
        let (whole, keys) = (item(images.item), item(images.keys));
        let (new, old) = (item(images.new), item(images.old));
        Self::from_images(whole, keys, new, old).ok_or(Malformed::NotARecord)
    }

    /// A record of these images; `None` where there is none.
    pub(super) fn from_images(
        whole: Option<Item>,
        keys: Option<Item>,
        new: Option<Item>,
        old: Option<Item>,
    ) -> Option<Self> {
        let key_names = keys.iter().flat_map(HashMap::keys).cloned().collect();
        // An image holds the key; an empty one stands for none.
        let images = [(Image::Item, whole), (Image::New, new), (Image::Old, old)];
        let held = |image: Option<Item>| image.filter(|image| !image.is_empty());
        let mut images: Vec<(Image, Item)> =
            images.into_iter().filter_map(|(image, item)| Some((image, held(item)?))).collect();
        if images.is_empty() {
            images.push((Image::Keys, held(keys)?));
        }
        Some(Self { images, keys: key_names })
    }

    /// The items, and what each is of the record.
    #[must_use]
    pub fn images(&self) -> impl ExactSizeIterator<Item = (Image, &Item)> {
        self.images.iter().map(|(image, item)| (*image, item))
    }

    /// Names of the key attributes, where the record tells them.
    #[must_use]
    pub fn key_names(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }
}

impl fmt::Debug for ExportRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let images: Vec<Image> = self.images.iter().map(|(image, _)| *image).collect();
        f.debug_struct("ExportRecord").field("images", &images).finish_non_exhaustive()
    }
}

/// A stream record of an event.
#[derive(Clone)]
pub struct LambdaRecord {
    /// The id of the event, where it can be one.
    pub(crate) event: Option<String>,
    pub(crate) sequence: Option<String>,
    pub(crate) record: ExportRecord,
}

impl LambdaRecord {
    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.event.as_deref()
    }

    /// The sequence number, which names the record in its shard.
    #[must_use]
    pub fn sequence_number(&self) -> Option<&str> {
        self.sequence.as_deref()
    }

    /// Its items.
    #[must_use]
    pub fn record(&self) -> &ExportRecord {
        &self.record
    }
}

impl fmt::Debug for LambdaRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LambdaRecord")
            .field("sequence", &self.sequence)
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// The stream records in an event, as AWS Lambda gets it.
///
/// # Errors
/// What is wrong with the event; never what is in it.
pub fn lambda_records(event: &[u8]) -> Result<Vec<LambdaRecord>, Malformed> {
    let event: Event = serde_json::from_slice(event).map_err(|error| malformed(&error))?;
    let record = |record: Record| {
        let (images, sequence) = (record.dynamodb.images, record.dynamodb.sequence);
        Ok(LambdaRecord {
            event: record.event.filter(|id| is_id(id)),
            sequence: sequence.filter(|number| is_id(number)),
            record: ExportRecord::of(images)?,
        })
    };
    event.records.into_iter().map(record).collect()
}

/// Whether a text can be an id of AWS's. What is none would be repeated in reports.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether a line is Amazon Ion, as text or binary.
fn is_ion(line: &[u8]) -> bool {
    line.starts_with(b"$ion_1_0") || line.starts_with(&[0xE0, 1, 0, 0xEA])
}

fn malformed(error: &serde_json::Error) -> Malformed {
    match error.classify() {
        serde_json::error::Category::Data => Malformed::NotARecord,
        _ => Malformed::NotJson,
    }
}

#[derive(serde::Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(serde::Deserialize)]
struct Record {
    #[serde(default, rename = "eventID")]
    event: Option<String>,
    dynamodb: Change,
}

struct Change {
    images: Images,
    sequence: Option<String>,
}

#[derive(Default)]
struct Images {
    item: Option<Attributes>,
    keys: Option<Attributes>,
    new: Option<Attributes>,
    old: Option<Attributes>,
}

impl<'de> Deserialize<'de> for Images {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Change::deserialize(deserializer).map(|change| change.images)
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Members that AWS may add are of no concern.
        #[derive(serde::Deserialize)]
        struct Members {
            #[serde(default, rename = "Item")]
            item: Option<Attributes>,
            #[serde(default, rename = "Keys")]
            keys: Option<Attributes>,
            #[serde(default, rename = "NewImage")]
            new: Option<Attributes>,
            #[serde(default, rename = "OldImage")]
            old: Option<Attributes>,
            #[serde(default, rename = "SequenceNumber")]
            sequence: Option<String>,
        }
        let Members { item, keys, new, old, sequence } = Members::deserialize(deserializer)?;
        Ok(Self { images: Images { item, keys, new, old }, sequence })
    }
}

/// Attributes by name, each once.
struct Attributes(Item);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Item;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("attributes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
                let mut item = Item::new();
                while let Some(name) = map.next_key()? {
                    let value: Value = map.next_value()?;
                    if item.insert(name, value.0).is_some() {
                        return Err(A::Error::custom("twice"));
                    }
                }
                Ok(item)
            }
        }
        deserializer.deserialize_map(Names).map(Self)
    }
}

/// An attribute's value: an object with one member, whose name is its type.
struct Value(AttributeValue);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Type;
        impl<'de> Visitor<'de> for Type {
            type Value = AttributeValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AttributeValue, A::Error> {
                let refused = A::Error::custom::<&str>;
                let kind: String = map.next_key()?.ok_or_else(|| refused("no type"))?;
                let value = match kind.as_str() {
                    "S" => AttributeValue::S(map.next_value()?),
                    "N" => AttributeValue::N(map.next_value()?),
                    "B" => AttributeValue::B(map.next_value::<Bytes>()?.0),
                    "BOOL" => AttributeValue::Bool(map.next_value()?),
                    "NULL" => AttributeValue::Null(map.next_value()?),
                    "SS" => AttributeValue::Ss(map.next_value()?),
                    "NS" => AttributeValue::Ns(map.next_value()?),
                    "BS" => {
                        let blobs: Vec<Bytes> = map.next_value()?;
                        AttributeValue::Bs(blobs.into_iter().map(|blob| blob.0).collect())
                    }
                    "L" => {
                        let list: Vec<Value> = map.next_value()?;
                        AttributeValue::L(list.into_iter().map(|value| value.0).collect())
                    }
                    "M" => AttributeValue::M(map.next_value::<Attributes>()?.0),
                    _ => return Err(refused("no type of DynamoDB's")),
                };
                match map.next_key::<IgnoredAny>()? {
                    None => Ok(value),
                    Some(_) => Err(refused("two types")),
                }
            }
        }
        deserializer.deserialize_map(Type).map(Self)
    }
}

struct Bytes(Blob);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Base64::decode_vec(&text).map(|bytes| Self(Blob::new(bytes))).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_an_export_is_read() {
        let line = br#"{"Metadata":{"WriteTimestampMicros":"1"},"Keys":{"id":{"S":"1"}},
            "OldImage":{"id":{"S":"1"},"b":{"B":"3AE="},"t":{"BOOL":true},"z":{"NULL":true}},
            "NewImage":{"id":{"S":"1"},"n":{"N":"1.5"},"ss":{"SS":["a"]},"ns":{"NS":["1"]},
            "bs":{"BS":["AA=="]},"l":{"L":[{"M":{"x":{"L":[]}}}]}}}"#;
        let record = ExportRecord::from_line(line).unwrap();
        let images: Vec<_> = record.images().map(|(image, item)| (image, item.len())).collect();
        assert_eq!(images, [(Image::New, 6), (Image::Old, 4)]);
        assert_eq!(record.key_names(), ["id"]);
        let (_, old) = record.images().nth(1).unwrap();
        assert_eq!(old["b"], AttributeValue::B(Blob::new([0xDC, 1])));
        let keys = ExportRecord::from_line(br#"{"Keys":{"id":{"S":"1"}},"NewImage":{}}"#).unwrap();
        assert!(keys.images().map(|(image, _)| image).eq([Image::Keys]));
        assert!(!format!("{record:?}").contains("1.5"));
    }

    #[test]
    fn what_is_no_record_says_why_and_quotes_nothing() {
        let deep = format!("{{\"Item\":{{\"x\":{}", "{\"L\":[".repeat(200));
        for (line, why) in [
            (b"{\"Item\":{\"CANARY\":".as_slice(), Malformed::NotJson),
            (b"", Malformed::NotJson),
            (b"\xFF\xFE", Malformed::NotJson),
            (b"{\"Item\":{}} x", Malformed::NotJson),
            (b"[]", Malformed::NotARecord),
            (b"{}", Malformed::NotARecord),
            (b"{\"Item\":{}}", Malformed::NotARecord),
            (b"{\"Item\":{\"x\":\"CANARY\"}}", Malformed::NotARecord),
            (b"{\"Item\":{\"x\":{\"CANARY\":1}}}", Malformed::NotARecord),
            (b"{\"Item\":{\"x\":{}}}", Malformed::NotARecord),
            (b"{\"Item\":{\"x\":{\"S\":\"a\",\"N\":\"1\"}}}", Malformed::NotARecord),
            (b"{\"Item\":{\"x\":{\"B\":\"CANARY!\"}}}", Malformed::NotARecord),
            (b"{\"Item\":{\"x\":{\"S\":\"a\"},\"x\":{\"S\":\"b\"}}}", Malformed::NotARecord),
            (
                b"{\"Item\":{\"x\":{\"S\":\"a\"}},\"Item\":{\"x\":{\"S\":\"b\"}}}",
                Malformed::NotARecord,
            ),
            (b"$ion_1_0 {Item:{id:\"1\"}}", Malformed::Ion),
            (b"\xE0\x01\x00\xEA\xEE", Malformed::Ion),
            (deep.as_bytes(), Malformed::NotJson),
        ] {
            let error = ExportRecord::from_line(line).unwrap_err();
            assert_eq!(error, why, "{}", String::from_utf8_lossy(line));
            assert!(!format!("{error} {error:?}").contains("CANARY"));
        }
        let long = vec![b' '; MAX_LINE_LEN + 1];
        assert_eq!(ExportRecord::from_line(&long).unwrap_err(), Malformed::TooLong);
    }

    #[test]
    fn events_of_lambda_are_read() {
        let event = br#"{"Records":[{"eventID":"c4ca","eventName":"INSERT","dynamodb":{
            "SequenceNumber":"100","Keys":{"id":{"S":"1"}},"NewImage":{"id":{"S":"1"}}}},
            {"eventID":"CANARY \u001b[31m","dynamodb":{"Keys":{"id":{"S":"1"}}}}]}"#;
        let records = lambda_records(event).unwrap();
        assert_eq!(
            (records[0].event_id(), records[0].sequence_number()),
            (Some("c4ca"), Some("100"))
        );
        assert_eq!((records[1].event_id(), records[1].sequence_number()), (None, None));
        assert_eq!(lambda_records(b"{").unwrap_err(), Malformed::NotJson);
        for event in ["{}", r#"{"Records":[{}]}"#, r#"{"Records":[{"dynamodb":{}}]}"#] {
            assert_eq!(lambda_records(event.as_bytes()).unwrap_err(), Malformed::NotARecord);
        }
    }
}
