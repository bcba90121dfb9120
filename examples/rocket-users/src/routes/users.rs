//! Users: created, shown, replaced, changed, deleted. It never answers with a secret: it says that
//! one is set.

use dynacrypt::{Repository, Secret};
use example_common::input::Checks;
use example_common::problem::Problem;
use example_common::version::etag;
use rocket::http::Status;
use rocket::{State, delete, get, patch, post, put, uri};
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::answer::{Answer, Reply};
use crate::app::Service;
use crate::body::{Body, Members};
use crate::guards::{Caller, IfMatch, Writes};
use crate::record::{self, User};

/// A user to be, as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    user_id: Option<String>,
    email: Option<Secret<String>>,
    ssn: Option<Secret<String>>,
}

impl Members for New {
    const MEMBERS: &'static [&'static str] = &["user_id", "email", "ssn"];
}

/// What replaces a user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whole {
    email: Option<Secret<String>>,
    ssn: Option<Secret<String>>,
    version: Option<u64>,
}

impl Members for Whole {
    const MEMBERS: &'static [&'static str] = &["email", "ssn", "version"];
}

/// What changes of a user: members that are absent stay as they are, and none can be taken away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    #[serde(default, deserialize_with = "not_null")]
    email: Option<Secret<String>>,
    #[serde(default, deserialize_with = "not_null")]
    ssn: Option<Secret<String>>,
    version: Option<u64>,
}

impl Members for Part {
    const MEMBERS: &'static [&'static str] = Whole::MEMBERS;
}

fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A user, as it is shown.
#[derive(Serialize)]
struct Shown<'a> {
    user_id: &'a str,
    email_set: bool,
    ssn_set: bool,
    created_at: &'a str,
    version: u64,
}

/// Both secrets, where they are there and sound.
fn secrets(
    email: Option<Secret<String>>,
    ssn: Option<Secret<String>>,
) -> Result<(Secret<String>, Secret<String>), Problem> {
    let mut checks = Checks::new();
    checks.required(email.as_ref(), "email").required(ssn.as_ref(), "ssn");
    record::check(email.as_ref(), ssn.as_ref(), &mut checks);
    checks.finish()?;
    email.zip(ssn).ok_or_else(Problem::internal)
}

#[post("/users", data = "<body>")]
pub(crate) async fn create(
    caller: Caller,
    _writes: Writes,
    service: &State<Service>,
    body: Body<New>,
) -> Answer {
    let (Caller(caller), Body(New { user_id, email, ssn })) = (caller, body);
    // Whose it is, before anything else is looked at, let alone looked up.
    if user_id.as_ref().is_some_and(|id| id != caller.id()) {
        return Err(Problem::forbidden().into());
    }
    Checks::new().required(user_id.as_ref(), "user_id").finish()?;
    let (email, ssn) = secrets(email, ssn)?;
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let created_at = now.format(&Rfc3339).map_err(|_| Problem::internal())?;
    let user = User { user_id: caller.id().to_owned(), email, ssn, created_at, version: 0 };
    service.users.create(caller.principal(), &user).await?;
    let location = uri!(show(id = caller.id())).to_string();
    Ok(Reply::empty(Status::Created).with("location", location).with("etag", etag(1)))
}

#[get("/users/<id>")]
pub(crate) async fn show(caller: Caller, service: &State<Service>, id: &str) -> Answer {
    let user = service.users.get(caller.0.principal(), id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    let shown = Shown {
        user_id: &user.user_id,
        email_set: true,
        ssn_set: true,
        created_at: &user.created_at,
        version: user.version,
    };
    Ok(Reply::json(&shown)?.with("etag", etag(user.version)))
}

#[put("/users/<id>", data = "<body>")]
pub(crate) async fn replace(
    caller: Caller,
    _writes: Writes,
    service: &State<Service>,
    id: &str,
    if_match: IfMatch<'_>,
    body: Body<Whole>,
) -> Answer {
    let Body(body) = body;
    let version = if_match.version(body.version)?;
    let (email, ssn) = secrets(body.email, body.ssn)?;
    let stored = stored(service, &caller, id).await?;
    store(service, &caller, User { email, ssn, version, ..stored }).await
}

#[patch("/users/<id>", data = "<body>")]
pub(crate) async fn change(
    caller: Caller,
    _writes: Writes,
    service: &State<Service>,
    id: &str,
    if_match: IfMatch<'_>,
    body: Body<Part>,
) -> Answer {
    let Body(body) = body;
    let version = if_match.version(body.version)?;
    let mut checks = Checks::new();
    record::check(body.email.as_ref(), body.ssn.as_ref(), &mut checks);
    checks.finish()?;
    if body.email.is_none() && body.ssn.is_none() {
        return Err(Problem::bad_request("nothing is changed").into());
    }
    let stored = stored(service, &caller, id).await?;
    let (email, ssn) = (body.email.unwrap_or(stored.email), body.ssn.unwrap_or(stored.ssn));
    store(service, &caller, User { email, ssn, version, ..stored }).await
}

/// The user as it is stored. A write keeps what it does not change by reading it.
async fn stored(service: &Service, caller: &Caller, id: &str) -> Result<User, Problem> {
    let user = service.users.get(caller.0.principal(), id).await?;
    user.ok_or_else(Problem::not_found)
}

/// Stores the user, where the stored one still has its version.
async fn store(service: &Service, caller: &Caller, user: User) -> Answer {
    service.users.replace(caller.0.principal(), &user).await?;
    Ok(Reply::empty(Status::NoContent).with("etag", etag(user.version.saturating_add(1))))
}

#[delete("/users/<id>")]
pub(crate) async fn delete(
    caller: Caller,
    _writes: Writes,
    service: &State<Service>,
    id: &str,
    if_match: IfMatch<'_>,
) -> Answer {
    let mut request = service.users.delete_request(caller.0.principal(), id);
    if let Some(version) = if_match.optional()? {
        request = request.expect_version(version);
    }
    if request.send().await? {
        Ok(Reply::empty(Status::NoContent))
    } else {
        Err(Problem::not_found().into())
    }
}
