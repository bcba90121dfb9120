// Types of the user's own as key, owner and authenticated field.
use dynacrypt::Record;
use dynacrypt::codec::{Mismatch, ScalarValue};
use dynacrypt::context::{Scalar, ScalarType};
use dynacrypt::record::{FieldKind, KeyAttribute, OwnerField};

struct UserId(String);

impl ScalarValue for UserId {
    const TYPE: ScalarType = ScalarType::S;

    fn to_scalar(&self) -> Scalar<'_> {
        self.0.to_scalar()
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        String::from_scalar(scalar).map(Self)
    }
}

impl KeyAttribute for UserId {}
impl OwnerField for UserId {}

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: UserId,
    #[dynacrypt(authenticated)]
    referrer: Option<UserId>,
}

#[::core::prelude::v1::test]
fn passes() {
    let fields = Profile::SCHEMA.fields();
    assert_eq!(fields[0].kind(), FieldKind::PartitionKey(ScalarType::S));
    assert_eq!(fields[1].kind(), FieldKind::Authenticated);
}
