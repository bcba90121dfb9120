//! Policies of real records, whole, against goldens that were read by eye (`tests/policy`). It calls
//! no service. After a change that is meant, run with `DYNACRYPT_BLESS=1` and read what changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dynacrypt::policy::{Linter, Policy, PolicySet, PolicyVariable, Role, lint};
use dynacrypt::schema::SchemaDescription;

use crate::world::{Document, Profile};

const JOBS: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/jobs";
const PROFILES: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/production-profiles";
const DOCUMENTS: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/documents";
const SHOP: &str = "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/shop";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const OLD: &str = "arn:aws:kms:eu-central-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
const GOV: &str =
    "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy").join(name)
}

fn golden(name: &str, text: &str) {
    let path = file(name);
    if std::env::var_os("DYNACRYPT_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, known, "{} differs", path.display());
}

fn check(name: &str, policy: &Policy) {
    let json = policy.to_json().unwrap();
    assert_eq!(lint(&json).unwrap(), [], "{name}");
    golden(name, &json);
}

fn shop() -> Vec<SchemaDescription> {
    SchemaDescription::list_from_json(&fs::read_to_string(file("shop.schema.json")).unwrap())
        .unwrap()
}

#[test]
fn profiles_of_their_owners() {
    let set = PolicySet::of::<Profile>().table_arn(PROFILES).kms_key_arn(KEY);
    for role in [Role::Reader, Role::Writer, Role::ReadWrite] {
        let policy = set.role(role).unwrap();
        check(&format!("profile-{}.json", role.name()), &policy);
        let linter = Linter::new().record::<Profile>();
        assert_eq!(linter.lint(&policy.to_json().unwrap()).unwrap(), []);
    }
}

#[test]
fn jobs_and_streams() {
    let set = PolicySet::of::<Profile>()
        .table_arn(PROFILES)
        .checkpoint_table_arn(JOBS)
        .kms_key_arn(KEY)
        .kms_decrypt_key_arn(OLD)
        .any_tenant()
        .direct_kms_calls_only();
    check("profile-migrator.json", &set.role(Role::Migrator).unwrap());
    check("profile-stream-consumer.json", &set.role(Role::StreamConsumer).unwrap());
}

/// The owner stands outside the key: IAM cannot hold anybody to it.
#[test]
fn documents_for_one_tenant() {
    let set = PolicySet::of::<Document>()
        .table_arn(DOCUMENTS)
        .kms_key_arn(KEY)
        .tenant("tenant-4711")
        .without_attributes(["title"]);
    check("document-reader.json", &set.role(Role::Reader).unwrap());
}

/// Two record types of one table, with templates and indexes.
#[test]
fn a_table_of_several_record_types() {
    let [customer, order] = shop().try_into().unwrap();
    let set = PolicySet::of_schema(customer)
        .and_schema(order)
        .table_arn(SHOP)
        .kms_key_arn(GOV)
        .owner(PolicyVariable::cognito_identity());
    let policy = set.role(Role::ReadWrite).unwrap();
    check("shop-read-write.json", &policy);
    assert_eq!(
        policy.notes(),
        ["index `by_status` is left out: its partition key is not the owner"]
    );
    check("shop-service-reader.json", &set.all_owners().with_scan().role(Role::Reader).unwrap());
}

/// The operations that the store names are the actions that the roles are given: none is missing, and
/// none is there for nothing.
#[test]
fn roles_are_given_what_the_store_calls() {
    // Tables are made by operators; streams and audits have roles of their own.
    let others = ["tables.rs", "shards.rs", "inspect.rs", "checkpoint.rs", "migrate.rs"];
    let called = called(|file| !others.contains(&file));
    let set = PolicySet::of::<Profile>().table_arn(PROFILES).all_owners().with_scan();
    assert_eq!(given(&set.role(Role::ReadWrite).unwrap()), called);
}

/// The same of a migration, which reads, puts ciphertext in place, and keeps a checkpoint.
#[test]
fn a_migrator_is_given_what_a_migration_calls() {
    let files = ["migrate.rs", "reseal.rs", "checkpoint.rs"];
    let mut called = called(|file| files.contains(&file));
    // What it says of the table's size.
    called.insert("dynamodb:DescribeTable".to_owned());
    let set = PolicySet::of::<Profile>().table_arn(PROFILES);
    let policy = set.clone().checkpoint_table_arn(JOBS).role(Role::Migrator).unwrap();
    assert_eq!(given(&policy), called);
    called.remove("dynamodb:Query");
    assert_eq!(given(&set.role(Role::Migrator).unwrap()), called, "without a checkpoint");
    let elsewhere =
        set.checkpoint_table_arn("arn:aws-cn:dynamodb:cn-north-1:111122223333:table/jobs");
    assert!(elsewhere.role(Role::Migrator).unwrap_err().is_invalid_policy());
}

/// The actions behind the operations that these files of the store name.
fn called(is_read: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("dynacrypt-core/src/store");
    let mut called = BTreeSet::new();
    for entry in fs::read_dir(store).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() || !is_read(name) {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for rest in text.split("\"dynamodb:").skip(1) {
            let operation = rest.split('"').next().unwrap();
            called.extend(
                match operation {
                    "TransactGetItems" => vec!["GetItem"],
                    "TransactWriteItems" => {
                        vec!["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
                    }
                    other => vec![other],
                }
                .into_iter()
                .map(|action| format!("dynamodb:{action}")),
            );
        }
    }
    assert!(!called.is_empty());
    called
}

/// The actions that a policy allows.
fn given(policy: &Policy) -> BTreeSet<String> {
    let policy: serde_json::Value = serde_json::from_str(&policy.to_json().unwrap()).unwrap();
    let allowing = policy["Statement"].as_array().unwrap().iter();
    allowing
        .filter(|statement| statement["Effect"] == "Allow")
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// Masking goes by every name of a sensitive field, of one that is never stored too.
#[test]
fn the_sensitive_names_of_a_record() {
    let names: Vec<String> =
        SchemaDescription::of::<Profile>().sensitive_names().map(str::to_owned).collect();
    assert_eq!(names, ["ssn", "api_key", "one_time_code"]);
    let redactor = dynacrypt::redact::Redactor::new().record::<Profile>();
    assert_eq!(
        redactor.json(r#"{"oneTimeCode":"424242","apiKey":"x","userId":"alice"}"#),
        r#"{"oneTimeCode":"[REDACTED]","apiKey":"[REDACTED]","userId":"alice"}"#
    );
}

/// What a program prints for the command line.
#[test]
fn the_schema_of_a_record_as_a_document() {
    let schema = SchemaDescription::of::<Document>();
    golden("document.schema.json", &schema.to_json().unwrap());
    let text = fs::read_to_string(file("document.schema.json")).unwrap();
    assert_eq!(SchemaDescription::from_json(&text).unwrap(), schema);
}
