//! The routes, one file a resource. None of them decides who may see what: the repository does.

pub(crate) mod api_key;
pub(crate) mod health;
pub(crate) mod profiles;
