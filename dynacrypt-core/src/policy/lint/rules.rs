//! The rules: their names, how bad a break of each is, and what to do about it. It never looks at a
//! policy.

use super::Severity;

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident, $id:literal, $severity:ident, $fix:literal;)+) => {
        /// What the linter looks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// Its name, such as `missing-leading-keys`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id),+ }
            }

            /// How bad a break of it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity),+ }
            }

            /// What to do about a break of it.
            #[must_use]
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$rule => $fix),+ }
            }
        }
    };
}

rules! {
    /// An object has two members of one name; IAM and most tools keep different ones.
    DuplicateElement, "duplicate-element", Error, "keep one of them";
    /// A name that the policy grammar does not have.
    UnknownElement, "unknown-element", Error, "names are written as in the IAM policy grammar, capitals included";
    /// A value of another JSON type than the grammar gives.
    WrongType, "wrong-type", Error, "write it as the IAM policy grammar says";
    /// An element that the grammar demands is not there, or is empty.
    MissingElement, "missing-element", Error, "add it";
    /// `Action` and `NotAction`, or `Resource` and `NotResource`, in one statement.
    BothElements, "both-elements", Error, "keep the one without `Not`";
    /// No version, the old one, or none that exists: policy variables stand for themselves.
    PolicyVersion, "policy-version", Error, "say `\"Version\": \"2012-10-17\"`";
    /// An identity policy speaks of its bearer alone.
    PrincipalInIdentityPolicy, "principal-in-identity-policy", Error, "remove it, or attach the policy to a resource";
    /// Two statements of one name, or a name with other characters than letters and digits.
    StatementId, "statement-id", Error, "give each statement a name of letters and digits of its own";
    /// Over IAM's quota for a managed policy.
    PolicySize, "policy-size", Error, "make policies apart";
    /// A character that IAM does not take as it stands.
    Character, "character", Error, "write it as a \\u escape";
    /// An action of DynamoDB or KMS that does not exist, or no action at all.
    UnknownAction, "unknown-action", Error, "see the Service Authorization Reference";
    /// A resource that is no ARN.
    ResourceFormat, "resource-format", Error, "name it by its ARN";
    /// A condition operator that does not exist.
    UnknownOperator, "unknown-operator", Error, "see the condition operators of IAM";
    /// A condition key of AWS's, DynamoDB's or KMS's that does not exist.
    UnknownConditionKey, "unknown-condition-key", Error, "see the Service Authorization Reference";
    /// A value of another form than the condition operator compares.
    ConditionValue, "condition-value", Error, "write `true` or `false`";
    /// All actions of a service.
    WholeService, "whole-service", High, "name the actions that the role needs";
    /// Actions by a pattern, which grows as AWS adds some.
    WildcardAction, "wildcard-action", Medium, "name the actions that the role needs";
    /// Everything but what is named.
    NotAction, "not-action", High, "name what is allowed with `Action`";
    /// Everywhere but what is named.
    NotResource, "not-resource", High, "name what is allowed with `Resource`";
    /// Any table.
    WildcardResource, "wildcard-resource", High, "name the table by its ARN";
    /// The owner stands in the partition key, and the statement reaches every partition.
    MissingLeadingKeys, "missing-leading-keys", High, "add `ForAllValues:StringEquals` of `dynamodb:LeadingKeys` with a policy variable, and `Null` of it with `false`";
    /// The condition on partition keys holds for any.
    OpenLeadingKeys, "open-leading-keys", High, "begin the value with the literal text of the key, and put a policy variable where the owner stands";
    /// A scan is not held to partitions.
    OwnerScan, "owner-scan", High, "remove `dynamodb:Scan`: use queries, or a role of its own for jobs";
    /// Statements in SQL: another way to the items, whose conditions differ.
    PartiQl, "partiql", High, "remove it: the library does not use PartiQL";
    /// The right to change tables beside the right to use items.
    TableAdministration, "table-administration", Medium, "move it to a deployment role";
    /// `ForAllValues` holds for a request that lacks the key.
    ForAllValuesWithoutNull, "for-all-values-without-null", High, "add `\"Null\": { \"<the key>\": \"false\" }`";
    /// `ForAnyValue` holds where one of many values fits, whatever the others are.
    ForAnyValue, "for-any-value", High, "use `ForAllValues`";
    /// A key with many values is compared by an operator for one.
    SetOperatorMissing, "set-operator-missing", Medium, "use `ForAllValues:` before the operator";
    /// The condition holds where the key is absent.
    IfExists, "if-exists", High, "use the operator without `IfExists`";
    /// A wildcard under an operator that compares it as it stands.
    LiteralWildcard, "literal-wildcard", Medium, "use `StringLike`, or write `${*}` or `${?}`";
    /// Attributes are limited, and a query for all of them is not refused.
    AttributesWithoutSelect, "attributes-without-select", High, "add `StringEqualsIfExists` of `dynamodb:Select` with `SPECIFIC_ATTRIBUTES`";
    /// Plain HTTP is not denied.
    PlainHttp, "plain-http", Medium, "deny `dynamodb:*` and `kms:*` where `aws:SecureTransport` is `false`";
    /// Any KMS key.
    AnyKey, "any-key", High, "name the key by its ARN";
    /// Use of a KMS key for any table, any purpose, any service.
    MissingEncryptionContext, "missing-encryption-context", High, "add `StringEquals` of `kms:EncryptionContext:dynacrypt:table`";
    /// The right to hand on the use of a key.
    KeyGrant, "key-grant", High, "remove it";
    /// The right to move ciphertext to another key.
    KeyReEncrypt, "key-re-encrypt", High, "remove it: the library does not use it";
    /// The right to change keys beside the right to use them.
    KeyAdministration, "key-administration", High, "move it to an administrator's role";
    /// Sealing and opening in one place.
    KeysNotSplit, "keys-not-split", Low, "make statements apart, or roles that seal and roles that open";
}
