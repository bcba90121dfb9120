//! The record: what an item of the table is. It never turns into an answer: a secret does not
//! serialize.

use dynacrypt::legacy::AwsEsdk;
use dynacrypt::{Record, Secret};

/// A member, under the id of its owner.
///
/// What the Django service stored has `user_id` and `ssn_encrypted` alone, hence the options and
/// defaults.
#[derive(Debug, Record)]
#[dynacrypt(table = "members")]
pub(crate) struct Member {
    #[dynacrypt(partition_key, owner)]
    pub(crate) user_id: String,
    #[dynacrypt(default)]
    pub(crate) name: String,
    /// In the clear, and bound to the item: who can write to the table cannot change it unnoticed.
    #[dynacrypt(authenticated)]
    pub(crate) plan: Option<String>,
    #[encrypted(legacy = AwsEsdk, legacy_name = "ssn_encrypted")]
    pub(crate) ssn: Option<Secret<String>>,
    #[encrypted]
    pub(crate) email: Option<Secret<String>>,
    /// 0 in an item of before.
    #[dynacrypt(version, default)]
    pub(crate) version: u64,
}
