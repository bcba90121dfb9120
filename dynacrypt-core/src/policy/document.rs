//! A policy document: statements, their one order, and their JSON. It never decides what is allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

/// Most characters of a managed policy, white space not counted: IAM's quota.
pub const MAX_MANAGED_POLICY_LEN: usize = 6_144;

/// A policy that was made from schemas.
///
/// The order of everything in it is fixed, so that its JSON can be kept under version control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
    #[serde(skip)]
    notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Statement {
    sid: String,
    effect: Effect,
    action: BTreeSet<String>,
    resource: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Statement {
    pub(super) fn new(sid: &str, effect: Effect) -> Self {
        Self {
            sid: sid.to_owned(),
            effect,
            action: BTreeSet::new(),
            resource: BTreeSet::new(),
            condition: BTreeMap::new(),
        }
    }

    pub(super) fn actions(mut self, names: &[&str]) -> Self {
        self.action.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    pub(super) fn resources(mut self, arns: impl IntoIterator<Item = String>) -> Self {
        self.resource.extend(arns);
        self
    }

    /// Adds a condition; the values are alternatives.
    pub(super) fn when(
        mut self,
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let keys = self.condition.entry(operator.to_owned()).or_default();
        keys.entry(key.to_owned()).or_default().extend(values.into_iter().map(Into::into));
        self
    }

    fn is_empty(&self) -> bool {
        self.resource.is_empty()
    }
}

impl Policy {
    pub(super) fn new(statements: Vec<Statement>, notes: Vec<String>) -> Self {
        let statement = statements.into_iter().filter(|statement| !statement.is_empty()).collect();
        Self { version: "2012-10-17", statement, notes }
    }

    /// One policy with the statements of both: of a role that works on two tables, say. Statements
    /// that both have are kept once; one whose name is taken gets a number.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for mut statement in other.statement {
            if self.statement.contains(&statement) {
                continue;
            }
            let name = statement.sid.clone();
            let mut number = 2;
            while self.statement.iter().any(|known| known.sid == statement.sid) {
                statement.sid = format!("{name}{number}");
                number += 1;
            }
            self.statement.push(statement);
        }
        // What denies stands last, as in each of them.
        self.statement.sort_by_key(|statement| statement.effect == Effect::Deny);
        self.notes.extend(other.notes);
        self
    }

    /// What a reader of the policy should know and IAM cannot be told: indexes that were left out.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Characters that count towards IAM's quota: all but white space.
    ///
    /// # Errors
    /// None is known; the signature leaves room for serde's.
    pub fn characters(&self) -> Result<usize> {
        Ok(self.render()?.chars().filter(|c| !c.is_whitespace()).count())
    }

    /// The policy as JSON, with its lines indented and a line end after the last.
    ///
    /// # Errors
    /// `is_invalid_policy` where it is over [`MAX_MANAGED_POLICY_LEN`]: make policies apart.
    pub fn to_json(&self) -> Result<String> {
        let json = self.render()?;
        let len = json.chars().filter(|c| !c.is_whitespace()).count();
        if len > MAX_MANAGED_POLICY_LEN {
            return Err(Error::new(ErrorKind::InvalidPolicy).with_composed_reason(format!(
                "it has {len} characters, and a managed policy at most {MAX_MANAGED_POLICY_LEN}"
            )));
        }
        Ok(json)
    }

    fn render(&self) -> Result<String> {
        let json = serde_json::to_string_pretty(self).map_err(|_| {
            Error::new(ErrorKind::InvalidPolicy).with_reason("it could not be written as JSON")
        })?;
        Ok(ascii(&json) + "\n")
    }
}

/// JSON whose every character is ASCII: IAM takes none beyond U+00FF as it stands.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// A text as a value of a condition that stands for itself: what IAM would read as a wildcard or a
/// variable is written so that it does not.
pub(super) fn literal(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => {
                value.push_str("${");
                value.push(c);
                value.push('}');
            }
            _ => value.push(c),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: Vec<Statement>) -> Policy {
        Policy::new(statements, Vec::new())
    }

    fn statement(sid: &str, value: &str) -> Statement {
        Statement::new(sid, Effect::Allow)
            .actions(&["dynamodb:GetItem"])
            .resources(["*".to_owned()])
            .when("StringEquals", "aws:PrincipalTag/x", [value])
    }

    #[test]
    fn texts_stand_for_themselves() {
        assert_eq!(literal("a*b?c${d}"), "a${*}b${?}c${$}{d}");
        let json = policy(vec![statement("A", "é\"\u{1F600}\n")]).to_json().unwrap();
        assert!(json.is_ascii() && json.contains(r#""\u00e9\"\ud83d\ude00\n""#), "{json}");
    }

    #[test]
    fn the_quota_is_held() {
        let room = MAX_MANAGED_POLICY_LEN - policy(vec![statement("A", "")]).characters().unwrap();
        let full = policy(vec![statement("A", &"x".repeat(room))]);
        assert_eq!(full.characters().unwrap(), MAX_MANAGED_POLICY_LEN);
        full.to_json().unwrap();
        let over = policy(vec![statement("A", &"x".repeat(room + 1))]);
        assert!(over.to_json().unwrap_err().is_invalid_policy());
    }

    #[test]
    fn names_of_statements_stay_apart() {
        let both = policy(vec![statement("A", "1"), statement("B", "1")])
            .and(policy(vec![statement("A", "2"), statement("B", "1")]));
        let names: Vec<_> = both.statement.iter().map(|statement| statement.sid.as_str()).collect();
        assert_eq!(names, ["A", "B", "A2"]);
    }
}
