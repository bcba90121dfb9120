//! Users: created, shown, replaced, changed, deleted. It never answers with a secret: it says that
//! there is one.

use dynacrypt::expr::Update;
use dynacrypt::{Record, Repository, Secret};
use example_common::input::{Change, Checks};
use example_common::problem::Problem;
use example_common::tokens::Caller;
use example_common::version::etag;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::StatusCode;
use poem::http::header::{ETAG, LOCATION};
use poem::web::Data;
use poem::{Response, handler};
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, json};
use crate::app::Service;
use crate::extract::{IfMatch, Json, Members, UserId};
use crate::record::{self, User};

/// A whole user, as it is sent. Whose it is stands in the token, not here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Whole {
    display_name: Option<String>,
    sensitive_attr: Option<Secret<String>>,
    password: Option<Secret<String>>,
    version: Option<u64>,
}

impl Members for Whole {
    const MEMBERS: &'static [&'static str] =
        &["displayName", "sensitiveAttr", "password", "version"];
}

impl Whole {
    fn into_user(self, user_id: String, version: u64) -> Result<User, Problem> {
        let Self { display_name, sensitive_attr, password, .. } = self;
        let mut checks = Checks::new();
        checks.required(sensitive_attr.as_ref(), "sensitiveAttr");
        record::check(display_name.as_deref(), sensitive_attr.as_ref(), &mut checks)?;
        let sensitive_attr = sensitive_attr.ok_or_else(Problem::internal)?;
        Ok(User { user_id, display_name, sensitive_attr, password, version })
    }
}

/// Some members of a user: those that are absent stay as they are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    /// `null` removes the name.
    #[serde(default)]
    display_name: Change<String>,
    sensitive_attr: Option<Secret<String>>,
    version: Option<u64>,
}

impl Members for Part {
    const MEMBERS: &'static [&'static str] = &["displayName", "sensitiveAttr", "version"];
}

impl Part {
    /// The change as an update; `None` where it is none.
    fn update(&self) -> Option<Update<User>> {
        let column = User::columns();
        let (mut update, mut empty) = (Update::new(), true);
        match &self.display_name {
            Change::Keep => {}
            Change::Remove => (update, empty) = (update.remove(column.display_name), false),
            Change::Set(name) => {
                (update, empty) = (update.set(column.display_name, name.clone()), false);
            }
        }
        if let Some(secret) = &self.sensitive_attr {
            (update, empty) = (update.set(column.sensitive_attr, secret.duplicate()), false);
        }
        (!empty).then_some(update)
    }
}

/// A user, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    user_id: &'a str,
    display_name: Option<&'a str>,
    sensitive_attr_set: bool,
    version: u64,
}

#[handler]
pub(crate) async fn create(
    Data(service): Data<&Service>,
    Data(caller): Data<&Caller>,
    Json(body): Json<Whole>,
) -> Answer {
    let user = body.into_user(caller.id().to_owned(), 0)?;
    service.users.create(caller.principal(), &user).await?;
    let id = utf8_percent_encode(caller.id(), NON_ALPHANUMERIC);
    Ok(Response::builder()
        .status(StatusCode::CREATED)
        .header(LOCATION, format!("/users/{id}"))
        .header(ETAG, etag(1))
        .finish())
}

#[handler]
pub(crate) async fn show(
    Data(service): Data<&Service>,
    Data(caller): Data<&Caller>,
    UserId(id): UserId,
) -> Answer {
    let user = service.users.get(caller.principal(), id.as_str()).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    let shown = json(&Shown {
        user_id: &user.user_id,
        display_name: user.display_name.as_deref(),
        sensitive_attr_set: true,
        version: user.version,
    })?;
    Ok(tagged(shown, user.version))
}

#[handler]
pub(crate) async fn replace(
    Data(service): Data<&Service>,
    Data(caller): Data<&Caller>,
    UserId(id): UserId,
    if_match: IfMatch<'_>,
    Json(body): Json<Whole>,
) -> Answer {
    let version = if_match.version(body.version)?;
    let user = body.into_user(id, version)?;
    service.users.replace(caller.principal(), &user).await?;
    Ok(written(version))
}

/// The update that the article makes with a condition: of this version alone, and of ciphertext and
/// tag at once, which it set apart.
#[handler]
pub(crate) async fn change(
    Data(service): Data<&Service>,
    Data(caller): Data<&Caller>,
    UserId(id): UserId,
    if_match: IfMatch<'_>,
    Json(body): Json<Part>,
) -> Answer {
    let version = if_match.version(body.version)?;
    let name = body.display_name.value().map(String::as_str);
    record::check(name, body.sensitive_attr.as_ref(), &mut Checks::new())?;
    let update = body.update().ok_or_else(|| Problem::bad_request("nothing is changed"))?;
    let request = service.users.update_request(caller.principal(), id.as_str(), update);
    request.expect_version(version).send().await?;
    Ok(written(version))
}

#[handler]
pub(crate) async fn delete(
    Data(service): Data<&Service>,
    Data(caller): Data<&Caller>,
    UserId(id): UserId,
    if_match: IfMatch<'_>,
) -> Answer {
    let mut request = service.users.delete_request(caller.principal(), id.as_str());
    if let Some(version) = if_match.optional()? {
        request = request.expect_version(version);
    }
    if request.send().await? {
        Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
    } else {
        Err(Problem::not_found().into())
    }
}

/// 204, with the version that a write made of this one.
fn written(version: u64) -> Response {
    let response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    tagged(response, version.saturating_add(1))
}

fn tagged(mut response: Response, version: u64) -> Response {
    if let Ok(tag) = etag(version).parse() {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
