//! A linter for identity policies that touch DynamoDB and KMS: what IAM would refuse, and what grants
//! more than was meant. It never changes a policy, and never calls AWS.

mod access;
mod catalog;
mod conditions;
mod grammar;
mod json;
mod keys;
mod model;
mod rules;

use std::fmt;

pub use self::rules::Rule;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Record;
use crate::schema::SchemaDescription;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth a look.
    Low,
    /// Grants more than most roles need, or will surprise.
    Medium,
    /// Opens what should be shut.
    High,
    /// IAM refuses the policy, or a part of it never takes effect.
    Error,
}

impl Severity {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    rule: Rule,
    pointer: String,
    message: String,
}

impl Finding {
    fn new(rule: Rule, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, pointer: pointer.into(), message: message.into() }
    }

    /// The rule that was broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// Where, as a JSON pointer (RFC 6901); empty for the policy as a whole.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong. It may quote the policy.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        self.rule.fix()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        let (severity, rule) = (self.severity().name(), self.rule.id());
        write!(f, "{severity} {rule} at {place}: {} ({})", self.message, self.fix())
    }
}

/// Lints a policy without knowing the records: [`Linter::new`], then [`Linter::lint`].
///
/// # Errors
/// `is_invalid_policy` where the text is not JSON.
///
/// # Examples
/// ```
/// use dynacrypt_core::policy::{Rule, lint};
///
/// let policy = r#"{
///   "Version": "2012-10-17",
///   "Statement": { "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*" }
/// }"#;
/// let findings = lint(policy)?;
/// let whole = findings.iter().find(|finding| finding.rule() == Rule::WholeService).unwrap();
/// assert_eq!(whole.pointer(), "/Statement/Action");
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
pub fn lint(json: &str) -> Result<Vec<Finding>> {
    Linter::new().lint(json)
}

/// The linter, and what it knows about the records that the policy is for.
///
/// # Examples
/// ```
/// use dynacrypt_core::error::Error;
/// use dynacrypt_core::policy::{Finding, Linter};
/// use dynacrypt_core::record::Record;
///
/// fn check<Profile: Record>(policy: &str) -> Result<Vec<Finding>, Error> {
///     Linter::new().record::<Profile>().split_keys().lint(policy)
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Linter {
    schemas: Vec<SchemaDescription>,
    all_owners: bool,
    split_keys: bool,
}

impl Linter {
    /// Knows nothing about the records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The policy is for records of type `R` (too).
    #[must_use]
    pub fn record<R: Record>(self) -> Self {
        self.schema(SchemaDescription::of::<R>())
    }

    /// The same, from a schema document.
    #[must_use]
    pub fn schema(mut self, schema: SchemaDescription) -> Self {
        self.schemas.push(schema);
        self
    }

    /// The role is meant to touch the items of every owner: the lack of `dynamodb:LeadingKeys` is
    /// no finding.
    #[must_use]
    pub fn all_owners(mut self) -> Self {
        self.all_owners = true;
        self
    }

    /// The role is meant to seal or to open, not both: `kms:Decrypt` beside `kms:GenerateDataKey`
    /// anywhere in the policy is a finding.
    #[must_use]
    pub fn split_keys(mut self) -> Self {
        self.split_keys = true;
        self
    }

    /// What is wrong in a policy, in the order in which it stands there.
    ///
    /// # Errors
    /// `is_invalid_policy` where the text is not JSON.
    pub fn lint(&self, policy: &str) -> Result<Vec<Finding>> {
        let document: json::Json = serde_json::from_str(policy).map_err(|error| {
            Error::new(ErrorKind::InvalidPolicy).with_composed_reason(format!(
                "the policy is not JSON, at line {}, column {}",
                error.line(),
                error.column()
            ))
        })?;
        let mut findings = grammar::text(policy);
        let statements = grammar::read(&document, &mut findings);
        for statement in &statements {
            conditions::check(statement, &mut findings);
            if statement.allows {
                access::check(self, statement, &mut findings);
                keys::check(self, statement, &mut findings);
            }
        }
        access::check_policy(&statements, &mut findings);
        keys::check_policy(self, &statements, &mut findings);
        Ok(findings)
    }

    /// Whether roles are to be held to the partitions of one owner.
    fn owner_keyed(&self) -> bool {
        let in_partition =
            |schema: &SchemaDescription| schema.owner_key(schema.partition_key()).is_some();
        !self.all_owners && self.schemas.iter().any(in_partition)
    }
}

#[cfg(test)]
mod tests;
