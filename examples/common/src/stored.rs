//! Stored items as the table has them, for a demonstration: what a stolen backup would show, and what
//! tampering does. It never opens anything, and has no key that it could open it with.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::Record;
use dynacrypt::record::{HEADER_ATTRIBUTE, Schema};
use serde::Serialize;

use crate::backend::Backend;
use crate::problem::Problem;

/// Bytes of a binary value that are shown. As hex they are one word of 32 characters, longer than any
/// number that the egress guard could take for a payment card's.
const SHOWN: usize = 16;
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The stored items of one record type.
#[derive(Debug, Clone)]
pub struct StoredItems {
    dynamodb: Client,
    table: String,
    schema: &'static Schema,
}

/// An item as the table has it, binary values in hex and shortened.
#[derive(Debug, Serialize)]
pub struct StoredItem {
    table: String,
    attributes: Vec<StoredAttribute>,
}

/// An attribute of it.
#[derive(Debug, Serialize)]
pub struct StoredAttribute {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
    /// Length of a binary value.
    bytes: Option<usize>,
    protection: Protection,
}

/// What protects an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Protection {
    /// It is ciphertext.
    Sealed,
    /// It is what the others are opened with: the wrapped data key.
    Header,
    /// It can be read, but not changed without breaking what is sealed.
    Bound,
    /// Nothing.
    Clear,
}

impl StoredItems {
    /// Those of `R`, in its table of this backend.
    #[must_use]
    pub fn of<R: Record>(backend: &Backend) -> Self {
        let table = backend.table_name::<R>();
        Self { dynamodb: backend.dynamodb().clone(), table, schema: R::SCHEMA }
    }

    /// The item with this partition key, of a table without a sort key. Who may see it is the
    /// caller's to decide.
    ///
    /// # Errors
    /// 404 where there is none; 503 where the database does not answer.
    pub async fn get(&self, key: &str) -> Result<StoredItem, Problem> {
        let item = self.read(key).await?;
        let mut attributes: Vec<_> =
            item.into_iter().map(|(name, value)| self.show(name, &value)).collect();
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(StoredItem { table: self.table.clone(), attributes })
    }

    /// Changes one bit of the item's first sealed attribute, as somebody would who can write to the
    /// table and has no key. Once more, and it is what it was.
    ///
    /// # Errors
    /// 404 where there is none; 503 where the database does not answer, or somebody wrote meanwhile.
    pub async fn tamper(&self, key: &str) -> Result<(), Problem> {
        let item = self.read(key).await?;
        let sealed = self.schema.fields().iter().filter(|field| field.is_encrypted());
        let mut stored = sealed.filter_map(|field| Some((field.name(), item.get(field.name())?)));
        let (name, value) = stored.next().ok_or_else(Problem::not_found)?;
        let mut bytes = value.as_b().map_err(|_| Problem::internal())?.as_ref().to_vec();
        *bytes.last_mut().ok_or_else(Problem::internal)? ^= 1;
        let (partition, id) = self.key(key)?;
        let asked = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .key(partition, id)
            .update_expression("SET #sealed = :changed")
            .condition_expression("#sealed = :read")
            .expression_attribute_names("#sealed", name)
            .expression_attribute_values(":changed", AttributeValue::B(Blob::new(bytes)))
            .expression_attribute_values(":read", value.clone())
            .send();
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Problem::unavailable()),
        }
    }

    async fn read(&self, key: &str) -> Result<HashMap<String, AttributeValue>, Problem> {
        let (partition, id) = self.key(key)?;
        let asked = self
            .dynamodb
            .get_item()
            .table_name(&self.table)
            .key(partition, id)
            .consistent_read(true)
            .send();
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, asked).await else {
            return Err(Problem::unavailable());
        };
        answer.item.ok_or_else(Problem::not_found)
    }

    fn key(&self, key: &str) -> Result<(&'static str, AttributeValue), Problem> {
        let partition = self.schema.partition_key().ok_or_else(Problem::internal)?;
        Ok((partition.name(), AttributeValue::S(key.to_owned())))
    }

    fn show(&self, name: String, value: &AttributeValue) -> StoredAttribute {
        let protection = self.protection(&name);
        let (kind, value, bytes) = match value {
            AttributeValue::S(text) => ("S", text.clone(), None),
            AttributeValue::N(number) => ("N", number.clone(), None),
            AttributeValue::Bool(value) => ("BOOL", value.to_string(), None),
            AttributeValue::B(blob) => ("B", hex(blob.as_ref()), Some(blob.as_ref().len())),
            // No record of the examples has another.
            _ => ("?", String::new(), None),
        };
        StoredAttribute { name, kind, value, bytes, protection }
    }

    fn protection(&self, name: &str) -> Protection {
        if name == HEADER_ATTRIBUTE {
            return Protection::Header;
        }
        match self.schema.fields().iter().find(|field| field.name() == name) {
            Some(field) if field.is_encrypted() => Protection::Sealed,
            Some(field) if field.is_key() || field.is_owner() || field.is_authenticated() => {
                Protection::Bound
            }
            _ => Protection::Clear,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(2 * SHOWN + 3);
    for byte in bytes.iter().take(SHOWN) {
        // Writing to a `String` does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    if bytes.len() > SHOWN {
        hex.push('…');
    }
    hex
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use dynacrypt::redact::Redactor;
    use dynacrypt::{ExposeSecret, Principal, Repository, Secret};

    use super::*;
    use crate::options::Options;

    #[derive(Debug, Record)]
    #[dynacrypt(table = "things")]
    struct Thing {
        #[dynacrypt(partition_key, owner)]
        id: String,
        name: String,
        #[encrypted]
        secret: Secret<String>,
    }

    #[tokio::test]
    async fn an_item_is_shown_as_it_is_stored() {
        let options = Options::parse_from(["service"]);
        let backend = Backend::open(&options.backend).await.unwrap();
        backend.prepare::<Thing>().await.unwrap();
        let items = StoredItems::of::<Thing>(&backend);
        assert_eq!(items.get("ada").await.unwrap_err(), Problem::not_found());
        let secret = Secret::from("CANARY-of-a-stored-item");
        let thing = Thing { id: "ada".to_owned(), name: "lamp".to_owned(), secret };
        backend.repository().create(&Principal::owner("ada"), &thing).await.unwrap();
        let item = items.get("ada").await.unwrap();
        let seen: Vec<_> = item
            .attributes
            .iter()
            .map(|of| (of.name.as_str(), of.kind, of.bytes.is_some(), of.protection))
            .collect();
        assert_eq!(
            seen,
            [
                ("_dc", "B", true, Protection::Header),
                ("id", "S", false, Protection::Bound),
                ("name", "S", false, Protection::Clear),
                ("secret", "B", true, Protection::Sealed),
            ]
        );
        let shown = serde_json::to_string(&item).unwrap();
        assert!(shown.contains("lamp") && !shown.contains("CANARY"), "{shown}");

        let (things, ada) = (backend.repository::<Thing>(), Principal::owner("ada"));
        items.tamper("ada").await.unwrap();
        assert!(things.get(&ada, "ada").await.is_err());
        items.tamper("ada").await.unwrap();
        let thing = things.get(&ada, "ada").await.unwrap().unwrap();
        assert_eq!(thing.secret.expose_secret(), "CANARY-of-a-stored-item");
        assert_eq!(items.tamper("bob").await.unwrap_err(), Problem::not_found());
    }

    #[test]
    fn hex_is_short_and_no_number_that_the_egress_guard_knows() {
        assert_eq!((hex(&[0xdc, 1]), hex(&[])), ("dc01".to_owned(), String::new()));
        // Bytes whose hex is digits alone: a card number, and more of the like.
        let digits = hex(&[0x41; 40]);
        assert_eq!(digits.chars().count(), 2 * SHOWN + 1);
        let redactor = Redactor::new();
        assert!(redactor.find("4111111111111111").len() == 1);
        let card = hex(&[[0x41, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11]; 2].concat());
        assert!(redactor.find(format!("\"{card}\" {digits}")).is_empty());
    }
}
