//! Each role gets what it needs under the conditions that hold it, and whatever is made lints clean.
//! Whole policies are compared in the facade's tests.

use std::collections::BTreeSet;

use super::*;

const TABLE: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/prod-shop";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn schema(json: &str) -> SchemaDescription {
    SchemaDescription::from_json(json).unwrap()
}

fn order() -> SchemaDescription {
    schema(
        r#"{"dynacrypt_schema":1,"record":"Order","table":"shop","fields":[
            {"name":"pk","kind":"partition_key","type":"S","owner":true,"template":["USER#",{"field":"user_id","owner":true}]},
            {"name":"sk","kind":"sort_key","type":"S"},
            {"name":"status","kind":"clear"},
            {"name":"note","kind":"clear"},
            {"name":"total","kind":"authenticated"},
            {"name":"card","kind":"encrypted"}],
          "indexes":[
            {"name":"by_status","partition_key":"status"},
            {"name":"by_user","partition_key":"pk","sort_key":"status"},
            {"name":"by_note","local":true,"partition_key":"pk","sort_key":"note"}]}"#,
    )
}

fn document() -> SchemaDescription {
    schema(
        r#"{"dynacrypt_schema":1,"record":"Document","table":"documents","fields":[
            {"name":"folder","kind":"partition_key","type":"S"},
            {"name":"owner_id","kind":"owner","type":"S","owner":true},
            {"name":"body","kind":"encrypted"}]}"#,
    )
}

fn set(schema: SchemaDescription) -> PolicySet {
    PolicySet::of_schema(schema).table_arn(TABLE).kms_key_arn(KEY)
}

fn actions(policy: &Policy) -> BTreeSet<String> {
    let json: serde_json::Value = serde_json::from_str(&policy.to_json().unwrap()).unwrap();
    let allowed = json["Statement"].as_array().unwrap().iter().filter(|s| s["Effect"] == "Allow");
    allowed
        .flat_map(|statement| statement["Action"].as_array().unwrap().clone())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_writer_cannot_read_and_a_reader_cannot_write() {
    let writer = actions(&set(order()).role(Role::Writer).unwrap());
    assert!(writer.contains("kms:GenerateDataKey") && !writer.contains("kms:Decrypt"));
    let reader = actions(&set(order()).role(Role::Reader).unwrap());
    assert!(reader.contains("kms:Decrypt") && !reader.contains("kms:GenerateDataKey"));
    let common: Vec<_> = writer.intersection(&reader).collect();
    assert!(common.is_empty(), "{common:?}");
    let both = actions(&set(order()).role(Role::ReadWrite).unwrap());
    assert_eq!(both, writer.union(&reader).cloned().collect());
    let consumer = actions(&set(order()).role(Role::StreamConsumer).unwrap());
    assert!(!consumer.contains("dynamodb:GetItem") && consumer.contains("dynamodb:GetRecords"));
    for role in Role::ALL {
        let scans = actions(&set(order()).role(role).unwrap()).contains("dynamodb:Scan");
        assert_eq!(scans, role == Role::Migrator);
    }
}

#[test]
fn whatever_is_made_lints_clean() {
    let sets = [
        (set(order()), vec![order()]),
        (set(document()), vec![document()]),
        (set(order()).all_owners().with_scan(), vec![order()]),
        (set(order()).owner(PolicyVariable::cognito_identity()), vec![order()]),
        (set(order()).tenant("t-*1").direct_kms_calls_only(), vec![order()]),
        (set(order()).any_tenant().without_attributes(["note"]), vec![order()]),
        (
            set(order()).tenant_variable(&PolicyVariable::principal_tag("tenant").unwrap()),
            vec![order()],
        ),
        (set(order()).kms_decrypt_key_arn(KEY.replace("1234", "9999")), vec![order()]),
        (PolicySet::of_schema(order()).table_arn(TABLE), vec![order()]),
    ];
    for (set, schemas) in sets {
        for role in Role::ALL {
            let policy = set.role(role).unwrap();
            let mut linter = Linter::new();
            for schema in schemas.clone() {
                linter = linter.schema(schema);
            }
            let serves_all =
                matches!(role, Role::Migrator | Role::StreamConsumer) || set.owners == Owners::All;
            if serves_all {
                linter = linter.all_owners();
            }
            let json = policy.to_json().unwrap();
            assert_eq!(linter.lint(&json).unwrap(), [], "{role:?} {json}");
            assert_eq!(lint(&json).unwrap(), []);
            if matches!(role, Role::Reader | Role::Writer | Role::StreamConsumer) {
                assert_eq!(linter.split_keys().lint(&json).unwrap(), []);
            }
        }
    }
    let merged = set(order())
        .role(Role::ReadWrite)
        .unwrap()
        .and(set(document()).role(Role::ReadWrite).unwrap());
    assert_eq!(lint(&merged.to_json().unwrap()).unwrap(), []);
}

#[test]
fn owners_are_held_to_their_partitions_and_indexes() {
    let policy = set(order()).role(Role::Reader).unwrap();
    let json = policy.to_json().unwrap();
    assert!(json.contains("\"USER#${aws:PrincipalTag/owner}\""), "{json}");
    assert!(json.contains("index/by_user") && json.contains("index/by_note"));
    assert!(!json.contains("by_status"));
    assert_eq!(
        policy.notes(),
        ["index `by_status` is left out: its partition key is not the owner"]
    );
    let service = set(order()).all_owners().role(Role::Reader).unwrap();
    let json = service.to_json().unwrap();
    assert!(json.contains("by_status") && !json.contains("LeadingKeys"));
    assert!(service.notes().is_empty());
}

#[test]
fn what_cannot_be_held_is_refused() {
    let refused = |set: PolicySet, role| {
        let error = set.role(role).unwrap_err();
        assert!(error.is_invalid_policy());
        error.to_string()
    };
    let no_table = PolicySet::of_schema(order()).kms_key_arn(KEY);
    assert!(refused(no_table, Role::Reader).contains("ARN was not given"));
    let china =
        set(order()).kms_key_arn(KEY.replace("aws:kms:eu-central-1", "aws-cn:kms:cn-north-1"));
    assert!(refused(china, Role::Reader).contains("several partitions"));
    let alias = set(order()).kms_decrypt_key_arn("arn:aws:kms:eu-central-1:111122223333:alias/x");
    assert!(refused(alias, Role::Writer).contains("not of an alias"));
    assert!(refused(set(order()).with_scan(), Role::Reader).contains("all_owners"));
    let variable = PolicyVariable::principal_tag("owner").unwrap();
    assert!(refused(set(document()).owner(variable), Role::Reader).contains("partition key"));
    let mixed = set(order()).and_schema(document());
    assert!(refused(mixed.clone(), Role::Writer).contains("policies apart"));
    mixed.all_owners().role(Role::Writer).unwrap();
    for (name, reason) in
        [("nothing", "none of the schemas"), ("total", "needed"), ("pk", "needed")]
    {
        let hidden = set(order()).without_attributes([name]);
        assert!(refused(hidden, Role::Reader).contains(reason), "{name}");
    }
}

#[test]
fn a_reader_without_an_attribute_names_the_others() {
    let json = set(order()).without_attributes(["note", "card"]).role(Role::Reader).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json.to_json().unwrap()).unwrap();
    let shown =
        &json["Statement"][0]["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"];
    assert_eq!(*shown, serde_json::json!(["_dc", "pk", "sk", "status", "total"]));
}
