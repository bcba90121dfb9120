//! Schemas change: fields are added and renamed, and items of the older schema still open.

use std::collections::BTreeSet;

use dynacrypt::codec::AsSet;
use dynacrypt::{ExposeSecret, Record, Repository, Secret};

use crate::world::{SSN, World, alice};

mod before {
    use super::*;

    #[derive(Debug, Record)]
    #[dynacrypt(table = "people")]
    pub(super) struct Person {
        #[dynacrypt(partition_key, owner)]
        pub(super) id: String,
        #[dynacrypt(authenticated)]
        pub(super) role: String,
        pub(super) town: String,
        #[encrypted]
        pub(super) ssn: Secret<String>,
    }
}

mod after {
    use super::*;

    /// Fields were renamed in the struct and in the table, and others were added.
    #[derive(Debug, Record)]
    #[dynacrypt(table = "people")]
    pub(super) struct Person {
        #[dynacrypt(partition_key, owner)]
        pub(super) id: String,
        #[dynacrypt(authenticated, rename = "duty", aad_name = "role")]
        pub(super) duty: String,
        #[dynacrypt(rename = "town")]
        pub(super) city: String,
        #[encrypted]
        #[dynacrypt(rename = "social", aad_name = "ssn")]
        pub(super) social: Secret<String>,
        #[dynacrypt(default = one)]
        pub(super) logins: u32,
        #[dynacrypt(default, with = AsSet)]
        pub(super) tags: BTreeSet<String>,
        #[encrypted]
        #[dynacrypt(default = no_pin)]
        pub(super) pin: Secret<String>,
        #[dynacrypt(authenticated, default)]
        pub(super) level: u8,
        pub(super) note: Option<String>,
    }

    fn one() -> u32 {
        1
    }

    fn no_pin() -> Secret<String> {
        Secret::from("none yet")
    }
}

#[tokio::test]
async fn a_schema_that_grew_reads_older_items() {
    let world = World::new::<before::Person>().await;
    let old = world.repository::<before::Person>();
    let new = world.repository::<after::Person>();
    let person = before::Person {
        id: "alice".to_owned(),
        role: "nurse".to_owned(),
        town: "Ulm".to_owned(),
        ssn: Secret::from(SSN),
    };
    old.put(&alice(), &person).await.unwrap();
    // The attributes get their new names, as a migration would give them.
    let mut raw = world.raw().await;
    for (from, to) in [("role", "duty"), ("ssn", "social")] {
        let value = raw.remove(from).expect("an attribute");
        raw.insert(to.to_owned(), value);
    }
    world.put_raw(raw).await;

    let read = new.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!((read.duty.as_str(), read.city.as_str()), ("nurse", "Ulm"));
    assert_eq!(read.social.expose_secret(), SSN);
    assert_eq!((read.logins, read.tags.len(), read.level), (1, 0, 0));
    assert_eq!((read.pin.expose_secret().as_str(), read.note.as_deref()), ("none yet", None));

    let changed = after::Person { logins: 7, level: 3, note: Some("x".to_owned()), ..read };
    new.put(&alice(), &changed).await.unwrap();
    let read = new.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(
        (read.id.as_str(), read.logins, read.level, read.note.as_deref()),
        ("alice", 7, 3, Some("x"))
    );
    assert_eq!(read.pin.expose_secret(), "none yet");
    // The older program does not know the new names, and opens nothing it cannot account for.
    assert!(old.get(&alice(), "alice").await.is_err());
}
