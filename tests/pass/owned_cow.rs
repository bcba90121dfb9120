// A `Cow` that is read back as owned borrows nothing; nor does arithmetic in a type.
use std::borrow::Cow;

use dynacrypt::Record;

const A: usize = 3;
const B: usize = 6;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    name: Cow<'static, str>,
    bits: [u8; A & B],
    #[dynacrypt(skip)]
    label: &'static str,
}

#[::core::prelude::v1::test]
fn passes() {
    assert_eq!(Profile::SCHEMA.fields().len(), 3);
}
