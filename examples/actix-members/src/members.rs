//! The model layer: members as typed operations. Handlers see neither the record, nor DynamoDB, nor
//! which fields are encrypted; nothing here knows HTTP but the refusals, and none skips the owner
//! check.

mod changed;
mod input;
mod record;

use dynacrypt::access;
use dynacrypt::record::Key;
use dynacrypt::reveal::Revealed;
use dynacrypt::{DynamoRepository, Error, ErrorKind, Record, Repository, Secret};
use example_common::backend::Backend;
use example_common::health::Readiness;
use example_common::problem::Problem;
use example_common::tokens::Caller;
use serde::Serialize;

pub(crate) use self::changed::changed;
pub(crate) use self::input::{Part, Whole};
pub(crate) use self::record::Member;
use crate::stream::history::{Entry, History};

/// All members.
pub(crate) struct Members {
    repository: DynamoRepository<Member>,
    readiness: Readiness,
    history: Option<History>,
}

/// One member, whom the caller may see and change: only [`Members::of`] makes one.
pub(crate) struct Own<'m> {
    members: &'m Members,
    caller: &'m Caller,
    id: &'m str,
}

/// A member, as it is shown: of secrets only that they are set.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    user_id: String,
    name: String,
    plan: Option<String>,
    ssn_set: bool,
    email_set: bool,
    pub(crate) version: u64,
}

/// A member's number, not shown yet.
pub(crate) struct Ssn(Secret<String>);

impl Members {
    /// The members of a backend. `history`: where somebody follows their stream.
    pub(crate) fn new(backend: &Backend, history: Option<History>) -> Self {
        let readiness = Readiness::new(backend.dynamodb().clone(), backend.table_name::<Member>());
        Self { repository: backend.repository(), readiness, history }
    }

    /// Whether they can be reached.
    ///
    /// # Errors
    /// 503.
    pub(crate) async fn ready(&self) -> Result<(), Problem> {
        self.readiness.check().await
    }

    /// Makes the caller a member. Its version.
    ///
    /// # Errors
    /// 400 with the fields at fault; 409 where it is one already.
    pub(crate) async fn join(&self, caller: &Caller, whole: Whole) -> Result<u64, Problem> {
        let member = whole.member(caller.id().to_owned(), 0)?;
        self.repository.create(caller.principal(), &member).await?;
        Ok(1)
    }

    /// The member of this id, before anything is looked up or read.
    ///
    /// # Errors
    /// 403 where the caller is another.
    pub(crate) fn of<'m>(&'m self, caller: &'m Caller, id: &'m str) -> Result<Own<'m>, Problem> {
        access::check_key::<Member>(caller.principal(), "member", Key::at(id))?;
        Ok(Own { members: self, caller, id })
    }
}

impl Own<'_> {
    async fn member(&self) -> Result<Member, Problem> {
        let found = self.members.repository.get(self.caller.principal(), self.id).await?;
        found.ok_or_else(Problem::not_found)
    }

    /// The member, as it is shown.
    ///
    /// # Errors
    /// 404.
    pub(crate) async fn show(&self) -> Result<Shown, Problem> {
        let member = self.member().await?;
        Ok(Shown {
            user_id: member.user_id,
            name: member.name,
            plan: member.plan,
            ssn_set: member.ssn.is_some(),
            email_set: member.email.is_some(),
            version: member.version,
        })
    }

    /// Replaces the whole member, of this version. Its new version.
    ///
    /// # Errors
    /// 400 with the fields at fault; 404; 409 where it has another version.
    pub(crate) async fn replace(&self, whole: Whole, version: u64) -> Result<u64, Problem> {
        self.put(whole.member(self.id.to_owned(), version)?).await
    }

    /// Changes a part of the member, of this version: it is read, changed and put back, because an
    /// authenticated field binds the whole. Its new version.
    ///
    /// # Errors
    /// As [`replace`](Self::replace), and 400 where nothing is changed.
    pub(crate) async fn change(&self, part: Part, version: u64) -> Result<u64, Problem> {
        part.check()?;
        let mut member = self.member().await?;
        if member.version != version {
            return Err(Error::new(ErrorKind::VersionConflict).into());
        }
        part.apply(&mut member);
        self.put(member).await
    }

    async fn put(&self, member: Member) -> Result<u64, Problem> {
        self.members.repository.replace(self.caller.principal(), &member).await?;
        Ok(member.version.saturating_add(1))
    }

    /// Ends the membership, where it has this version, if one is given.
    ///
    /// # Errors
    /// 404; 409 where it has another version.
    pub(crate) async fn leave(&self, version: Option<u64>) -> Result<(), Problem> {
        let repository = &self.members.repository;
        let mut request = repository.delete_request(self.caller.principal(), self.id);
        if let Some(version) = version {
            request = request.expect_version(version);
        }
        if request.send().await? { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// The member's number, to be revealed.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(crate) async fn ssn(&self) -> Result<Ssn, Problem> {
        self.member().await?.ssn.map(Ssn).ok_or_else(Problem::not_found)
    }

    /// What was changed of the member and when, oldest first.
    ///
    /// # Errors
    /// 404 where nobody follows the stream.
    pub(crate) fn history(&self) -> Result<Vec<Entry>, Problem> {
        let history = self.members.history.as_ref().ok_or_else(Problem::not_found)?;
        Ok(history.of(self.id))
    }
}

impl Ssn {
    /// Reveals it to the caller. Audited.
    ///
    /// # Errors
    /// 403 where the caller is nobody.
    pub(crate) fn reveal(&self, caller: &Caller) -> Result<Revealed<'_, String>, Problem> {
        let (column, reason) = (Member::columns().ssn, "the owner asked for the number");
        Ok(Revealed::new(&self.0, column, caller.principal(), reason)?)
    }
}

#[cfg(test)]
mod tests;
