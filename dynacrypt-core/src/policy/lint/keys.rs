//! What statements allow of KMS: which keys, for which encryption context, and what else. It never
//! looks at tables.

use super::catalog::KEY_ADMINISTRATION;
use super::model::{Statement, is_whole};
use super::{Finding, Linter, Rule};

const DECRYPT: &str = "kms:Decrypt";
const GENERATE: &str = "kms:GenerateDataKey";
/// What uses a key on data.
const USES: [&str; 6] = [
    DECRYPT,
    GENERATE,
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:Encrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];
const CONTEXT: &str = "kms:encryptioncontext:";

pub(super) fn check(linter: &Linter, statement: &Statement, findings: &mut Vec<Finding>) {
    if let Some(entry) = statement.names("kms:CreateGrant") {
        let of_aws = |condition: &super::model::Condition| {
            condition.demands("bool", "kms:GrantIsForAWSResource", "true")
        };
        if !statement.conditions.iter().any(of_aws) {
            let message = "the use of the key can be handed on to anybody";
            findings.push(Finding::new(Rule::KeyGrant, entry.pointer.as_str(), message));
        }
    }
    for action in ["kms:ReEncryptFrom", "kms:ReEncryptTo"] {
        if let Some(entry) = statement.names(action) {
            let known = |finding: &Finding| {
                finding.rule() == Rule::KeyReEncrypt && finding.pointer() == entry.pointer
            };
            if !findings.iter().any(known) {
                let message = "wrapped data keys can be moved to another key";
                findings.push(Finding::new(Rule::KeyReEncrypt, entry.pointer.as_str(), message));
            }
        }
    }
    if !statement.grants_any(&USES) {
        return;
    }
    for resource in &statement.resources {
        let name = resource.text.splitn(6, ':').nth(5).unwrap_or(&resource.text);
        let of_kms = resource.text == "*" || resource.text.contains(":kms:");
        if of_kms && resource.text.contains(['*', '?']) {
            let message = format!("`{}` stands for more than one key", resource.text);
            findings.push(Finding::new(Rule::AnyKey, resource.pointer.as_str(), message));
        } else if of_kms && name.starts_with("alias/") {
            let message = "the ARN of an alias grants nothing: IAM checks the key's own";
            findings.push(Finding::new(Rule::ResourceFormat, resource.pointer.as_str(), message));
        }
    }
    check_context(linter, statement, findings);
    let both = statement.grants(DECRYPT) && statement.grants(GENERATE);
    let whole = statement.granting(DECRYPT).any(|entry| is_whole(&entry.text));
    if both && !whole && statement.not_action.is_none() && !linter.split_keys {
        let at = statement.pointer.as_str();
        let message = "data keys are generated and unwrapped under one set of conditions";
        findings.push(Finding::new(Rule::KeysNotSplit, at, message));
    }
}

fn check_context(linter: &Linter, statement: &Statement, findings: &mut Vec<Finding>) {
    let demands = |key: &str| {
        statement.conditions.iter().any(|condition| {
            let named = condition.key.to_ascii_lowercase();
            named.starts_with(key)
                && condition.operator.is_equality()
                && condition.values.iter().all(|value| !is_whole(&value.text))
        })
    };
    let at = statement.pointer.as_str();
    if linter.schemas.is_empty() {
        if !demands(CONTEXT) {
            let message = "the key may be used for any data whatever";
            findings.push(Finding::new(Rule::MissingEncryptionContext, at, message));
        }
        return;
    }
    for name in ["dynacrypt:table", "dynacrypt:purpose"] {
        if !demands(&format!("{CONTEXT}{name}")) {
            let message = format!("no condition on `kms:EncryptionContext:{name}`");
            findings.push(Finding::new(Rule::MissingEncryptionContext, at, message));
        }
    }
}

/// What only shows in the policy as a whole.
pub(super) fn check_policy(linter: &Linter, statements: &[Statement], findings: &mut Vec<Finding>) {
    let allowing = || statements.iter().filter(|statement| statement.allows);
    if allowing().any(|statement| statement.grants_any(&USES)) {
        for statement in allowing() {
            for action in KEY_ADMINISTRATION {
                if let Some(entry) = statement.names(action) {
                    let message = format!("`{}` beside the use of keys", entry.text);
                    let at = entry.pointer.as_str();
                    findings.push(Finding::new(Rule::KeyAdministration, at, message));
                }
            }
        }
    }
    let opens = allowing().any(|statement| statement.grants(DECRYPT));
    let seals = allowing().any(|statement| statement.grants(GENERATE));
    if linter.split_keys && opens && seals {
        let message = "one role generates data keys and unwraps them";
        findings.push(Finding::new(Rule::KeysNotSplit, "", message));
    }
}
