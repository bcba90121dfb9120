//! The one route that reveals a secret: the owner's address, to the owner, audited. It never answers
//! with anything beside it.

use dynacrypt::reveal::Revealed;
use dynacrypt::{Record, Repository};
use example_common::problem::Problem;
use rocket::{State, get};
use serde::Serialize;

use crate::answer::{Answer, Reply};
use crate::app::Service;
use crate::guards::Caller;
use crate::record::User;

#[derive(Serialize)]
struct Email<'a> {
    email: Revealed<'a, String>,
}

#[get("/users/<id>/email")]
pub(crate) async fn reveal(caller: Caller, service: &State<Service>, id: &str) -> Answer {
    let Caller(caller) = caller;
    let user = service.users.get(caller.principal(), id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    let column = User::columns().email;
    let reason = "the owner asked for the address";
    let email = Revealed::new(&user.email, column, caller.principal(), reason)?;
    // Without the pass, the egress guard withholds an answer with a secret in it.
    let pass = email.pass();
    Ok(Reply::json(&Email { email })?.passing(pass))
}
