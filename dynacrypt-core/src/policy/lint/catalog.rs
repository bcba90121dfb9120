//! What exists, by AWS's Service Authorization Reference and the IAM User Guide: actions, condition
//! keys, operators, partitions. It never judges what is allowed.

use super::model::{Operator, Set, is_whole, matches};

/// What reads and writes items: the actions that partition keys bound.
pub(super) const ITEM_ACTIONS: [&str; 13] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
];

/// What changes, copies away or opens up tables.
pub(super) const TABLE_ADMINISTRATION: [&str; 17] = [
    "dynamodb:CreateBackup",
    "dynamodb:CreateTable",
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteBackup",
    "dynamodb:DeleteResourcePolicy",
    "dynamodb:DeleteTable",
    "dynamodb:DeleteTableReplica",
    "dynamodb:EnableKinesisStreamingDestination",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:ImportTable",
    "dynamodb:PutResourcePolicy",
    "dynamodb:RestoreTableFromBackup",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:StartAwsBackupJob",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
];

/// The other actions of DynamoDB and its streams.
const DYNAMODB: [&str; 47] = [
    "AssociateTableReplica",
    "CreateGlobalTable",
    "CreateGlobalTableWitness",
    "DeleteGlobalTableWitness",
    "DescribeBackup",
    "DescribeContinuousBackups",
    "DescribeContributorInsights",
    "DescribeEndpoints",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeReservedCapacity",
    "DescribeReservedCapacityOfferings",
    "DescribeStream",
    "DescribeTable",
    "DescribeTableReplicaAutoScaling",
    "DescribeTimeToLive",
    "DisableKinesisStreamingDestination",
    "GetAbacStatus",
    "GetRecords",
    "GetResourcePolicy",
    "GetShardIterator",
    "ListBackups",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "ListStreams",
    "ListTables",
    "ListTagsOfResource",
    "PurchaseReservedCapacityOfferings",
    "ReadDataForReplication",
    "ReplicateSettings",
    "RestoreTableFromAwsBackup",
    "TagResource",
    "UntagResource",
    "UpdateAbacStatus",
    "UpdateContributorInsights",
    "UpdateGlobalTable",
    "UpdateGlobalTableSettings",
    "UpdateGlobalTableVersion",
    "UpdateKinesisStreamingDestination",
    "UpdateTableReplicaAutoScaling",
    "WriteDataForReplication",
];

/// What changes KMS keys, or who may use them.
pub(super) const KEY_ADMINISTRATION: [&str; 16] = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:CreateKey",
    "kms:DeleteAlias",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:ImportKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:UpdateAlias",
    "kms:UpdatePrimaryRegion",
];

/// The other actions of KMS.
const KMS: [&str; 42] = [
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "CreateGrant",
    "Decapsulate",
    "Decrypt",
    "DeleteCustomKeyStore",
    "DeriveSharedSecret",
    "DescribeCustomKeyStores",
    "DescribeKey",
    "DisconnectCustomKeyStore",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "GetPublicKey",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListKeys",
    "ListResourceTags",
    "ListRetirableGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RotateKeyOnDemand",
    "Sign",
    "SynchronizeMultiRegionKey",
    "TagResource",
    "UntagResource",
    "UpdateCustomKeyStore",
    "UpdateKeyDescription",
    "Verify",
    "VerifyMac",
];

/// Operations of the API that are no actions of IAM's, and what is meant by them.
const MEANT: [(&str, &str); 7] = [
    ("dynamodb:TransactGetItems", "a transaction needs `dynamodb:GetItem`"),
    (
        "dynamodb:TransactWriteItems",
        "a transaction needs `dynamodb:PutItem`, `dynamodb:UpdateItem`, `dynamodb:DeleteItem` or `dynamodb:ConditionCheckItem`",
    ),
    ("dynamodb:ExecuteStatement", "a statement needs one of the `dynamodb:PartiQL…` actions"),
    ("dynamodb:BatchExecuteStatement", "statements need one of the `dynamodb:PartiQL…` actions"),
    ("dynamodb:ExecuteTransaction", "statements need one of the `dynamodb:PartiQL…` actions"),
    ("dynamodb:ListTagsForResource", "it is `dynamodb:ListTagsOfResource`"),
    ("kms:ReEncrypt", "it is `kms:ReEncryptFrom` and `kms:ReEncryptTo`"),
];

/// Condition keys with many values in a request.
pub(super) const MULTI_VALUED: [&str; 13] = [
    "dynamodb:Attributes",
    "dynamodb:LeadingKeys",
    "dynamodb:FirstPartitionKeyValues",
    "dynamodb:SecondPartitionKeyValues",
    "dynamodb:ThirdPartitionKeyValues",
    "dynamodb:FourthPartitionKeyValues",
    "kms:EncryptionContextKeys",
    "kms:GrantOperations",
    "kms:ResourceAliases",
    "aws:CalledVia",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:TagKeys",
];

/// The other condition keys of DynamoDB.
const DYNAMODB_KEYS: [&str; 5] = [
    "dynamodb:EnclosingOperation",
    "dynamodb:FullTableScan",
    "dynamodb:ReturnConsumedCapacity",
    "dynamodb:ReturnValues",
    "dynamodb:Select",
];

/// The other condition keys of KMS; what ends in `:` or `/` has a name of the user's after it.
const KMS_KEYS: [&str; 34] = [
    "kms:BypassPolicyLockoutSafetyCheck",
    "kms:CallerAccount",
    "kms:CustomerMasterKeySpec",
    "kms:CustomerMasterKeyUsage",
    "kms:DataKeyPairSpec",
    "kms:EncryptionAlgorithm",
    "kms:EncryptionContext:",
    "kms:ExpirationModel",
    "kms:GrantConstraintType",
    "kms:GrantIsForAWSResource",
    "kms:GranteePrincipal",
    "kms:KeyAgreementAlgorithm",
    "kms:KeyOrigin",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:MacAlgorithm",
    "kms:MessageType",
    "kms:MultiRegion",
    "kms:MultiRegionKeyType",
    "kms:PrimaryRegion",
    "kms:ReEncryptOnSameKey",
    "kms:RecipientAttestation:",
    "kms:ReplicaRegion",
    "kms:RequestAlias",
    "kms:RetiringPrincipal",
    "kms:RotationPeriodInDays",
    "kms:ScheduleKeyDeletionPendingWindowInDays",
    "kms:SigningAlgorithm",
    "kms:ValidTo",
    "kms:ViaService",
    "kms:WrappingAlgorithm",
    "kms:WrappingKeySpec",
    "kms:EncapsulationAlgorithm",
    "kms:KeyMaterialId",
];

/// Condition keys of every service; what ends in `/` has a tag's name after it.
const GLOBAL_KEYS: [&str; 48] = [
    "aws:AssumedRoot",
    "aws:CalledViaAWSMCP",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ChatbotSourceArn",
    "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalServiceName",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:RequestTag/",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:ResourceTag/",
    "aws:SecureTransport",
    "aws:SignInSessionArn",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSMCPService",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:referer",
    "aws:userid",
    "aws:username",
];

/// Condition operators, in lower case, without prefix and suffix.
const OPERATORS: [&str; 27] = [
    "stringequals",
    "stringnotequals",
    "stringequalsignorecase",
    "stringnotequalsignorecase",
    "stringlike",
    "stringnotlike",
    "numericequals",
    "numericnotequals",
    "numericlessthan",
    "numericlessthanequals",
    "numericgreaterthan",
    "numericgreaterthanequals",
    "dateequals",
    "datenotequals",
    "datelessthan",
    "datelessthanequals",
    "dategreaterthan",
    "dategreaterthanequals",
    "bool",
    "binaryequals",
    "ipaddress",
    "notipaddress",
    "arnequals",
    "arnlike",
    "arnnotequals",
    "arnnotlike",
    "null",
];

/// Whether a pattern of `Action` is one that some action of DynamoDB or KMS fits. Of other services
/// only the form is known.
pub(super) fn is_action(pattern: &str) -> bool {
    let Some((service, name)) = pattern.split_once(':') else { return pattern == "*" };
    let well_formed = |text: &str, wild: bool| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || (wild && "*?".contains(c));
        !text.is_empty() && text.chars().all(plain)
    };
    if !well_formed(service, false) || !well_formed(name, true) {
        return false;
    }
    let known = |names: &[&str], full: &[&str]| {
        is_whole(pattern)
            || names.iter().any(|action| matches(name, action))
            || full.iter().any(|action| matches(pattern, action))
    };
    match service.to_ascii_lowercase().as_str() {
        "dynamodb" => known(&DYNAMODB, &ITEM_ACTIONS) || known(&[], &TABLE_ADMINISTRATION),
        "kms" => known(&KMS, &KEY_ADMINISTRATION),
        _ => true,
    }
}

/// What was meant by something that is no action.
pub(super) fn meant(action: &str) -> Option<&'static str> {
    let known = MEANT.iter().find(|(name, _)| name.eq_ignore_ascii_case(action));
    known.map(|(_, meant)| *meant)
}

pub(super) fn is_operator(operator: &Operator) -> bool {
    // `Null` tells of absence itself, and of one key.
    let odd = operator.base == "null" && (operator.if_exists || operator.set != Set::One);
    !odd && OPERATORS.contains(&operator.base.as_str())
}

/// Whether a condition key exists. Of those of other services nothing is known.
pub(super) fn is_condition_key(key: &str) -> bool {
    let Some((service, _)) = key.split_once(':') else { return false };
    let lower = key.to_ascii_lowercase();
    let fits = |known: &&str| {
        let known = known.to_ascii_lowercase();
        if known.ends_with([':', '/']) {
            lower.len() > known.len() && lower.starts_with(&known)
        } else {
            lower == known
        }
    };
    let listed = |keys: &[&str]| keys.iter().chain(&MULTI_VALUED).any(fits);
    match service.to_ascii_lowercase().as_str() {
        "dynamodb" => listed(&DYNAMODB_KEYS),
        "kms" => listed(&KMS_KEYS),
        "aws" => listed(&GLOBAL_KEYS),
        _ => true,
    }
}

pub(super) fn is_partition(partition: &str) -> bool {
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"]
        .contains(&partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions() {
        for known in [
            "*",
            "dynamodb:*",
            "dynamodb:getitem",
            "DynamoDB:Scan",
            "dynamodb:Batch*",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
            "kms:VerifyMac",
            "s3:GetObject",
        ] {
            assert!(is_action(known), "{known}");
        }
        for unknown in [
            "",
            "GetItem",
            "dynamodb:",
            "dynamodb:GetItems",
            "dynamodb:TransactWriteItems",
            "dyna*:GetItem",
            "kms:decript",
            "kms: Decrypt",
            "kms:Foo*",
        ] {
            assert!(!is_action(unknown), "{unknown}");
        }
    }

    #[test]
    fn keys_and_operators() {
        for known in [
            "dynamodb:LeadingKeys",
            "DYNAMODB:leadingkeys",
            "kms:EncryptionContext:dynacrypt:table",
            "aws:PrincipalTag/owner",
            "aws:SecureTransport",
            "s3:prefix",
        ] {
            assert!(is_condition_key(known), "{known}");
        }
        for unknown in [
            "leadingKeys",
            "dynamodb:LeadingKey",
            "kms:EncryptionContext",
            "kms:EncryptionContext:",
            "aws:TLS",
        ] {
            assert!(!is_condition_key(unknown), "{unknown}");
        }
        let known = |text| is_operator(&Operator::parse(text));
        assert!(known("ForAllValues:StringLikeIfExists") && known("Null") && known("bool"));
        assert!(
            !known("StringMatches") && !known("NullIfExists") && !known("ForEach:StringEquals")
        );
        assert!(!known("ForAllValues:Null"));
    }
}
