//! The routes, one file a resource, each with what the document says of it. None of them decides who
//! may see what: the repository does.

pub(crate) mod health;
pub(crate) mod item;
pub(crate) mod items;
pub(crate) mod secret;
pub(crate) mod shapes;
