//! Sealing against the vectors of docs/format.md section 11: under a vector's data key and salt,
//! what it opened to must seal to its bytes again. And the list of sealed names, over what the
//! vectors' records cannot have.

use std::collections::BTreeSet;

use aws_smithy_types::base64;
use dynacrypt_derive::Record;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroize;

use super::fields::seal_field;
use super::*;
use crate::codec::Binary;
use crate::expr::SecretSource;
use crate::keys::{BoxFuture, KeyProvider, KeyScope, LocalKeyProvider};
use crate::material::{DataKey, GeneratedKey, WrappedDataKey};
use crate::record::EncryptedField;
use crate::secret::{ExposeSecret, Secret};

// The records of tests/vectors/README.md.

#[derive(Record)]
#[dynacrypt(table = "profiles", crate = crate)]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    display_name: String,
    #[dynacrypt(authenticated)]
    role: String,
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    api_key: Option<Secret<String>>,
}

#[derive(Record)]
#[dynacrypt(table = "notes", crate = crate)]
struct Note {
    #[dynacrypt(partition_key)]
    author: String,
    #[dynacrypt(sort_key)]
    seq: i64,
    #[dynacrypt(owner)]
    reader: String,
    #[dynacrypt(authenticated)]
    pinned: Option<bool>,
    #[dynacrypt(authenticated, aad_name = "mass")]
    weight: Option<i64>,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    body: Secret<String>,
    #[encrypted]
    blob: Option<Secret<Vec<u8>>>,
    #[encrypted]
    meta: Option<Secret<Meta>>,
}

#[derive(Serialize, Deserialize, Zeroize)]
struct Meta {
    b: String,
    a: i64,
    done: bool,
    ratio: f64,
    nested: Nested,
}

#[derive(Serialize, Deserialize, Zeroize)]
struct Nested {
    aa: Option<u64>,
    b: Vec<i64>,
}

#[derive(Record)]
#[dynacrypt(table = "vaults", whole, crate = crate)]
struct Vault {
    #[dynacrypt(partition_key)]
    id: Binary,
    #[encrypted]
    pin: Secret<i64>,
    #[encrypted]
    #[dynacrypt(aad_name = "h")]
    hint: Option<Secret<String>>,
}

fn hex(value: &Value) -> Vec<u8> {
    let digit = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    value.as_str().unwrap().as_bytes().chunks(2).map(digit).collect()
}

fn part<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or_else(|| panic!("no {name}"))
}

fn attribute(json: &Value) -> AttributeValue {
    let (kind, value) = json.as_object().and_then(|object| object.iter().next()).unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(base64::decode(text()).unwrap())),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(attribute).collect()),
        other => panic!("type {other}"),
    }
}

fn blob<'a>(item: &'a Attributes, name: &str) -> &'a [u8] {
    item.get(name).unwrap().as_b().unwrap().as_ref()
}

/// Gives the data key and the wrapped forms that it was made with, and unwraps nothing.
#[derive(Debug)]
struct Fixed {
    data_key: Vec<u8>,
    wrapped: Vec<WrappedDataKey>,
}

impl KeyProvider for Fixed {
    fn generate_key<'a>(&'a self, _: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>> {
        let key = DataKey::take(&mut self.data_key.clone());
        Box::pin(std::future::ready(key.and_then(|k| GeneratedKey::new(k, self.wrapped.clone()))))
    }

    fn unwrap_key<'a>(
        &'a self,
        _: &'a [WrappedDataKey],
        _: &'a KeyScope,
    ) -> BoxFuture<'a, Result<DataKey>> {
        Box::pin(std::future::ready(Err(Error::new(ErrorKind::Throttled))))
    }
}

struct Vector<'v> {
    json: &'v Value,
    item: Attributes,
    tenant: Option<&'v str>,
}

impl<'v> Vector<'v> {
    fn of(json: &'v Value) -> Self {
        let item = part(json, "item").as_object().unwrap().iter();
        let item = item.map(|(name, value)| (name.clone(), attribute(value))).collect();
        Self { json, item, tenant: part(json, "tenant").as_str() }
    }

    fn text(&self, name: &str) -> &'v str {
        part(self.json, name).as_str().unwrap()
    }

    fn intermediate(&self, name: &str) -> Vec<u8> {
        hex(part(part(self.json, "intermediate"), name))
    }

    fn header(&self) -> Header {
        Header::parse(blob(&self.item, HEADER_ATTRIBUTE)).unwrap()
    }

    /// Opens the item with the vector's wrapping key, and seals what came out with its data key and
    /// salt.
    async fn seal_again<R: Record + Sync>(&self) -> Attributes {
        let record: R = self.open().await;
        let data_key = self.intermediate("data_key");
        let fixed = Sealer::new(Fixed { data_key, wrapped: self.header().wrapped });
        let key = fixed.sealing_key(R::SCHEMA.table()).await.unwrap();
        let salt = self.intermediate("salt").try_into().unwrap();
        seal_with(&record, None, &key, self.tenant, &salt).unwrap().into_item()
    }

    /// Compares everything with the vector; gives how many fields were.
    async fn compare<R: Record + Sync>(&self) -> usize {
        let (name, schema) = (self.text("name"), R::SCHEMA);
        let sealed = self.seal_again::<R>().await;

        let names: BTreeSet<_> = sealed.keys().collect();
        assert_eq!(names, self.item.keys().collect(), "{name}: attributes");
        let header = blob(&sealed, HEADER_ATTRIBUTE);
        assert_eq!(header, blob(&self.item, HEADER_ATTRIBUTE), "{name}: header");
        let commitment = self.intermediate("commitment");
        assert_eq!(Header::parse(header).unwrap().commitment, *commitment, "{name}: commitment");
        let flags = self.header().flags;
        let sealed_names = schema.is_whole().then(|| super::sealed_names(schema, &sealed).unwrap());
        let context = item_context(schema, &sealed, self.tenant, flags, sealed_names).unwrap();
        assert_eq!(context, self.intermediate("context"), "{name}: context");

        let fields = part(part(self.json, "intermediate"), "fields");
        let mut compared = 0;
        for spec in schema.fields() {
            let (found, expected) = (sealed.get(spec.name()), self.item.get(spec.name()));
            if !spec.is_encrypted() {
                // Numbers come back canonical.
                let scalars = [found, expected].map(|value| value.map(codec::scalar_of));
                assert_eq!(scalars[0], scalars[1], "{name}: {}", spec.name());
            } else if expected.is_some() {
                assert_eq!(found, expected, "{name}: {}", spec.name());
                let field = part(fields, spec.name());
                assert_eq!(spec.field_nonce().to_vec(), hex(part(field, "nonce")), "{name}");
                assert_eq!(spec.bound_name().as_bytes(), hex(part(field, "aad")), "{name}");
                compared += 1;
            }
        }
        assert_eq!(compared, fields.as_object().unwrap().len(), "{name}: fields");
        compared
    }

    async fn open<R: Record>(&self) -> R {
        let mut key = hex(part(self.json, "wrapping_key"));
        let mut sealer = Sealer::new(LocalKeyProvider::from_bytes(&mut key).unwrap());
        if let Some(tenant) = self.tenant {
            sealer = sealer.for_tenant(tenant);
        }
        sealer.open(self.item.clone()).await.unwrap()
    }

    /// Seals the self-contained fields again, each by itself, with its data key and salt. What they
    /// opened to is in `secrets`, by attribute name.
    async fn compare_self_contained(
        &self,
        schema: &'static Schema,
        secrets: impl IntoIterator<Item = (&'static str, Source)>,
    ) -> usize {
        let fields = part(part(self.json, "intermediate"), "fields").as_object().unwrap();
        let mut compared = 0;
        for (name, secret) in secrets {
            let Some(field) = fields.get(name).filter(|field| field.get("salt").is_some()) else {
                continue;
            };
            let number = schema.fields().iter().position(|spec| spec.name() == name).unwrap();
            let spec = schema.fields().get(number).unwrap();
            let context = field_context(schema, &self.item, self.tenant, 0, spec).unwrap();
            assert_eq!(context, hex(part(field, "context")), "{name}: context");
            let Some(FieldForm::SelfContained { header, .. }) =
                envelope::field_form(blob(&self.item, name))
            else {
                panic!("{name} is not self-contained")
            };
            let data_key = hex(part(field, "data_key"));
            let fixed = Sealer::new(Fixed { data_key, wrapped: header.wrapped });
            let key = fixed.sealing_key(schema.table()).await.unwrap();
            let salt = hex(part(field, "salt")).try_into().unwrap();
            let secret: SecretSource = Box::new(move |out| secret(out, number));
            let (_, sealed) =
                seal_field(schema, number, secret, &self.item, &key, self.tenant, &salt).unwrap();
            assert_eq!(sealed.as_ref(), self.item.get(name), "{name}");
            compared += 1;
        }
        compared
    }
}

type Source = Box<dyn FnOnce(&mut ItemWriter, usize) -> Result<()> + Send>;

fn source<T: EncryptedField + Send + 'static>(secret: T) -> Source {
    Box::new(move |out, number| secret.write(out, number))
}

#[tokio::test]
async fn sealing_gives_the_bytes_of_the_vectors() {
    let text = include_str!("../../../tests/vectors/v1.json");
    let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
    let (mut items, mut fields, mut self_contained) = (0, 0, 0);
    for json in vectors.iter().filter(|json| part(json, "expected") == "ok") {
        let vector = Vector::of(json);
        let comment = vector.text("comment").to_lowercase();
        let changed = comment.contains("changed after sealing");
        let as_sealed = !changed && !comment.contains("sealed by another schema");
        items += usize::from(as_sealed);
        self_contained += match vector.text("record") {
            "Profile" => {
                let Profile { ssn, api_key, .. } = vector.open().await;
                let secrets = [("ssn", source(ssn)), ("api_key", source(api_key))];
                vector.compare_self_contained(Profile::SCHEMA, secrets).await
            }
            "Note" => {
                let Note { body, blob, meta, .. } = vector.open().await;
                let secrets =
                    [("body", source(body)), ("blob", source(blob)), ("meta", source(meta))];
                vector.compare_self_contained(Note::SCHEMA, secrets).await
            }
            _ => 0,
        };
        fields += match vector.text("record") {
            _ if !as_sealed => 0,
            "Profile" => vector.compare::<Profile>().await,
            "Note" => vector.compare::<Note>().await,
            "Vault" => vector.compare::<Vault>().await,
            other => panic!("record {other}"),
        };
    }
    assert_eq!((items, fields, self_contained), (18, 35, 5));
}

#[tokio::test]
async fn what_needs_no_key_is_refused_before_one_is_asked_for() {
    let text = include_str!("../../../tests/vectors/v1.json");
    let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
    let sealer = Sealer::new(Fixed { data_key: Vec::new(), wrapped: Vec::new() });
    for (name, asks) in [
        ("header_null", false),
        ("header_version", false),
        ("header_trailing_byte", false),
        ("plaintext_null", false),
        ("field_short", false),
        ("field_kind_3", false),
        ("self_contained_cut_140", false),
        ("partition_key_missing", false),
        ("partition_key_type", false),
        ("authenticated_list", false),
        ("owner_missing", false),
        ("whole_self_contained", false),
        ("whole_renamed", false),
        ("profile", true),
        ("field_tag", true),
        ("authenticated", true),
        ("whole_removed", true),
    ] {
        let json = vectors.iter().find(|json| part(json, "name") == name).unwrap();
        let vector = Vector::of(json);
        let error = match vector.text("record") {
            "Profile" => sealer.open::<Profile>(vector.item).await.err(),
            "Note" => sealer.open::<Note>(vector.item).await.err(),
            _ => sealer.open::<Vault>(vector.item).await.err(),
        };
        let error = error.unwrap();
        assert_eq!(error.is_throttled(), asks, "{name}: {error}");
        assert!(asks || error.is_decrypt() || error.is_not_sealed(), "{name}: {error}");
    }
}

/// Has what can look sealed and is not: binaries that are key, authenticated, or in the clear.
#[derive(Record)]
#[dynacrypt(table = "safes", whole, crate = crate)]
struct Safe {
    #[dynacrypt(partition_key)]
    id: Binary,
    #[dynacrypt(authenticated)]
    seal: Binary,
    photo: Option<Binary>,
    #[encrypted]
    #[dynacrypt(aad_name = "b")]
    a: Option<Secret<String>>,
    #[encrypted]
    z: Option<Secret<String>>,
}

/// The same table before `photo`.
#[derive(Record)]
#[dynacrypt(table = "safes", whole, crate = crate)]
struct OlderSafe {
    #[dynacrypt(partition_key)]
    id: Binary,
    #[dynacrypt(authenticated)]
    seal: Binary,
    #[encrypted]
    #[dynacrypt(aad_name = "b")]
    a: Option<Secret<String>>,
}

fn looks_sealed(kind: u8) -> Binary {
    Binary([&[0xDC, kind], [7; 40].as_slice()].concat())
}

fn safe(photo: Option<Binary>) -> Safe {
    let secret = |text: &str| Some(Secret::new(text.to_owned()));
    Safe {
        id: looks_sealed(1),
        seal: looks_sealed(2),
        photo,
        a: secret("first"),
        z: secret("last"),
    }
}

#[tokio::test]
async fn what_the_schema_knows_in_the_clear_is_no_sealed_name() {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let item = sealer.seal(&safe(Some(looks_sealed(1)))).await.unwrap().into_item();
    assert_eq!(sealed_names(Safe::SCHEMA, &item), Some(vec!["b".to_owned(), "z".to_owned()]));

    // Not listed, and so not bound: it can be changed and taken away.
    let mut changed = item.clone();
    changed.insert("photo".to_owned(), AttributeValue::B(Blob::new([0xDC, 2])));
    let opened: Safe = sealer.open(changed).await.unwrap();
    assert_eq!(opened.photo, Some(Binary(vec![0xDC, 2])));
    assert_eq!(opened.a.unwrap().expose_secret(), "first");
    let mut removed = item;
    removed.remove("photo");
    assert!(sealer.open::<Safe>(removed).await.unwrap().photo.is_none());
}

#[tokio::test]
async fn what_the_schema_does_not_know_is_listed_where_it_looks_sealed() {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let item = sealer.seal(&safe(None)).await.unwrap().into_item();
    let opened: OlderSafe = sealer.open(item.clone()).await.unwrap();
    assert_eq!(opened.a.unwrap().expose_secret(), "first");
    assert_eq!((opened.id, opened.seal), (looks_sealed(1), looks_sealed(2)));

    // A clear binary that the reader does not know, and that looks sealed.
    let unknown = sealer.seal(&safe(Some(looks_sealed(1)))).await.unwrap().into_item();
    assert!(sealer.open::<OlderSafe>(unknown).await.is_err_and(|error| error.is_decrypt()));

    // `z` is unknown to the older schema, and missed all the same; `a` does not hide behind its
    // bound name.
    let mut removed = item.clone();
    removed.remove("z");
    assert!(sealer.open::<OlderSafe>(removed).await.is_err_and(|error| error.is_decrypt()));
    let mut renamed = item;
    let moved = renamed.remove("a").unwrap();
    renamed.insert("b".to_owned(), moved);
    assert_eq!(sealed_names(OlderSafe::SCHEMA, &renamed), None);
    assert!(sealer.open::<OlderSafe>(renamed).await.is_err_and(|error| error.is_decrypt()));
}
