//! Each rule, where it is broken and where it is not. It calls no service.

use aws_sdk_dynamodb::primitives::Blob;
use dynacrypt_derive::Record;

use super::*;
use crate::keys::LocalKeyProvider;
use crate::seal::Sealer;
use crate::secret::Secret;

const SSN: &str = "078-05-1120";
const CARD: &str = "4111 1111 1111 1111";

#[derive(Record)]
#[dynacrypt(table = "profiles", crate = crate)]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    note: Option<String>,
    token: Option<String>,
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    pin: Option<Secret<String>>,
}

#[derive(Record)]
#[dynacrypt(table = "profiles", entity = "login", crate = crate)]
struct Login {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    code: Secret<String>,
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn blob(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn sealed() -> Item {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let profile = Profile {
        user_id: "user-1".to_owned(),
        note: Some("in the clear".to_owned()),
        token: Some("declared in the clear".to_owned()),
        ssn: Secret::from(SSN),
        pin: Some(Secret::from("1234")),
    };
    sealer.seal(&profile).await.unwrap().into_item()
}

fn by_schema() -> Auditor {
    Auditor::new().record::<Profile>().record::<Login>()
}

/// Rule, path and shape of each finding.
fn found(auditor: &Auditor, item: &Item) -> Vec<(Rule, String, Option<Shape>)> {
    let inspection = auditor.inspect(item);
    let of = |finding: &Finding| (finding.rule(), finding.path().to_owned(), finding.shape());
    inspection.findings().map(of).collect()
}

fn rules(auditor: &Auditor, item: &Item) -> Vec<Rule> {
    found(auditor, item).into_iter().map(|(rule, ..)| rule).collect()
}

#[tokio::test]
async fn a_sealed_item_is_clean_with_and_without_its_schema() {
    let item = sealed().await;
    assert!(by_schema().inspect(&item).is_sealed());
    assert_eq!(rules(&by_schema(), &item), []);
    // The name of a declared field is somebody's decision; without a schema it is not.
    assert_eq!(found(&Auditor::new(), &item), [(Rule::SensitiveName, "token".to_owned(), None)]);
}

#[tokio::test]
async fn what_the_schema_encrypts_is_ciphertext() {
    let mut item = sealed().await;
    item.insert("ssn".to_owned(), text(SSN));
    let error = (Rule::EncryptedInTheClear, "ssn".to_owned(), Some(Shape::SocialSecurityNumber));
    assert_eq!(found(&by_schema(), &item), [error]);
    for value in [
        AttributeValue::N("78051120".to_owned()),
        blob(*b"bytes that are none of ours"),
        blob([0xDC, 1, 2, 3]),
        AttributeValue::M(HashMap::from([("a".to_owned(), text("b"))])),
        text(""),
    ] {
        item.insert("ssn".to_owned(), value.clone());
        let error = (Rule::EncryptedInTheClear, "ssn".to_owned(), None);
        assert_eq!(found(&by_schema(), &item), [error], "{value:?}");
    }
    item.insert("ssn".to_owned(), AttributeValue::Null(true));
    item.remove("pin");
    assert_eq!(rules(&by_schema(), &item), []);
}

#[tokio::test]
async fn an_item_of_the_record_is_sealed() {
    let mut item = sealed().await;
    item.retain(|name, _| name == "user_id" || name == "note");
    assert_eq!(found(&by_schema(), &item), [(Rule::NotSealed, String::new(), None)]);
    assert_eq!(rules(&Auditor::new(), &item), []);
    item.insert(HEADER_ATTRIBUTE.to_owned(), blob([0xDC, 0, 9]));
    let unknown = (Rule::UnknownHeader, HEADER_ATTRIBUTE.to_owned(), None);
    for auditor in [by_schema(), Auditor::new()] {
        assert_eq!(found(&auditor, &item), std::slice::from_ref(&unknown));
        assert!(!auditor.inspect(&item).is_sealed());
    }
    // What hides in the place of the header is looked at too.
    item.insert(HEADER_ATTRIBUTE.to_owned(), text(CARD));
    assert_eq!(rules(&Auditor::new(), &item), [Rule::SecretShape, Rule::UnknownHeader]);
}

#[tokio::test]
async fn ciphertext_is_where_it_opens() {
    let mut item = sealed().await;
    let stray = |path: &str| (Rule::StraySealed, path.to_owned(), None);
    item.insert("copy".to_owned(), item["ssn"].clone());
    assert_eq!(found(&by_schema(), &item), [stray("copy")]);
    item.remove("copy");
    item.remove("token");
    item.remove(HEADER_ATTRIBUTE);
    assert_eq!(found(&Auditor::new(), &item), [stray("pin"), stray("ssn")]);
    let mut with_schema = found(&by_schema(), &item);
    assert_eq!(with_schema.remove(0).0, Rule::NotSealed);
    assert_eq!(with_schema, [stray("pin"), stray("ssn")]);
}

#[test]
fn secrets_are_found_by_shape_wherever_they_stand() {
    let map = |name: &str, value| AttributeValue::M(HashMap::from([(name.to_owned(), value)]));
    let github = format!("ghp_{}", "a1B2".repeat(9));
    let item = item([
        ("id", text("user-1")),
        ("note", text(&format!("paid with {CARD}."))),
        ("number", AttributeValue::N("4111111111111111".to_owned())),
        ("raw", blob(format!("key={github}"))),
        ("set", AttributeValue::Ss(vec!["x".to_owned(), github.clone(), github.clone()])),
        ("blobs", AttributeValue::Bs(vec![Blob::new(github.clone())])),
        ("list", AttributeValue::L(vec![map("deep", AttributeValue::L(vec![text(SSN)]))])),
        (CARD, text("x")),
        ("members", map(SSN, text("x"))),
        ("aws", map("secretAccessKey", text(&"wJalrXUtnFEMI/K7MDENG".repeat(2)[..40]))),
        ("hash", text(&"wJalrXUtnFEMI/K7MDENG".repeat(2)[..40])),
    ]);
    let found: Vec<_> = found(&Auditor::new(), &item)
        .into_iter()
        .filter(|(rule, ..)| *rule == Rule::SecretShape)
        .map(|(_, path, shape)| (path, shape.unwrap()))
        .collect();
    let expected = [
        ("[REDACTED]", Shape::PaymentCard),
        ("aws.secretAccessKey", Shape::AwsSecretAccessKey),
        ("blobs[]", Shape::GitHubToken),
        ("list[].*[]", Shape::SocialSecurityNumber),
        ("members.*", Shape::SocialSecurityNumber),
        ("note", Shape::PaymentCard),
        ("number", Shape::PaymentCard),
        ("raw", Shape::GitHubToken),
        ("set[]", Shape::GitHubToken),
    ];
    assert_eq!(found, expected.map(|(path, shape)| (path.to_owned(), shape)));
    let without = Auditor::new().without_shape(Shape::PaymentCard);
    assert_eq!(rules(&without, &item).iter().filter(|r| **r == Rule::SecretShape).count(), 6);
}

#[test]
fn declared_clear_fields_and_keys_are_judged_by_shape_too() {
    let item =
        item([("user_id", text(CARD)), ("note", text(SSN)), ("ssn", AttributeValue::Null(true))]);
    let inspection = by_schema().show_keys().inspect(&item);
    let shapes: Vec<_> = inspection
        .findings()
        .filter(|finding| finding.rule() == Rule::SecretShape)
        .map(|finding| (finding.record(), finding.path(), finding.note().is_some()))
        .collect();
    assert_eq!(shapes, [(Some("Profile"), "note", false), (Some("Profile"), "user_id", true)]);
    assert_eq!(inspection.key(), Some("user_id=[REDACTED]"));
}

#[test]
fn names_that_say_secret_are_found_where_no_schema_declares_them() {
    let map = AttributeValue::M(HashMap::from([
        ("apiKey".to_owned(), text("abc")),
        ("expired".to_owned(), AttributeValue::Bool(true)),
        (
            "CANARY".to_owned(),
            AttributeValue::L(vec![AttributeValue::M(HashMap::from([(
                "password".to_owned(),
                text("x"),
            )]))]),
        ),
    ]));
    let mut item = item([
        ("id", text("user-1")),
        ("settings", map),
        ("passwords", AttributeValue::L(vec![text("a"), text("b")])),
        ("secret", AttributeValue::Bool(true)),
        ("token", text("")),
        ("blood", text("A")),
    ]);
    let path = |path: &str| (Rule::SensitiveName, path.to_owned(), None);
    let expected = [path("passwords"), path("settings.*[].password"), path("settings.apiKey")];
    assert_eq!(found(&Auditor::new(), &item), expected);
    let more = Auditor::new().sensitive_names(["blood"]);
    assert!(found(&more, &item).contains(&path("blood")));
    // A schema vouches for what it declares, and for nothing else.
    item.insert("user_id".to_owned(), text("user-1"));
    item.insert("token".to_owned(), text("declared"));
    let mut named = found(&by_schema(), &item);
    named.retain(|(rule, ..)| *rule == Rule::SensitiveName);
    assert_eq!(named, expected);
    let shown = Auditor::new().show_keys();
    assert!(found(&shown, &item).contains(&path("settings.CANARY[].password")));
}

#[test]
fn the_record_type_is_told_by_entity_and_by_key() {
    let login = item([("user_id", text("u")), ("entity", text("login")), ("code", text("x"))]);
    let inspection = by_schema().inspect(&login);
    assert!(inspection.findings().all(|finding| finding.record() == Some("Login")));
    assert_eq!(rules(&by_schema(), &login), [Rule::EncryptedInTheClear, Rule::NotSealed]);
    let other = item([("pk", text("u")), ("ssn", text("x"))]);
    assert_eq!(rules(&by_schema(), &other), [Rule::SensitiveName, Rule::UnknownRecord]);
    assert_eq!(rules(&Auditor::new(), &other), [Rule::SensitiveName]);
}

/// The fixtures that the libraries of the five formats made.
#[test]
fn the_five_legacy_formats_are_told_by_shape() {
    for format in ["json-gcm", "split-gcm", "kms-gcm", "aws-esdk", "fernet"] {
        let file = format!("{}/../tests/legacy/{format}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        let fixtures: serde_json::Value = serde_json::from_str(&text).unwrap();
        let fixtures = fixtures["fixtures"].as_array().unwrap();
        assert!(fixtures.len() >= 10);
        for fixture in fixtures {
            let (name, field) = (&fixture["name"], fixture["field"].as_str().unwrap());
            let line = serde_json::json!({ "Item": fixture["item"] }).to_string();
            let record = ExportRecord::from_line(line.as_bytes()).unwrap();
            let (_, item) = record.images().next().unwrap();
            let schema = format!(
                r#"{{"dynacrypt_schema":1,"record":"R","table":"t","fields":[
                {{"name":"{}","kind":"partition_key","type":"S"}},
                {{"name":"{field}","kind":"encrypted"}}]}}"#,
                ["user_id", "userId", "item_id"]
                    .iter()
                    .find(|key| item.contains_key(**key))
                    .unwrap(),
            );
            let schema = SchemaDescription::from_json(&schema).unwrap();
            let legacy = (Rule::LegacyForm, field.to_owned(), None);
            let with_schema = found(&Auditor::new().schema(schema), item);
            assert!(with_schema.contains(&legacy), "{format}: {name}: {with_schema:?}");
            assert_eq!(with_schema.len(), 2, "{format}: {name}: {with_schema:?}");
            // An empty text is no base64 that stands out by itself.
            let is_empty = format == "split-gcm" && name.as_str().unwrap().starts_with("empty");
            let expected = if is_empty { vec![] } else { vec![legacy] };
            assert_eq!(found(&Auditor::new(), item), expected, "{format}: {name}");
        }
    }
}

#[test]
fn clear_text_is_no_legacy_form() {
    let nonce = || text("xm/o8/SUOJxxn6Do");
    for clear in [
        item([("ssn", text("gAAAAAB not a token"))]),
        item([("ssn", text(r#"{"iv":"a","data":1,"tag":"b"}"#))]),
        item([("ssn", text("AgV4 is how it begins"))]),
        item([
            ("ssn", text("not base64: !")),
            ("iv", nonce()),
            ("tag", text("/ihyJyjeeQr0fw5chS3K/g==")),
        ]),
        item([("ssn", text("KlbrOKX7rmREIls9atxLJgE6wKsKOA==")), ("iv", nonce())]),
        item([("ssn", blob([7; 40])), ("nonce", blob([1; 12]))]),
        item([("ssn", blob([7; 40])), ("nonce", blob([1; 12])), ("encrypted_key", blob([1; 8]))]),
    ] {
        assert_eq!(rules(&Auditor::new(), &clear), [Rule::SensitiveName], "{clear:?}");
    }
}

#[tokio::test]
async fn what_a_migration_left_behind_is_found() {
    let mut item = sealed().await;
    let companions = [
        ("iv", text("xm/o8/SUOJxxn6Do")),
        ("ssn_tag", text("/ihyJyjeeQr0fw5chS3K/g==")),
        ("pin_nonce", blob([1; 12])),
        ("ssnEncryptedKey", blob([1; 184])),
    ];
    for (name, value) in companions {
        item.insert(name.to_owned(), value);
        assert_eq!(found(&by_schema(), &item), [(Rule::LeftoverCompanion, name.to_owned(), None)]);
        item.remove(name);
    }
    for (name, value) in [("tag", text("blue")), ("other_tag", text("/ihyJyjeeQr0fw5chS3K/g=="))] {
        item.insert(name.to_owned(), value);
        assert_eq!(rules(&by_schema(), &item), [], "{name}");
    }
}

#[test]
fn keys_are_told_where_they_are_asked_for() {
    let item = item([("id", text("user-1")), ("n", blob([1, 2])), ("password", text("x"))]);
    let auditor = Auditor::new().key_names(["id", "n"]);
    assert_eq!(auditor.inspect(&item).key(), None);
    assert_eq!(auditor.clone().show_keys().inspect(&item).key(), Some("id=user-1, n=AQI="));
    let beside = Auditor::new().show_keys();
    assert_eq!(beside.inspect(&item).key(), None);
    assert_eq!(beside.inspect_with_keys(&item, &["id"]).key(), Some("id=user-1"));
    // A key that is itself what was found is not.
    let named = Auditor::new().key_names(["password"]).show_keys();
    assert_eq!(named.inspect(&item).key(), Some("password=[REDACTED]"));
}

#[test]
fn nothing_shows_a_value_or_what_a_terminal_obeys() {
    let canary = "CANARY-value-of-the-item";
    let item = item([
        ("password", text(canary)),
        ("evil\u{1b}[31m\n\u{202e}password", text(canary)),
        ("map", AttributeValue::M(HashMap::from([(canary.to_owned(), text(SSN))]))),
    ]);
    let auditor = Auditor::new();
    let inspection = auditor.inspect(&item);
    assert_eq!(inspection.findings().len(), 3);
    let told: Vec<String> = inspection.findings().map(ToString::to_string).collect();
    let told = told.join(" ");
    let all = format!("{told} {inspection:?} {auditor:?}");
    assert!(!all.contains(canary) && !all.contains(SSN), "{all}");
    assert!(!told.contains(['\u{1b}', '\n', '\u{202e}']), "{told:?}");
}
