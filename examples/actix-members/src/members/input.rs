//! What may be put into a member, and what is wrong with it. It never quotes a value, and never
//! says whose member it is.

use dynacrypt::{ExposeSecret, Secret};
use example_common::input::{Change, Checks};
use example_common::problem::Problem;
use serde::Deserialize;

use super::record::Member;

const PLANS: [&str; 3] = ["free", "plus", "team"];

/// A whole member, as it is sent. Whose it is stands in the token, not here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whole {
    name: Option<String>,
    plan: Option<String>,
    ssn: Option<Secret<String>>,
    email: Option<Secret<String>>,
    pub(crate) version: Option<u64>,
}

/// Some members of it: those that are absent stay as they are. `null` removes the number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    name: Option<String>,
    plan: Option<String>,
    #[serde(default)]
    ssn: Change<Secret<String>>,
    email: Option<Secret<String>>,
    pub(crate) version: Option<u64>,
}

impl Whole {
    /// Names of what may be sent.
    pub(crate) const MEMBERS: &'static [&'static str] =
        &["name", "plan", "ssn", "email", "version"];

    /// The record.
    ///
    /// # Errors
    /// 400 with the fields at fault.
    pub(super) fn member(self, user_id: String, version: u64) -> Result<Member, Problem> {
        let mut checks = Checks::new();
        checks
            .required(self.name.as_ref(), "name")
            .required(self.plan.as_ref(), "plan")
            .required(self.email.as_ref(), "email");
        let (name, plan) = (self.name.as_deref(), self.plan.as_deref());
        check(name, plan, self.ssn.as_ref(), self.email.as_ref(), &mut checks)?;
        let name = self.name.unwrap_or_default();
        Ok(Member { user_id, name, plan: self.plan, ssn: self.ssn, email: self.email, version })
    }
}

impl Part {
    /// Whether what is to be changed is in order.
    ///
    /// # Errors
    /// 400 with the fields at fault, or where nothing is changed.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let (name, plan) = (self.name.as_deref(), self.plan.as_deref());
        check(name, plan, self.ssn.value(), self.email.as_ref(), &mut Checks::new())?;
        let same = name.is_none() && plan.is_none() && self.email.is_none();
        if same && matches!(self.ssn, Change::Keep) {
            return Err(Problem::bad_request("nothing is changed"));
        }
        Ok(())
    }

    pub(super) fn apply(self, member: &mut Member) {
        if let Some(name) = self.name {
            member.name = name;
        }
        if self.plan.is_some() {
            member.plan = self.plan;
        }
        match self.ssn {
            Change::Keep => {}
            Change::Remove => member.ssn = None,
            Change::Set(ssn) => member.ssn = Some(ssn),
        }
        if self.email.is_some() {
            member.email = self.email;
        }
    }
}

fn check(
    name: Option<&str>,
    plan: Option<&str>,
    ssn: Option<&Secret<String>>,
    email: Option<&Secret<String>>,
    checks: &mut Checks,
) -> Result<(), Problem> {
    if let Some(name) = name {
        checks.clear_text("name", name, 100, "must have 1 to 100 characters");
    }
    if let Some(plan) = plan {
        checks.that(PLANS.contains(&plan), "plan", "must be free, plus or team");
    }
    if let Some(ssn) = ssn {
        checks.that(is_ssn(ssn.expose_secret()), "ssn", "must be of the form NNN-NN-NNNN");
    }
    if let Some(email) = email {
        checks.that(is_email(email.expose_secret()), "email", "must be an email address");
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

/// Something, one `@`, and a name with a dot: whether mail arrives, only mail can tell.
fn is_email(text: &str) -> bool {
    let visible = !text.chars().any(|char| char.is_control() || char.is_whitespace());
    let parts = text.split_once('@');
    text.len() <= 254
        && visible
        && parts.is_some_and(|(user, host)| {
            let labels = host.contains('.') && host.split('.').all(|label| !label.is_empty());
            !user.is_empty() && labels && !host.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked() {
        assert!(is_ssn("078-05-1120") && is_email("ada@example.com"));
        for bad in ["", "078051120", "078-05-112x", "0780-5-1120", "078-05-11200", "०७८-०५"]
        {
            assert!(!is_ssn(bad), "{bad}");
        }
        for bad in ["", "ada", "@example.com", "ada@", "ada@example", "a b@example.com", "a@b@c.d"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_and_nothing_is_quoted() {
        let canary = || Some(Secret::from("CANARY"));
        let whole = Whole {
            name: Some(String::new()),
            plan: Some("CANARY".to_owned()),
            ssn: canary(),
            email: canary(),
            version: None,
        };
        let problem = whole.member("user-ada".to_owned(), 0).unwrap_err();
        assert_eq!(problem.body().matches("\"field\"").count(), 4, "{}", problem.body());
        assert!(!problem.body().contains("CANARY"));
    }
}
