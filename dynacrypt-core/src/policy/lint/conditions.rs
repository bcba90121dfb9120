//! Conditions: operators and keys that do not exist, and those that hold where they should not. It
//! never looks at what they guard.

use super::catalog::{self, MULTI_VALUED};
use super::model::{Condition, Set, Statement};
use super::{Finding, Rule};

pub(super) fn check(statement: &Statement, findings: &mut Vec<Finding>) {
    for condition in &statement.conditions {
        check_names(condition, findings);
        check_values(condition, findings);
        check_sets(statement, condition, findings);
        if statement.allows && condition.operator.if_exists && guards(&condition.key) {
            let message = format!("the condition holds where `{}` is absent", condition.key);
            findings.push(Finding::new(Rule::IfExists, condition.pointer.as_str(), message));
        }
    }
}

fn check_names(condition: &Condition, findings: &mut Vec<Finding>) {
    let at = condition.pointer.as_str();
    if !catalog::is_operator(&condition.operator) {
        let message = format!("`{}` is no condition operator", condition.written);
        findings.push(Finding::new(Rule::UnknownOperator, at, message));
    }
    if !catalog::is_condition_key(&condition.key) {
        let message = format!("there is no condition key `{}`", condition.key);
        findings.push(Finding::new(Rule::UnknownConditionKey, at, message));
    }
}

fn check_values(condition: &Condition, findings: &mut Vec<Finding>) {
    for value in &condition.values {
        let text = value.text.as_str();
        match condition.operator.base.as_str() {
            "bool" | "null" if !is_bool(text) => {
                let message = format!("`{text}` is neither `true` nor `false`");
                findings.push(Finding::new(Rule::ConditionValue, value.pointer.as_str(), message));
            }
            "stringequals" | "stringequalsignorecase" if has_wildcard(text) => {
                let message = format!("the wildcard in `{text}` is compared as it stands");
                findings.push(Finding::new(Rule::LiteralWildcard, value.pointer.as_str(), message));
            }
            _ => {}
        }
    }
}

fn check_sets(statement: &Statement, condition: &Condition, findings: &mut Vec<Finding>) {
    let (key, at) = (&condition.key, condition.pointer.as_str());
    let is_null = condition.operator.base == "null";
    let is_multi = MULTI_VALUED.iter().any(|multi| condition.is_on(multi));
    match condition.operator.set {
        Set::All if statement.allows => {
            let guarded =
                statement.conditions.iter().any(|other| other.demands("null", key, "false"));
            if !guarded {
                let message = format!("it holds for a request without `{key}`");
                findings.push(Finding::new(Rule::ForAllValuesWithoutNull, at, message));
            }
        }
        Set::Any if statement.allows && is_multi && condition.operator.is_equality() => {
            let message = format!("it holds where one of the values of `{key}` fits");
            findings.push(Finding::new(Rule::ForAnyValue, at, message));
        }
        Set::One if is_multi && !is_null => {
            let message = format!("`{key}` has many values");
            findings.push(Finding::new(Rule::SetOperatorMissing, at, message));
        }
        _ => {}
    }
}

/// Whether access hangs on this key. The AWS documentation has `dynamodb:Select` and
/// `dynamodb:ReturnValues` under `IfExists`, since not every request has them.
fn guards(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    matches!(
        key.as_str(),
        "dynamodb:leadingkeys" | "dynamodb:attributes" | "kms:encryptioncontextkeys"
    ) || key.starts_with("kms:encryptioncontext:")
        || key == "aws:securetransport"
}

fn is_bool(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
        || text.eq_ignore_ascii_case("false")
        || text.starts_with("${")
}

/// Whether a text has a wildcard outside `${…}`.
fn has_wildcard(text: &str) -> bool {
    let mut rest = text;
    loop {
        let (plain, variable) = rest.split_once("${").unwrap_or((rest, ""));
        if plain.contains(['*', '?']) {
            return true;
        }
        match variable.split_once('}') {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
}
