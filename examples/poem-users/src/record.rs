//! The record, and what a request may put into it. It never turns into an answer as a whole: a secret
//! does not serialize.

use dynacrypt::legacy::SplitGcm;
use dynacrypt::{ExposeSecret, Record, Secret};
use example_common::input::Checks;
use example_common::problem::Problem;

/// A user, under the id of its owner. Attribute names are those that the Koa service stored; it had
/// `iv` and `tag` beside `sensitiveAttr`, which the first write of ours removes.
#[derive(Debug, Record)]
#[dynacrypt(table = "users", rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "`userId` is what the Koa service calls it")]
pub(crate) struct User {
    #[dynacrypt(partition_key, owner)]
    pub(crate) user_id: String,
    pub(crate) display_name: Option<String>,
    #[encrypted(legacy = SplitGcm)]
    pub(crate) sensitive_attr: Secret<String>,
    /// Clients of the Koa service send it with the rest. Here a token says who calls: it is taken,
    /// masked wherever it would be logged, and never stored.
    #[expect(dead_code, reason = "nothing here needs it: it is wiped with the rest")]
    #[sensitive]
    #[dynacrypt(skip)]
    pub(crate) password: Option<Secret<String>>,
    /// 0 where the Koa service wrote, which counted nothing.
    #[dynacrypt(version, default)]
    pub(crate) version: u64,
}

/// Notes what is wrong with the values of a request. Secrets are looked at, and never quoted.
pub(crate) fn check(
    display_name: Option<&str>,
    sensitive_attr: Option<&Secret<String>>,
    checks: &mut Checks,
) -> Result<(), Problem> {
    if let Some(name) = display_name {
        checks.clear_text("displayName", name, 100, "must have 1 to 100 characters");
    }
    if let Some(secret) = sensitive_attr {
        let length = secret.expose_secret().len();
        checks.that((1..=4096).contains(&length), "sensitiveAttr", "must have 1 to 4096 bytes");
    }
    checks.finish()
}

#[cfg(test)]
mod tests {
    use example_common::logs;

    use super::*;

    #[test]
    fn values_are_checked_and_not_quoted() {
        let long = Secret::from("CANARY".repeat(1000));
        let problem = check(Some(" \n"), Some(&long), &mut Checks::new()).unwrap_err();
        assert_eq!(problem.body().matches("\"field\"").count(), 2, "{}", problem.body());
        assert!(!problem.body().contains("CANARY"));
        assert!(check(Some("Ada"), Some(&Secret::from("x")), &mut Checks::new()).is_ok());
    }

    #[test]
    fn what_the_article_masked_by_hand_is_masked_by_its_type_and_by_its_name() {
        let user = User {
            user_id: "user-1".to_owned(),
            display_name: None,
            sensitive_attr: Secret::from("CANARY-sensitive"),
            password: Some(Secret::from("CANARY-password")),
            version: 0,
        };
        let shown = format!("{user:?}");
        assert!(!shown.contains("CANARY") && shown.matches("REDACTED").count() == 2, "{shown}");

        let redactor = logs::redactor::<User>();
        let body = r#"{"password":"CANARY-1","sensitiveAttr":"CANARY-2","displayName":"Ada"}"#;
        let masked = redactor.json(body);
        assert!(!masked.contains("CANARY") && masked.contains("Ada"), "{masked}");
        assert!(!redactor.form("a=b&password=CANARY-1").contains("CANARY"));
    }

    #[test]
    fn the_password_has_no_attribute() {
        assert!(User::SCHEMA.fields().iter().all(|field| field.name() != "password"));
    }
}
