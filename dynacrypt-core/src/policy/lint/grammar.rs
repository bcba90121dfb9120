//! The grammar of identity policies: what IAM would refuse. It reads statements into the model, and
//! never judges what they allow.

use super::json::{Json, join};
use super::model::{Condition, Entry, Operator, Statement};
use super::{Finding, Rule};
use crate::policy::MAX_MANAGED_POLICY_LEN;

type Members = [(String, Json)];

/// What the text itself breaks.
pub(super) fn text(policy: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let len = policy.chars().filter(|c| !c.is_whitespace()).count();
    if len > MAX_MANAGED_POLICY_LEN {
        let message =
            format!("{len} characters; a managed policy has at most {MAX_MANAGED_POLICY_LEN}");
        findings.push(Finding::new(Rule::PolicySize, "", message));
    }
    if let Some(c) = policy.chars().find(|c| *c > '\u{ff}') {
        let message = format!("the character U+{:04X}", u32::from(c));
        findings.push(Finding::new(Rule::Character, "", message));
    }
    findings
}

/// The statements that could be read, and what is wrong with the form of all.
pub(super) fn read(document: &Json, findings: &mut Vec<Finding>) -> Vec<Statement> {
    let Json::Object(policy) = document else {
        findings.push(wrong("", document, "an object"));
        return Vec::new();
    };
    names(policy, "", &["Version", "Id", "Statement"], findings);
    match member(policy, "Version") {
        Some(Json::String(version)) if version == "2012-10-17" => {}
        Some(Json::String(version)) => findings.push(Finding::new(
            Rule::PolicyVersion,
            "/Version",
            format!("version `{version}`: policy variables stand for themselves, or it is none"),
        )),
        Some(other) => findings.push(wrong("/Version", other, "a string")),
        None => {
            let message =
                "no version, which means 2008-10-17: policy variables stand for themselves";
            findings.push(Finding::new(Rule::PolicyVersion, "", message));
        }
    }
    let pointer = "/Statement";
    let statements: Vec<(String, &Json)> = match member(policy, "Statement") {
        Some(Json::Array(list)) if !list.is_empty() => list
            .iter()
            .enumerate()
            .map(|(number, statement)| (format!("{pointer}/{number}"), statement))
            .collect(),
        Some(one @ Json::Object(_)) => vec![(pointer.to_owned(), one)],
        None | Some(Json::Array(_)) => {
            findings.push(Finding::new(Rule::MissingElement, "", "a policy without a statement"));
            Vec::new()
        }
        Some(other) => {
            findings.push(wrong(pointer, other, "a statement or a list of them"));
            Vec::new()
        }
    };
    let mut ids = Vec::new();
    let read =
        statements.into_iter().filter_map(|(at, json)| statement(at, json, &mut ids, findings));
    read.collect()
}

fn statement(
    pointer: String,
    json: &Json,
    ids: &mut Vec<String>,
    findings: &mut Vec<Finding>,
) -> Option<Statement> {
    let Json::Object(members) = json else {
        findings.push(wrong(&pointer, json, "an object"));
        return None;
    };
    let known = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    for name in ["Principal", "NotPrincipal"] {
        if member(members, name).is_some() {
            let at = join(&pointer, name);
            let message = format!("an identity policy has no `{name}`");
            findings.push(Finding::new(Rule::PrincipalInIdentityPolicy, at, message));
        }
    }
    let rest: Vec<_> = members
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "Principal" | "NotPrincipal"))
        .cloned()
        .collect();
    names(&rest, &pointer, &known, findings);
    sid(members, &pointer, ids, findings);
    let allows = match member(members, "Effect") {
        Some(Json::String(effect)) if effect == "Allow" => true,
        Some(Json::String(effect)) if effect == "Deny" => false,
        Some(other) => {
            findings.push(wrong(&join(&pointer, "Effect"), other, "`Allow` or `Deny`"));
            true
        }
        None => {
            findings.push(Finding::new(Rule::MissingElement, pointer.as_str(), "no `Effect`"));
            true
        }
    };
    let (actions, not_action) = either(members, &pointer, "Action", "NotAction", findings);
    let (resources, not_resource) = either(members, &pointer, "Resource", "NotResource", findings);
    let conditions = member(members, "Condition")
        .map(|json| conditions(json, &join(&pointer, "Condition"), findings))
        .unwrap_or_default();
    Some(Statement { pointer, allows, actions, not_action, resources, not_resource, conditions })
}

fn sid(members: &Members, pointer: &str, ids: &mut Vec<String>, findings: &mut Vec<Finding>) {
    let at = join(pointer, "Sid");
    match member(members, "Sid") {
        None => {}
        Some(Json::String(id)) => {
            if !id.chars().all(|c| c.is_ascii_alphanumeric()) {
                let message = format!("`{id}` holds other characters than letters and digits");
                findings.push(Finding::new(Rule::StatementId, at.as_str(), message));
            }
            if !id.is_empty() && ids.contains(id) {
                let message = format!("another statement is called `{id}` too");
                findings.push(Finding::new(Rule::StatementId, at, message));
            }
            ids.push(id.clone());
        }
        Some(other) => findings.push(wrong(&at, other, "a string")),
    }
}

/// An element that has a negated form: its strings where it is plain, its place where it is negated.
fn either(
    members: &Members,
    pointer: &str,
    plain: &str,
    negated: &str,
    findings: &mut Vec<Finding>,
) -> (Vec<Entry>, Option<String>) {
    let entries = |name: &str, findings: &mut Vec<Finding>| {
        member(members, name).map(|json| strings(json, &join(pointer, name), findings))
    };
    let stated = entries(plain, findings);
    let not = entries(negated, findings).map(|_| join(pointer, negated));
    match (&stated, &not) {
        (Some(_), Some(at)) => {
            let message = format!("`{plain}` and `{negated}` in one statement");
            findings.push(Finding::new(Rule::BothElements, at.as_str(), message));
        }
        (None, None) => {
            let message = format!("no `{plain}`");
            findings.push(Finding::new(Rule::MissingElement, pointer, message));
        }
        _ => {}
    }
    (stated.unwrap_or_default(), not)
}

/// One string, or a list of them that is not empty.
fn strings(json: &Json, pointer: &str, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let list: Vec<(String, &Json)> = match json {
        Json::Array(list) => {
            if list.is_empty() {
                findings.push(Finding::new(Rule::MissingElement, pointer, "an empty list"));
            }
            let at = |(number, json)| (format!("{pointer}/{number}"), json);
            list.iter().enumerate().map(at).collect()
        }
        one => vec![(pointer.to_owned(), one)],
    };
    let mut entries = Vec::new();
    for (pointer, json) in list {
        match json {
            Json::String(text) => entries.push(Entry { pointer, text: text.clone() }),
            other => findings.push(wrong(&pointer, other, "a string")),
        }
    }
    entries
}

fn conditions(json: &Json, pointer: &str, findings: &mut Vec<Finding>) -> Vec<Condition> {
    let mut all = Vec::new();
    let Json::Object(operators) = json else {
        findings.push(wrong(pointer, json, "an object"));
        return all;
    };
    duplicates(operators, pointer, findings);
    for (written, keys) in operators {
        let at = join(pointer, written);
        let Json::Object(keys) = keys else {
            findings.push(wrong(&at, keys, "an object"));
            continue;
        };
        duplicates(keys, &at, findings);
        for (key, values) in keys {
            let pointer = join(&at, key);
            let values = match values {
                // Booleans and numbers may stand without quotes.
                Json::Bool(value) => {
                    vec![Entry { pointer: pointer.clone(), text: value.to_string() }]
                }
                Json::Number => Vec::new(),
                other => strings(other, &pointer, findings),
            };
            let operator = Operator::parse(written);
            let (written, key) = (written.clone(), key.clone());
            all.push(Condition { pointer, written, operator, key, values });
        }
    }
    all
}

fn member<'a>(members: &'a Members, name: &str) -> Option<&'a Json> {
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn names(members: &Members, pointer: &str, known: &[&str], findings: &mut Vec<Finding>) {
    duplicates(members, pointer, findings);
    for (name, _) in members.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        let meant = known.iter().find(|known| known.eq_ignore_ascii_case(name));
        let message = match meant {
            Some(meant) => format!("`{name}` is written `{meant}`"),
            None => format!("a policy has no `{name}` here"),
        };
        findings.push(Finding::new(Rule::UnknownElement, join(pointer, name), message));
    }
}

fn duplicates(members: &Members, pointer: &str, findings: &mut Vec<Finding>) {
    for (number, (name, _)) in members.iter().enumerate() {
        if members.iter().take(number).any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            let message = format!("`{name}` stands here twice");
            findings.push(Finding::new(Rule::DuplicateElement, join(pointer, name), message));
        }
    }
}

fn wrong(pointer: &str, found: &Json, expected: &str) -> Finding {
    let message = format!("{} where there should be {expected}", found.type_name());
    Finding::new(Rule::WrongType, pointer, message)
}
