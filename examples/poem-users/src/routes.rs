//! The routes, one file a resource. None of them decides who may see what: the repository does.

pub(crate) mod health;
pub(crate) mod sensitive;
pub(crate) mod users;
