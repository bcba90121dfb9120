//! Records in a crate that has no prelude, calls the facade by another name and denies every lint
//! that it can. That it compiles is most of the test; the rest compares the schemas. Nothing here
//! seals or stores.

#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings, unused, nonstandard_style, future_incompatible, rust_2018_idioms)]
#![deny(unused_qualifications, unreachable_pub, missing_debug_implementations, unused_results)]
#![deny(single_use_lifetimes, trivial_casts, variant_size_differences, let_underscore_drop)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::let_underscore_must_use
)]

use ::dc::{Projection, Record, Secret};
use ::std::option::Option;
use ::std::string::String;
use ::std::vec::Vec;

/// A record with a field of each kind.
#[derive(Debug, Record)]
#[dynacrypt(table = "profiles", crate = ::dc, rename_all = "camelCase", whole)]
pub struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(sort_key)]
    created_at: u64,
    /// Stored in the clear.
    pub display_name: String,
    #[dynacrypt(authenticated, aad_name = "role-v1")]
    role: Option<String>,
    #[encrypted]
    #[dynacrypt(pad = 16)]
    ssn: Secret<String>,
    #[encrypted]
    #[dynacrypt(default)]
    r#type: Option<Secret<String>>,
    /// Never stored.
    #[sensitive]
    #[dynacrypt(skip)]
    pub one_time_code: Secret<String>,
    /// Replaced by `display_name`.
    #[deprecated = "use `display_name`"]
    #[dynacrypt(default = ::std::string::String::new)]
    pub name: String,
}

/// A record with parameters.
#[derive(Debug, Record)]
#[dynacrypt(table = "generic", crate = "::dc")]
pub struct Generic<K: ::core::fmt::Debug, T, const N: usize = 2>
where
    T: ::core::fmt::Debug,
{
    #[dynacrypt(partition_key, owner)]
    key: K,
    value: T,
    values: Vec<T>,
    /// Never stored.
    #[dynacrypt(skip, default = zeros)]
    pub zeros: [u8; N],
}

/// A record of templates, an index, and fields that the mapper writes.
#[derive(Debug, Record)]
#[dynacrypt(table = "shop", crate = ::dc, entity = "order")]
#[dynacrypt(partition_key = "USER#{user_id}", sort_key = "ORDER#{number:08}")]
#[dynacrypt(index(by_status, partition_key = status, sort_key = created, project(total)))]
pub struct Order<T: ::core::fmt::Debug> {
    #[dynacrypt(owner)]
    user_id: String,
    number: u32,
    status: Option<String>,
    /// Stored in the clear.
    pub total: u64,
    value: T,
    #[encrypted]
    card: Secret<String>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(ttl)]
    expires: Option<u64>,
    #[dynacrypt(created)]
    created: Option<u64>,
    #[dynacrypt(updated)]
    updated: Option<u64>,
}

/// A part of it.
#[derive(Debug, Projection)]
#[dynacrypt(record = Order<u8>, crate = ::dc)]
pub struct Line {
    /// From the key.
    pub number: u32,
    /// Under another name.
    #[dynacrypt(from = total, default)]
    pub sum: u64,
    /// Opened.
    pub card: Secret<String>,
}

const fn zeros<const N: usize>() -> [u8; N] {
    [0; N]
}

/// What a schema says, as text.
#[must_use]
pub fn describe<R: Record>() -> Vec<String> {
    ::core::iter::Iterator::collect(::core::iter::Iterator::map(
        R::SCHEMA.fields().iter(),
        |field| ::std::format!("{} as {}: {:?}", field.name(), field.bound_name(), field.kind()),
    ))
}

#[cfg(test)]
mod tests {
    use ::std::assert_eq;

    use super::*;

    #[test]
    fn every_kind_of_field() {
        assert_eq!(
            describe::<Profile>(),
            [
                "userId as userId: PartitionKey(S)",
                "createdAt as createdAt: SortKey(N)",
                "displayName as displayName: Clear",
                "role as role-v1: Authenticated",
                "ssn as ssn: Encrypted",
                "type as type: Encrypted",
                "name as name: Clear",
            ]
        );
        assert_eq!((Profile::SCHEMA.table(), Profile::SCHEMA.is_whole()), ("profiles", true));
    }

    #[test]
    fn what_the_struct_makes_itself() {
        assert_eq!(
            describe::<Order<u8>>(),
            [
                "pk as pk: PartitionKey(S)",
                "sk as sk: SortKey(S)",
                "entity as entity: Entity(\"order\")",
                "status as status: Clear",
                "total as total: Clear",
                "value as value: Clear",
                "card as card: Encrypted",
                "version as version: Clear",
                "expires as expires: Clear",
                "created as created: Clear",
                "updated as updated: Clear",
            ]
        );
        assert_eq!(Order::<u8>::indexes().by_status.name(), "by_status");
        assert_eq!(Line::attributes(), ["_dc", "pk", "sk", "entity", "total", "card"]);
    }

    #[test]
    fn keys_have_the_type_of_the_parameter() {
        assert_eq!(
            describe::<Generic<i64, bool>>(),
            ["key as key: PartitionKey(N)", "value as value: Clear", "values as values: Clear"]
        );
    }
}
