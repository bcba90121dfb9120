//! What statements allow of DynamoDB: which actions, on what, in whose partitions, over what. It
//! never looks at KMS keys.

use super::catalog::{self, ITEM_ACTIONS, TABLE_ADMINISTRATION};
use super::model::{Condition, Entry, Set, Statement, is_whole};
use super::{Finding, Linter, Rule};

const READS: [&str; 4] =
    ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"];
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

pub(super) fn check(linter: &Linter, statement: &Statement, findings: &mut Vec<Finding>) {
    for action in &statement.actions {
        check_action(action, findings);
    }
    if let Some(at) = &statement.not_action {
        let message = "everything but some actions is allowed, those of other services too";
        findings.push(Finding::new(Rule::NotAction, at.as_str(), message));
    }
    if let Some(at) = &statement.not_resource {
        let message = "everything but some resources may be touched";
        findings.push(Finding::new(Rule::NotResource, at.as_str(), message));
    }
    for resource in &statement.resources {
        check_resource(statement, resource, findings);
    }
    check_partitions(linter, statement, findings);
    let limited =
        statement.conditions.iter().find(|condition| condition.is_on("dynamodb:Attributes"));
    let selects = statement.conditions.iter().any(|condition| condition.is_on("dynamodb:Select"));
    if let Some(condition) = limited.filter(|_| !selects && statement.grants_any(&READS)) {
        let message = "a query that asks for all attributes is not refused";
        findings.push(Finding::new(
            Rule::AttributesWithoutSelect,
            condition.pointer.as_str(),
            message,
        ));
    }
}

fn check_action(action: &Entry, findings: &mut Vec<Finding>) {
    let (text, at) = (action.text.as_str(), action.pointer.as_str());
    if !catalog::is_action(text) {
        let message = match catalog::meant(text) {
            Some(meant) => format!("there is no action `{text}`; {meant}"),
            None => format!("there is no action `{text}`"),
        };
        findings.push(Finding::new(Rule::UnknownAction, at, message));
    } else if is_whole(text) {
        let message = format!("`{text}` allows everything, administration included");
        findings.push(Finding::new(Rule::WholeService, at, message));
    } else if text.contains(['*', '?']) {
        let message = format!("`{text}` is a pattern");
        findings.push(Finding::new(Rule::WildcardAction, at, message));
    }
    let partiql = text.to_ascii_lowercase().starts_with("dynamodb:partiql");
    if partiql {
        let message = format!("`{text}` reaches items by statements in SQL");
        findings.push(Finding::new(Rule::PartiQl, at, message));
    }
}

fn check_resource(statement: &Statement, resource: &Entry, findings: &mut Vec<Finding>) {
    let (text, at) = (resource.text.as_str(), resource.pointer.as_str());
    if text == "*" {
        let touches = ITEM_ACTIONS.iter().chain(&TABLE_ADMINISTRATION);
        if touches.into_iter().any(|action| statement.grants(action)) {
            findings.push(Finding::new(Rule::WildcardResource, at, "any table of the account"));
        }
        return;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, name] = parts.as_slice() else {
        let message = format!("`{text}` is no ARN");
        findings.push(Finding::new(Rule::ResourceFormat, at, message));
        return;
    };
    if !catalog::is_partition(partition) {
        let message = format!("there is no partition `{partition}`");
        findings.push(Finding::new(Rule::ResourceFormat, at, message));
    }
    if !service.eq_ignore_ascii_case("dynamodb") {
        return;
    }
    let table = name.strip_prefix("table/").map(|rest| rest.split('/').next().unwrap_or(rest));
    if [*region, *account, table.unwrap_or(name)].iter().any(|part| part.contains(['*', '?'])) {
        let message = format!("`{text}` is a pattern: of tables, regions or accounts");
        findings.push(Finding::new(Rule::WildcardResource, at, message));
    }
}

fn check_partitions(linter: &Linter, statement: &Statement, findings: &mut Vec<Finding>) {
    let keyed: Vec<&Condition> =
        statement.conditions.iter().filter(|condition| condition.is_on(LEADING_KEYS)).collect();
    let holding = keyed
        .iter()
        .any(|condition| condition.operator.set == Set::All && condition.operator.is_equality());
    let touches_items = statement.grants_any(&ITEM_ACTIONS);
    if linter.owner_keyed() && touches_items && !holding {
        let at = statement.pointer.as_str();
        let message = "items of every owner can be reached";
        findings.push(Finding::new(Rule::MissingLeadingKeys, at, message));
    }
    let scan = statement.names("dynamodb:Scan");
    if let Some(scan) = scan.filter(|_| linter.owner_keyed() || !keyed.is_empty()) {
        let message = "a scan names no partition, and so reads those of every owner";
        findings.push(Finding::new(Rule::OwnerScan, scan.pointer.as_str(), message));
    }
    let patterns = keyed.iter().filter(|condition| condition.operator.base == "stringlike");
    for value in patterns.flat_map(|condition| &condition.values) {
        if value.text.starts_with(['*', '?']) || value.text.is_empty() {
            let message = format!("`{}` matches any partition key, or any end of one", value.text);
            findings.push(Finding::new(Rule::OpenLeadingKeys, value.pointer.as_str(), message));
        }
    }
}

/// What only shows in the policy as a whole.
pub(super) fn check_policy(statements: &[Statement], findings: &mut Vec<Finding>) {
    let allowing = || statements.iter().filter(|statement| statement.allows);
    if allowing().any(|statement| statement.grants_any(&ITEM_ACTIONS)) {
        for statement in allowing() {
            for action in TABLE_ADMINISTRATION {
                if let Some(entry) = statement.names(action) {
                    let message = format!("`{}` beside the use of items", entry.text);
                    let at = entry.pointer.as_str();
                    findings.push(Finding::new(Rule::TableAdministration, at, message));
                }
            }
        }
    }
    for (service, probe) in
        [("dynamodb", ITEM_ACTIONS.as_slice()), ("kms", &["kms:Decrypt", "kms:GenerateDataKey"])]
    {
        let denied = statements.iter().any(|statement| denies_plain_http(statement, service));
        let open = allowing().find(|statement| {
            let is_tls = |c: &Condition| c.demands("bool", "aws:SecureTransport", "true");
            statement.grants_any(probe) && !statement.conditions.iter().any(is_tls)
        });
        if let Some(statement) = open.filter(|_| !denied) {
            let message = format!("requests to {service} over plain HTTP are allowed");
            findings.push(Finding::new(Rule::PlainHttp, statement.pointer.as_str(), message));
        }
    }
}

fn denies_plain_http(statement: &Statement, service: &str) -> bool {
    let whole = format!("{service}:*");
    let covers = |entry: &Entry| entry.text == "*" || entry.text.eq_ignore_ascii_case(&whole);
    let [condition] = statement.conditions.as_slice() else { return false };
    !statement.allows
        && statement.actions.iter().any(covers)
        && statement.resources.iter().any(|resource| resource.text == "*")
        && condition.demands("bool", "aws:SecureTransport", "false")
}
