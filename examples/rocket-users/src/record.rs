//! The record, and what a request may put into it. It never turns into an answer as a whole: a secret
//! does not serialize.

use dynacrypt::legacy::Fernet;
use dynacrypt::{ExposeSecret, Record, Secret};
use example_common::input::Checks;

/// A user, under the id of its owner. Attribute names are those that the Flask service stored; its
/// two tokens stood in attributes of their own.
#[derive(Debug, Record)]
#[dynacrypt(table = "users")]
#[expect(clippy::struct_field_names, reason = "the key's attribute is `user_id`")]
pub(crate) struct User {
    #[dynacrypt(partition_key, owner)]
    pub(crate) user_id: String,
    #[encrypted(legacy = Fernet, legacy_name = "email_enc")]
    pub(crate) email: Secret<String>,
    #[encrypted(legacy = Fernet, legacy_name = "ssn_enc")]
    pub(crate) ssn: Secret<String>,
    /// Text, because the Flask service stored whatever its clients sent.
    pub(crate) created_at: String,
    /// 0 in an item of the Flask service, which counted nothing.
    #[dynacrypt(version, default)]
    pub(crate) version: u64,
}

/// Notes what is wrong with the secrets of a request. They are looked at, and never quoted.
pub(crate) fn check(
    email: Option<&Secret<String>>,
    ssn: Option<&Secret<String>>,
    checks: &mut Checks,
) {
    if let Some(email) = email {
        checks.that(is_email(email.expose_secret()), "email", "must be of the form name@domain");
    }
    if let Some(ssn) = ssn {
        checks.that(
            is_ssn(ssn.expose_secret()),
            "ssn",
            "must be three, two and four digits, with hyphens",
        );
    }
}

/// A form, not a promise that mail arrives.
fn is_email(text: &str) -> bool {
    let unfit = |char: char| char.is_whitespace() || char.is_control();
    text.len() <= 254
        && !text.contains(unfit)
        && text.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
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
    fn forms_are_checked() {
        assert!(is_ssn("078-05-1120") && is_email("ada@example.com"));
        for bad in ["", "078051120", "078-05-112x", "0780-5-1120", "078-05-11200"] {
            assert!(!is_ssn(bad), "{bad}");
        }
        for bad in
            ["", "@", "a@", "@b", "a b@c", "a@b@c", "a\n@b", &format!("{}@b", "a".repeat(254))]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_not_quoted() {
        let mut checks = Checks::new();
        check(Some(&Secret::from("CANARY")), Some(&Secret::from("CANARY")), &mut checks);
        let problem = checks.finish().unwrap_err();
        assert_eq!(problem.body().matches("\"field\"").count(), 2, "{}", problem.body());
        assert!(!problem.body().contains("CANARY"));
    }
}
