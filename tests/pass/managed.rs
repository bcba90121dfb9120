// Fields that the mapper itself reads or writes, of each type that they may have.
use std::time::SystemTime;

use dynacrypt::expr::{Condition, Update};
use dynacrypt::record::{FieldKind, FieldRole};
use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "sessions", explicit)]
struct Session {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    token: Secret<String>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(ttl, rename = "expires_at")]
    expires: Option<SystemTime>,
    #[dynacrypt(created)]
    created: Option<SystemTime>,
    #[dynacrypt(updated, clear)]
    updated: Option<time::OffsetDateTime>,
}

type Version = i32;

#[derive(Record)]
#[dynacrypt(table = "other", partition_key = "{r#type}")]
struct Other<T> {
    r#type: u32,
    #[dynacrypt(version, default)]
    r#move: Version,
    #[dynacrypt(ttl)]
    r#final: T,
    #[dynacrypt(created)]
    created: Option<chrono::DateTime<chrono::Utc>>,
    #[dynacrypt(updated)]
    updated: Option<jiff::Timestamp>,
}

#[::core::prelude::v1::test]
fn passes() {
    let roles: Vec<_> =
        Session::SCHEMA.fields().iter().map(|field| (field.name(), field.role())).collect();
    assert_eq!(
        roles,
        [
            ("id", None),
            ("token", None),
            ("version", Some(FieldRole::Version)),
            ("expires_at", Some(FieldRole::Ttl)),
            ("created", Some(FieldRole::Created)),
            ("updated", Some(FieldRole::Updated)),
        ]
    );
    assert_eq!(Session::SCHEMA.fields()[2].kind(), FieldKind::Clear);
    let (number, ttl) = Other::<u64>::SCHEMA.role(FieldRole::Ttl).expect("a time to live");
    assert_eq!((number, ttl.name()), (2, "final"));

    // All compare; the time to live can be set.
    let columns = Session::columns();
    let now = SystemTime::now();
    let _: Condition<Session> = columns
        .version
        .eq(3)
        .and(columns.expires.gt(now))
        .and(columns.created.between(now, now))
        .and(columns.updated.lt(time::OffsetDateTime::now_utc()));
    let _: Update<Session> = Update::new().set(columns.expires, now);
    let _: Update<Session> = Update::new().remove(columns.expires);
    // A field of a template is known by its key alone.
    assert_eq!(Other::<u64>::columns().r#type.name(), "pk");
}
