// Fields that are not compiled are not stored.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[cfg(any())]
    gone: DoesNotExist,
    #[cfg(test)]
    here: u8,
    #[cfg_attr(all(), dynacrypt(rename = "n"))]
    #[cfg_attr(any(), dynacrypt(rename = "m"))]
    name: String,
}

#[::core::prelude::v1::test]
fn passes() {
    let names: Vec<&str> = Profile::SCHEMA.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["user_id", "here", "n"]);
}
