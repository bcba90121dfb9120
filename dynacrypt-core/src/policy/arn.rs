//! ARNs of tables and KMS keys, checked. It never accepts a wildcard or an alias.

use super::invalid;
use crate::error::Result;

/// What an ARN of either kind says.
pub(super) trait Arn {
    /// The partition of AWS, such as `aws-cn`.
    fn partition(&self) -> &str;
    /// The whole ARN.
    fn as_str(&self) -> &str;
}

/// The ARN of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableArn(String);

/// The ARN of a KMS key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyArn(String);

impl TableArn {
    pub(super) fn parse(arn: &str) -> Result<Self> {
        let bad = "the table is named by an ARN such as `arn:aws:dynamodb:eu-central-1:111122223333:table/profiles`";
        let resource = resource(arn, "dynamodb").ok_or_else(|| invalid(bad))?;
        let name = resource.strip_prefix("table/").ok_or_else(|| invalid(bad))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if (3..=255).contains(&name.len()) && name.chars().all(plain) {
            Ok(Self(arn.to_owned()))
        } else {
            Err(invalid(bad))
        }
    }

    pub(super) fn index(&self, name: &str) -> String {
        format!("{}/index/{name}", self.0)
    }

    pub(super) fn streams(&self) -> String {
        format!("{}/stream/*", self.0)
    }
}

impl KeyArn {
    pub(super) fn parse(arn: &str) -> Result<Self> {
        let bad = "the KMS key is named by the ARN of the key itself, not of an alias, such as `arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`";
        let resource = resource(arn, "kms").ok_or_else(|| invalid(bad))?;
        let id = resource.strip_prefix("key/").ok_or_else(|| invalid(bad))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if (1..=255).contains(&id.len()) && id.chars().all(plain) {
            Ok(Self(arn.to_owned()))
        } else {
            Err(invalid(bad))
        }
    }
}

impl Arn for TableArn {
    fn partition(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

impl Arn for KeyArn {
    fn partition(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an ARN names, where it is one of this service, in a region of its partition.
fn resource<'a>(arn: &'a str, service: &str) -> Option<&'a str> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    let (prefix, partition, of, region, account) = (next()?, next()?, next()?, next()?, next()?);
    let resource = next()?;
    let region_fits = match partition {
        "aws-cn" => region.starts_with("cn-"),
        "aws-us-gov" => region.starts_with("us-gov-"),
        "aws" => !region.starts_with("cn-") && !region.starts_with("us-gov-"),
        _ => false,
    };
    let is_region = region.contains('-')
        && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    (prefix == "arn" && of == service && region_fits && is_region && is_account).then_some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_every_partition() {
        for (partition, region) in
            [("aws", "eu-central-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
        {
            let table = format!("arn:{partition}:dynamodb:{region}:111122223333:table/a.B_c-1");
            assert_eq!(TableArn::parse(&table).unwrap().partition(), partition);
            let key = format!("arn:{partition}:kms:{region}:111122223333:key/mrk-1234abcd");
            assert_eq!(KeyArn::parse(&key).unwrap().partition(), partition);
        }
    }

    #[test]
    fn what_is_no_arn_of_the_kind() {
        for bad in [
            "",
            "profiles",
            "arn:aws:dynamodb:eu-central-1:111122223333:table/*",
            "arn:aws:dynamodb:eu-central-1:111122223333:table/ab",
            "arn:aws:dynamodb:*:111122223333:table/profiles",
            "arn:aws:dynamodb:eu-central-1::table/profiles",
            "arn:aws:dynamodb:eu-central-1:11112222333a:table/profiles",
            "arn:aws:dynamodb:cn-north-1:111122223333:table/profiles",
            "arn:aws-cn:dynamodb:eu-central-1:111122223333:table/profiles",
            "arn:aws-other:dynamodb:eu-central-1:111122223333:table/profiles",
            "arn:aws:dynamodb:eu-central-1:111122223333:table/profiles/index/x",
            "arn:aws:dynamodb:eu-central-1:111122223333:table/prof\"iles",
            "arn:aws:kms:eu-central-1:111122223333:table/profiles",
        ] {
            assert!(TableArn::parse(bad).unwrap_err().is_invalid_policy(), "{bad}");
        }
        for bad in [
            "arn:aws:kms:eu-central-1:111122223333:alias/x",
            "arn:aws:kms:eu-central-1:111122223333:key/*",
            "arn:aws:kms:eu-central-1:111122223333:key/",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
        ] {
            assert!(KeyArn::parse(bad).unwrap_err().is_invalid_policy(), "{bad}");
        }
    }
}
