//! Each rule fires where it should, at the right place, and not on what is in order. The policies
//! that we generate are linted where they are generated.

use super::*;

/// A policy in order, of one statement for items and one for keys, with `<…>` replaced.
const GOOD: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Items",
      "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:Query"],
      "Resource": "arn:aws:dynamodb:eu-central-1:111122223333:table/profiles",
      "Condition": {
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${aws:PrincipalTag/owner}"] },
        "Null": { "dynamodb:LeadingKeys": "false" }
      }
    },
    {
      "Sid": "Keys",
      "Effect": "Allow",
      "Action": "kms:Decrypt",
      "Resource": "arn:aws:kms:eu-central-1:111122223333:key/1234abcd",
      "Condition": {
        "StringEquals": {
          "kms:EncryptionContext:dynacrypt:table": "profiles",
          "kms:EncryptionContext:dynacrypt:purpose": "data-key"
        }
      }
    },
    {
      "Sid": "Tls",
      "Effect": "Deny",
      "Action": ["dynamodb:*", "kms:*"],
      "Resource": "*",
      "Condition": { "Bool": { "aws:SecureTransport": "false" } }
    }
  ]
}"#;

const SCHEMA: &str = r#"{"dynacrypt_schema":1,"record":"Profile","table":"profiles","fields":[{"name":"user_id","kind":"partition_key","type":"S","owner":true},{"name":"ssn","kind":"encrypted"}]}"#;

fn linter() -> Linter {
    Linter::new().schema(SchemaDescription::from_json(SCHEMA).unwrap())
}

fn broken(from: &str, to: &str) -> Vec<Finding> {
    assert!(GOOD.contains(from), "{from}");
    linter().lint(&GOOD.replacen(from, to, 1)).unwrap()
}

#[test]
fn a_policy_in_order_has_no_finding() {
    for linter in [Linter::new(), linter(), linter().split_keys(), linter().all_owners()] {
        assert_eq!(linter.lint(GOOD).unwrap(), []);
    }
}

#[test]
fn what_is_no_json_is_an_error() {
    for bad in ["", "{", "{\"a\":1}x", &"[".repeat(100_000)] {
        assert!(lint(bad).unwrap_err().is_invalid_policy());
    }
    assert_eq!(lint("[]").unwrap()[0].rule(), Rule::WrongType);
}

/// One change to the policy in order for each rule: the rule, the change, where it is found.
const BREAKS: &[(Rule, &str, &str, &str)] = &[
    (
        Rule::DuplicateElement,
        "\"Effect\": \"Allow\",",
        "\"Effect\": \"Allow\", \"Effect\": \"Deny\",",
        "/Statement/0/Effect",
    ),
    (Rule::UnknownElement, "\"Sid\": \"Items\"", "\"sid\": \"Items\"", "/Statement/0/sid"),
    (Rule::WrongType, "\"Sid\": \"Items\"", "\"Sid\": 1", "/Statement/0/Sid"),
    (Rule::WrongType, "\"Effect\": \"Allow\"", "\"Effect\": \"allow\"", "/Statement/0/Effect"),
    (Rule::MissingElement, "\"Effect\": \"Allow\",", "", "/Statement/0"),
    (
        Rule::MissingElement,
        "[\"dynamodb:GetItem\", \"dynamodb:Query\"]",
        "[]",
        "/Statement/0/Action",
    ),
    (
        Rule::BothElements,
        "\"Action\": \"kms:Decrypt\",",
        "\"Action\": \"kms:Decrypt\", \"NotAction\": \"kms:Encrypt\",",
        "/Statement/1/NotAction",
    ),
    (Rule::PolicyVersion, "\"Version\": \"2012-10-17\",", "", ""),
    (Rule::PolicyVersion, "2012-10-17", "2008-10-17", "/Version"),
    (
        Rule::PrincipalInIdentityPolicy,
        "\"Sid\": \"Keys\",",
        "\"Sid\": \"Keys\", \"Principal\": \"*\",",
        "/Statement/1/Principal",
    ),
    (Rule::StatementId, "\"Sid\": \"Keys\"", "\"Sid\": \"Items\"", "/Statement/1/Sid"),
    (Rule::StatementId, "\"Sid\": \"Keys\"", "\"Sid\": \"the keys\"", "/Statement/1/Sid"),
    (Rule::Character, "\"profiles\"", "\"profil\u{2019}s\"", ""),
    (Rule::UnknownAction, "dynamodb:Query", "dynamodb:TransactGetItems", "/Statement/0/Action/1"),
    (Rule::UnknownAction, "kms:Decrypt", "decrypt", "/Statement/1/Action"),
    (
        Rule::ResourceFormat,
        "arn:aws:dynamodb:eu-central-1:111122223333:table/profiles",
        "profiles",
        "/Statement/0/Resource",
    ),
    (Rule::ResourceFormat, "key/1234abcd", "alias/profiles", "/Statement/1/Resource"),
    (
        Rule::UnknownOperator,
        "\"StringEquals\"",
        "\"StringMatches\"",
        "/Statement/1/Condition/StringMatches/kms:EncryptionContext:dynacrypt:table",
    ),
    (
        Rule::UnknownConditionKey,
        "{ \"dynamodb:LeadingKeys\": [",
        "{ \"dynamodb:LeadingKey\": [",
        "/Statement/0/Condition/ForAllValues:StringEquals/dynamodb:LeadingKey",
    ),
    (
        Rule::ConditionValue,
        "{ \"aws:SecureTransport\": \"false\" }",
        "{ \"aws:SecureTransport\": \"no\" }",
        "/Statement/2/Condition/Bool/aws:SecureTransport",
    ),
    (Rule::WholeService, "\"kms:Decrypt\"", "\"kms:*\"", "/Statement/1/Action"),
    (Rule::WholeService, "\"kms:Decrypt\"", "\"*\"", "/Statement/1/Action"),
    (Rule::WildcardAction, "dynamodb:Query", "dynamodb:Batch*", "/Statement/0/Action/1"),
    (
        Rule::NotAction,
        "\"Action\": \"kms:Decrypt\"",
        "\"NotAction\": \"kms:Encrypt\"",
        "/Statement/1/NotAction",
    ),
    (
        Rule::NotResource,
        "\"Resource\": \"arn:aws:kms",
        "\"NotResource\": \"arn:aws:kms",
        "/Statement/1/NotResource",
    ),
    (Rule::WildcardResource, "table/profiles", "table/*", "/Statement/0/Resource"),
    (
        Rule::WildcardResource,
        "\"arn:aws:dynamodb:eu-central-1:111122223333:table/profiles\"",
        "\"*\"",
        "/Statement/0/Resource",
    ),
    (Rule::MissingLeadingKeys, "ForAllValues:StringEquals", "StringNotEquals", "/Statement/0"),
    (
        Rule::OpenLeadingKeys,
        "ForAllValues:StringEquals\": { \"dynamodb:LeadingKeys\": [\"",
        "ForAllValues:StringLike\": { \"dynamodb:LeadingKeys\": [\"*",
        "/Statement/0/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys/0",
    ),
    (Rule::OwnerScan, "dynamodb:Query", "dynamodb:Scan", "/Statement/0/Action/1"),
    (Rule::PartiQl, "dynamodb:Query", "dynamodb:PartiQLSelect", "/Statement/0/Action/1"),
    (Rule::TableAdministration, "dynamodb:Query", "dynamodb:DeleteTable", "/Statement/0/Action/1"),
    (
        Rule::ForAllValuesWithoutNull,
        "\"Null\": { \"dynamodb:LeadingKeys\": \"false\" }",
        "\"Null\": { \"dynamodb:LeadingKeys\": \"true\" }",
        "/Statement/0/Condition/ForAllValues:StringEquals/dynamodb:LeadingKeys",
    ),
    (
        Rule::ForAnyValue,
        "ForAllValues:",
        "ForAnyValue:",
        "/Statement/0/Condition/ForAnyValue:StringEquals/dynamodb:LeadingKeys",
    ),
    (
        Rule::SetOperatorMissing,
        "ForAllValues:",
        "",
        "/Statement/0/Condition/StringEquals/dynamodb:LeadingKeys",
    ),
    (
        Rule::IfExists,
        "\"StringEquals\"",
        "\"StringEqualsIfExists\"",
        "/Statement/1/Condition/StringEqualsIfExists/kms:EncryptionContext:dynacrypt:table",
    ),
    (
        Rule::LiteralWildcard,
        "table\": \"profiles\"",
        "table\": \"profiles*\"",
        "/Statement/1/Condition/StringEquals/kms:EncryptionContext:dynacrypt:table",
    ),
    (
        Rule::AttributesWithoutSelect,
        "{ \"dynamodb:LeadingKeys\": [",
        "{ \"dynamodb:Attributes\": [\"ssn\"], \"dynamodb:LeadingKeys\": [",
        "/Statement/0/Condition/ForAllValues:StringEquals/dynamodb:Attributes",
    ),
    (Rule::PlainHttp, "[\"dynamodb:*\", \"kms:*\"]", "[\"kms:*\"]", "/Statement/0"),
    (Rule::PlainHttp, "[\"dynamodb:*\", \"kms:*\"]", "\"dynamodb:*\"", "/Statement/1"),
    (Rule::AnyKey, "key/1234abcd", "key/*", "/Statement/1/Resource"),
    (
        Rule::AnyKey,
        "\"arn:aws:kms:eu-central-1:111122223333:key/1234abcd\"",
        "\"*\"",
        "/Statement/1/Resource",
    ),
    (
        Rule::MissingEncryptionContext,
        "\"kms:EncryptionContext:dynacrypt:table\": \"profiles\",",
        "",
        "/Statement/1",
    ),
    (
        Rule::MissingEncryptionContext,
        "\"StringEquals\": {",
        "\"StringNotEquals\": {",
        "/Statement/1",
    ),
    (Rule::KeyGrant, "\"kms:Decrypt\"", "[\"kms:CreateGrant\"]", "/Statement/1/Action/0"),
    (Rule::KeyReEncrypt, "\"kms:Decrypt\"", "\"kms:ReEncrypt*\"", "/Statement/1/Action"),
    (
        Rule::KeyAdministration,
        "\"kms:Decrypt\"",
        "[\"kms:Decrypt\", \"kms:PutKeyPolicy\"]",
        "/Statement/1/Action/1",
    ),
    (
        Rule::KeysNotSplit,
        "\"kms:Decrypt\"",
        "[\"kms:Decrypt\", \"kms:GenerateDataKey\"]",
        "/Statement/1",
    ),
];

#[test]
fn each_break_is_found_where_it_is() {
    for (rule, from, to, pointer) in BREAKS {
        let findings = broken(from, to);
        let found =
            findings.iter().any(|finding| finding.rule() == *rule && finding.pointer() == *pointer);
        assert!(found, "{} at {pointer}: {findings:#?}", rule.id());
    }
}

#[test]
fn each_rule_is_broken_by_some_test() {
    let size = GOOD.replace("table/profiles", &format!("table/{}", "x".repeat(7_000)));
    let findings = linter().lint(&size).unwrap();
    assert_eq!(findings.iter().map(Finding::rule).collect::<Vec<_>>(), [Rule::PolicySize]);
    let broken: Vec<_> = BREAKS.iter().map(|(rule, ..)| *rule).chain([Rule::PolicySize]).collect();
    let missing: Vec<_> = Rule::ALL.iter().filter(|rule| !broken.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let ids: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
}

/// A change in order stays in order.
#[test]
fn no_rule_fires_without_a_reason() {
    for (from, to) in [
        ("\"dynamodb:GetItem\"", "\"dynamodb:getitem\""),
        ("\"kms:Decrypt\"", "[\"kms:Decrypt\", \"kms:DescribeKey\", \"s3:GetObject\"]"),
        ("${aws:PrincipalTag/owner}", "USER#${*}#${aws:PrincipalTag/owner}"),
        (
            "ForAllValues:StringEquals\": { \"dynamodb:LeadingKeys\": [\"",
            "ForAllValues:StringLike\": { \"dynamodb:LeadingKeys\": [\"USER#*#",
        ),
        (
            "\"Resource\": \"arn:aws:dyn",
            "\"Resource\": [\"arn:aws:dynamodb:eu-central-1:111122223333:table/profiles/index/*\", \"arn:aws:dyn",
        ),
        ("{ \"aws:SecureTransport\": \"false\" }", "{ \"aws:SecureTransport\": false }"),
    ] {
        let mut text = GOOD.replacen(from, to, 1);
        if to.ends_with("\"arn:aws:dyn") {
            text = text.replacen("table/profiles\",\n", "table/profiles\"],\n", 1);
        }
        assert_eq!(linter().lint(&text).unwrap(), [], "{to}");
    }
}

#[test]
fn a_role_that_seals_and_opens_is_found_where_it_must_not() {
    let both = GOOD.replacen(
        "{\n      \"Sid\": \"Keys\"",
        r#"{"Effect":"Allow","Action":"kms:GenerateDataKey","Resource":"arn:aws:kms:eu-central-1:111122223333:key/1234abcd","Condition":{"StringEquals":{"kms:EncryptionContext:dynacrypt:table":"profiles","kms:EncryptionContext:dynacrypt:purpose":"data-key"}}},{
      "Sid": "Keys""#,
        1,
    );
    assert_eq!(linter().lint(&both).unwrap(), []);
    let findings = linter().split_keys().lint(&both).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule(), findings[0].pointer()), (Rule::KeysNotSplit, ""));
    let text = findings[0].to_string();
    assert!(text.starts_with("low keys-not-split at /: "), "{text}");
}

/// The policy of the articles' own remedy: better than none, and not enough.
#[test]
fn the_policy_that_is_often_copied() {
    let copied = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:UpdateItem"],"Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/UserProfiles","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${cognito-identity.amazonaws.com:sub}"]}}}]}"#;
    let rules: Vec<_> = lint(copied).unwrap().iter().map(Finding::rule).collect();
    assert_eq!(rules, [Rule::ForAllValuesWithoutNull, Rule::PlainHttp]);
}
