//! The routes, one file a resource. None of them decides who may see what: the repository does.

pub(crate) mod email;
pub(crate) mod health;
pub(crate) mod users;

use rocket::{Route, routes};

/// All of them.
pub(crate) fn all() -> Vec<Route> {
    routes![
        users::create,
        users::show,
        users::replace,
        users::change,
        users::delete,
        email::reveal,
        health::live,
        health::ready,
    ]
}
