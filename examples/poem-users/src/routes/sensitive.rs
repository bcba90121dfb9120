//! The one route that reveals the secret: to its owner, audited. It never answers with anything
//! beside it.

use dynacrypt::reveal::Revealed;
use dynacrypt::{Record, Repository};
use example_common::problem::Problem;
use example_common::tokens::Caller;
use poem::handler;
use poem::web::Data;
use serde::Serialize;

use crate::answer::{Answer, json};
use crate::app::Service;
use crate::extract::UserId;
use crate::record::User;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sensitive<'a> {
    sensitive_attr: Revealed<'a, String>,
}

#[handler]
pub(crate) async fn reveal(
    Data(service): Data<&Service>,
    Data(caller): Data<&Caller>,
    UserId(id): UserId,
) -> Answer {
    let user = service.users.get(caller.principal(), id.as_str()).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    let (secret, column) = (&user.sensitive_attr, User::columns().sensitive_attr);
    let sensitive_attr =
        Revealed::new(secret, column, caller.principal(), "the owner asked for it")?;
    // Without the pass, the egress guard withholds the answer.
    let pass = sensitive_attr.pass();
    let mut answer = json(&Sensitive { sensitive_attr })?;
    answer.set_data(pass);
    Ok(answer)
}
