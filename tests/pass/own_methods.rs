// Traits and methods of the user's that would win over ours, were ours called by name.
use dynacrypt::{Record, Secret};

trait Everything {
    fn write(&self) {}
    fn read(&self) {}
    fn owner(&self) {}
    fn nonce(&self) {}
    fn has(&self) {}
    fn partition_key(&self) {}
}
impl<T> Everything for T {}

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    #[dynacrypt(default)]
    ssn: Option<Secret<String>>,
}

impl Profile {
    pub const SCHEMA: u8 = 1;
    pub fn write(&self) {}
    pub fn read() {}
}

#[::core::prelude::v1::test]
fn passes() {
    assert_eq!(Profile::SCHEMA, 1);
    assert!(<Profile as Record>::SCHEMA.fields()[0].is_owner());
}
