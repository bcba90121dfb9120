//! What the services on axum share: the server loop, what stands around every route, what handlers
//! take and give. It knows no record, and never lets a refusal out in axum's words.

mod answer;
mod around;
mod extract;
mod server;

pub use answer::{Answer, Refused};
pub use around::{Gate, guarded, guarded_as, pages};
pub use extract::{Caller, Id, IfMatch, Json, Members};
pub use server::{listen, serve};
