// A type that says that it is a key, and is of a type that DynamoDB does not take as one.
use dynacrypt::Record;
use dynacrypt::codec::{Mismatch, ScalarValue};
use dynacrypt::context::{Scalar, ScalarType};
use dynacrypt::record::KeyAttribute;

struct Active(bool);

impl ScalarValue for Active {
    const TYPE: ScalarType = ScalarType::Bool;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::Bool(self.0)
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Bool(active) => Ok(Self(active)),
            _ => Err(Mismatch),
        }
    }
}

impl KeyAttribute for Active {}

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    active: Active,
}

fn main() {}
