//! Whose partitions: policy variables, and the partition keys that belong to the owner one names. It
//! never knows an owner's id.

use std::collections::BTreeSet;
use std::fmt;

use super::document::literal;
use super::invalid;
use crate::error::Result;
use crate::schema::{KeyPart, OwnerKey};

/// A policy variable: what IAM puts in its place when it evaluates a policy, such as the value of a
/// tag of the caller's session.
///
/// # Examples
/// ```
/// use dynacrypt_core::policy::PolicyVariable;
///
/// assert_eq!(PolicyVariable::principal_tag("owner")?.to_string(), "${aws:PrincipalTag/owner}");
/// assert_eq!(PolicyVariable::cognito_identity().to_string(), "${cognito-identity.amazonaws.com:sub}");
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// Whoever may choose the value chooses whose items are reached: set the tag from an authenticated
/// identity. Where a key template has further fields beside the owner, the values must not hold `*`
/// or `?` (tags of AWS's cannot). A value with a character up to `$` is stored escaped, does
/// not match, and is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVariable(String);

impl PolicyVariable {
    /// The variable of a condition key, such as `saml:sub` or `accounts.google.com:sub`.
    ///
    /// # Errors
    /// `is_invalid_policy` where it holds other characters than letters, digits and `: / . _ - + @`.
    pub fn new(key: impl Into<String>) -> Result<Self> {
        let key = key.into();
        let plain = |c: char| {
            c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '_' | '-' | '+' | '@')
        };
        if key.contains(':') && key.chars().all(plain) {
            Ok(Self(key))
        } else {
            Err(invalid("a policy variable is a condition key, such as `aws:PrincipalTag/owner`"))
        }
    }

    /// A tag of the caller's session or role.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn principal_tag(tag: &str) -> Result<Self> {
        if tag.is_empty() {
            return Err(invalid("a tag has a name"));
        }
        Self::new(format!("aws:PrincipalTag/{tag}"))
    }

    /// The id that an Amazon Cognito identity pool gives the caller.
    #[must_use]
    pub fn cognito_identity() -> Self {
        Self("cognito-identity.amazonaws.com:sub".to_owned())
    }
}

impl fmt::Display for PolicyVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}}}", self.0)
    }
}

/// Whose items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everybody's.
    All,
    /// Those of the owner that this names.
    Owner(PolicyVariable),
}

/// Partition keys, as values of a condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LeadingKeys {
    pub(super) values: BTreeSet<String>,
    /// Whether a value has a wildcard.
    pub(super) pattern: bool,
}

impl LeadingKeys {
    /// The partition keys that hold this owner.
    pub(super) fn of<'d>(
        keys: impl IntoIterator<Item = OwnerKey<'d>>,
        owner: &PolicyVariable,
    ) -> Self {
        let mut all = Self::default();
        for key in keys {
            all.pattern |= has_others(&key);
            all.values.insert(value(&key, owner));
        }
        all
    }

    pub(super) fn operator(&self) -> &'static str {
        if self.pattern { "ForAllValues:StringLike" } else { "ForAllValues:StringEquals" }
    }
}

fn has_others(key: &OwnerKey<'_>) -> bool {
    matches!(key, OwnerKey::Parts(parts) if parts.contains(&KeyPart::Other))
}

fn value(key: &OwnerKey<'_>, owner: &PolicyVariable) -> String {
    match key {
        OwnerKey::Whole => owner.to_string(),
        OwnerKey::Parts(parts) => parts
            .iter()
            .map(|part| match part {
                KeyPart::Literal(text) => literal(text),
                KeyPart::Owner => owner.to_string(),
                KeyPart::Other => "*".to_owned(),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_gives_its_form() {
        let owner = PolicyVariable::principal_tag("owner").unwrap();
        let keys =
            |parts: &[KeyPart<'static>]| LeadingKeys::of([OwnerKey::Parts(parts.to_vec())], &owner);
        let plain = keys(&[KeyPart::Literal("USER#"), KeyPart::Owner]);
        assert_eq!(plain.values.iter().next().unwrap(), "USER#${aws:PrincipalTag/owner}");
        assert_eq!(plain.operator(), "ForAllValues:StringEquals");
        let beside = keys(&[
            KeyPart::Literal("T*#"),
            KeyPart::Other,
            KeyPart::Literal("#U#"),
            KeyPart::Owner,
        ]);
        let value = beside.values.iter().next().unwrap();
        assert_eq!(value, "T${*}#*#U#${aws:PrincipalTag/owner}");
        assert_eq!(beside.operator(), "ForAllValues:StringLike");
    }

    #[test]
    fn variables_cannot_hold_syntax() {
        for bad in ["", "owner", "aws:x}", "aws:${x", "aws:x*", "aws:x y", "aws:\"x"] {
            assert!(PolicyVariable::new(bad).is_err(), "{bad}");
        }
        assert!(PolicyVariable::principal_tag("").is_err());
        assert!(PolicyVariable::new("accounts.google.com:sub").is_ok());
    }
}
