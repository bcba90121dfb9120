//! The record, and what a request may put into it. It never turns into an answer as a whole: a secret
//! does not serialize.

use dynacrypt::legacy::KmsGcm;
use dynacrypt::{ExposeSecret, Projection, Record, Secret};
use example_common::input::Checks;
use example_common::problem::Problem;

/// An item. Whose it is stands beside its key, and is bound into it: another's is absent.
///
/// Attribute names are those that the FastAPI service stored. Its items had no owner: whoever has
/// one must be written beside them (`owner_id`) before this reads them.
#[derive(Debug, Record)]
// All attributes, so that an item which is not sealed yet can be read from the index too.
#[dynacrypt(table = "secure_items", index(by_owner, partition_key = owner_id, sort_key = item_id))]
#[allow(clippy::struct_field_names, reason = "named as the attribute that it is")]
pub(crate) struct Item {
    #[dynacrypt(partition_key)]
    pub(crate) item_id: String,
    #[dynacrypt(owner)]
    pub(crate) owner_id: String,
    /// Items of before have neither this nor a version.
    #[dynacrypt(default)]
    pub(crate) title: String,
    #[dynacrypt(rename = "sensitive_field")]
    #[encrypted(legacy = KmsGcm)]
    pub(crate) secret: Secret<String>,
    #[dynacrypt(version, default)]
    pub(crate) version: u64,
}

/// What is shown of an item: nothing is decrypted for it.
#[derive(Debug, Projection)]
#[dynacrypt(record = Item)]
pub(crate) struct Face {
    pub(crate) item_id: String,
    #[dynacrypt(default)]
    pub(crate) title: String,
    #[dynacrypt(default)]
    pub(crate) version: u64,
}

/// Most characters of a title.
pub(crate) const MAX_TITLE: usize = 100;
/// Most bytes of a secret.
pub(crate) const MAX_SECRET: usize = 4096;

/// Notes what is wrong with the values of a request. Secrets are looked at, and never quoted.
pub(crate) fn check(
    title: Option<&String>,
    secret: Option<&Secret<String>>,
    checks: &mut Checks,
) -> Result<(), Problem> {
    if let Some(title) = title {
        checks.clear_text("title", title, MAX_TITLE, "must have 1 to 100 characters");
    }
    if let Some(secret) = secret {
        let fits = (1..=MAX_SECRET).contains(&secret.expose_secret().len());
        checks.that(fits, "secret", "must have 1 to 4096 bytes");
    }
    checks.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_and_not_quoted() {
        let long = Secret::from("CANARY".repeat(1_000));
        let problem = check(Some(&String::new()), Some(&long), &mut Checks::new()).unwrap_err();
        assert_eq!(problem.body().matches("\"field\"").count(), 2, "{}", problem.body());
        assert!(!problem.body().contains("CANARY"));
        let (title, secret) = ("a".repeat(MAX_TITLE), Secret::from("s".repeat(MAX_SECRET)));
        assert_eq!(check(Some(&title), Some(&secret), &mut Checks::new()), Ok(()));
    }
}
