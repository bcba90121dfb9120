//! The middlewares, each a function: of a request (it passes, or is refused), or around what follows.
//! None of them reads a body into a log, and none decides which items a caller may see.

mod admission;
mod body;
mod bounds;
mod egress;
mod log;
mod refusals;

pub(crate) use admission::{authenticate, https_only, rate_of_address, rate_of_caller, writes_at};
pub(crate) use body::body_limit;
pub(crate) use bounds::bounded;
pub(crate) use egress::egress;
pub(crate) use log::log;
pub(crate) use refusals::refusals;
