// Fields that name their codec, and how `None` is stored: in generic records, through aliases, with a
// codec that has a parameter, and with one of the user's own for a type that is not serde's.
use std::collections::BTreeSet;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::Record;
use dynacrypt::codec::{self, AsScalar, AttributeCodec, AttributeError, ScalarValue, SetElement};
use dynacrypt::record::FieldKind;

#[derive(Clone, PartialEq)]
struct Foreign(bool);

struct Flipped<T>(PhantomData<T>);

impl AttributeCodec<Foreign> for Flipped<u8> {
    fn to_attribute(value: &Foreign) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(Some(AttributeValue::Bool(!value.0)))
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<Foreign, AttributeError> {
        match attribute {
            Some(AttributeValue::Bool(value)) => Ok(Foreign(!value)),
            Some(other) => Err(AttributeError::unexpected("Foreign", &other)),
            None => Err(AttributeError::missing()),
        }
    }
}

type Tags = BTreeSet<String>;
type Maybe<T> = Option<T>;

#[derive(Record)]
#[dynacrypt(table = "profiles", explicit)]
struct Profile<T: SetElement + Ord + Clone, U> {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(clear, with = codec::AsSet)]
    tags: Tags,
    #[dynacrypt(clear, with = codec::AsSet, null, default)]
    others: Maybe<BTreeSet<T>>,
    #[dynacrypt(clear, with = "AsScalar", rename = "scalar")]
    own: Option<U>,
    #[dynacrypt(clear, with = Flipped<u8>)]
    foreign: Foreign,
    #[dynacrypt(clear, with = Flipped<u8>, null)]
    maybe: Option<Foreign>,
    #[dynacrypt(clear, null)]
    city: Maybe<String>,
}

#[::core::prelude::v1::test]
fn passes() {
    let fields = <Profile<u8, bool> as Record>::SCHEMA.fields();
    assert!(fields[1..].iter().all(|field| field.kind() == FieldKind::Clear));
    let nulls: Vec<&str> =
        fields.iter().filter(|field| field.is_null_stored()).map(|field| field.name()).collect();
    assert_eq!(nulls, ["others", "maybe", "city"]);
    // A column knows its codec: what is compared is what is stored.
    let columns = <Profile<u8, bool> as Record>::columns();
    let _ = columns.foreign.eq(Foreign(true)).and(columns.tags.contains("a"));
}
