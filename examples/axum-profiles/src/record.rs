//! The record, and what a request may put into it. It never turns into an answer as a whole: a secret
//! does not serialize.

use dynacrypt::legacy::JsonGcm;
use dynacrypt::{ExposeSecret, Record, Secret};
use example_common::input::Checks;
use example_common::problem::Problem;

/// A profile, under the id of its owner. Attribute names are those that the Restify service stored.
#[derive(Debug, Record)]
#[dynacrypt(table = "profiles", rename_all = "camelCase")]
pub(crate) struct Profile {
    #[dynacrypt(partition_key, owner)]
    pub(crate) user_id: String,
    // The Restify service had none, and counted nothing.
    #[dynacrypt(default)]
    pub(crate) display_name: String,
    #[encrypted(legacy = JsonGcm)]
    pub(crate) ssn: Secret<String>,
    #[encrypted(legacy = JsonGcm)]
    pub(crate) api_key: Option<Secret<String>>,
    #[dynacrypt(version, default)]
    pub(crate) version: u64,
}

/// Notes what is wrong with the values of a request. Secrets are looked at, and never quoted.
pub(crate) fn check(
    display_name: Option<&str>,
    ssn: Option<&Secret<String>>,
    api_key: Option<&Secret<String>>,
    checks: &mut Checks,
) -> Result<(), Problem> {
    if let Some(name) = display_name {
        checks.clear_text("displayName", name, 100, "must have 1 to 100 characters");
    }
    if let Some(ssn) = ssn {
        let form = is_ssn(ssn.expose_secret());
        checks.that(form, "ssn", "must be digits in the form NNN-NN-NNNN");
    }
    if let Some(key) = api_key {
        let key = key.expose_secret().as_bytes();
        let fits = (16..=256).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
        checks.that(fits, "apiKey", "must have 16 to 256 visible ASCII characters");
    }
    checks.finish()
}

fn is_ssn(text: &str) -> bool {
    text.len() == 11
        && text.bytes().enumerate().all(|(at, byte)| match at {
            3 | 6 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_and_not_quoted() {
        assert!(is_ssn("078-05-1120"));
        for bad in ["", "078051120", "078-05-112x", "0780-5-1120", "078-05-11200", "०७८-०५"]
        {
            assert!(!is_ssn(bad), "{bad}");
        }
        let (ssn, key) = (Secret::from("CANARY"), Secret::from("CANARY key"));
        let problem = check(Some(""), Some(&ssn), Some(&key), &mut Checks::new()).unwrap_err();
        assert_eq!(problem.body().matches("\"field\"").count(), 3, "{}", problem.body());
        assert!(!problem.body().contains("CANARY"));
    }
}
