//! Expressions: typed columns, conditions and update actions, as trees, and their text made of
//! placeholders alone. It never seals, never sees a key, and puts neither a name nor a value of the
//! user's into an expression's text.
//!
//! # Examples
//! ```
//! # extern crate dynacrypt_core as dynacrypt;
//! use dynacrypt::expr::Condition;
//! use dynacrypt::record::Record;
//! use dynacrypt_derive::Record;
//!
//! #[derive(Record)]
//! #[dynacrypt(table = "profiles")]
//! struct Profile {
//!     #[dynacrypt(partition_key, owner)]
//!     user_id: String,
//!     age: u8,
//!     nickname: Option<String>,
//! }
//!
//! let columns = Profile::columns();
//! let adult: Condition<Profile> = columns.age.ge(18).and(columns.nickname.exists());
//! # let _ = adult;
//! ```

mod actions;
mod column;
mod condition;
mod inert;
mod key;
mod path;
mod projected;
mod protection;
mod render;
mod update;
mod value;

pub(crate) use actions::Actions;
pub use column::{Column, Numeric};
pub(crate) use condition::Node;
pub use condition::{AttributeType, Condition, Size};
pub use path::Path;
#[doc(hidden)]
pub use projected::{ProjectedFrom, project};
pub use protection::{
    Appendable, Assign, Authenticated, Clear, Coded, Comparable, Encrypted, InKey, InTheClear,
    Indexed, Key, Managed, ManagedTime, Protection, Readable, SetOf, Ttl, Whole,
};
pub(crate) use render::Placeholders;
pub(crate) use update::SecretSource;
pub use update::{Assigned, Update};
pub use value::{Collection, IntoValue, List, TextLike};
