// The record is in error once, and uses of its columns and indexes add nothing.
use dynacrypt::expr::{Condition, Update};
use dynacrypt::{Projection, Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles", index(by_name, partition_key = name))]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    name: String,
    #[sensitive]
    ssn: Secret<String>,
    #[dynacrypt(version)]
    version: u64,
}

#[derive(Projection)]
#[dynacrypt(record = Profile)]
struct Part {
    name: String,
    ssn: Secret<String>,
}

fn main() {
    let c = Profile::columns();
    let _: Condition<Profile> = c.ssn.eq("1").or(c.ssn.between("1", "2")).or(c.ssn.exists());
    let _: Condition<Profile> = c.name.eq("a").and(c.name.begins_with("b")).and(c.version.gt(3));
    let _: Update<Profile> = Update::new().set(c.ssn, Secret::from("1")).set(c.name, "b");
    let _ = Profile::indexes().by_name.partition("a");
    let _ = Part::attributes();
}
