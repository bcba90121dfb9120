//! Profiles: created, shown, replaced, changed, deleted. It never answers with a secret: it says
//! whether one is set.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ETAG, LOCATION};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use dynacrypt::expr::Update;
use dynacrypt::{Record, Repository, Secret};
use example_common::axum::{Answer, Caller, Id, IfMatch, Json, Members};
use example_common::input::{Change, Checks};
use example_common::problem::Problem;
use example_common::version::etag;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::app::Service;
use crate::record::{self, Profile};

/// What of an id is encoded in a path: also dots, which a client would take as steps.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/profiles", post(create))
        .route("/profiles/{user_id}", get(show).put(replace).patch(change).delete(delete))
}

/// A whole profile, as it is sent. Whose it is stands in the token, not here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Whole {
    display_name: Option<String>,
    ssn: Option<Secret<String>>,
    api_key: Option<Secret<String>>,
    version: Option<u64>,
}

impl Members for Whole {
    const MEMBERS: &'static [&'static str] = &["displayName", "ssn", "apiKey", "version"];
}

impl Whole {
    fn into_profile(self, user_id: String, version: u64) -> Result<Profile, Problem> {
        let mut checks = Checks::new();
        checks
            .required(self.display_name.as_ref(), "displayName")
            .required(self.ssn.as_ref(), "ssn");
        let (name, ssn) = (self.display_name.as_deref(), self.ssn.as_ref());
        record::check(name, ssn, self.api_key.as_ref(), &mut checks)?;
        match (self.display_name, self.ssn) {
            (Some(display_name), Some(ssn)) => {
                Ok(Profile { user_id, display_name, ssn, api_key: self.api_key, version })
            }
            _ => Err(Problem::internal()),
        }
    }
}

/// Some members of a profile: those that are absent stay as they are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    display_name: Option<String>,
    ssn: Option<Secret<String>>,
    /// `null` removes the key.
    #[serde(default)]
    api_key: Change<Secret<String>>,
    version: Option<u64>,
}

impl Members for Part {
    const MEMBERS: &'static [&'static str] = Whole::MEMBERS;
}

/// A profile, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    user_id: &'a str,
    display_name: &'a str,
    ssn_set: bool,
    api_key_set: bool,
    version: u64,
}

async fn create(
    State(service): State<Service>,
    Caller(caller): Caller,
    Json(body): Json<Whole>,
) -> Answer {
    let profile = body.into_profile(caller.id().to_owned(), 0)?;
    service.profiles.create(caller.principal(), &profile).await?;
    let id = utf8_percent_encode(caller.id(), IN_PATH);
    let headers = [(LOCATION, format!("/profiles/{id}")), (ETAG, etag(1))];
    Ok((StatusCode::CREATED, headers).into_response())
}

async fn show(State(service): State<Service>, Caller(caller): Caller, Id(id): Id) -> Answer {
    let profile = service.profiles.get(caller.principal(), id.as_str()).await?;
    let profile = profile.ok_or_else(Problem::not_found)?;
    let shown = Shown {
        user_id: &profile.user_id,
        display_name: &profile.display_name,
        ssn_set: true,
        api_key_set: profile.api_key.is_some(),
        version: profile.version,
    };
    Ok(([(ETAG, etag(profile.version))], axum::Json(shown)).into_response())
}

async fn replace(
    State(service): State<Service>,
    Caller(caller): Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(body): Json<Whole>,
) -> Answer {
    let version = if_match.version(body.version)?;
    let profile = body.into_profile(id, version)?;
    service.profiles.replace(caller.principal(), &profile).await?;
    Ok((StatusCode::NO_CONTENT, [(ETAG, etag(version.saturating_add(1)))]).into_response())
}

async fn change(
    State(service): State<Service>,
    Caller(caller): Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(body): Json<Part>,
) -> Answer {
    let version = if_match.version(body.version)?;
    let (name, ssn) = (body.display_name.as_deref(), body.ssn.as_ref());
    record::check(name, ssn, body.api_key.value(), &mut Checks::new())?;
    let column = Profile::columns();
    let (mut update, mut empty) = (Update::new(), true);
    if let Some(name) = body.display_name {
        (update, empty) = (update.set(column.display_name, name), false);
    }
    if let Some(ssn) = body.ssn {
        (update, empty) = (update.set(column.ssn, ssn), false);
    }
    match body.api_key {
        Change::Keep => {}
        Change::Remove => (update, empty) = (update.remove(column.api_key), false),
        Change::Set(key) => (update, empty) = (update.set(column.api_key, key), false),
    }
    if empty {
        return Err(Problem::bad_request("nothing is changed").into());
    }
    let request = service.profiles.update_request(caller.principal(), id.as_str(), update);
    request.expect_version(version).send().await?;
    Ok((StatusCode::NO_CONTENT, [(ETAG, etag(version.saturating_add(1)))]).into_response())
}

async fn delete(
    State(service): State<Service>,
    Caller(caller): Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Answer {
    let mut request = service.profiles.delete_request(caller.principal(), id.as_str());
    if let Some(version) = if_match.optional()? {
        request = request.expect_version(version);
    }
    if request.send().await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Problem::not_found().into())
    }
}
